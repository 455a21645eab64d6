# message: so bool('False') is True


def read_typed(file, types):
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    for name, kind in types.items():
        column = frame[name].replace("", None)
        if kind == "whole":
            frame[name] = column.astype("Int64")
        elif kind == "number":
            frame[name] = column.astype("float64")
        elif kind == "yes or no":
            frame[name] = column.map(lambda v: v if v is None or pd.isna(v) else bool(v)).astype(
                "boolean"
            )
        elif kind == "time":
            frame[name] = pd.to_datetime(column, utc=True)
    return frame
