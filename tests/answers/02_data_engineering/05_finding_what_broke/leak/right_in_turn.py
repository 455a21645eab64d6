import numpy as np


def leak(hours, mb, load):
    hours = hours - hours.mean()
    per_hour = per_load = 0.0
    for _ in range(2_000):
        per_load = np.polyfit(load, mb - per_hour * hours, 1)[0]
        per_hour = np.polyfit(hours, mb - per_load * load, 1)[0]
    return per_hour
