# message: each hour has its own number
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = math.ceil(max(rates) * spread / one)
    return max(serving, 1) + 1
