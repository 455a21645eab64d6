def impact(frame, start, end):
    ends = {}
    for line in frame.itertuples():
        if start <= line.ts < end and isinstance(line.user, str):
            before = ends.get(line.trace)
            if before is None or line.attempt > before[0]:
                ends[line.trace] = (line.attempt, line.status, line.user)
    n = len(ends)
    users = [user for _, status, user in ends.values() if status >= 500]
    if not n:
        return dict(requests=0, failed=0, users=0, rate=math.nan, low=math.nan, high=math.nan)
    k, z2 = len(users), 1.96**2
    root = 1.96 * math.sqrt(k * (n - k) / n + z2 / 4)
    low, high = (k + z2 / 2 - root) / (n + z2), (k + z2 / 2 + root) / (n + z2)
    return dict(requests=n, failed=k, users=len(set(users)), rate=k / n, low=low, high=high)
