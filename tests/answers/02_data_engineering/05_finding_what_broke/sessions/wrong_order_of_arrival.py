# message: none of the breaks is longer than 1,800 once they are in order
def sessions(events, gap, ahead):
    found, last = [], {}
    for user, ts, instance in events:
        ts -= ahead.get(instance, 0)
        if user not in last or ts - last[user][0] > gap:
            found.append([user, ts, 0])
            last[user] = [ts, found[-1]]
        last[user][0] = ts
        last[user][1][2] += 1
    return sorted(tuple(session) for session in found)
