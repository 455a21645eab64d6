# message: After another replay the tables differ
def bury(db, offset, raw, reason):
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
        (offset, raw, reason),
    )
    db.commit()


def replay(db, fix):
    through = 0
    waiting = "SELECT offset, raw FROM dead_letters WHERE replayed = 0"
    for offset, raw in db.execute(waiting).fetchall():
        try:
            record = fix(raw)
        except ValueError:
            continue
        with db:
            db.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", (offset,))
        with db:
            db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
        through += 1
    return through
