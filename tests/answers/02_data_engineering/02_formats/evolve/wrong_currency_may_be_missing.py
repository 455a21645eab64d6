# message: only approved_by may be missing


def second_schema(first):
    second = copy.deepcopy(first)
    for field in second["fields"]:
        if field["name"] == "person_id":
            field["type"] = "long"
        if field["name"] == "channel":
            field["name"] = "entry"
            field["aliases"] = [*field.get("aliases", []), "channel"]
    second["fields"] += [
        {"name": "currency", "type": ["string", "null"], "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return second
