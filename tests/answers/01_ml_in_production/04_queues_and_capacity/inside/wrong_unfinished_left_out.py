# message: the two queries that have not left are inside as well
def mean_inside(log, start, stop):
    ended = [pair for pair in log if pair[1] < math.inf]
    total = sum(max(0, min(left, stop) - max(arrived, start)) for arrived, left in ended)
    return total / (stop - start)
