def systematic(N, n, rng):
    mark = rng.uniform(0, N / n)
    places = []
    while len(places) < n:
        places.append(int(mark))
        mark += N / n
    return places
