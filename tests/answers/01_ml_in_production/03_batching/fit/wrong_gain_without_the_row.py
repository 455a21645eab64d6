# message: A row alone costs S(1), which is alpha and one beta
def fit_cost(first, second):
    (rows, time), (more_rows, more_time) = first, second
    beta = (more_time - time) / (more_rows - rows)
    return time - beta * rows, beta


def largest_gain(alpha, beta):
    return alpha / beta
