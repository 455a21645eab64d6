import numpy as np


def break_even(bias, error, S, N, list_price, person_price):
    n = np.ceil(S**2 * N / (N * (bias**2 + error**2) + S**2))
    return np.array([n, list_price + person_price * n])
