# message: In a log in which nothing broke
def in_one_place(frame):
    asked, found = frame[frame["user"].notna()], []
    failed = (asked["status"] == 500).groupby([asked["endpoint"], asked["version"]])
    counts = failed.agg(["sum", "size"])
    for (endpoint, version), (a, n) in counts.iterrows():
        b, m = counts.loc[endpoint].drop(version).sum()
        if n and m and (a / n) > 3 * (b / m):
            start = asked["ts"][asked["version"] == version].min()
            found.append({"kind": "bad_deploy", "where": (version, endpoint), "start": start})

    own = frame[(frame["event"] == "resource") & frame["instance"].str.startswith("scorer")]
    hourly = own.groupby([own["ts"].dt.floor("h"), "instance"])["rss_mb"].mean().unstack()
    above = hourly.sub(hourly.median(axis=1), axis=0)
    for instance in above.columns[above.max() > 100]:
        rise = above[instance][: above[instance].idxmax()]
        start = rise.index[rise < 20][-1]
        found.append({"kind": "memory_leak", "where": instance, "start": start})
    return found
