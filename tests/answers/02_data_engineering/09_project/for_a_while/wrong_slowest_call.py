# message: bureau is right; its start is
def for_a_while(frame):
    asked, found = frame[frame["user"].notna()], []

    jobs = frame[(frame["event"] == "batch_job") & (frame["level"] == "info")]
    for job in jobs[jobs["rows_written"] < 0.5 * jobs["rows_read"]].itertuples():
        found.append({"kind": "silent_job", "where": job.job, "start": job.ts})

    tries = asked.groupby(asked["ts"].dt.floor("10min"))["attempt"].agg(["mean", "size"])
    storm = tries[(tries["mean"] > 1.3) & (tries["size"] >= 20)]
    if len(storm):
        found.append({"kind": "retry_storm", "where": "scorer", "start": storm.index[0]})

    for service, calls in asked.groupby("downstream"):
        waits = calls.groupby(calls["ts"].dt.floor("15min"))["downstream_ms"]
        usual, waits = calls["downstream_ms"].median(), waits.agg(median="max", size="size")
        slow = waits[(waits["median"] > 2 * usual) & (waits["size"] >= 10)]
        if len(slow):
            found.append({"kind": "slow_dependency", "where": service, "start": slow.index[0]})
    return found
