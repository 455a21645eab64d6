# message: the spare is one machine and no share of the fleet
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = np.ceil(rates * spread / one).astype(int)
    return np.maximum(serving, 1) + np.ceil(serving / 10).clip(1).astype(int)
