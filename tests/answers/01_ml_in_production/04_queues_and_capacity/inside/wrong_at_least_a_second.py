# message: not by a whole second
def mean_inside(log, start, stop):
    total = sum(max(0, min(left, stop) - max(arrived, start)) for arrived, left in log)
    return total / max(stop - start, 1)
