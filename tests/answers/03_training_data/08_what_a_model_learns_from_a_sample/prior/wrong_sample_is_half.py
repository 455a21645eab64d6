# message: With equal shares
def prior_shift(p, in_sample, in_city):
    default = p * in_city
    return default / (default + (1 - p) * (1 - in_city))
