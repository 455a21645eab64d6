# message: they come from a jeweller
def suspects(table):
    ordered = table.sort_values("received_at")
    duplicates = set(ordered.index[ordered.duplicated("checkout")])
    return duplicates, set(table.index[table["amount"] > 30 * table["amount"].median()])
