def estimate_mean(values, chance, N):
    total = people = 0.0
    for value, pi in zip(values, chance, strict=True):
        total += value / pi
        people += 1 / pi
    return total / N, total / people
