# message: from those that have no place yet, and from no others
def shuffle(items, rng):
    for place in range(len(items) - 2):
        other = rng.integers(place, len(items))
        items[place], items[other] = items[other], items[place]
