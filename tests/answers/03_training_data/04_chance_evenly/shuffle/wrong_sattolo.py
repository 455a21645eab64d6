# message: no item was ever found in the place where it began
def shuffle(items, rng):
    for place in range(len(items) - 1):
        other = rng.integers(place + 1, len(items))
        items[place], items[other] = items[other], items[place]
