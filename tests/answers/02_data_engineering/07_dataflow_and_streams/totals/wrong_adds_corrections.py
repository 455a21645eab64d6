# message: corrected to 80, gives 0071 180 crowns
def totals(messages):
    seen, crowns = set(), {}
    for m in messages:
        if (m["id"], m["revision"]) not in seen:
            seen.add((m["id"], m["revision"]))
            crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
