# message: you return infinity
def mean_inside(log, start, stop):
    return sum(left - arrived for arrived, left in log) / (stop - start)
