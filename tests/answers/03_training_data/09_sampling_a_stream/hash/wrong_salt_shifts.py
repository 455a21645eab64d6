# message: a salt must not shift the sample
import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.sha256(str(person + sum(map(ord, salt))).encode()).digest()
    return int.from_bytes(digest[:8], "big") < chance * 2**64
