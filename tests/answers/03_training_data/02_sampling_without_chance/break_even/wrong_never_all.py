# message: no error is what only all 64 have
import math


def break_even(bias, error, S, N, list_price, person_price):
    target = math.hypot(bias, error)
    for people in range(1, N):
        if S * math.sqrt(1 / people - 1 / N) <= target:
            break
    return people, list_price + person_price * people
