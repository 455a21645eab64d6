# message: an item may stay where it is
def shuffle(items, rng):
    for place in range(len(items) - 1, 0, -1):
        other = rng.integers(place)
        items[place], items[other] = items[other], items[place]
