import numpy as np


def fit_cost(first, second):
    rows, times = np.array([first, second], dtype=float).T
    beta, alpha = np.linalg.solve(np.column_stack([rows, np.ones(2)]), times)
    return alpha, beta


def largest_gain(alpha, beta):
    return 1 + alpha / beta
