# message: stands more than once; expected once. See hint 1
def normalise(documents):
    merchants, people, applications, instalments = [], set(), [], []
    for d in documents:
        for a in d["applications"] or [None]:
            merchants.append((d["code"], d["name"]))
            if a is None:
                continue
            p = a["person"]
            people.add((p["id"], p["district"]))
            applications.append((a["id"], d["code"], p["id"], a["amount"]))
            instalments += [(a["id"], n, c) for n, c in enumerate(a["instalments"], 1)]
    return {
        "merchant": merchants,
        "person": list(people),
        "application": applications,
        "instalment": instalments,
    }
