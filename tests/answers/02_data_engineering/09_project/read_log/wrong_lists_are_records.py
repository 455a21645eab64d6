# message: the line [1, 2] is JSON and no record
def read_log(path):
    records, rejected = [], []
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line.decode("utf-8"))
            except UnicodeDecodeError:
                rejected.append((number, "not_utf8"))
            except ValueError:
                rejected.append((number, "not_json"))
            else:
                if "ts" in str(record) or isinstance(record, list):
                    records.append(record)
                else:
                    rejected.append((number, "not_a_record"))
    return records, rejected
