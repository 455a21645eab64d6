# message: miss some of their lines
def tail_sample(log, share):
    failed = log["status"] >= 500
    kept = log[failed | (log["trace"].map(ticket) < share)].copy()
    kept["weight"] = np.where(failed[kept.index], 1, 1 / share)
    return kept
