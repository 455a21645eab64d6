# message: Delivered twice, p1 of 100 crowns
def totals(messages):
    crowns = {}
    for m in messages:
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
