# message: Who has to leave when a new item comes in?
def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        elif rng.random() < k / seen:
            kept = [*kept[1:], item]
    return kept
