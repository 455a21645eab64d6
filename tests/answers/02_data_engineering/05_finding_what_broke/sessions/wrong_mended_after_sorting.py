# message: mend the times before you sort
def sessions(events, gap, ahead):
    found, before = [], None
    for user, ts, instance in sorted(events):
        ts -= ahead.get(instance, 0)
        if before is None or user != before[0] or ts - before[1] > gap:
            found.append([user, ts, 0])
        found[-1][2] += 1
        before = user, ts
    return [tuple(session) for session in found]
