def bury(db, offset, raw, reason):
    there = db.execute("SELECT 1 FROM dead_letters WHERE offset = ?", (offset,)).fetchone()
    if not there:
        with db:
            db.execute("INSERT INTO dead_letters VALUES (?, ?, ?, 0)", (offset, raw, reason))


def replay(db, fix):
    through = 0
    waiting = "SELECT offset, raw FROM dead_letters WHERE replayed = 0"
    for offset, raw in db.execute(waiting).fetchall():
        try:
            record = fix(raw)
        except ValueError:
            continue
        with db:
            db.execute(
                "INSERT INTO accepted SELECT ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM accepted WHERE offset = ?)",
                (offset, record, offset),
            )
        with db:
            db.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", (offset,))
        through += 1
    return through
