# message: expected whole numbers that may be missing


def read_typed(file, types):
    return pd.read_csv(file, dtype="str", keep_default_na=False)
