# message: not its remainder by 100
import hashlib


def in_sample(person, chance, salt):
    number = int(hashlib.sha256(f"{salt}/{person}".encode()).hexdigest(), 16)
    return number % 100 < chance * 100
