# message: The clock of s2 is 900 s ahead
def sessions(events, gap, ahead):
    found, before = [], None
    for user, ts in sorted((user, ts) for user, ts, _ in events):
        if before is None or user != before[0] or ts - before[1] > gap:
            found.append([user, ts, 0])
        found[-1][2] += 1
        before = user, ts
    return [tuple(session) for session in found]
