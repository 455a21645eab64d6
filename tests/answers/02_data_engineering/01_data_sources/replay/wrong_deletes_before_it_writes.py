# message: a letter is marked, not deleted
def bury(db, offset, raw, reason):
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
        (offset, raw, reason),
    )
    db.commit()


def replay(db, fix):
    through = 0
    for offset, raw in db.execute("SELECT offset, raw FROM dead_letters").fetchall():
        try:
            record = fix(raw)
        except ValueError:
            continue
        db.execute("DELETE FROM dead_letters WHERE offset = ?", (offset,))
        db.commit()
        db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
        db.commit()
        through += 1
    return through
