# message: which is first in, first out
def replay(trace, size):
    kept, hits, calls = [], 0, []
    for query in trace:
        if query in kept:
            hits += 1
            continue
        calls.append(query)
        if len(kept) == size:
            kept.pop(0)
        kept.append(query)
    return hits, calls
