# message: compare with its first five only
def suspects(table):
    ordered = table.sort_values("received_at")
    duplicates = set(ordered.index[ordered.duplicated("checkout")])
    group = ordered.groupby("merchant")["amount"]
    factor = ordered["amount"] / group.transform("median")
    return duplicates, set(ordered.index[(group.transform("size") >= 5) & (factor > 30)])
