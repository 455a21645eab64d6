# message: expected those of the log and `weight`
def tail_sample(log, share):
    kept = log.assign(failed=log.groupby("trace")["status"].transform("max") >= 500)
    kept = kept[kept["failed"] | (kept["trace"].map(ticket) < share)].copy()
    kept["weight"] = np.where(kept["failed"], 1, 1 / share)
    return kept
