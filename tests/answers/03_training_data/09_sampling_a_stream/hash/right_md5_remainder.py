import hashlib


def in_sample(person, chance, salt):
    digest = hashlib.md5(f"{person} of {salt}".encode()).hexdigest()
    return int(digest, 16) % 10**9 / 10**9 < chance
