# message: what has the same id is the same event
def handle(db, offset, event):
    (following,) = db.execute("SELECT next FROM progress").fetchone()
    if offset < following:
        return
    with db:
        db.execute(
            "INSERT INTO balance VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
            (event["merchant"], event["amount"]),
        )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
