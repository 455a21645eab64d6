def post_stratified_mean(values, cell, counts):
    total = 0.0
    for k, people in enumerate(counts):
        mine = [v for v, c in zip(values, cell, strict=True) if c == k]
        if not people:
            continue
        if not mine:
            raise ValueError(f"nobody in the sample is in cell {k}")
        total += people * sum(mine) / len(mine)
    return total / sum(counts)
