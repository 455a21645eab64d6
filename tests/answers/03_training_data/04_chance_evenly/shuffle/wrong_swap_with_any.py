# message: from those that have no place yet, and from no others
def shuffle(items, rng):
    for place in range(len(items)):
        other = rng.integers(len(items))
        items[place], items[other] = items[other], items[place]
