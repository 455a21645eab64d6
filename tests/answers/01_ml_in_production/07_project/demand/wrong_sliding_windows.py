# message: The windows are those of the clock
def demand(counts, growth):
    rates = []
    for hour in counts.reshape(-1, 360):
        sums = np.convolve(hour, np.ones(30), mode="valid")
        rates.append(growth * sums.max() / 300)
    return np.array(rates)
