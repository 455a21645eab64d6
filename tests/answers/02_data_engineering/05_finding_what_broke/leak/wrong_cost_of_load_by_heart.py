# message: what a unit of load costs is for the fit to find
import numpy as np


def leak(hours, mb, load):
    return np.polyfit(hours, mb - 2 * load, 1)[0]
