# message: A batch of 1 also pays for its one row
def fit_cost(first, second):
    (rows, time), (more_rows, more_time) = first, second
    return time, (more_time - time) / (more_rows - rows)


def largest_gain(alpha, beta):
    return alpha / beta
