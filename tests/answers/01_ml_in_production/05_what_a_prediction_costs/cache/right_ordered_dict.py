from collections import OrderedDict


def replay(trace, size):
    kept, hits, calls = OrderedDict(), 0, []
    for version, row in trace:
        if (version, row) in kept:
            hits += 1
            kept.move_to_end((version, row))
            continue
        calls.append((version, row))
        kept[version, row] = None
        if len(kept) > size:
            kept.popitem(last=False)
    return hits, calls
