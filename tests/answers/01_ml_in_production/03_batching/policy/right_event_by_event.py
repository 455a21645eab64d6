from bisect import bisect_right


def serve(arrivals, max_batch, window, cycle):
    batches, now, first = [], 0, 0
    while first < len(arrivals):
        now = max(now, arrivals[first])
        here = bisect_right(arrivals, now)
        deadline = arrivals[first] + window
        while here - first < max_batch and now < deadline:
            coming = arrivals[here] if here < len(arrivals) else deadline
            now = min(coming, deadline)
            here = bisect_right(arrivals, now)
        size = min(here - first, max_batch)
        batches.append((now, list(range(first, first + size))))
        now += cycle(size)
        first += size
    return batches
