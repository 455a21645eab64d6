def normalise(documents):
    pairs = [(d["code"], a) for d in documents for a in d["applications"]]
    return {
        "merchant": [[d["code"], d["name"]] for d in documents],
        "person": list(
            {
                a["person"]["id"]: (a["person"]["id"], a["person"]["district"]) for _, a in pairs
            }.values()
        ),
        "application": [(a["id"], code, a["person"]["id"], a["amount"]) for code, a in pairs],
        "instalment": [
            (a["id"], i + 1, a["instalments"][i])
            for _, a in pairs
            for i in range(len(a["instalments"]))
        ],
    }
