def rake(weight, margins):
    weight = [float(w) for w in weight]
    for _ in range(2_000):
        for classes, counts in margins:
            held = [0.0] * len(counts)
            for w, c in zip(weight, classes, strict=True):
                held[c] += w
            weight = [w * counts[c] / held[c] for w, c in zip(weight, classes, strict=True)]
    return weight
