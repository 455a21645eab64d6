# message: take off what the 4 rows cost, not the cost of one
def fit_cost(first, second):
    (rows, time), (more_rows, more_time) = first, second
    beta = (more_time - time) / (more_rows - rows)
    return time - beta, beta


def largest_gain(alpha, beta):
    return (alpha + beta) / beta
