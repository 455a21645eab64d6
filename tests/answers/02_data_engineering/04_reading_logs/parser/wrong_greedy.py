# message: hold the pattern to the whole line
def parse_log(lines):
    some = re.compile(
        rb"ts=(\S+) .*instance=(\S+) .*endpoint=(\S+) .*status=(\d+) .*latency_ms=(\d+\.\d)"
    )
    records, rejected = [], []
    for number, line in enumerate(lines, start=1):
        found = some.search(line)
        if not found:
            rejected.append((number, "no match"))
            continue
        ts, instance, endpoint = (part.decode() for part in found.groups()[:3])
        records.append(
            {
                "ts": ts,
                "instance": instance,
                "endpoint": endpoint,
                "status": int(found[4]),
                "latency_ms": float(found[5]),
            }
        )
    return records, rejected
