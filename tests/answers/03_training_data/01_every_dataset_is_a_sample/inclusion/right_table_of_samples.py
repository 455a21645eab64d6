import numpy as np


def inclusion(draw, N, repeats, rng):
    table = np.zeros((repeats, N), dtype=bool)
    for row in table:
        row[draw(rng)] = True
    share = table.mean(axis=0)
    return share, np.arange(N)[~table.any(axis=0)]
