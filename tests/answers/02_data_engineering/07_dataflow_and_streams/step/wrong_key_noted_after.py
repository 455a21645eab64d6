# message: It died after it had paid and before it had noted so
def handle(db, offset, event):
    if not db.execute("SELECT 1 FROM done WHERE id = ?", (event["id"],)).fetchone():
        with db:
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
    with db:
        db.execute("INSERT OR IGNORE INTO done VALUES (?)", (event["id"],))
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
