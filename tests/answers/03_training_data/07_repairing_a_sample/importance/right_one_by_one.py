def importance_mean(values, p, q):
    weight = [a / b for a, b in zip(p, q, strict=True)]
    mean = sum(w * y for w, y in zip(weight, values, strict=True)) / sum(weight)
    return [mean, sum(weight) ** 2 / sum(w * w for w in weight)]
