def timeline(frame, minutes):
    asked = frame[(frame["event"] == "request") & ~frame["user"].isna()]
    length = pd.Timedelta(minutes=minutes)
    number = ((asked["ts"] - pd.Timestamp(0, tz="UTC")) // length).to_numpy()
    rows = {}
    for window in range(number.min(), number.max() + 1):
        inside = asked[number == window]
        n = len(inside)
        start = pd.Timestamp(0, tz="UTC") + window * length
        if n == 0:
            rows[start] = (0, math.nan, math.nan)
            continue
        failed = sum(status >= 500 for status in inside["status"])
        p99 = sorted(inside["latency_ms"])[99 * (n - 1) // 100]
        rows[start] = (n, failed / n, p99)
    columns = ["requests", "error_rate", "p99_ms"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
