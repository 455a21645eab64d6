# message: let the salt decide as well
import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.sha256(str(person).encode()).digest()
    return int.from_bytes(digest[:8], "big") < chance * 2**64
