import numpy as np


def p99_by_window(parts, seconds):
    everything = [request for part in parts for request in part]
    ms = np.array([np.inf if r.latency_ms is None else r.latency_ms for r in everything])
    start = np.array([int(r.ts // seconds) * seconds for r in everything])
    return {
        int(s): float(np.quantile(ms[start == s], 0.99, method="lower")) for s in np.unique(start)
    }
