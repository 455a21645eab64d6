import math


def stratified_split(label, share, rng):
    people = {}
    for i, c in enumerate(label):
        people.setdefault(int(c), []).append(i)
    wanted = {c: round(share * len(mine), 9) for c, mine in people.items()}
    places = {c: math.floor(w) for c, w in wanted.items()}
    while sum(places.values()) < round(share * len(label)):
        places[max(places, key=lambda c: wanted[c] - places[c])] += 1
    train, test = [], []
    for c, mine in people.items():
        for k in range(places[c]):
            other = int(rng.integers(k, len(mine)))
            mine[k], mine[other] = mine[other], mine[k]
        test += mine[: places[c]]
        train += mine[places[c] :]
    return train, test
