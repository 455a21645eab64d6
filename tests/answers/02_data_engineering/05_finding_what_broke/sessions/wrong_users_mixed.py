# message: what bo does does not end ann's break
def sessions(events, gap, ahead):
    ordered = sorted((ts - ahead.get(instance, 0), user) for user, ts, instance in events)
    found, before = [], None
    for ts, user in ordered:
        if before is None or ts - before > gap:
            found.append([user, ts, 0])
        found[-1][2] += 1
        before = ts
    return sorted(tuple(session) for session in found)
