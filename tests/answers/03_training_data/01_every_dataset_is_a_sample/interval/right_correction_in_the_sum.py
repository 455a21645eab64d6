import statistics


def interval(values, N):
    mean = statistics.fmean(values)
    squares = sum((value - mean) ** 2 for value in values)
    variance = squares / (len(values) - 1) * (1 / len(values) - 1 / N)
    reach = statistics.NormalDist().inv_cdf(0.975) * variance**0.5
    return mean - reach, mean + reach
