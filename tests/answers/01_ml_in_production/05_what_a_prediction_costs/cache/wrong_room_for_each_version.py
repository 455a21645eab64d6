# message: all versions share the places
def replay(trace, size):
    kept, calls = {}, []
    for version, row in trace:
        own = kept.setdefault(version, {})
        if row in own:
            del own[row]
        else:
            calls.append((version, row))
            if len(own) == size:
                del own[next(iter(own))]
        own[row] = True
    return len(trace) - len(calls), calls
