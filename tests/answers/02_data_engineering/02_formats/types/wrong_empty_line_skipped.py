# message: an empty line is a row whose field is empty


def read_typed(file, types):
    missing = {name: [""] for name, kind in types.items() if kind != "text"}
    dtype = {"text": "str", "whole": "Int64", "number": "float64", "yes or no": "boolean"}
    frame = pd.read_csv(
        file,
        dtype={name: dtype[kind] for name, kind in types.items() if kind in dtype},
        keep_default_na=False,
        na_values=missing,
    )
    for name, kind in types.items():
        if kind == "time":
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame
