# message: Nobody else gets its places
def fill_quotas(queue, cell, places):
    free, taken, home = list(places), [], []
    for person in queue:
        if free[cell[person]] > 0:
            free[cell[person]] -= 1
            taken.append(person)
        else:
            home.append(person)
    return taken + home[: sum(free)]
