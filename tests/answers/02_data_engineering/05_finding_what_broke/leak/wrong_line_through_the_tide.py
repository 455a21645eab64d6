# message: explain every reading
import numpy as np


def leak(hours, mb, load):
    return np.polyfit(hours, mb, 1)[0]
