# message: a full batch waits for a server that is busy
def serve(arrivals, max_batch, window, cycle):
    batches = []
    oldest = 0
    while oldest < len(arrivals):
        ready = arrivals[oldest] + window
        last = oldest + max_batch - 1
        if last < len(arrivals):
            ready = min(ready, arrivals[last])
        start = ready
        queries = []
        while oldest < len(arrivals) and arrivals[oldest] <= start and len(queries) < max_batch:
            queries.append(oldest)
            oldest += 1
        batches.append((start, queries))
    return batches
