# message: the one at place floor(0.99 x 219) = 216
import math
from collections import defaultdict


def p99_by_window(parts, seconds):
    windows = defaultdict(list)
    for part in parts:
        own = defaultdict(list)
        for request in part:
            ms = math.inf if request.latency_ms is None else request.latency_ms
            own[request.ts // seconds * seconds].append(ms)
        for start, values in own.items():
            windows[start].append(sorted(values)[99 * (len(values) - 1) // 100])
    return {start: max(p99s) for start, p99s in windows.items()}
