# message: the first person drawn is not put back
def chance_of_missing(N, K, n):
    return (1 - K / N) ** n


def smallest_sample(N, K, confidence):
    n = 1
    while 1 - chance_of_missing(N, K, n) < confidence:
        n += 1
    return n
