# message: expected a list of tuples (start, queries)
def serve(arrivals, max_batch, window, cycle):
    batches, oldest, free = [], 0, 0
    while oldest < len(arrivals):
        ready = arrivals[oldest] + window
        if oldest + max_batch <= len(arrivals):
            ready = min(ready, arrivals[oldest + max_batch - 1])
        start, first = max(free, ready), oldest
        while oldest < len(arrivals) and arrivals[oldest] <= start and oldest - first < max_batch:
            oldest += 1
        batches.append([start, list(range(first, oldest))])
        free = start + cycle(oldest - first)
    return batches
