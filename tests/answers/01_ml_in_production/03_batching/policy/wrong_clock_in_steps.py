# message: move the clock to the next event
def serve(arrivals, max_batch, window, cycle):
    batches, waiting = [], []
    t = free = coming = 0
    while coming < len(arrivals) or waiting:
        while coming < len(arrivals) and arrivals[coming] <= t:
            waiting.append(coming)
            coming += 1
        full = len(waiting) >= max_batch
        if waiting and t >= free and (full or t - arrivals[waiting[0]] >= window):
            queries, waiting = waiting[:max_batch], waiting[max_batch:]
            batches.append((t, queries))
            free = t + cycle(len(queries))
        t += 1
    return batches
