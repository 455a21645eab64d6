import math


def by_group(p, default, group, threshold):
    report = {}
    for name in set(group.tolist()):
        people = refused = payers = wrongly = 0
        for chance, bad, its in zip(p, default, group, strict=True):
            if its != name:
                continue
            people += 1
            payers += not bad
            refused += chance > threshold
            wrongly += chance > threshold and not bad
        precision = (refused - wrongly) / refused if refused else math.nan
        report[name] = {
            "flagged": refused / people,
            "fpr": wrongly / payers,
            "precision": precision,
        }
    return report
