# message: and a was used longest ago
def hit_rate(keys, places):
    seen, hits = set(), 0
    for key in keys:
        hits += key in seen
        seen.add(key)
    return hits / max(len(keys), 1)
