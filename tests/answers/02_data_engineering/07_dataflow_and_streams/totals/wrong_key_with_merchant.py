# message: nothing of a, which went to another
def totals(messages):
    kept, crowns = {}, {}
    for m in messages:
        key = m["id"], m["merchant"]
        if key not in kept or m["revision"] > kept[key]["revision"]:
            kept[key] = m
    for m in kept.values():
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
