# message: Worker 1 combines its two parts first
def travels(parts, home):
    entries = sum(n > 0 for worker, rows in parts if worker for n in rows.values())
    moved = sum(n for worker, rows in parts for key, n in rows.items() if home[key] != worker)
    return entries, moved
