# message: What becomes of a line that is no record?
def parse_log(lines):
    pattern = re.compile(
        rb"ts=(\S+Z) instance=([\w-]+) endpoint=(/\w+) status=(\d{3}) latency_ms=(\d+\.\d)"
    )
    records, rejected = [], []
    try:
        for line in lines:
            found = pattern.fullmatch(line)
            names = ("ts", "instance", "endpoint")
            texts = (part.decode() for part in found.groups()[:3])
            record = dict(zip(names, texts, strict=True))
            records.append(record | {"status": int(found[4]), "latency_ms": float(found[5])})
    except AttributeError:
        rejected.append((len(records) + 1, "cannot be read"))
    return records, rejected
