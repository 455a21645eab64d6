def handle(db, offset, event):
    cursor = db.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    known = cursor.execute("SELECT 1 FROM done WHERE id = ?", (event["id"],)).fetchone()
    if not known:
        merchant, amount = event["merchant"], event["amount"]
        row = cursor.execute(
            "SELECT crowns FROM balance WHERE merchant = ?", (merchant,)
        ).fetchone()
        total = amount + (row[0] if row else 0)
        cursor.execute("REPLACE INTO balance VALUES (?, ?)", (merchant, total))
        cursor.execute("INSERT INTO done VALUES (?)", (event["id"],))
    cursor.execute("DELETE FROM progress")
    cursor.execute("INSERT INTO progress VALUES (?)", (offset + 1,))
    cursor.execute("COMMIT")
