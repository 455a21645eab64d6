# message: and a was used longest ago
def hit_rate(keys, places):
    kept, hits = {}, 0
    for key in keys:
        if key in kept:
            hits += 1
            del kept[key]
        elif len(kept) == places:
            if not kept:
                continue
            del kept[list(kept)[-1]]
        kept[key] = True
    return hits / len(keys) if keys else 0.0
