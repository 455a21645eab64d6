# message: they come from a jeweller
def suspects(table):
    ordered = table.sort_values("received_at")
    duplicates = set(ordered.index[ordered.duplicated("checkout")])
    z = (table["amount"] - table["amount"].mean()) / table["amount"].std()
    return duplicates, set(table.index[z > 3])
