def prior_shift(p, in_sample, in_city):
    factor = in_city / (1 - in_city) / (in_sample / (1 - in_sample))
    city = []
    for one in p:
        odds = one / (1 - one) * factor if one < 1 else None
        city.append(1.0 if odds is None else odds / (1 + odds))
    return city
