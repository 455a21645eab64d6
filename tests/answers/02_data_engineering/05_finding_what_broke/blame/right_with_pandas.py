import numpy as np
import pandas as pd


def blame(requests, new):
    frame = pd.DataFrame(requests, columns=["version", "endpoint", "status"])
    frame["failed"] = frame["status"].isna() | (frame["status"] >= 500)
    frame["new"] = frame["version"] == new
    counts = frame.groupby(["endpoint", "new"])["failed"].agg(["sum", "size"]).unstack().dropna()
    found = {}
    if counts.shape[1] < 4:
        return found
    for endpoint, row in counts.astype(float).iterrows():
        a, c, n, m = row["sum", True], row["sum", False], row["size", True], row["size", False]
        if min(a, c) == 0:
            a, c, n, m = a + 0.5, c + 0.5, n + 0.5, m + 0.5
        log, s = np.log(a * m / (n * c)), np.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
        found[endpoint] = tuple(np.exp(log + z * s) for z in (0, -1.959964, 1.959964))
    return found
