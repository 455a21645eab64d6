# message: 0 ms is a latency, not a missing one
import math


def p99_by_window(parts, seconds):
    windows = {}
    for part in parts:
        for request in part:
            start = request.ts // seconds * seconds
            windows.setdefault(start, []).append(request.latency_ms or math.inf)
    return {start: sorted(ms)[99 * (len(ms) - 1) // 100] for start, ms in windows.items()}
