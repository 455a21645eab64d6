# message: expected 1, `first`
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(batches):
        kept = took(limit, number) <= bound
        limit = min(most, limit + step) if kept else max(1, int(factor * limit))
        limits.append(limit)
    return limits
