def rake(weight, margins):
    weight = [float(w) for w in weight]
    while True:
        off = []
        for classes, counts in margins:
            held = [0.0] * len(counts)
            for w, c in zip(weight, classes, strict=True):
                held[c] += w
            off += [abs(h - c) / sum(counts) for h, c in zip(held, counts, strict=True)]
            weight = [w * counts[c] / held[c] for w, c in zip(weight, classes, strict=True)]
        if max(off) < 1e-7:
            return weight
