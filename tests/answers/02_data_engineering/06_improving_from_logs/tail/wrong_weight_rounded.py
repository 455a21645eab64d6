# message: expected 1 / .3
def tail_sample(log, share):
    failed = log.groupby("trace")["status"].transform("max") >= 500
    kept = log[failed | (log["trace"].map(ticket) < share)].copy()
    kept["weight"] = np.where(failed[kept.index], 1, round(1 / share))
    return kept
