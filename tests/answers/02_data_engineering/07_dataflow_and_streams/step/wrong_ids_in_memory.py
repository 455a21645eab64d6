# message: memory dies with the process
seen = set()


def handle(db, offset, event):
    with db:
        if event["id"] not in seen:
            seen.add(event["id"])
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
