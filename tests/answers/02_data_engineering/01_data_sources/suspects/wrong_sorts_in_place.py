# message: Your function changes the table
def suspects(table):
    table.sort_values("received_at", inplace=True)
    ordered = table
    duplicates = set(ordered.index[ordered.duplicated("checkout")])
    cents = set()
    for _, rows in ordered.groupby("merchant"):
        if len(rows) >= 5:
            usual = rows["amount"].iloc[:5].median()
            cents |= set(rows.index[rows["amount"] > 30 * usual])
    return duplicates, cents
