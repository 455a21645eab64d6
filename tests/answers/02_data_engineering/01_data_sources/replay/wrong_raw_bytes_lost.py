# message: expected the very bytes
def bury(db, offset, raw, reason):
    text = raw.decode("utf-8", errors="replace")
    with db:
        db.execute(
            "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
            (offset, text.encode(), reason),
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
