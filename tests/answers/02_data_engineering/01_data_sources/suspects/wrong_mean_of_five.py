# message: expected [32, 33]
def suspects(table):
    ordered = table.sort_values("received_at")
    duplicates = set(ordered.index[ordered.duplicated("checkout")])
    cents = set()
    for _, rows in ordered.groupby("merchant"):
        if len(rows) >= 5:
            usual = rows["amount"].iloc[:5].mean()
            cents |= set(rows.index[rows["amount"] > 30 * usual])
    return duplicates, cents
