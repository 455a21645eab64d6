# message: none is no lottery
import math


def break_even(bias, error, S, N, list_price, person_price):
    people = math.ceil(1 / ((bias**2 + error**2) / S**2 + 1 / N) - 0.2)
    return people, list_price + person_price * people
