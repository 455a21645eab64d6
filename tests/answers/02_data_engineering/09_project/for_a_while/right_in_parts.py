def jobs_of(frame):
    jobs = frame[frame["event"].eq("batch_job") & frame["msg"].eq("done")]
    share = jobs["rows_written"] / jobs["rows_read"]
    return [("silent_job", j.job, j.ts) for j in jobs[share < 0.5].itertuples()]


def storms_of(asked):
    many = asked[asked["attempt"] >= 3].set_index("ts").sort_index()
    counts = many.resample("10min").size()
    return [("retry_storm", "scorer", start) for start in counts.index[counts > 15][:1]]


def slow_of(asked):
    found = []
    for service in ("bureau", "ledger"):
        calls = asked[asked["downstream"] == service].set_index("ts").sort_index()
        waits = calls["downstream_ms"].resample("20min")
        high = (waits.median() > 2 * calls["downstream_ms"].median()) & (waits.count() > 12)
        found += [("slow_dependency", service, start) for start in high.index[high][:1]]
    return found


def for_a_while(frame):
    asked = frame[frame["user"].notna()]
    found = jobs_of(frame) + storms_of(asked) + slow_of(asked)
    return [dict(zip(("kind", "where", "start"), one, strict=True)) for one in found]
