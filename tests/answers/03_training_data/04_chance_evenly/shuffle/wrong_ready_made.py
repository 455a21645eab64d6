# message: Your function calls shuffle
def shuffle(items, rng):
    rng.shuffle(items)
