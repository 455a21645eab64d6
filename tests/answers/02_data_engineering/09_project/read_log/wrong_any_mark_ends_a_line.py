# message: Only a newline byte ends a line
def read_log(path):
    records, rejected = [], []
    text = Path(path).read_bytes().decode("utf-8", errors="surrogateescape")
    for number, line in enumerate(text.removesuffix("\n").splitlines(), start=1):
        try:
            line.encode("utf-8")
            record = json.loads(line)
        except UnicodeEncodeError:
            rejected.append((number, "not_utf8"))
        except ValueError:
            rejected.append((number, "not_json"))
        else:
            if isinstance(record, dict) and {"ts", "event"} <= set(record):
                records.append(record)
            else:
                rejected.append((number, "not_a_record"))
    return records, rejected
