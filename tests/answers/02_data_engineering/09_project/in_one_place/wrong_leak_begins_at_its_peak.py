# message: scorer-2 is right; its start is
def in_one_place(frame):
    asked, found = frame[frame["user"].notna()], []
    failed = (asked["status"] == 500).groupby([asked["endpoint"], asked["version"]])
    counts = failed.agg(["sum", "size"])
    for (endpoint, version), (a, n) in counts.iterrows():
        b, m = counts.loc[endpoint].drop(version).sum()
        ratio = ((a + 0.5) / (n + 1)) / ((b + 0.5) / (m + 1))
        error = math.sqrt(1 / (a + 0.5) - 1 / (n + 1) + 1 / (b + 0.5) - 1 / (m + 1))
        if a >= 8 and ratio > 3 and math.log(ratio) > 3.29 * error:
            start = asked["ts"][asked["version"] == version].min()
            found.append({"kind": "bad_deploy", "where": (version, endpoint), "start": start})

    own = frame[(frame["event"] == "resource") & frame["instance"].str.startswith("scorer")]
    hourly = own.groupby([own["ts"].dt.floor("h"), "instance"])["rss_mb"].mean().unstack()
    above = hourly.sub(hourly.median(axis=1), axis=0)
    for instance in above.columns[above.max() > 100]:
        rise = above[instance][: above[instance].idxmax()]
        start = rise.index[-1]
        found.append({"kind": "memory_leak", "where": instance, "start": start})
    return found
