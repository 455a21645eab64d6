import math
from itertools import islice


def reservoir(stream, k, rng):
    kept = list(islice(stream, k))
    highest = 1.0
    while k and len(kept) == k:
        highest *= (1 - rng.random()) ** (1 / k)
        skip = int(math.log(1 - rng.random()) // math.log1p(-highest))
        coming = list(islice(stream, skip, skip + 1))
        if not coming:
            break
        kept[rng.integers(k)] = coming[0]
    return kept
