# message: meets a first with 0 rows
def travels(parts, home):
    seen, entries, moved = set(), 0, 0
    for worker, rows in parts:
        for key, n in rows.items():
            if (worker, key) not in seen:
                seen.add((worker, key))
                entries += n > 0 and worker != 0
            if home[key] != worker:
                moved += n
    return entries, moved
