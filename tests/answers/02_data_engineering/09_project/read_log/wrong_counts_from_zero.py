# message: Lines count from 1
def read_log(path):
    records, rejected = [], []
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=0):
            try:
                record = json.loads(line.decode("utf-8"))
            except UnicodeDecodeError:
                rejected.append((number, "not_utf8"))
            except ValueError:
                rejected.append((number, "not_json"))
            else:
                if isinstance(record, dict) and "ts" in record and "event" in record:
                    records.append(record)
                else:
                    rejected.append((number, "not_a_record"))
    return records, rejected
