# message: a lottery without putting back
import math


def break_even(bias, error, S, N, list_price, person_price):
    people = math.ceil(S**2 / (bias**2 + error**2))
    return people, list_price + person_price * people
