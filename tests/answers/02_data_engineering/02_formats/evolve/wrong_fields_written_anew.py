# message: and do not write them anew


def second_schema(first):
    second = copy.deepcopy(first)
    for field in second["fields"]:
        if field["name"] == "person_id":
            field.clear()
            field.update({"name": "person_id", "type": "long"})
        if field["name"] == "channel":
            field["name"] = "entry"
            field["aliases"] = [*field.get("aliases", []), "channel"]
    second["fields"] += [
        {"name": "currency", "type": "string", "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return second
