# message: Only person_id gets a wider type


def second_schema(first):
    second = copy.deepcopy(first)
    for field in second["fields"]:
        if field["name"] == "person_id":
            field["type"] = "long"
        if field["name"] == "channel":
            field["name"] = "entry"
            field["aliases"] = [*field.get("aliases", []), "channel"]
    for field in second["fields"]:
        if field["type"] == ["null", "int"]:
            field["type"] = ["null", "long"]
    second["fields"] += [
        {"name": "currency", "type": "string", "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return second
