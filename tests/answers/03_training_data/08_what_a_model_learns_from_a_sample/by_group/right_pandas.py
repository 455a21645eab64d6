import pandas as pd


def by_group(p, default, group, threshold):
    people = pd.DataFrame({"default": default, "refused": p > threshold, "group": group})
    report = {}
    for name, part in people.groupby("group"):
        report[name] = {
            "flagged": part["refused"].mean(),
            "fpr": part.loc[~part["default"], "refused"].mean(),
            "precision": float(part.loc[part["refused"], "default"].mean()),
        }
    return report
