# message: Two events may be alike in all but their id
def handle(db, offset, event):
    value = f"{event['merchant']} {event['amount']}"
    with db:
        new = db.execute("INSERT OR IGNORE INTO done VALUES (?)", (value,)).rowcount
        if new:
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
