import hashlib

import numpy as np


def in_sample(person, chance, salt):
    digest = hashlib.blake2b(str(person).encode(), key=salt.encode(), digest_size=8).digest()
    return np.float64(int.from_bytes(digest, "little") / 2**64) < chance
