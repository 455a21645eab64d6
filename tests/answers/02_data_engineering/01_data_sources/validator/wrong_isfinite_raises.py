# message: At a body with amount 10000000000000 your function raises OverflowError
def _fault(body):
    try:
        record = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None, "body"
    if type(record) is not dict:
        return None, "body"
    for name in ("id", "amount", "merchant"):
        if name not in record:
            return None, f"{name} is missing"
    for name in record:
        if name not in ("id", "amount", "merchant"):
            return None, f"{name} is not known"
    if type(record["id"]) is not int or record["id"] < 1:
        return None, "id is no whole number from 1 on"
    amount = record["amount"]
    if type(amount) not in (int, float) or not math.isfinite(amount) or not 0 < amount <= 10_000:
        return None, "amount is out of range"
    merchant = record["merchant"]
    if type(merchant) is not str or len(merchant) != 4 or not set(merchant) <= set("0123456789"):
        return None, "merchant is not of four digits"
    return record, ""


def sort_bodies(bodies):
    judged = [(offset, *_fault(body)) for offset, body in enumerate(bodies)]
    accepted = [(offset, record) for offset, record, fault in judged if not fault]
    return accepted, [(offset, fault) for offset, _, fault in judged if fault]
