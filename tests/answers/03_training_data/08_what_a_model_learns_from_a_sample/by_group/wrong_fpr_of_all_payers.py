# message: What do you divide by?
import numpy as np


def by_group(p, default, group, threshold):
    report = {}
    for name in np.unique(group):
        here = group == name
        refused = here & (p > threshold)
        flagged = refused.sum() / here.sum()
        fpr = (refused & ~default).sum() / (~default).sum()
        precision = (refused & default).sum() / refused.sum() if refused.any() else math.nan
        report[name] = {"flagged": flagged, "fpr": fpr, "precision": precision}
    return report
