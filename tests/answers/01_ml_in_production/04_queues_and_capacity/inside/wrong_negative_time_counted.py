# message: who has left before or comes after counts for nothing
def mean_inside(log, start, stop):
    total = sum(min(left, stop) - max(arrived, start) for arrived, left in log)
    return total / (stop - start)
