# message: values, and ends, may lie below 0
def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) / n * (1 - n / N))
    return max(0.0, np.mean(values) - reach), np.mean(values) + reach
