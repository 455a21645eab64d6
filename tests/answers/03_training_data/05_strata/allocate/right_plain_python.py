import math


def allocate(size, n):
    lowest = [min(2, k) for k in size]
    if n < sum(lowest) or n > sum(size):
        raise ValueError(f"{n} places do not fit")
    share = [n * k / sum(size) for k in size]
    places = [max(math.floor(s), low) for s, low in zip(share, lowest, strict=True)]
    strata = range(len(places))
    while sum(places) < n:
        places[max(strata, key=lambda h: share[h] - places[h])] += 1
    while sum(places) > n:
        above = [h for h in strata if places[h] > lowest[h]]
        places[max(above, key=lambda h: places[h] - share[h])] -= 1
    return places
