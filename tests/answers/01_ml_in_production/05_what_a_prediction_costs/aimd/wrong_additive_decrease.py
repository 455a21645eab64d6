# message: the decrease is by a factor
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(batches):
        limits.append(limit)
        kept = took(limit, number) <= bound
        limit = min(most, limit + step) if kept else max(1, limit - step)
    return limits
