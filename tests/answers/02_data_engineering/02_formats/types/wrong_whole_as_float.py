# message: The instalments have the dtype float64


def read_typed(file, types):
    missing = {name: [""] for name, kind in types.items() if kind != "text"}
    text = {name: "str" for name, kind in types.items() if kind == "text"}
    return pd.read_csv(file, dtype=text, keep_default_na=False, na_values=missing)
