# message: only 2 s of the first fall between the two times
def mean_inside(log, start, stop):
    total = sum(max(0, min(left, stop) - arrived) for arrived, left in log)
    return total / (stop - start)
