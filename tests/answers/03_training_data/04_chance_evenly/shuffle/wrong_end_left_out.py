# message: Item 3 is in the same place
def shuffle(items, rng):
    for place in range(len(items) - 1):
        other = rng.integers(place, len(items) - 1)
        items[place], items[other] = items[other], items[place]
