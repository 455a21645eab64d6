def travels(parts, home):
    states, moved = {}, 0
    for worker, rows in parts:
        for key, n in rows.items():
            if n > 0:
                states.setdefault(worker, set()).add(key)
            if worker != home[key]:
                moved += n
    states.pop(0, None)
    return [sum(map(len, states.values())), moved]
