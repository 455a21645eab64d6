# message: the first request for a key is never a hit
def hit_rate(keys, places):
    kept, hits = {}, 0
    for key in keys:
        kept.pop(key, None)
        kept[key] = True
        if len(kept) > places:
            del kept[next(iter(kept))]
        hits += key in kept
    return hits / len(keys) if keys else 0.0
