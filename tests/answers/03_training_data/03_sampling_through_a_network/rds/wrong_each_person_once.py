# message: expected 0.5714: 0.6 / 1.05
def rds_mean(values, degrees):
    people = set(zip(map(float, values), map(float, degrees), strict=True))
    if min(degree for _, degree in people) <= 0:
        raise ValueError("degree")
    return sum(v / d for v, d in people) / sum(1 / d for _, d in people)
