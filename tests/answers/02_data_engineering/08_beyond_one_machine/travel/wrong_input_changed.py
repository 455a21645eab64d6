# message: leave the dicts as they are
def travels(parts, home):
    states = {}
    for worker, rows in parts:
        if worker not in states:
            states[worker] = rows
        else:
            for key, n in rows.items():
                states[worker][key] = states[worker].get(key, 0) + n
    entries = sum(n > 0 for worker, rows in states.items() if worker for n in rows.values())
    moved = sum(
        n for worker, rows in states.items() for key, n in rows.items() if home[key] != worker
    )
    return entries, moved
