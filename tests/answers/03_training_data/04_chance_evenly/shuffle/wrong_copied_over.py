# message: an item is lost or doubled
def shuffle(items, rng):
    for place in range(len(items) - 1):
        other = rng.integers(place, len(items))
        items[place] = items[other]
        items[other] = items[place]
