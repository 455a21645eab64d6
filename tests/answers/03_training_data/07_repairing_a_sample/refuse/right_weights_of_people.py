import numpy as np


def post_stratified_mean(values, cell, counts):
    here = set(np.asarray(cell).tolist())
    for k, people in enumerate(counts):
        if people and k not in here:
            raise ValueError(f"cell {k} holds {people} people and nobody of the sample")
    weight = np.array([counts[c] / np.sum(cell == c) for c in cell])
    return float((weight * values).sum() / weight.sum())
