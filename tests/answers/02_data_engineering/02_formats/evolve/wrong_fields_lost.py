# message: Change the schema that you are given


def second_schema(first):
    fields = [
        {"name": "person_id", "type": "long"},
        {"name": "amount", "type": "double"},
        {"name": "entry", "type": "string", "aliases": ["channel"]},
        {"name": "instalments", "type": ["null", "int"]},
        {"name": "currency", "type": "string", "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return {"type": "record", "name": "Application", "fields": fields}
