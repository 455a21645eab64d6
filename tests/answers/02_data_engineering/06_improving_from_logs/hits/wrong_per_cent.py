# message: expected a share from 0 to 1
def hit_rate(keys, places):
    kept, hits = {}, 0
    for key in keys:
        if key in kept:
            hits += 1
            del kept[key]
        kept[key] = True
        if len(kept) > places:
            del kept[next(iter(kept))]
    return 100 * hits / len(keys) if keys else 0.0
