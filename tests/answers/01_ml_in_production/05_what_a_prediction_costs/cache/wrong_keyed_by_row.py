# message: The version belongs in the key
from collections import OrderedDict


def replay(trace, size):
    kept, calls = OrderedDict(), []
    for version, row in trace:
        if row in kept:
            kept.move_to_end(row)
            continue
        calls.append((version, row))
        kept[row] = version
        if len(kept) > size:
            kept.popitem(last=False)
    return len(trace) - len(calls), calls
