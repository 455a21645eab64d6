# message: the highest revision holds, not the last to arrive
from itertools import groupby


def totals(messages):
    latest = {}
    for name, group in groupby(messages, key=lambda m: m["id"]):
        latest[name] = max(group, key=lambda m: m["revision"])
    crowns = {}
    for m in latest.values():
        crowns[m["merchant"]] = crowns.get(m["merchant"], 0) + m["amount"]
    return crowns
