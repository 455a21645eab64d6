# message: a full batch waits no longer
def serve(arrivals, max_batch, window, cycle):
    batches = []
    oldest, free = 0, 0.0
    while oldest < len(arrivals):
        ready = arrivals[oldest] + window
        start = max(free, ready)
        queries = []
        while oldest < len(arrivals) and arrivals[oldest] <= start and len(queries) < max_batch:
            queries.append(oldest)
            oldest += 1
        batches.append((start, queries))
        free = start + cycle(len(queries))
    return batches
