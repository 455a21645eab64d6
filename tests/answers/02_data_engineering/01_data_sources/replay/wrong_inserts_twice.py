# message: After a second replay `accepted` has 6 rows; expected 3
def bury(db, offset, raw, reason):
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
        (offset, raw, reason),
    )
    db.commit()


def replay(db, fix):
    through = 0
    with db:
        for offset, raw in db.execute("SELECT offset, raw FROM dead_letters").fetchall():
            try:
                record = fix(raw)
            except ValueError:
                continue
            db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
            through += 1
    return through
