# message: expected [0.1, 0.3077, 0.0455]
def prior_shift(p, in_sample, in_city):
    factor = in_city / (1 - in_city) / (in_sample / (1 - in_sample))
    return p / (1 - p) * factor
