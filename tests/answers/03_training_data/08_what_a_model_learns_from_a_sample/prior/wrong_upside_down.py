# message: Is the fraction upside down?
def prior_shift(p, in_sample, in_city):
    default = p * in_sample / in_city
    pay = (1 - p) * (1 - in_sample) / (1 - in_city)
    return default / (default + pay)
