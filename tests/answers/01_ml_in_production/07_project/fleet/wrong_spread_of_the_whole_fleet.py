# message: of five that serve the busiest gets a fourth
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = np.ceil((rates / one + 1) * spread).astype(int) - 1
    return np.maximum(serving, 1) + 1
