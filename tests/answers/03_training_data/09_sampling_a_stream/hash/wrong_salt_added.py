# message: hash salt and id in one text
import hashlib


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def in_sample(person, chance, salt):
    return number(salt) ^ number(str(person)) < chance * 2**64
