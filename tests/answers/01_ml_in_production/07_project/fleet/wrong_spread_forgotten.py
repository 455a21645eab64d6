# message: of five that serve the busiest gets a fourth
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = np.ceil(rates / one).astype(int)
    return np.maximum(serving, 1) + 1
