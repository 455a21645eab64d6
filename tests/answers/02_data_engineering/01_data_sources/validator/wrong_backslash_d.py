# message: and a good one you accept the offsets [0, 1]
import re


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
    if type(amount) not in (int, float) or not 0 < amount <= 10_000:
        return None, "amount is out of range"
    merchant = record["merchant"]
    if type(merchant) is not str or not re.fullmatch(r"\d{4}", merchant):
        return None, "merchant is not of four digits"
    return record, ""


def sort_bodies(bodies):
    judged = [(offset, *_fault(body)) for offset, body in enumerate(bodies)]
    accepted = [(offset, record) for offset, record, fault in judged if not fault]
    return accepted, [(offset, fault) for offset, _, fault in judged if fault]
