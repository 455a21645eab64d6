# message: both names, taken from
def by_group(p, default, group, threshold):
    refused = p > threshold
    report = {}
    for name in ("A", "C"):
        here = group == name
        caught = default[here & refused]
        report[name] = {
            "flagged": refused[here].sum() / max(here.sum(), 1),
            "fpr": refused[here & ~default].sum() / max((here & ~default).sum(), 1),
            "precision": caught.mean() if len(caught) else math.nan,
        }
    return report
