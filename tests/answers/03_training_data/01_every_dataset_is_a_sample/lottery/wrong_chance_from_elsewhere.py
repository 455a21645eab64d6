# message: let `rng` be the only source of chance
import random


def simple_random_sample(N, n, rng):
    return random.sample(range(N), n)
