# message: A body with amount NaN is accepted
def sort_bodies(bodies):
    accepted, rejected = [], []
    for offset, body in enumerate(bodies):
        try:
            record = json.loads(body)
        except ValueError:
            rejected.append((offset, "body"))
            continue
        amount = record.get("amount")
        if type(record.get("id")) is not int:
            rejected.append((offset, "id"))
        elif type(amount) not in (int, float) or amount <= 0 or amount > 10_000:
            rejected.append((offset, "amount"))
        elif type(record.get("merchant")) is not str:
            rejected.append((offset, "merchant"))
        else:
            accepted.append((offset, record))
    return accepted, rejected
