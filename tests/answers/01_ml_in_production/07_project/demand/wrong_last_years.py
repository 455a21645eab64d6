# message: this year 1.5 times as many are expected
def demand(counts, growth):
    return counts.reshape(-1, 12, 30).sum(axis=2).max(axis=1) / 300
