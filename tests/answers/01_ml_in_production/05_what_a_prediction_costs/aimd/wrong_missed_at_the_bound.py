# message: which keeps the bound
def steer(first, batches, took, bound, step, factor, most):
    limits, limit = [], first
    for number in range(batches):
        limits.append(limit)
        if took(limit, number) < bound:
            limit = min(most, limit + step)
        else:
            limit = max(1, int(factor * limit))
    return limits
