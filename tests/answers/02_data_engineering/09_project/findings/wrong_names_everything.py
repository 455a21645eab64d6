# message: of your findings did not happen
def findings(frame):
    found = []
    starts = pd.date_range("2026-03-02", "2026-03-05", freq="1h", tz="UTC")
    for start in starts:
        for instance in ("scorer-1", "scorer-2", "scorer-3", "scorer-4"):
            found.append({"kind": "memory_leak", "where": instance, "start": start})
        for service in ("bureau", "ledger"):
            found.append({"kind": "slow_dependency", "where": service, "start": start})
        for endpoint in ("/predict", "/quote", "/limit", "/pay"):
            found.append({"kind": "bad_deploy", "where": ("2.5.0", endpoint), "start": start})
        found.append({"kind": "retry_storm", "where": "scorer", "start": start})
        for job in ("settle-payments", "refresh-features", "send-reminders"):
            found.append({"kind": "silent_job", "where": job, "start": start})
    return found
