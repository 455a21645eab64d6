def mean_inside(log, start, stop):
    events = [(arrived, 1) for arrived, _ in log] + [(left, -1) for _, left in log]
    area, inside, before = 0.0, 0, start
    for at, change in sorted(events):
        now = min(max(at, start), stop)
        area += inside * (now - before)
        before = now
        inside += change
    area += inside * (stop - before)
    return area / (stop - start)
