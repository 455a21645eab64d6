# message: the chance must not be mixed into the hash
import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.sha256(f"{salt}/{chance}/{person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < chance * 2**64
