def handle(db, offset, event):
    try:
        with db:
            db.execute("INSERT INTO done VALUES (?)", (event["id"],))
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
    except sqlite3.IntegrityError:
        pass  # it has been here
    with db:
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
