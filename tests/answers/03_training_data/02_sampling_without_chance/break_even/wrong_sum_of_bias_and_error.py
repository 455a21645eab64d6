# message: their squares do
import math


def break_even(bias, error, S, N, list_price, person_price):
    people = math.ceil(1 / ((abs(bias) + error) ** 2 / S**2 + 1 / N))
    return people, list_price + person_price * people
