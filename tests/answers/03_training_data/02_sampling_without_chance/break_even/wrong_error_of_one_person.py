# message: solve S sqrt(1/n - 1/N) = 5 for n
import math


def break_even(bias, error, S, N, list_price, person_price):
    people = 1 if math.hypot(bias, error) > S else N
    return people, list_price + person_price * people
