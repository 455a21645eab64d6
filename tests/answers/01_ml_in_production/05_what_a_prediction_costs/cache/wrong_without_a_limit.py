# message: Does your cache let something go?
def replay(trace, size):
    kept, calls = set(), []
    for query in trace:
        if query not in kept:
            calls.append(query)
        kept.add(query)
    return len(trace) - len(calls), calls
