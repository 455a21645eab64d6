import csv

PARSE = {
    "text": str,
    "whole": lambda v: int(v) if v else pd.NA,
    "number": lambda v: float(v) if v else float("nan"),
    "yes or no": lambda v: {"True": True, "False": False, "": pd.NA}[v],
    "time": lambda v: pd.Timestamp(v) if v else pd.NaT,
}
DTYPE = {
    "text": "object",
    "whole": "Int64",
    "number": "float64",
    "yes or no": "boolean",
    "time": "datetime64[ms, UTC]",
}


def read_typed(file, types):
    names, *rows = csv.reader(file)
    rows = [dict(zip(names, row or [""], strict=True)) for row in rows]
    columns = {}
    for name, kind in types.items():
        values = [PARSE[kind](row[name]) for row in rows]
        columns[name] = pd.Series(values, dtype=DTYPE[kind])
    return pd.DataFrame(columns)
