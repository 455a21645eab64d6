# message: keep them in a list, not in a set
def sessions(events, gap, ahead):
    ordered = sorted({(user, ts - ahead.get(instance, 0)) for user, ts, instance in events})
    found, before = [], None
    for user, ts in ordered:
        if before is None or user != before[0] or ts - before[1] > gap:
            found.append([user, ts, 0])
        found[-1][2] += 1
        before = user, ts
    return [tuple(session) for session in found]
