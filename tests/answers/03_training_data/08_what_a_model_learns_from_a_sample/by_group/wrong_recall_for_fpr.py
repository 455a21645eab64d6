# message: which is the recall: 2 of the 4 defaulters. Expected 1/6
import numpy as np


def by_group(p, default, group, threshold):
    report = {}
    for name in np.unique(group):
        here = group == name
        refused = here & (p > threshold)
        flagged = refused.sum() / here.sum()
        fpr = (refused & default).sum() / (here & default).sum()
        precision = (refused & default).sum() / refused.sum() if refused.any() else math.nan
        report[name] = {"flagged": flagged, "fpr": fpr, "precision": precision}
    return report
