# message: whatever was used longest ago goes, of any version
def replay(trace, size):
    kept, calls = [], []
    for query in trace:
        if query in kept:
            kept.remove(query)
        else:
            calls.append(query)
            if len(kept) == size:
                others = [one for one in kept if one[0] != query[0]]
                kept.remove((others or kept)[0])
        kept.append(query)
    return len(trace) - len(calls), calls
