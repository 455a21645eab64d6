# message: The highest attempt within the span decides
def impact(frame, start, end):
    asked = frame[frame["user"].notna()]
    last = asked.sort_values("attempt").drop_duplicates("trace", keep="last")
    last = last[(last["ts"] >= start) & (last["ts"] < end)]
    failed = last[last["status"] >= 500]
    n, k, z = len(last), len(failed), 1.96
    about = {"requests": n, "failed": k, "users": failed["user"].nunique()}
    if n == 0:
        return {**about, "rate": math.nan, "low": math.nan, "high": math.nan}
    p = k / n
    middle = p + z**2 / (2 * n)
    reach = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (max(0.0, (middle + side * reach) / (1 + z**2 / n)) for side in (-1, 1))
    return {**about, "rate": p, "low": low, "high": high}
