def pps_sample(chance, rng):
    # Deville and Tille, 1998: two people at a time fight for their chances.
    pi = [float(p) for p in chance]
    drawn = [i for i, p in enumerate(pi) if p == 1]
    fighter = None
    for i, p in enumerate(pi):
        if not 0 < p < 1:
            continue
        if fighter is None:
            fighter, mine = i, p
            continue
        total = mine + p
        if total < 1:
            if rng.random() * total >= mine:
                fighter = i
            mine = total
        else:
            if rng.random() * (2 - total) < 1 - p:
                drawn.append(fighter)
                fighter = i
            else:
                drawn.append(i)
            mine = total - 1
    if fighter is not None and mine > 0.5:
        drawn.append(fighter)
    return drawn
