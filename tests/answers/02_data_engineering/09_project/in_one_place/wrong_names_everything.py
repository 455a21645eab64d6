# message: of your findings did not happen
def in_one_place(frame):
    found = []
    scorers = [name for name in frame["instance"].unique() if name.startswith("scorer")]
    asked = frame[frame["user"].notna()]
    for instance in scorers:
        for start in pd.date_range("2026-03-02", "2026-03-05", freq="6h", tz="UTC"):
            found.append({"kind": "memory_leak", "where": instance, "start": start})
    for version, lines in asked.groupby("version"):
        for endpoint in lines["endpoint"].unique():
            start = lines["ts"].min()
            found.append({"kind": "bad_deploy", "where": (version, endpoint), "start": start})
    return found
