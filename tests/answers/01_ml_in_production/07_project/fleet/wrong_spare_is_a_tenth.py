# message: the spare is one machine and no share of the fleet
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = np.ceil(rates * spread / one).astype(int)
    return np.ceil(1.1 * np.maximum(serving, 1)).astype(int)
