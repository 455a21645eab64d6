def hit_rate(keys, places):
    hits = 0
    for now, key in enumerate(keys):
        earlier = [at for at in range(now) if keys[at] == key]
        hits += bool(earlier) and len(set(keys[earlier[-1] + 1 : now])) < places
    return hits / len(keys) if keys else 0.0
