# message: Line 4 is cut after the point of its latency
def parse_log(lines):
    pattern = re.compile(
        r"ts=(\S+Z) instance=([\w-]+) endpoint=(/\w+) status=(\d{3}) latency_ms=([\d.]+)"
    )
    records, rejected = [], []
    for number, line in enumerate(lines, start=1):
        found = pattern.fullmatch(line.decode("latin-1"))
        if not found:
            rejected.append((number, "no match"))
            continue
        names = ("ts", "instance", "endpoint")
        record = dict(zip(names, found.groups()[:3], strict=True))
        records.append(record | {"status": int(found[4]), "latency_ms": float(found[5])})
    return records, rejected
