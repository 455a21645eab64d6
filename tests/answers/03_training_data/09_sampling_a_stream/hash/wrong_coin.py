# message: nothing but the id, the chance and the salt may decide
import random


def in_sample(person, chance, salt):
    return random.random() < chance
