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
        gap = wide[instance] - wide.drop(columns=instance).median(axis=1)
        if gap.max() > 120:
            before = gap[: gap.idxmax()]
            found.append(("memory_leak", instance, before[before < 25].index.max()))
    return found


def in_one_place(frame):
    found = deploys_of(frame[frame["user"].notna()]) + leaks_of(frame)
    return [dict(zip(("kind", "where", "start"), one, strict=True)) for one in found]
