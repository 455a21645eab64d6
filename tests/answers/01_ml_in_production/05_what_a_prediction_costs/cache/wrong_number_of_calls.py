# message: not their number
def replay(trace, size):
    kept, calls = [], 0
    for query in trace:
        if query in kept:
            kept.remove(query)
        else:
            calls += 1
            if len(kept) == size:
                kept.pop(0)
        kept.append(query)
    return len(trace) - calls, calls
