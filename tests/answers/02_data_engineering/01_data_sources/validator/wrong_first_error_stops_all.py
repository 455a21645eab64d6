# message: Of 3 bodies you accept 1 and reject 1; expected 3 in all
def sort_bodies(bodies):
    accepted, rejected, offset = [], [], 0
    try:
        for offset, body in enumerate(bodies):
            record = json.loads(body)
            if type(record["id"]) is not int or type(record["amount"]) not in (int, float):
                raise ValueError("id or amount")
            accepted.append((offset, record))
    except (ValueError, KeyError, TypeError) as error:
        rejected.append((offset, f"body: {error}"))
    return accepted, rejected
