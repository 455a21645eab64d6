# message: expected about 500 each
def shuffle(items, rng):
    for _ in range(len(items)):
        one, other = (rng.integers(len(items)) if items else 0 for _ in range(2))
        items[one], items[other] = items[other], items[one]
