def fair_draw_statistic(counts, repeats, n, N):
    total = 0.0
    for count in counts:
        total += (count - repeats * n / N) ** 2
    return total * (N - 1) / (repeats * n * (1 - n / N))
