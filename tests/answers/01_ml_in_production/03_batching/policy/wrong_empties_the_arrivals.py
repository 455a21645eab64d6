# message: You changed the caller's arrivals
def serve(arrivals, max_batch, window, cycle):
    batches, free, served = [], 0, 0
    while arrivals:
        ready = arrivals[0] + window
        if len(arrivals) >= max_batch:
            ready = min(ready, arrivals[max_batch - 1])
        start, queries = max(free, ready), []
        while arrivals and arrivals[0] <= start and len(queries) < max_batch:
            arrivals.pop(0)
            queries.append(served)
            served += 1
        batches.append((start, queries))
        free = start + cycle(len(queries))
    return batches
