# message: the one at place floor(0.99 x 219) = 216
import math
from collections import defaultdict


def p99_by_window(parts, seconds):
    windows = defaultdict(list)
    for part in parts:
        for request in part:
            ms = math.inf if request.latency_ms is None else request.latency_ms
            windows[request.ts // seconds * seconds].append(ms)
    return {start: v[99 * (len(v) - 1) // 100] for start, v in windows.items()}
