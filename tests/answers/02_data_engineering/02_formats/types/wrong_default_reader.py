# message: The merchant codes are [71, 7, 671]


def read_typed(file, types):
    return pd.read_csv(file)
