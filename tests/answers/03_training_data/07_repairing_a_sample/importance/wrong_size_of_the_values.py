# message: the square of the sum, over the sum of the squares
def importance_mean(values, p, q):
    weight = p / q
    part = weight * values
    return part.sum() / weight.sum(), part.sum() ** 2 / (part**2).sum()
