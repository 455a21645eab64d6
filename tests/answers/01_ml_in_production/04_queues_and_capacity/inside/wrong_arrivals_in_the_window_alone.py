# message: only 2 s of the first fall between the two times
def mean_inside(log, start, stop):
    came = [pair for pair in log if start <= pair[0] < stop]
    return sum(min(left, stop) - arrived for arrived, left in came) / (stop - start)
