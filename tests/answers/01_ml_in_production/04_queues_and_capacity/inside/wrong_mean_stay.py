# message: that were inside for 2, 4 and 2 s in 10 s you make
def mean_inside(log, start, stop):
    stays = [max(0, min(left, stop) - max(arrived, start)) for arrived, left in log]
    return sum(stays) / len(stays)
