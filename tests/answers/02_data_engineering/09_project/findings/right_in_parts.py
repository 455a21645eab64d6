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


def deploys_of(asked):
    from scipy.stats import fisher_exact

    found = []
    for version in asked["version"].unique():
        for endpoint in asked["endpoint"].unique():
            here = asked[asked["endpoint"] == endpoint]
            own = here["version"] == version
            failed = here["status"] == 500
            a, b = (failed & own).sum(), (failed & ~own).sum()
            table = [[a, own.sum() - a], [b, (~own).sum() - b]]
            test = fisher_exact(table, alternative="greater")
            if test.pvalue < 1e-4 and a / own.sum() > 3 * b / (~own).sum():
                start = asked.loc[asked["version"] == version, "ts"].min()
                found.append(("bad_deploy", [version, endpoint], start))
    return found


def leaks_of(frame):
    own = frame[frame["rss_mb"].notna() & frame["instance"].str.match("scorer")]
    wide = own.pivot_table(index=own["ts"].dt.floor("2h"), columns="instance", values="rss_mb")
    found = []
    for instance in wide:
        gap = wide[instance] - wide.drop(columns=instance).mean(axis=1)
        if gap.max() > 120:
            before = gap[: gap.idxmax()]
            found.append(("memory_leak", instance, before[before < 25].index.max()))
    return found


def findings(frame):
    asked = frame[frame["user"].notna()]
    found = jobs_of(frame) + storms_of(asked) + slow_of(asked)
    found += deploys_of(asked) + leaks_of(frame)
    return [dict(zip(("kind", "where", "start"), one, strict=True)) for one in found]
