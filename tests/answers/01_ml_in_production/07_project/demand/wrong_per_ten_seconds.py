# message: A count covers 10 seconds
def demand(counts, growth):
    return growth * counts.reshape(-1, 12, 30).mean(axis=2).max(axis=1)
