def read_typed(file, types):
    frame = pd.read_csv(file, dtype="str", keep_default_na=False, skip_blank_lines=False)
    for name, kind in types.items():
        column = frame[name].replace("", None)
        if kind == "whole":
            frame[name] = pd.array([pd.NA if pd.isna(v) else int(v) for v in column], "Int64")
        elif kind == "number":
            frame[name] = pd.to_numeric(column).astype("float64")
        elif kind == "yes or no":
            frame[name] = column.map({"True": True, "False": False}).astype("boolean")
        elif kind == "time":
            frame[name] = pd.to_datetime(column, utc=True, format="ISO8601")
    return frame
