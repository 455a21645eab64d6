# message: or name an incident twice
def findings(frame):
    asked = frame[frame["user"].notna()].sort_values("ts")
    found = []

    def note(kind, where, start):
        found.append({"kind": kind, "where": where, "start": start})

    jobs = frame[(frame["event"] == "batch_job") & (frame["level"] == "info")]
    for job in jobs[jobs["rows_written"] < 0.5 * jobs["rows_read"]].itertuples():
        note("silent_job", job.job, job.ts)

    tries = asked.groupby(asked["ts"].dt.floor("10min"))["attempt"].agg(["mean", "size"])
    stormy = tries[(tries["mean"] > 1.3) & (tries["size"] >= 20)]
    if len(stormy):
        note("retry_storm", "scorer", stormy.index[0])

    for service, calls in asked.groupby("downstream"):
        waits = calls.groupby(calls["ts"].dt.floor("15min"))["downstream_ms"]
        usual, waits = calls["downstream_ms"].median(), waits.agg(["median", "size"])
        slow = waits[(waits["median"] > 2 * usual) & (waits["size"] >= 10)]
        if len(slow):
            for begin in slow.index:
                note("slow_dependency", service, begin)

    failed = (asked["status"] == 500).groupby([asked["endpoint"], asked["version"]])
    counts = failed.agg(["sum", "size"])
    for (endpoint, version), (a, n) in counts.iterrows():
        b, m = counts.loc[endpoint].drop(version).sum()
        ratio = ((a + 0.5) / (n + 1)) / ((b + 0.5) / (m + 1))
        error = math.sqrt(1 / (a + 0.5) - 1 / (n + 1) + 1 / (b + 0.5) - 1 / (m + 1))
        if a >= 8 and ratio > 3 and math.log(ratio) > 3.29 * error:
            note("bad_deploy", (version, endpoint), asked["ts"][asked["version"] == version].min())

    own = frame[(frame["event"] == "resource") & frame["instance"].str.startswith("scorer")]
    hourly = own.groupby([own["ts"].dt.floor("h"), "instance"])["rss_mb"].mean().unstack()
    above = hourly.sub(hourly.median(axis=1), axis=0)
    for instance in above.columns[above.max() > 100]:
        rise = above[instance][: above[instance].idxmax()]
        note("memory_leak", instance, rise.index[rise < 20][-1])
    return found
