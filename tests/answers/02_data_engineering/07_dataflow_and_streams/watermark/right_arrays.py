import numpy as np


def count_windows(events, width, delay):
    times = np.array([time for time, _ in events], dtype=int)
    if len(times) == 0:
        return {}, 0
    before = np.maximum.accumulate(times)[:-1] - delay
    late = np.append(False, times[1:] // width * width + width <= before)
    starts, counts = np.unique(times[~late] // width * width, return_counts=True)
    return dict(zip(starts.tolist(), counts.tolist(), strict=True)), int(late.sum())
