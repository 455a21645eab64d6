# message: a has 0 rows there
def travels(parts, home):
    entries = {(worker, key) for worker, rows in parts for key in rows if worker}
    moved = sum(n for worker, rows in parts for key, n in rows.items() if home[key] != worker)
    return len(entries), moved
