# message: it is the crowns that decide
def best(risk, revenue, weight, k):
    blend = [weight * r - (1 - weight) * p for p, r in zip(risk, revenue, strict=True)]
    return sorted(range(len(blend)), key=lambda i: -blend[i])[:k]
