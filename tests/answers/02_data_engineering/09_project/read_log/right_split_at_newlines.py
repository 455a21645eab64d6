def why_not(line):
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None, "not_utf8"
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return None, "not_json"
    fits = type(value) is dict and {"ts", "event"} <= value.keys()
    return (value, None) if fits else (None, "not_a_record")


def read_log(path):
    lines = Path(path).read_bytes().split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    judged = [why_not(line) for line in lines]
    records = [value for value, reason in judged if reason is None]
    rejected = [(i + 1, reason) for i, (_, reason) in enumerate(judged) if reason is not None]
    return records, rejected
