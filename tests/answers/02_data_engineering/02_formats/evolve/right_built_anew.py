CHANGED = {
    "person_id": {"type": "long"},
    "channel": {"name": "entry", "aliases": ["channel"]},
}


def second_schema(first):
    added = [
        {"name": "approved_by", "type": ["null", "string"], "default": None},
        {"name": "currency", "type": "string", "default": "crowns"},
    ]
    fields = [field | CHANGED.get(field["name"], {}) for field in first["fields"]]
    for old, new in zip(first["fields"], fields, strict=True):
        if old["name"] == "channel":
            new["aliases"] = ["channel", *old.get("aliases", [])]
    return first | {"fields": added + fields}
