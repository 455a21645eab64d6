# message: worker 0 sends nothing
def travels(parts, home):
    entries = {(worker, key) for worker, rows in parts for key, n in rows.items() if n}
    moved = sum(n for worker, rows in parts for key, n in rows.items() if home[key] != worker)
    return len(entries), moved
