# message: Or are these places in the queue? Return ids.
def fill_quotas(queue, cell, places):
    free, taken = list(places), []
    for k, person in enumerate(queue):
        if free[cell[person]] > 0:
            free[cell[person]] -= 1
            taken.append(k)
    return taken
