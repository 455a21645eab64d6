# message: but p99 is 50


def sustained_rate(runs, bound_ms):
    sustained = 0
    for rate, latencies in sorted(runs, key=lambda run: run[0]):
        late = sum(ms is None for ms in latencies) / len(latencies)
        known = [ms for ms in latencies if ms is not None]
        if late > 0.01 or sum(known) / len(known) > bound_ms:
            break
        sustained = rate
    return sustained
