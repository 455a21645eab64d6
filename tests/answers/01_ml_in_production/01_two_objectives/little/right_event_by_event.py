def answers_per_second(under_way, latency_ms):
    return under_way / (latency_ms / 1000)


def three_figures(sent_s, done_s):
    events = sorted([(s, 1) for s in sent_s] + [(d, -1) for d in done_s])
    area, now, before = 0, 0, events[0][0]
    for at, change in events:
        area += now * (at - before)
        now, before = now + change, at
    seconds = events[-1][0] - events[0][0]
    return len(sent_s) / seconds, 1000 * area / len(sent_s), area / seconds
