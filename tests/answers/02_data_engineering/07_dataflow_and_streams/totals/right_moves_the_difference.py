def totals(messages):
    known, crowns = {}, {}
    for m in messages:
        revision, merchant, amount = known.get(m["id"], (-1, m["merchant"], 0))
        if m["revision"] <= revision:
            continue
        crowns[merchant] = crowns.get(merchant, 0) - amount
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
        known[m["id"]] = m["revision"], m["merchant"], m["amount"]
    return crowns
