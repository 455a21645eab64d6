# message: letters wait that were replayed
def bury(db, offset, raw, reason):
    with db:
        db.execute(
            "INSERT OR REPLACE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
            (offset, raw, reason),
        )


def replay(db, fix):
    through = 0
    with db:
        waiting = "SELECT offset, raw FROM dead_letters WHERE replayed = 0"
        for offset, raw in db.execute(waiting).fetchall():
            try:
                record = fix(raw)
            except ValueError:
                continue
            db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
            db.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", (offset,))
            through += 1
    return through
