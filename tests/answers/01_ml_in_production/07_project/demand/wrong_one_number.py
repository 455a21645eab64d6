# message: a number for each hour
def demand(counts, growth):
    return growth * (counts.reshape(-1, 30).sum(axis=1) / 300).max()
