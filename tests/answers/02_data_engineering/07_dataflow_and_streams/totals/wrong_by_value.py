# message: the id tells them apart
def totals(messages):
    seen, crowns = set(), {}
    for m in messages:
        value = (m["merchant"], m["amount"])
        if value not in seen:
            seen.add(value)
            crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
