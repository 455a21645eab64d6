# message: not from the session's start
def sessions(events, gap, ahead):
    ordered = sorted((user, ts - ahead.get(instance, 0)) for user, ts, instance in events)
    found = []
    for user, ts in ordered:
        if not found or user != found[-1][0] or ts - found[-1][1] > gap:
            found.append([user, ts, 0])
        found[-1][2] += 1
    return [tuple(session) for session in found]
