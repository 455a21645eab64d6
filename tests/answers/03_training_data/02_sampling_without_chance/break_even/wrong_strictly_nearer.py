# message: at most is enough
import math


def break_even(bias, error, S, N, list_price, person_price):
    target = math.hypot(bias, error)
    people = 1
    while people < N and S * math.sqrt(1 / people - 1 / N) >= target:
        people += 1
    return people, list_price + person_price * people
