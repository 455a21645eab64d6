# message: Look whether there is still a place before you take somebody
def fill_quotas(queue, cell, places):
    free, taken = list(places), []
    for person in queue:
        if free[cell[person]] >= 0:
            free[cell[person]] -= 1
            taken.append(person)
    return taken
