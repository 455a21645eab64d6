# message: 1/2 is the recall
import numpy as np


def by_group(p, default, group, threshold):
    report = {}
    for name in np.unique(group):
        here = group == name
        refused = here & (p > threshold)
        flagged = refused.sum() / here.sum()
        fpr = (refused & ~default).sum() / (here & ~default).sum()
        precision = (refused & default).sum() / (here & default).sum()
        report[name] = {"flagged": flagged, "fpr": fpr, "precision": precision}
    return report
