# message: whole numbers above 2 to the power of 53 are rounded


def read_typed(file, types):
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    for name, kind in types.items():
        if kind in ("whole", "number"):
            numbers = frame[name].replace("", None).astype("float64")
            frame[name] = numbers.astype("Int64") if kind == "whole" else numbers
        elif kind == "yes or no":
            frame[name] = frame[name].map({"True": True, "False": False}).astype("boolean")
        elif kind == "time":
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame
