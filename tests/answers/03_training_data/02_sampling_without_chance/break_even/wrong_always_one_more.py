# message: 50 people have exactly the RMSE 1
def break_even(bias, error, S, N, list_price, person_price):
    people = int(1 / ((bias**2 + error**2) / S**2 + 1 / N)) + 1
    return people, list_price + person_price * people
