import numpy as np


def pooled_percentile(edges, histograms, q):
    reached = np.cumsum(np.sum(histograms, axis=0))
    return edges[int(np.searchsorted(reached, np.ceil(q * reached[-1] / 100)))]
