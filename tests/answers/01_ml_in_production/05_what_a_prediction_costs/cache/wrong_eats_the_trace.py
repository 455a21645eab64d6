# message: left in the caller's trace
def replay(trace, size):
    kept, calls, hits = [], [], 0
    while trace:
        query = trace.pop(0)
        if query in kept:
            kept.remove(query)
            hits += 1
        else:
            calls.append(query)
            if len(kept) == size:
                kept.pop(0)
        kept.append(query)
    return hits, calls
