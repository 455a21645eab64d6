# message: explain every reading
import numpy as np


def leak(hours, mb, load):
    return np.polyfit(hours, mb / load, 1)[0] * load.mean()
