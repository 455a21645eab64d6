def shuffle(items, rng):
    for place in reversed(range(1, len(items))):
        other = rng.integers(0, place, endpoint=True)
        items[place], items[other] = items[other], items[place]
