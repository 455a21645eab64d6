import numpy as np
import pandas as pd


def p99_by_window(parts, seconds):
    frame = pd.concat([pd.DataFrame(part) for part in parts if part])
    frame["start"] = frame["ts"] // seconds * seconds
    frame["latency_ms"] = frame["latency_ms"].astype(float).fillna(np.inf)
    places = frame.sort_values("latency_ms").groupby("start")["latency_ms"]
    return {start: v.iloc[99 * (len(v) - 1) // 100] for start, v in places}
