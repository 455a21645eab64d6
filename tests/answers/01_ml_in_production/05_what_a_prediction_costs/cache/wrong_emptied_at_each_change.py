# message: old answers stay until they make room
from collections import OrderedDict


def replay(trace, size):
    kept, calls, deployed = OrderedDict(), [], None
    for version, row in trace:
        if version != deployed:
            kept.clear()
            deployed = version
        if row in kept:
            kept.move_to_end(row)
            continue
        calls.append((version, row))
        kept[row] = True
        if len(kept) > size:
            kept.popitem(last=False)
    return len(trace) - len(calls), calls
