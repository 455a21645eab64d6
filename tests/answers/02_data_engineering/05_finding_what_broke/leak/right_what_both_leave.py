import numpy as np


def leak(hours, mb, load):
    def left(values):
        return values - np.polyval(np.polyfit(load, values, 1), load)

    return np.polyfit(left(hours), left(mb), 1)[0]
