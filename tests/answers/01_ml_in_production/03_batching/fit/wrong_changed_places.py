# message: expected (alpha, beta), in this order
import numpy as np


def fit_cost(first, second):
    return tuple(np.polyfit(*zip(first, second, strict=True), deg=1))


def largest_gain(alpha, beta):
    return (alpha + beta) / beta
