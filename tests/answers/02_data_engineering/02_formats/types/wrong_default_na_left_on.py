# message: pandas takes NA for a missing value unless it is told not to


def read_typed(file, types):
    dtype = {"text": "str", "whole": "Int64", "number": "float64", "yes or no": "boolean"}
    known = {name: dtype[kind] for name, kind in types.items() if kind in dtype}
    frame = pd.read_csv(file, dtype=known)
    for name, kind in types.items():
        if kind == "time":
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame
