def tail_sample(log, share):
    bad = set(log.loc[log["status"] >= 500, "trace"])
    rows, weights = [], []
    for index, trace in zip(log.index, log["trace"], strict=True):
        if trace in bad:
            rows.append(index)
            weights.append(1)
        elif ticket(trace) < share:
            rows.append(index)
            weights.append(1 / share)
    return log.loc[rows].assign(weight=weights)
