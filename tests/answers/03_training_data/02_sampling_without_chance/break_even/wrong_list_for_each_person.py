# message: 500 for the list, and 14 times 30
import math


def break_even(bias, error, S, N, list_price, person_price):
    people = math.ceil(1 / ((bias**2 + error**2) / S**2 + 1 / N))
    return people, (list_price + person_price) * people
