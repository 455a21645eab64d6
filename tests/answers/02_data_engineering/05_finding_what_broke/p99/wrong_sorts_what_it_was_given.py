# message: changed the lists that it was given
import math


def p99_by_window(parts, seconds):
    windows = {}
    for part in parts:
        part.sort(key=lambda request: request.ts)
        for request in part:
            start = request.ts // seconds * seconds
            ms = math.inf if request.latency_ms is None else request.latency_ms
            windows.setdefault(start, []).append(ms)
    return {start: sorted(ms)[99 * (len(ms) - 1) // 100] for start, ms in windows.items()}
