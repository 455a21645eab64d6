# message: Go on to the end of the queue
def fill_quotas(queue, cell, places):
    free, taken = list(places), []
    for person in queue:
        if free[cell[person]] == 0:
            break
        free[cell[person]] -= 1
        taken.append(person)
    return taken
