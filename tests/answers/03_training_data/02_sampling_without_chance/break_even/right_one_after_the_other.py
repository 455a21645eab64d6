import math


def break_even(bias, error, S, N, list_price, person_price):
    target = math.hypot(bias, error)
    n = 1
    while S * math.sqrt(1 / n - 1 / N) > target:
        n += 1
    return [n, list_price + n * person_price]
