# message: you multiply the probability by c / s
def prior_shift(p, in_sample, in_city):
    return p * in_city / in_sample
