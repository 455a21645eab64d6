# message: A plan for the mean is late in the busiest five minutes
def demand(counts, growth):
    return growth * counts.reshape(-1, 360).mean(axis=1) / 10
