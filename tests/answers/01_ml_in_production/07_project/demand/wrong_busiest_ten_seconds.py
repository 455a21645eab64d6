# message: that of one burst of 10 s
def demand(counts, growth):
    return growth * counts.reshape(-1, 360).max(axis=1) / 10
