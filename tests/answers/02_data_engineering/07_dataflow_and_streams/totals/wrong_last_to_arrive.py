# message: the highest revision holds, not the last to arrive
def totals(messages):
    crowns = {}
    for m in {m["id"]: m for m in messages}.values():
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
