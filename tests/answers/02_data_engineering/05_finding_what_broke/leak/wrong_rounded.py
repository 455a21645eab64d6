# message: 0.250, not rounded
import numpy as np


def leak(hours, mb, load):
    columns = np.column_stack([np.ones(len(hours)), hours, load])
    return round(np.linalg.lstsq(columns, mb, rcond=None)[0][1], 1)
