# message: Instead of clipping
def prior_shift(p, in_sample, in_city):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    odds = p / (1 - p) * in_city / (1 - in_city) / (in_sample / (1 - in_sample))
    return odds / (1 + odds)
