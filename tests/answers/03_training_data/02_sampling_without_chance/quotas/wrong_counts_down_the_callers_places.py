# message: count down in a copy
def fill_quotas(queue, cell, places):
    taken = []
    for person in queue:
        if places[cell[person]] > 0:
            places[cell[person]] -= 1
            taken.append(person)
    return taken
