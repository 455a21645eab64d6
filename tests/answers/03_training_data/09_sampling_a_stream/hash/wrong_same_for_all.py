# message: Of the persons 0 to 4,999
import random


def in_sample(person, chance, salt):
    return random.Random(salt).random() < chance
