# message: put something between the salt and the id
import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.sha256(f"{salt}{person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < chance * 2**64
