# message: also one without instalments
def normalise(documents):
    merchants, people, applications, instalments = set(), set(), set(), []
    for d in documents:
        merchants.add((d["code"], d["name"]))
        for a in d["applications"]:
            p = a["person"]
            for number, crowns in enumerate(a["instalments"], 1):
                people.add((p["id"], p["district"]))
                applications.add((a["id"], d["code"], p["id"], a["amount"]))
                instalments.append((a["id"], number, crowns))
    return {
        "merchant": list(merchants),
        "person": list(people),
        "application": list(applications),
        "instalment": instalments,
    }
