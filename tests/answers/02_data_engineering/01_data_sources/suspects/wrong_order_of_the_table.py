# message: not the first in the table
def suspects(table):
    duplicates = set(table.index[table.duplicated("checkout")])
    cents = set()
    for _, rows in table.groupby("merchant"):
        if len(rows) >= 5:
            usual = rows["amount"].iloc[:5].median()
            cents |= set(rows.index[rows["amount"] > 30 * usual])
    return duplicates, cents
