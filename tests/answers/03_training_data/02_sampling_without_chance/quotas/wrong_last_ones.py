# message: of cell 0, persons 0 and 1 come first
def fill_quotas(queue, cell, places):
    free, taken = list(places), []
    for person in queue[::-1]:
        if free[cell[person]] > 0:
            free[cell[person]] -= 1
            taken.append(person)
    return taken
