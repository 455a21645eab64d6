# message: Delivered twice under offset 0
def handle(db, offset, event):
    with db:
        db.execute(
            "INSERT INTO balance VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
            (event["merchant"], event["amount"]),
        )
    with db:
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
