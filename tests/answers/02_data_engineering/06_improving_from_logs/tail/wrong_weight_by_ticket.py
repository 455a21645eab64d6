# message: such a trace is kept for certain
def tail_sample(log, share):
    failed = log.groupby("trace")["status"].transform("max") >= 500
    drawn = log["trace"].map(ticket) < share
    kept = log[failed | drawn].copy()
    kept["weight"] = np.where(drawn[kept.index], 1 / share, 1)
    return kept
