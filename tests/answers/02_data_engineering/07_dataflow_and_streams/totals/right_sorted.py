def totals(messages):
    in_order = sorted(messages, key=lambda m: m["revision"])
    crowns = {}
    for m in {m["id"]: m for m in in_order}.values():
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
