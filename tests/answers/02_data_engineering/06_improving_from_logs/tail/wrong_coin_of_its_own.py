# message: every service has to decide alike
def tail_sample(log, share):
    rng = np.random.default_rng(0)
    coin = {trace: rng.random() for trace in log["trace"].unique()}
    failed = log.groupby("trace")["status"].transform("max") >= 500
    kept = log[failed | (log["trace"].map(coin) < share)].copy()
    kept["weight"] = np.where(failed[kept.index], 1, 1 / share)
    return kept
