# message: 8.8 is rounded down. See hint 2
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(batches):
        limits.append(limit)
        kept = took(limit, number) <= bound
        limit = min(most, limit + step) if kept else max(1, round(factor * limit))
    return limits
