# message: expected the whole numbers 7 and 175958


def second_schema(first):
    second = copy.deepcopy(first)
    for field in second["fields"]:
        if field["name"] == "person_id":
            field["type"] = "double"
        if field["name"] == "channel":
            field["name"] = "entry"
            field["aliases"] = ["channel"]
    second["fields"] += [
        {"name": "currency", "type": "string", "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return second
