# message: Is the list itself changed, or a copy
def shuffle(items, rng):
    items = list(items)
    for place in range(len(items) - 1):
        other = rng.integers(place, len(items))
        items[place], items[other] = items[other], items[place]
    return items
