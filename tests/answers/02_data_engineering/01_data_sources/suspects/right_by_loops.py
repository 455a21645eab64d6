import numpy as np


def suspects(table):
    rows = sorted(table.itertuples(), key=lambda row: row.received_at)
    duplicates, seen, amounts, cents = [], set(), {}, []
    for row in rows:
        if row.checkout in seen:
            duplicates.append(row.Index)
        seen.add(row.checkout)
        amounts.setdefault(row.merchant, []).append((row.Index, row.amount))
    for of_merchant in amounts.values():
        if len(of_merchant) >= 5:
            usual = sorted(amount for _, amount in of_merchant[:5])[2]
            cents += [offset for offset, amount in of_merchant if amount / usual > 30]
    return duplicates, np.array(cents)
