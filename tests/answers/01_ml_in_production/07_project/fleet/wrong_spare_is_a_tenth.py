# message: round up, and add a spare
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = rates * spread / one
    return np.maximum(np.ceil(1.1 * serving), 2).astype(int)
