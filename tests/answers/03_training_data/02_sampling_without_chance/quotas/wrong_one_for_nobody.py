# message: expected nobody
def fill_quotas(queue, cell, places):
    free, taken = [max(1, n) for n in places], []
    for person in queue:
        if free[cell[person]] > 0:
            free[cell[person]] -= 1
            taken.append(person)
    return taken
