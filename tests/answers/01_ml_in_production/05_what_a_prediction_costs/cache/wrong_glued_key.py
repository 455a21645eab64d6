# message: expected two different keys
from collections import OrderedDict


def replay(trace, size):
    kept, calls = OrderedDict(), []
    for version, row in trace:
        key = version + row
        if key in kept:
            kept.move_to_end(key)
            continue
        calls.append((version, row))
        kept[key] = True
        if len(kept) > size:
            kept.popitem(last=False)
    return len(trace) - len(calls), calls
