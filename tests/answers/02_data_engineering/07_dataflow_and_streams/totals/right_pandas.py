import pandas as pd


def totals(messages):
    table = pd.DataFrame(list(messages), columns=["id", "revision", "merchant", "amount"])
    latest = table.sort_values("revision").drop_duplicates("id", keep="last")
    return latest.groupby("merchant")["amount"].sum().to_dict()
