# message: expected 0 to 5, each once
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(1, batches + 1):
        limits.append(limit)
        kept = took(limit, number) <= bound
        limit = min(most, limit + step) if kept else max(1, math.floor(factor * limit))
    return limits
