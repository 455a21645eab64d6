# message: miss some of their lines
def tail_sample(log, share):
    rng = np.random.default_rng(0)
    failed = log.groupby("trace")["status"].transform("max") >= 500
    kept = log[failed | (rng.random(len(log)) < share)].copy()
    kept["weight"] = np.where(failed[kept.index], 1, 1 / share)
    return kept
