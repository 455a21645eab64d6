# message: such a cell counts for nothing
import numpy as np


def post_stratified_mean(values, cell, counts):
    counts = np.asarray(counts)
    came = np.bincount(cell, minlength=len(counts))
    empty = np.flatnonzero((came == 0) & (counts > 0))
    if len(empty):
        raise ValueError(f"nobody in the sample is in cell {empty[0]}")
    with np.errstate(invalid="ignore"):
        means = np.bincount(cell, values, minlength=len(counts)) / came
    return (means * counts).sum() / counts.sum()
