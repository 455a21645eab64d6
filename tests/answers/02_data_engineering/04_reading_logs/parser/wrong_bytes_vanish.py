# message: a byte that is no UTF-8
def parse_log(lines):
    pattern = re.compile(
        r"ts=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) instance=([A-Za-z0-9-]+) "
        r"endpoint=(/[A-Za-z]+) status=(\d{3}) latency_ms=(\d+\.\d)"
    )
    records, rejected = [], []
    for number, line in enumerate(lines, start=1):
        found = pattern.fullmatch(line.decode(errors="ignore"))
        if not found:
            rejected.append((number, "no match"))
            continue
        names = ("ts", "instance", "endpoint")
        record = dict(zip(names, found.groups()[:3], strict=True))
        records.append(record | {"status": int(found[4]), "latency_ms": float(found[5])})
    return records, rejected
