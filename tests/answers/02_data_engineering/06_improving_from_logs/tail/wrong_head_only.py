# message: failed traces are gone
def tail_sample(log, share):
    kept = log[log["trace"].map(ticket) < share].copy()
    kept["weight"] = 1 / share
    return kept
