def parse_log(lines):
    made_of = {
        "ts": rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ",
        "instance": rb"[A-Za-z0-9-]+",
        "endpoint": rb"/[A-Za-z]+",
        "status": rb"\d\d\d",
        "latency_ms": rb"\d+\.\d",
    }

    def read(line):
        parts = line.split(b" ")
        if len(parts) != len(made_of):
            raise ValueError(f"{len(parts)} fields")
        record = {}
        for part, (name, pattern) in zip(parts, made_of.items(), strict=True):
            key, _, value = part.partition(b"=")
            if key != name.encode() or not re.fullmatch(pattern, value):
                raise ValueError(f"no {name}")
            record[name] = value.decode()
        record["status"] = int(record["status"])
        record["latency_ms"] = float(record["latency_ms"])
        return record

    records, rejected = [], []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(read(line))
        except ValueError as why:
            rejected.append((number, str(why)))
    return records, rejected
