def demand(counts, growth):
    rates = []
    for hour in range(len(counts) // 360):
        starts = range(360 * hour, 360 * hour + 360, 30)
        rates.append(max(sum(counts[i : i + 30]) for i in starts) / 300 * growth)
    return rates
