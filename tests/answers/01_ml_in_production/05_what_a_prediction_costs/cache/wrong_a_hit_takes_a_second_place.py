# message: takes no second place
def replay(trace, size):
    kept, hits, calls = [], 0, []
    for query in trace:
        if query in kept[-size:]:
            hits += 1
        else:
            calls.append(query)
        kept.append(query)
    return hits, calls
