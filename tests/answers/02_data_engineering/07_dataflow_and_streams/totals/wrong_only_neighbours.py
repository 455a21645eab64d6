# message: Delivered twice, p1 of 100 crowns
def totals(messages):
    crowns, before = {}, None
    for m in messages:
        if m != before:
            crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
        before = m
    return crowns
