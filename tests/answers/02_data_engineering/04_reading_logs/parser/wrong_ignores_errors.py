# message: expected all of them in one of the two
def parse_log(lines):
    records = []
    for line in lines:
        try:
            parts = dict(pair.split("=") for pair in line.decode().split(" "))
            ts, instance, endpoint = parts["ts"], parts["instance"], parts["endpoint"]
            latency_ms = float(re.fullmatch(r"\d+\.\d", parts["latency_ms"])[0])
        except Exception:
            continue
        records.append(
            {
                "ts": ts,
                "instance": instance,
                "endpoint": endpoint,
                "status": int(parts["status"]),
                "latency_ms": latency_ms,
            }
        )
    return records, []
