# message: Your replay ends at the first letter that cannot be mended
def bury(db, offset, raw, reason):
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
        (offset, raw, reason),
    )
    db.commit()


def replay(db, fix):
    through = 0
    with db:
        waiting = "SELECT offset, raw FROM dead_letters WHERE replayed = 0"
        for offset, raw in db.execute(waiting).fetchall():
            db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, fix(raw)))
            db.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", (offset,))
            through += 1
    return through
