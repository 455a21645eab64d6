# message: or no transaction held it together
def handle(db, offset, event):
    db.isolation_level = None
    with db:
        new = db.execute("INSERT OR IGNORE INTO done VALUES (?)", (event["id"],)).rowcount
        if new:
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
