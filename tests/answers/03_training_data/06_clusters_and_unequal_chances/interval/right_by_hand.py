def clustered_interval(values, quantile):
    m = len(values)
    means = [sum(row) / len(row) for row in values]
    middle = sum(means) / m
    variance = sum((mean - middle) ** 2 for mean in means) / (m - 1) / m
    return middle - quantile * variance**0.5, middle + quantile * variance**0.5
