from itertools import combinations


def by_pair(samples, N):
    R, k = len(samples), len(samples[0])
    f2 = k * (k - 1) / (N * (N - 1))
    f3 = f2 * (k - 2) / (N - 2)
    f4 = f3 * (k - 3) / (N - 3)
    pairs = list(combinations(range(N), 2))
    d = {p: sum(set(p) <= set(s) for s in samples) - R * f2 for p in pairs}
    a = [sum(d[p] for p in pairs if i in p) / (N - 2) for i in range(N)]
    total = sum((d[i, j] - a[i] - a[j]) ** 2 for i, j in pairs)
    return [total / (R * (f2 - 2 * f3 + f4)), N * (N - 3) / 2]
