# message: such a trace is kept for certain
def tail_sample(log, share):
    failed = log.groupby("trace")["status"].transform("max") >= 500
    kept = log[failed | (log["trace"].map(ticket) < share)].copy()
    kept["weight"] = 1 / share
    return kept
