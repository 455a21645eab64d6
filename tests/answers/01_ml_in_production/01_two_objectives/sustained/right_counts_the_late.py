def sustained_rate(runs, bound_ms):
    table = dict(runs)
    sustained = 0
    for rate in sorted(table):
        late = sum(ms is None or ms > bound_ms for ms in table[rate])
        if 100 * late > len(table[rate]):
            return sustained
        sustained = rate
    return sustained
