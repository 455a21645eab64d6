# message: corrected to 80, gives 0071 100 crowns
def totals(messages):
    kept, crowns = {}, {}
    for m in messages:
        kept.setdefault(m["id"], m)
    for m in kept.values():
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
