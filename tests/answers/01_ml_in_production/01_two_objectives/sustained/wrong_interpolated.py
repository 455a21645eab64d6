# message: nothing lies between two ranks
import numpy as np


def sustained_rate(runs, bound_ms):
    sustained = 0
    for rate, latencies in sorted(runs, key=lambda run: run[0]):
        ms = [1e9 if ms is None else ms for ms in latencies]
        late = sum(one == 1e9 for one in ms)
        p99 = np.percentile(ms, 99) if not late else (1e9 if late > 0.01 * len(ms) else min(ms))
        if p99 > bound_ms:
            break
        sustained = rate
    return sustained
