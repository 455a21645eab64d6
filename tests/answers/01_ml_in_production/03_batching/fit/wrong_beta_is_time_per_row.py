# message: 31 more rows take 5373 - 1479 microseconds more
def fit_cost(first, second):
    (rows, time), (more_rows, more_time) = first, second
    beta = more_time / more_rows
    return time - beta * rows, beta


def largest_gain(alpha, beta):
    return (alpha + beta) / beta
