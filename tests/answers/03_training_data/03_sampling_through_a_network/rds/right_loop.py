def rds_mean(values, degrees):
    above = below = 0.0
    for value, degree in zip(values, degrees, strict=True):
        if degree < 1:
            raise ValueError(f"degree {degree}")
        above += value / degree
        below += 1 / degree
    return above / below
