# message: of 4 letters are gone; expected all 4
def bury(db, offset, raw, reason):
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
        (offset, raw, reason),
    )
    db.commit()


def replay(db, fix):
    through = 0
    waiting = "SELECT offset, raw, reason FROM dead_letters WHERE replayed = 0"
    for offset, raw, reason in db.execute(waiting).fetchall():
        try:
            record = fix(raw)
        except ValueError:
            continue
        with db:
            db.execute("DELETE FROM dead_letters WHERE offset = ?", (offset,))
        with db:
            db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
            db.execute("INSERT INTO dead_letters VALUES (?, ?, ?, 1)", (offset, raw, reason))
        through += 1
    return through
