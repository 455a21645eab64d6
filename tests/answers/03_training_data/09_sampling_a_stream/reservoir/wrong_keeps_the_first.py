# message: With what chance should item number i come in
from itertools import islice


def reservoir(stream, k, rng):
    return list(islice(stream, k))
