# message: a window that ran out meanwhile is over
def serve(arrivals, max_batch, window, cycle):
    batches = []
    oldest, free = 0, 0.0
    while oldest < len(arrivals):
        ready = max(free, arrivals[oldest]) + window
        last = oldest + max_batch - 1
        if last < len(arrivals):
            ready = min(ready, arrivals[last])
        start = max(free, ready)
        queries = []
        while oldest < len(arrivals) and arrivals[oldest] <= start and len(queries) < max_batch:
            queries.append(oldest)
            oldest += 1
        batches.append((start, queries))
        free = start + cycle(len(queries))
    return batches
