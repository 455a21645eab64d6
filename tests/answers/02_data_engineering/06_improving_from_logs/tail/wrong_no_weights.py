# message: A weight is 1 over the chance that the trace had
def tail_sample(log, share):
    failed = log.groupby("trace")["status"].transform("max") >= 500
    kept = log[failed | (log["trace"].map(ticket) < share)].copy()
    kept["weight"] = 1.0
    return kept
