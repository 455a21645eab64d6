def partial(latencies):
    state = {}
    for ms in latencies:
        count, total = state.get(ms // 10, (0, 0))
        state[ms // 10] = (count + 1, total + ms)
    return state


def combine(one, other):
    both = dict(one)
    for bucket, (count, total) in other.items():
        has = both.get(bucket, (0, 0))
        both[bucket] = (has[0] + count, has[1] + total)
    return both


def finish(state):
    n = sum(count for count, _ in state.values())
    mean = sum(total for _, total in state.values()) / n
    left = n - (99 * n + 99) // 100
    for bucket in sorted(state, reverse=True):
        left -= state[bucket][0]
        if left < 0:
            return [n, mean, 10 * bucket + 10]
