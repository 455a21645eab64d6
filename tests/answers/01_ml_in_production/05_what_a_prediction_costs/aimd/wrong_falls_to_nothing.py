# message: a batch holds at least one
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(batches):
        limits.append(limit)
        kept = took(limit, number) <= bound
        limit = min(most, limit + step) if kept else int(factor * limit)
    return limits
