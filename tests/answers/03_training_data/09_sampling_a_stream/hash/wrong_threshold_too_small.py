# message: Of the persons 0 to 4,999
import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.sha256(f"{salt}/{person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < chance * 2**63
