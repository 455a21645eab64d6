# message: changes the log that it is given
def tail_sample(log, share):
    log["failed"] = log.groupby("trace")["status"].transform("max") >= 500
    kept = log[log["failed"] | (log["trace"].map(ticket) < share)].copy()
    kept["weight"] = np.where(kept["failed"], 1, 1 / share)
    return kept.drop(columns="failed")
