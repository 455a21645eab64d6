# message: A hit is a use
def hit_rate(keys, places):
    kept, hits = [], 0
    for key in keys:
        if key in kept:
            hits += 1
        else:
            kept.append(key)
            if len(kept) > places:
                kept.pop(0)
    return hits / len(keys) if keys else 0.0
