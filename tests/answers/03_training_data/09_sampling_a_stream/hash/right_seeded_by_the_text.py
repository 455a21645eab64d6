import random


def in_sample(person, chance, salt):
    return random.Random(f"{salt}/{person}").random() < chance
