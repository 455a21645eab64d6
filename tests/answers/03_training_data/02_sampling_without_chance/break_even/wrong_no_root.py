# message: half the error takes four times the people
import math


def break_even(bias, error, S, N, list_price, person_price):
    people = math.ceil(S / math.hypot(bias, error))
    return people, list_price + person_price * people
