# message: least recently used when c comes. See hint 2
def replay(trace, size):
    kept, calls = {}, []
    for query in trace:
        if query in kept:
            kept[query] += 1
            kept[query] = kept.pop(query)
        else:
            calls.append(query)
            if len(kept) == size:
                del kept[min(kept, key=kept.get)]
            kept[query] = 1
    return len(trace) - len(calls), calls
