# message: As text, 9 is after 10
def totals(messages):
    kept, crowns = {}, {}
    for m in messages:
        known = kept.get(m["id"])
        if known is None or str(m["revision"]) > str(known["revision"]):
            kept[m["id"]] = m
    for m in kept.values():
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
