# message: so not all fields are equal
def suspects(table):
    ordered = table.sort_values("received_at")
    cents = set()
    for _, rows in ordered.groupby("merchant"):
        if len(rows) >= 5:
            usual = rows["amount"].iloc[:5].median()
            cents |= set(rows.index[rows["amount"] > 30 * usual])

    return set(ordered.index[ordered.duplicated()]), cents
