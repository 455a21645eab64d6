# message: explain every reading
import numpy as np


def leak(hours, mb, load):
    return np.linalg.lstsq(np.column_stack([hours, load]), mb, rcond=None)[0][0]
