import pandas as pd


def sessions(events, gap, ahead):
    if not events:
        return []
    frame = pd.DataFrame(events, columns=["user", "ts", "instance"])
    frame["ts"] -= frame["instance"].map(lambda name: ahead.get(name, 0))
    frame = frame.sort_values(["user", "ts"])
    number = (~frame["user"].duplicated() | (frame["ts"].diff() > gap)).astype(int).cumsum()
    cut = frame.groupby(number).agg(user=("user", "first"), ts=("ts", "min"), n=("ts", "size"))
    return list(cut.itertuples(index=False, name=None))
