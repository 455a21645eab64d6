# message: expected the lower end first
def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) / n * (1 - n / N))
    return np.mean(values) + reach, np.mean(values) - reach
