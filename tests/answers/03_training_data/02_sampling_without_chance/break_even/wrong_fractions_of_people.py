# message: people come whole


def break_even(bias, error, S, N, list_price, person_price):
    people = 1 / ((bias**2 + error**2) / S**2 + 1 / N)
    return people, list_price + person_price * people
