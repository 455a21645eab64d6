# message: 499 is no failure here
def tail_sample(log, share):
    failed = log.groupby("trace")["status"].transform("max") >= 400
    kept = log[failed | (log["trace"].map(ticket) < share)].copy()
    kept["weight"] = np.where(failed[kept.index], 1, 1 / share)
    return kept
