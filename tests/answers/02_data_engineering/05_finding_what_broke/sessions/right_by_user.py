def sessions(events, gap, ahead):
    times = {}
    for user, ts, instance in events:
        times.setdefault(user, []).append(ts - ahead.get(instance, 0))
    found = []
    for user in sorted(times):
        inside = []
        for ts in sorted(times[user]):
            if inside and ts - inside[-1] > gap:
                found.append((user, inside[0], len(inside)))
                inside = []
            inside.append(ts)
        found.append((user, inside[0], len(inside)))
    return found
