# message: a list has an order
def normalise(documents):
    merchants, people, applications, instalments = [], set(), [], []
    for d in documents:
        merchants.append((d["code"], d["name"]))
        for a in d["applications"]:
            p = a["person"]
            people.add((p["id"], p["district"]))
            applications.append((a["id"], d["code"], p["id"], a["amount"]))
            instalments += [(a["id"], n, c) for n, c in enumerate(sorted(a["instalments"]), 1)]
    return {
        "merchant": merchants,
        "person": people,
        "application": applications,
        "instalment": instalments,
    }
