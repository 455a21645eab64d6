def chance_of_missing(N, K, n):
    chance = 1.0
    for drawn in range(n):
        chance *= max(N - K - drawn, 0) / (N - drawn)
    return chance


def smallest_sample(N, K, confidence):
    low, high = 1, N
    while low < high:
        middle = (low + high) // 2
        if 1 - chance_of_missing(N, K, middle) >= confidence:
            high = middle
        else:
            low = middle + 1
    return low
