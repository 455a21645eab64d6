# message: With `most` 12 and every bound kept
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(batches):
        limits.append(limit)
        kept = took(limit, number) <= bound
        limit = limit + step if kept else max(1, int(factor * limit))
    return limits
