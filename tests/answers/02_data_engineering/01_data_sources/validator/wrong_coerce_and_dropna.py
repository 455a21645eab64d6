# message: Of 3 bodies you accept 2 and reject 0; expected 3 in all
def sort_bodies(bodies):
    records = {}
    for offset, body in enumerate(bodies):
        try:
            records[offset] = json.loads(body)
        except ValueError:
            continue
    table = pd.DataFrame.from_dict(records, orient="index")
    table["id"] = pd.to_numeric(table["id"], errors="coerce")
    table["amount"] = pd.to_numeric(table["amount"], errors="coerce")
    table = table.dropna()
    return list(zip(table.index, table.to_dict("records"), strict=True)), []
