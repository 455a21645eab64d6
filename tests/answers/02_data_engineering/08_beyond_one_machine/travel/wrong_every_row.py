# message: does not travel
def travels(parts, home):
    entries = {(worker, key) for worker, rows in parts for key, n in rows.items() if n and worker}
    return len(entries), sum(n for _, rows in parts for n in rows.values())
