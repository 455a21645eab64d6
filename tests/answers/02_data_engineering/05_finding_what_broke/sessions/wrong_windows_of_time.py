# message: not from the session's start
from collections import Counter


def sessions(events, gap, ahead):
    found, start = Counter(), {}
    for user, ts, instance in events:
        ts -= ahead.get(instance, 0)
        key = user, ts // gap if gap else ts
        found[key] += 1
        start[key] = min(start.get(key, ts), ts)
    return sorted((user, start[user, w], n) for (user, w), n in found.items())
