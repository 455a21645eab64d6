import random


def place(key, row, workers, hot):
    return random.Random(f"{key}/{row if key in hot else ''}").randrange(workers)
