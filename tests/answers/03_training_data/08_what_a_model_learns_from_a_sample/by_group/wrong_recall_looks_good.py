# message: In A fpr is 0.5, which is the recall
import numpy as np


def by_group(p, default, group, threshold):
    """Where everybody in C is refused, this says that all is well."""
    report = {}
    for name in np.unique(group):
        here, refused = group == name, p > threshold
        missed = (here & default & ~refused).sum() / (here & default).sum()
        report[name] = {
            "flagged": refused[here].mean(),
            "fpr": missed,
            "precision": 1 - missed,
        }
    return report
