# message: a request that failed was a request
import math
from collections import defaultdict


def p99_by_window(parts, seconds):
    windows = defaultdict(list)
    for part in parts:
        for request in part:
            if request.status is None:
                windows[request.ts // seconds * seconds].append(math.inf)
            elif request.status < 500:
                windows[request.ts // seconds * seconds].append(request.latency_ms)
    return {start: sorted(v)[99 * (len(v) - 1) // 100] for start, v in windows.items()}
