# message: of your findings did not happen
def for_a_while(frame):
    found = []
    for start in pd.date_range("2026-03-02", "2026-03-05", freq="1h", tz="UTC"):
        for service in ("bureau", "ledger"):
            found.append({"kind": "slow_dependency", "where": service, "start": start})
        found.append({"kind": "retry_storm", "where": "scorer", "start": start})
        for job in frame["job"].dropna().unique():
            found.append({"kind": "silent_job", "where": job, "start": start})
    return found
