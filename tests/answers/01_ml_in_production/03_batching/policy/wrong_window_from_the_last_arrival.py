# message: the window counts from the oldest query
def serve(arrivals, max_batch, window, cycle):
    batches = []
    oldest, free = 0, 0.0
    while oldest < len(arrivals):
        youngest = oldest
        while (
            youngest + 1 < len(arrivals) and arrivals[youngest + 1] <= arrivals[youngest] + window
        ):
            youngest += 1
        ready = arrivals[youngest] + window
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
