# message: four keep 400 and not 401
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = (rates * spread / one).astype(int)
    return np.maximum(serving, 1) + 1
