# message: not one byte
import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.sha256(f"{salt}/{person}".encode()).digest()
    return digest[0] < chance * 2**8
