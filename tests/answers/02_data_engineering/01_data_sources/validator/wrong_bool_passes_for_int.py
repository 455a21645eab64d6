# message: A body with id true is accepted
def sort_bodies(bodies):
    accepted, rejected = [], []
    for offset, body in enumerate(bodies):
        try:
            record = json.loads(body)
        except ValueError:
            rejected.append((offset, "body"))
            continue
        if not isinstance(record.get("id"), int) or record["id"] < 1:
            rejected.append((offset, "id"))
        elif not isinstance(record.get("amount"), int | float) or not record["amount"] > 0:
            rejected.append((offset, "amount"))
        elif not isinstance(record.get("merchant"), str):
            rejected.append((offset, "merchant"))
        else:
            accepted.append((offset, record))
    return accepted, rejected
