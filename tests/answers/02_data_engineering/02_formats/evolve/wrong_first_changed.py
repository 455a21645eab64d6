# message: Your function changes the schema that it is given


def second_schema(first):
    second = dict(first)
    for field in second["fields"]:
        if field["name"] == "person_id":
            field["type"] = "long"
        if field["name"] == "channel":
            field["name"] = "entry"
            field["aliases"] = ["channel"]
    second["fields"] += [
        {"name": "currency", "type": "string", "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return second
