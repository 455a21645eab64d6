# message: not of the i-th in the queue
def fill_quotas(queue, cell, places):
    free, taken = list(places), []
    for k, person in enumerate(queue):
        if free[cell[k]] > 0:
            free[cell[k]] -= 1
            taken.append(person)
    return taken
