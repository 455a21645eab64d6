# message: Something was noted as done before it was
def handle(db, offset, event):
    with db:
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
    with db:
        new = db.execute("INSERT OR IGNORE INTO done VALUES (?)", (event["id"],)).rowcount
        if new:
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
