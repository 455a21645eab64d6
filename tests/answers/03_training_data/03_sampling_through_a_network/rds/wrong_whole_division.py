# message: / divides where // drops the rest
def rds_mean(values, degrees):
    if min(degrees) <= 0:
        raise ValueError("everybody has a friend")
    above = sum(value // degree for value, degree in zip(values, degrees, strict=True))
    return above / sum(1 / degree for degree in degrees)
