# message: let `rng` be the only source of chance
import random


def shuffle(items, rng):
    random.shuffle(items)
