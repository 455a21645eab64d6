# message: leave what you are given as it is
def interval(values, N):
    n, mean = len(values), values.mean()
    values -= mean
    reach = 1.96 * np.sqrt((values**2).sum() / (n - 1) / n * (1 - n / N))
    return mean - reach, mean + reach
