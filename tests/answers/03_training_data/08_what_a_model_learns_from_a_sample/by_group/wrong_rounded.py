# message: not rounded
def by_group(p, default, group, threshold):
    refused = p > threshold
    report = {}
    for name in np.unique(group):
        here = group == name
        caught = default[here & refused]
        report[name] = {
            "flagged": round(refused[here].mean(), 4),
            "fpr": round(refused[here & ~default].mean(), 4),
            "precision": round(caught.mean(), 4) if len(caught) else math.nan,
        }
    return report
