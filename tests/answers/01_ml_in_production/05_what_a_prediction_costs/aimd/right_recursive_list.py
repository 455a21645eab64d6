def steer(first, batches, took, bound, step, factor, most):
    limits = [first][:batches]
    for number in range(batches):
        size = limits[number]
        following = size + step if took(size, number) <= bound else int(size * factor // 1)
        if number + 1 < batches:
            limits.append(min(most, max(1, following)))
    return limits
