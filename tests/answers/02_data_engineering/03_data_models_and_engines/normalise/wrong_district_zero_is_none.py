# message: A number 0 is a value like any other. See hint 2
def normalise(documents):
    merchants, people, applications, instalments = [], set(), [], []
    for d in documents:
        merchants.append((d["code"], d["name"]))
        for a in d["applications"]:
            p = a["person"]
            if p["district"]:
                people.add((p["id"], p["district"]))
            applications.append((a["id"], d["code"], p["id"], a["amount"]))
            instalments += [(a["id"], n, c) for n, c in enumerate(a["instalments"], 1)]
    return {
        "merchant": merchants,
        "person": people,
        "application": applications,
        "instalment": instalments,
    }
