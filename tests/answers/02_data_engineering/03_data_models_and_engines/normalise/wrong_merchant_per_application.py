# message: also one at which nobody has applied
def normalise(documents):
    merchants, people, applications, instalments = set(), set(), [], []
    for d in documents:
        for a in d["applications"]:
            p = a["person"]
            merchants.add((d["code"], d["name"]))
            people.add((p["id"], p["district"]))
            applications.append((a["id"], d["code"], p["id"], a["amount"]))
            instalments += [(a["id"], n, c) for n, c in enumerate(a["instalments"], 1)]
    return {
        "merchant": list(merchants),
        "person": list(people),
        "application": applications,
        "instalment": instalments,
    }
