# message: when a machine dies, the others have to keep the objective
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = np.ceil(rates * spread / one).astype(int)
    return np.maximum(serving, 1)
