# message: explain every reading
import numpy as np


def leak(hours, mb, load):
    left = mb - np.polyval(np.polyfit(load, mb, 1), load)
    return np.polyfit(hours, left, 1)[0]
