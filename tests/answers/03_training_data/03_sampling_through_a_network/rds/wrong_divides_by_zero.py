# message: raises ZeroDivisionError; expected a ValueError
def rds_mean(values, degrees):
    weights = [1 / degree for degree in degrees]
    return sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights)
