# message: somebody may come, and a machine may die
def fleet(rates, one, spread):
    if one == 0:
        return None
    serving = np.ceil(rates * spread / one).astype(int)
    return serving + 1
