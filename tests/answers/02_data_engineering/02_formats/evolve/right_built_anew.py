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
    return first | {"fields": added + fields}
