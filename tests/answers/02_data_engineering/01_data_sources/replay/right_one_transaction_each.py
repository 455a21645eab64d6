def bury(db, offset, raw, reason):
    db.execute(
        "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
        (offset, raw, reason),
    )
    db.commit()


def replay(db, fix):
    cursor, through = db.cursor(), 0
    cursor.execute("SELECT offset, raw FROM dead_letters WHERE NOT replayed")
    for offset, raw in cursor.fetchall():
        try:
            record = fix(raw)
        except ValueError:
            continue
        cursor.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", (offset,))
        cursor.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
        db.commit()
        through += 1
    return through
