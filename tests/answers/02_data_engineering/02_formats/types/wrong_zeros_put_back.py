# message: as they stand in the file


def read_typed(file, types):
    dtype = {"whole": "Int64", "number": "float64", "yes or no": "boolean"}
    known = {name: dtype[kind] for name, kind in types.items() if kind in dtype}
    missing = {name: [""] for name, kind in types.items() if kind != "text"}
    frame = pd.read_csv(file, dtype=known, keep_default_na=False, na_values=missing)
    for name, kind in types.items():
        if kind == "text" and name.endswith("code"):
            frame[name] = frame[name].astype("str").str.zfill(4)
        if kind == "time":
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame
