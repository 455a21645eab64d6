# message: the payers' side changes as well
def prior_shift(p, in_sample, in_city):
    default = p * in_city / in_sample
    return default / (default + 1 - p)
