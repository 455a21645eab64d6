# %% [markdown]
# # Beyond one machine
#
# A cluster answers the same question as one process. What you pay for it, and when it pays, you can
# count on two processes of your own machine.
#
# **You will be able to** ask one question on pandas, DuckDB and dask, and compare the answers;
# write an aggregation that can be put together from parts; count what a cluster moves; choose an
# engine by size.
#
# **Time** 40 minutes. **Before this** [Formats](02_formats.ipynb) (Parquet, columns) and
# [Reading logs](04_reading_logs.ipynb). [Dataflow and streams](07_dataflow_and_streams.ipynb) helps
# with the last experiment (idempotent writes).

# %% [markdown]
# ## One question, many files
#
# Logs grow by the hour, and land in files by the hour. The question is what a service's owner asks
# every morning: per endpoint and hour, how many requests, how many errors, the mean latency, and
# its 99th percentile (p99).
#
# The log is made up, by the course's simulator: three days of Riverton Pay, one seed. It lies in
# Parquet files of three hours each.
#
# `SCHEDULER` is the one setting that decides where dask works. With `None` you get two worker
# processes here, with one thread each. An address sends the same tasks to a cluster elsewhere,
# whose workers must see the files under the same path, and have the course's packages.

# %% tags=["wall-clock"]
import json
import tempfile
import time
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from distributed import get_task_stream, wait

from labkit import ROOT, cluster
from labkit.lesson import figures, finding, show_source
from labkit.logs import hourly
from labkit.riverton.log_simulator import simulate

SEED = 8  # change it: every finding below should still hold
SCHEDULER = None  # or "tcp://host:8786"

temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
folder = Path(temporary.name)
client = cluster.start(workers=2, scheduler=SCHEDULER, folder=folder / "workers")

log = simulate(lines=1_000_000, seed=SEED).frame
requests = log[log["event"] == "request"].dropna(axis=1, how="all").reset_index(drop=True)
paths = [str(path) for path in hourly.write_parts(requests, folder / "1")]
print(f"{len(requests):,} requests, {len(requests.columns)} columns, {len(paths)} files")

# %% [markdown]
# ## The same answer, three ways
#
# **The question.** Do pandas, DuckDB and dask agree, to the last digit?
#
# A p99 cannot be added up, so the question is turned into one that can. Latency goes into
# *buckets*, each a fixed ratio wider than the one before, and what is counted are the requests of
# each hour, endpoint and bucket. The p99 is read from the counts at the end.

# %%
show_source(hourly.with_keys)
print(f"A bucket ends at {hourly.GROWTH} times the value at which it begins.")

# %% [markdown]
# pandas reads everything into memory, then counts. dask has the same interface. What you write is a
# plan; `compute()` cuts it into **tasks**, a few for each file, and the **scheduler** hands them to
# the **workers**.

# %%
show_source(hourly.by_pandas, hourly.table_of, hourly.by_dask)

# %% [markdown]
# DuckDB takes SQL. It reads the files itself, some thousand rows at a time.

# %%
print(hourly.QUERY)
show_source(hourly.by_duckdb)

# %% [markdown]
# **Your guess.** The table has a row for each hour, endpoint and bucket. In how many per cent of
# its rows do the sums of latency from pandas and from DuckDB differ?

# %%
my_differ = 0  # %, edit me

# %%
ways = {"pandas": hourly.by_pandas, "DuckDB": hourly.by_duckdb, "dask": hourly.by_dask}
tables = {way: hourly.alike(ask(folder / "1")) for way, ask in ways.items()}
counts = {way: table[["requests", "errors"]] for way, table in tables.items()}
same_counts = sum(counts["pandas"].equals(count) for count in counts.values())
off = (tables["DuckDB"]["ms"] / tables["pandas"]["ms"] - 1).abs()
print(f"{len(off):,} rows; counts equal in {same_counts} of {len(ways)} ways")
hourly.by_endpoint_and_hour(tables["pandas"]).loc["/predict"].iloc[[4, 12, 20]].round(2)

# %% [markdown]
# A p99 is read as the middle of its bucket, so two that lie in one bucket come out equal:

# %%
show_source(hourly.percentile)

# %% tags=["nbval-ignore-output"]
differ = 100 * (off > 0).mean()
print(f"{differ:.0f} % of the sums differ (you guessed {my_differ:g} %),")
print(f"by {off.max():.0e} of their value at most")

# %% [markdown]
# Nobody has made a mistake. A computer's number with a point in it, a *float*, has 53 binary
# digits, and each addition rounds to them. Add the same latencies one by one, in the order of the
# files:

# %% tags=["nbval-ignore-output"]
columns = requests.assign(ts=requests["ts"].dt.tz_localize(None))
row = tables["pandas"].index.get_indexer(pd.MultiIndex.from_frame(
    hourly.with_keys(columns)[hourly.KEYS]))  # fmt: skip
plain = np.zeros(len(off))
np.add.at(plain, row, requests["latency_ms"].to_numpy())
{way: f"{100 * (table['ms'] != plain).mean():.0f} % differ" for way, table in tables.items()}

# %% [markdown]
# So DuckDB added one by one here. pandas, and dask with it, carries each rounding error along and
# gives it back (*Kahan summation*): more exact, and different. In general the order matters as
# well: a sum that several threads or workers put together may change from run to run.
#
# Where you need the same digits every time, add whole numbers. Latency was written in tenths of a
# millisecond; as tenths it is an integer, and integers do not round.

# %%
tenths = (requests["latency_ms"] * 10).round().astype("int64")
rng = np.random.default_rng([SEED, 1])
orders = [rng.permutation(len(tenths)) for _ in range(3)]
as_integers = {int(tenths.to_numpy()[order].sum()) for order in orders}
as_floats = {requests["latency_ms"].to_numpy()[order].cumsum()[-1] for order in orders}
print(f"{len(orders)} orders: {len(as_integers)} sum of integers, {len(as_floats)} of floats")

# %% tags=["nbval-ignore-output"]
finding("three engines count the same, in every row", measured=same_counts, equals=3, unit="ways")
finding(
    "their sums of floats agree, but for rounding",
    measured=max((t["ms"] / tables["pandas"]["ms"] - 1).abs().max() for t in tables.values()),
    at_most=1e-9,
)
finding("in three orders, integers have one sum", measured=len(as_integers), equals=1)
finding("and floats have several", measured=len(as_floats), at_least=2)

# %% [markdown]
# **At work.** Compare counts exactly and sums with a tolerance. A test that asks two engines for
# equal floats fails on a day when nothing is wrong.

# %% [markdown]
# ## What it costs, as the log grows
#
# **The question.** At which size is the cluster quicker than one process? And who runs out of
# memory first?
#
# One more way of using pandas comes in. It goes through the files one by one, and keeps only each
# one's table:

# %%
show_source(hourly.table_of_file, hourly.merge, hourly.by_pandas_parts)

# %% [markdown]
# Each way of pandas and DuckDB gets a process of its own. Its *resident memory*, what it holds in
# RAM, is sampled every few milliseconds while it works; dask's is that of its two workers. Starting
# and importing is not timed. You measure one file, and all of them.
#
# **Your guess.** On a log fifty times as large, how many times as much memory does pandas need as
# DuckDB?

# %%
my_times = 4  # edit me

# %% tags=["nbval-ignore-output"]
hours = requests["ts"].dt.floor("3h")
sizes = {"one file": requests[hours == hours.mode()[0]], "1": requests}
hourly.write_parts(sizes["one file"], folder / "one file")
one_process = {
    "pandas": hourly.by_pandas,
    "pandas, file by file": hourly.by_pandas_parts,
    "DuckDB": hourly.by_duckdb,
}
measured = []


def note(way, run, ask):
    """Ask at both sizes; of the small one keep the quickest of three."""
    run(ask, folder / "one file")  # sets up what is set up once
    for size, rows in sizes.items():
        repeats = 3 if size == "one file" else 1
        best = min((run(ask, folder / size) for _ in range(repeats)), key=lambda m: m.seconds)
        counted = best.result["requests"].sum()
        measured.append((way, len(rows), best.seconds, best.peak_mb, counted))


for way, ask in one_process.items():
    with cluster.alone() as run:
        note(way, run, ask)
pids = list(cluster.workers(client).values()) if SCHEDULER is None else [psutil.Process().pid]
note("dask, 2 workers", lambda *call: cluster.measure(*call, pids=pids), hourly.by_dask)
measured = pd.DataFrame(measured, columns=["way", "lines", "seconds", "peak_mb", "counted"])
live = measured.pivot(index="way", columns="lines", values=["seconds", "peak_mb"])
live.round(2)

# %% [markdown]
# Larger sizes were measured once, by a script that lies in the course's repository,
# `tests/outside/beyond_one_machine.py`. What follows is a record, not your machine. A bigger
# service is made by copies of the files, so the right counts are known; and the table of the
# answer keeps its size, which a longer log's would not.

# %%
outside = ROOT / "tests" / "outside"
about = json.loads((outside / "beyond_one_machine.json").read_text())
recorded = pd.read_csv(outside / "beyond_one_machine.csv")
versions = {name: number for name, number in about["versions"].items() if number}
print(f"Recorded on {about['date']}: {about['cores']} cores, {about['memory_gib']} GiB,")
print(f"{about['system']}, Python {about['python']},")
print(", ".join(f"{name} {number}" for name, number in versions.items()))
load = recorded["load"]
print(f"This and others: {load.min():.0f} to {load.max():.0f} programs wanted a core.")
big = recorded[recorded["lines"] == recorded["lines"].max()].set_index("way")
print(f"The largest: {big['lines'].iloc[0]:,} requests in {big['files'].iloc[0]:,} files.")
big[["seconds", "peak_mb"]].round(1)

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    title="At the largest size of the record, one process with a database is quickest",
    xlabel="requests (millions)",
    size=(9.2, 3.8),
    columns=2,
)
colours = [figures.ORANGE, figures.GREEN, figures.BLUE, figures.BLACK]
for ax, what in zip(axes, ["seconds", "peak_mb"], strict=True):
    for way, colour in zip([*one_process, "dask, 2 workers"], colours, strict=True):
        rows, mine = (table[table["way"] == way] for table in (recorded, measured))
        ax.plot(rows["lines"] / 1e6, rows[what], color=colour, label=way)
        ax.plot(mine["lines"] / 1e6, mine[what], "o", ms=5, color=colour)
    ax.set(xscale="log", yscale="log", ylabel={"seconds": "seconds"}.get(what, "peak memory (MB)"))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter("{x:g}")
axes[1].set_yticks([200, 500, 1_000, 2_000, 5_000], minor=False)
axes[1].minorticks_off()
figures.mark_guess(axes[1], y=my_times * big["peak_mb"]["DuckDB"])
figures.label_lines(axes[1])
times = big["peak_mb"]["pandas"] / big["peak_mb"]["DuckDB"]
small_ratio = live["seconds"].iloc[:, 0]["dask, 2 workers"] / live["seconds"].iloc[:, 0]["pandas"]
live_mb = live["peak_mb"][len(requests)]
figures.show(
    fig,
    caption=f"Lines: the record. Points: your machine. At {big['lines'].iloc[0] / 1e6:.0f} million "
    f"requests pandas held {times:.0f} times as much as DuckDB (you guessed {my_times:g}). On one "
    f"file it held some {recorded['peak_mb'].min():.0f} MB, most of it Python and its packages. On "
    f"your one file dask took {small_ratio:.0f} times as long as pandas.",
    alt="Two panels against the number of requests, on logarithmic axes. Time: DuckDB lies lowest "
    "at the largest size, dask starts highest. Memory: pandas rises steeply, the others stay low.",
)

# %% tags=["nbval-ignore-output"]
finding(
    "every way counts every request, at both sizes",
    measured=int((measured["counted"] == measured["lines"]).sum()),
    equals=2 * 4,
    unit="runs",
)
finding(
    "on one file dask takes longer than pandas in one process",
    measured=small_ratio,
    at_least=1.2,
    unit="times",
    look="Is another program using the processor?",
)
finding(
    "on all files pandas holds more than DuckDB",
    measured=live_mb["pandas"] / live_mb["DuckDB"],
    at_least=1.3,
    unit="times",
)

# %% [markdown]
# **Why.** Memory is spent by what is held at one time: all rows; one file, and the tables of those
# before it; or a few thousand rows. It has little to do with the number of machines. A cluster's
# time at small sizes is what it takes to plan, send and collect tasks, whatever is in them. Only
# later do the rows count.
#
# **Where it stops being true.** Two workers on the two cores of one machine cannot add what is not
# there: in the record dask draws about level with pandas at the largest size, and is ahead at none.
# DuckDB uses both cores as well. What a cluster adds is *other* machines: their memory, their
# disks, their cores. You need it when one machine's disk or hour is not enough, and look at the
# record first: how far that is.
#
# Spark, too, takes this query. The record has its time; here it runs where Java 17 and
# `pip install pyspark` are installed.

# %% tags=["nbval-ignore-output"]
spark = cluster.start_spark()
if spark is None:
    print("Spark or Java is not installed here; this cell does nothing, and nothing needs it.")
else:
    by_spark = hourly.alike(hourly.by_spark(folder / "1", spark))
    equal = by_spark[["requests", "errors"]].equals(counts["pandas"])
    print(f"Spark {spark.version}: counts equal to those of pandas: {equal}")
    spark.stop()

# %% [markdown]
# ## What can be put together from parts
#
# **The question.** Every worker sees only its files. Which answers can be put together from theirs?
#
# **The wrong way.** Each part computes the answer for itself, and the answers are averaged, or
# added. For a count that is right. Try it on the p99 of each endpoint over the three days, and on
# the number of different users.
#
# **Your guess.** Over all files, how many times the true number of users do you get if you add the
# numbers of the files?

# %%
my_factor = 1.2  # edit me

# %%
parts = [pd.read_parquet(path, columns=["endpoint", "latency_ms", "user"]) for path in paths]
whole = pd.concat(parts)


def p99_of(ms):
    """Of n latencies in order, number 0.99 n, rounded up."""
    return np.quantile(ms, 0.99, method="inverted_cdf")


by_part = [part.groupby("endpoint")["latency_ms"].apply(p99_of) for part in parts]
of_files = pd.concat(by_part, axis=1)
p99 = pd.DataFrame(
    {
        "true p99": whole.groupby("endpoint")["latency_ms"].apply(p99_of),
        "median file": of_files.median(axis=1),
        "slowest file": of_files.max(axis=1),
        "mean of files": of_files.mean(axis=1),
        "merged buckets": tables["pandas"].groupby("endpoint").apply(hourly.percentile, 99),
    }
)
p99.round(1)

# %% [markdown]
# Two endpoints were slow for some hours: look at the slowest file. Most of the slowest requests of
# the whole are in such files, so the true p99 is high; the mean thins them out among all files, and
# the median file shows nothing of them. A smaller cause: a file of the night weighs as much as one
# of the evening. Buckets are added before anybody asks for a percentile, so each request weighs the
# same.
#
# For users the right way is to add *sets*: a user who comes in two files is one user. But a set of
# all users is as large as the log has users. A **sketch** is a small summary that merges. This one
# gives each user a hash, a number that looks random and is the same in every process, and keeps the
# k smallest. Of n numbers between 0 and 1 the k-th smallest lies near k / n. So n is about
# (k - 1) / that number; k - 1 removes a small bias.

# %%
K = 2_048


def sketch(users):
    """The K smallest of the users' hashes, each once."""
    return np.unique(pd.util.hash_array(users.dropna().to_numpy(object)))[:K]


def union(one, other):
    """The sketch of two parts together: sketches in, sketch out."""
    return np.unique(np.concatenate([one, other]))[:K]


def estimate(kept):
    """How many different users there were."""
    return len(kept) if len(kept) < K else (K - 1) / (kept[-1] / 2**64)


merged = np.array([], "uint64")
for part in parts:
    merged = union(merged, sketch(part["user"]))
users = whole["user"].nunique()
added = sum(part["user"].nunique() for part in parts)
print(f"{users:,} users; the files' numbers added up: {added:,}; sketch: {estimate(merged):,.0f}")

# %%
shown = (p99.div(p99["true p99"], axis=0) - 1)[["mean of files", "merged buckets"]] * 100
fig, ax = figures.new(
    title="A mean of p99s can be off by anything, buckets by half a bucket at most",
    xlabel="off from the true p99 (%)",
    size=(7.6, 3.0),
)
place = np.arange(len(shown))
for column, colour in zip(shown, [figures.ORANGE, figures.BLUE], strict=True):
    ax.plot(shown[column], place, "o", color=colour, ms=7)
ax.set_yticks(place, shown.index)
ax.set_ylim(-0.6, len(shown) - 0.4)
ax.text(0.03, 0.9, "mean of the files' p99", color=figures.ORANGE, transform=ax.transAxes)
ax.text(0.03, 0.78, "p99 from merged buckets", color=figures.BLUE, transform=ax.transAxes)
figures.mark_truth(ax, x=0)
of_means, of_buckets = shown.abs().max()
figures.show(
    fig,
    caption=f"Over {len(shown)} endpoints the mean of the parts' p99s is off by up to "
    f"{of_means:.0f} %, merged buckets by up to "
    f"{of_buckets:.1f} %. Users added up are {added / users:.1f} times the "
    f"true number (you guessed {my_factor:g}); the sketch is off by "
    f"{100 * (estimate(merged) / users - 1):+.1f} %.",
    alt="One row per endpoint: the means of p99s lie far below zero for two endpoints and near it "
    "for the others; the merged buckets lie near it for all.",
)

# %%
finding(
    "merged buckets give a p99 within half a bucket",
    measured=of_buckets,
    at_most=100 * (hourly.GROWTH**0.5 - 1) + 1e-6,
    unit="%",
)
finding(
    "the mean of p99s is off by more than any bucket, for some endpoint",
    measured=of_means / of_buckets,
    at_least=1.5,
    unit="times",
)
finding("users added up are counted again and again", measured=added / users, at_least=3)
finding(
    "a sketch of fixed size merges to within six of its errors",
    measured=abs(estimate(merged) / users - 1) * 100,
    at_most=100 * 6 / K**0.5,
    unit="%",
)

# %% [markdown]
# **Why.** An answer can be put together when there is a *state* that fits into little memory and a
# `merge` with which order and grouping do not matter: (a + b) + c = a + (b + c), a + b = b + a, and
# an empty part changes nothing. Then each worker may start with any file, and every tree of merges
# ends in the same state (sums of floats: up to rounding).
#
# | wanted | state that merges | size |
# |---|---|---|
# | count, sum, errors | itself | one number |
# | mean | sum and count | two numbers |
# | variance | count, sum and sum of squares (or of deviations) | three numbers |
# | p99, to a few per cent | counts by bucket | some hundred numbers |
# | number of different users, to a few per cent | k smallest hashes | k numbers |
# | exact median of values that may be anything | all values | the data |
#
# **Where it stops being true.** The last row, and even that depends on the values. Here they are
# tenths of a millisecond:

# %%
pairs = pd.DataFrame({"user": requests["user"], "tenths": tenths}).dropna()
print(f"{tenths.nunique():,} different latencies in {len(tenths):,} requests,")
print(f"{len(pairs.drop_duplicates()):,} pairs of user and latency in {len(pairs):,} rows")

# %% [markdown]
# Counts by latency are a small state, and give the exact median and p99 of all. Counts by user and
# latency are most of the rows again. What has no small state must travel.

# %% [markdown]
# ## What has to travel
#
# **The question.** How many bytes go from worker to worker, for an answer that merges, and for one
# that does not?
#
# The first is the table by hour, endpoint and bucket, as a **tree**: one task per file makes its
# table, then tasks merge four at a time until one is left.


# %%
def tree(client, make, merge, paths, fan_in=4):
    """One task per file, then merges; returns the future of the last one."""
    level = client.map(make, paths, pure=False)
    while len(level) > 1:
        groups = [level[i : i + fan_in] for i in range(0, len(level), fan_in)]
        level = client.map(merge, groups, pure=False)
    return level[0]


# %% [markdown]
# (`pure=False` tells dask to do the work again when it is asked again.)
#
# The second is the exact median latency of each user. All rows of a user have to meet in one place,
# and nobody knows beforehand where they lie. So every file is cut by a hash of the user into as
# many pieces as there are places, and each place fetches its piece of every file. That is a
# **shuffle**, here by hash. A large join or an exact median per key comes down to one, in dask as
# in Spark; dask's `set_index` shuffles by ranges.

# %%
PLACES = 4


def cut(path):
    """The rows of a file that have a user, in one piece for each place."""
    rows = pd.read_parquet(path, columns=["user", "latency_ms"]).dropna()
    place = pd.util.hash_array(rows["user"].to_numpy(object)) % PLACES
    return [rows[place == p] for p in range(PLACES)]


def medians(pieces):
    """The exact medians of the users of one place: how many rows and users, how many slow."""
    rows = pd.concat(pieces)
    median = rows.groupby("user")["latency_ms"].median()
    return len(rows), len(median), int((median > 30).sum())


def shuffle(client, paths):
    """Cut every file, bring the pieces together; returns one future per place."""
    files = client.map(cut, paths, pure=False)
    pieces = [[client.submit(itemgetter(p), file) for file in files] for p in range(PLACES)]
    return [client.submit(medians, here, pure=False) for here in pieces]


# %% [markdown]
# **Your guess.** How many times as many bytes as the tree does the shuffle move between two
# workers?

# %%
my_ratio = 3  # edit me


# %% tags=["nbval-ignore-output"]
def traced(work):
    """Do the work; return its results, the bytes that workers sent, the tasks they ran."""
    before = cluster.bytes_moved(client)
    with get_task_stream(client, plot=False) as stream:
        futures = work()
        wait(futures)
    moved = cluster.bytes_moved(client) - before
    return client.gather(futures), moved, stream.data


result, tree_bytes, tree_tasks = traced(
    lambda: tree(client, hourly.table_of_file, hourly.merge, paths)
)
places, shuffle_bytes, shuffle_tasks = traced(lambda: shuffle(client, paths))
of_users = whole[["user", "latency_ms"]].dropna()
read_bytes = of_users.memory_usage(deep=True).sum()
share = shuffle_bytes / read_bytes
pd.DataFrame(
    {
        "tasks": [len(tree_tasks), len(shuffle_tasks)],
        "moved (MB)": [tree_bytes / 1e6, shuffle_bytes / 1e6],
    },
    index=["tree", "shuffle"],
).round(2)

# %% tags=["nbval-ignore-output"]
print(f"The shuffle moved {shuffle_bytes / tree_bytes:.0f} times as much as the tree")
print(f"(you guessed {my_ratio:g}): {share:.0%} of the bytes of its rows.")

# %% [markdown]
# The tasks can be predicted: one per file, and the merges; against one cut per file, one per piece,
# and one per place. So can the bytes of the shuffle. Where W workers hold equal shares, a row is
# already at its place with the chance 1 / W, and (W - 1) / W of all rows travel: half of them with
# two workers, nearly all with a hundred.

# %% tags=["nbval-ignore-output"]
merges, level = 0, len(paths)
while level > 1:
    level = -(-level // 4)
    merges += level
finding(
    "the tree ran as many tasks as predicted",
    measured=len(tree_tasks) - (len(paths) + merges),
    equals=0,
    unit="too many",
)
finding(
    "about half of the bytes travel, with two workers",
    measured=share,
    between=(0.3, 0.7),
    needs=(SCHEDULER is None, "with other workers another part of the rows is at home."),
)
finding(
    "no row got lost on its way",
    measured=sum(rows for rows, _, _ in places) - len(of_users),
    equals=0,
    unit="rows too many",
)
finding(
    "the shuffle moves more than the tree",
    measured=shuffle_bytes / tree_bytes,
    at_least=4,
    unit="times",
    needs=(SCHEDULER is None, "with other workers another part of the rows is at home."),
)

# %% [markdown]
# ### When most rows want to go to the same place
#
# With a shuffle by key the slowest place decides, and it cannot be quicker than its rows allow. So
# count rows: the speed-up over one worker is at most all rows divided by those of the busiest
# place. A key that has far more rows than others is called *hot*, and the rows *skewed*.
#
# Here for three ways to place rows: by user; by endpoint; and by endpoint with **salt**, a random
# number from 0 to 15 that is hashed along and cuts each key into 16. There are thousands of users,
# and six endpoints.
#
# **Your guess.** By user, how many times as quick can 32 workers be?

# %%
my_speedup = 30  # times, edit me

# %%
rng = np.random.default_rng([SEED, 2])
endpoint = whole["endpoint"].astype(str)
salt = pd.Series(rng.integers(16, size=len(whole)), whole.index).astype(str)
keys = {
    "by user": whole["user"].fillna(""),
    "by endpoint": endpoint,
    "endpoint, salted": endpoint + "/" + salt,
    "by user, where there is one": whole["user"].dropna(),
}
speedup = pd.DataFrame(index=pd.Index([1, 2, 4, 8, 16, 32], name="workers"))
for name, key in keys.items():
    hashed = pd.util.hash_array(key.to_numpy(object))
    busiest = [np.bincount((hashed % W).astype(int)).max() for W in speedup.index]
    speedup[name] = len(key) / np.array(busiest)
no_user = whole["user"].isna().mean()
largest = endpoint.value_counts(normalize=True).iloc[0]

# %%
fig, ax = figures.new(
    title="A hot key sets a limit that no number of workers lifts",
    xlabel="workers",
    ylabel="speed-up at most (times)",
)
for name in speedup:
    ax.plot(speedup[name], "o-", ms=4, label=name)
figures.mark_guess(ax, y=my_speedup)
ax.set(xscale="log", yscale="log", xticks=speedup.index, yticks=speedup.index)
ax.set_xticklabels(speedup.index)
ax.set_yticklabels(speedup.index)
ax.minorticks_off()
figures.label_lines(ax)
at_32 = speedup.loc[32]
figures.show(
    fig,
    caption=f"With 32 workers at most {at_32['by user']:.1f} times by user, for {no_user:.0%} of "
    f"all rows have none, and they all go to one place. Without them "
    f"{at_32['by user, where there is one']:.0f} times. By endpoint {at_32['by endpoint']:.1f}: "
    f"{largest:.0%} of the rows have one key; with salt {at_32['endpoint, salted']:.0f}.",
    alt="Speed-up against workers on logarithmic axes. By user and by endpoint it stays low and "
    "flat; by user where there is one, and by endpoint with salt, it keeps rising.",
)

# %% [markdown]
# The hot key is one that nobody thinks of: *no user*. `/report` and `/book` have none, and a
# missing value has a hash like any other. It is worth a look before every large join. Even without
# those rows no line reaches the number of workers: some users have hundreds of times the rows of
# others, and with few keys, as with salt, some places get more keys than others.

# %%
finding(
    "by user, 32 workers are no quicker than the rows without a user allow",
    measured=at_32["by user"] * no_user,
    between=(0.5, 1),
    unit="of that limit",
)
finding(
    "without those rows the limit is several times higher",
    measured=at_32["by user, where there is one"] / at_32["by user"],
    at_least=3,
    unit="times",
)
finding(
    "salt spreads the endpoints",
    measured=at_32["endpoint, salted"] / at_32["by endpoint"],
    at_least=2,
    unit="times",
)

# %% [markdown]
# **Where it stops being true.** Salt gives 16 answers per endpoint, which one more step has to
# merge. In a join the other side is copied to all 16 places. Where all rows of a key must meet, as
# for an exact median of values that may be anything, salt does not help.

# %% [markdown]
# ## A worker dies
#
# **The question.** With a hundred machines one is always broken. What happens to the answer when a
# worker dies in the middle?
#
# Each task below waits a little, so that there is a middle, and writes its file's name into a
# book: a **side effect**, something that stays besides the result. When a third of the tasks are
# done, the worker that holds most results is killed, by its process id, as the system does when
# memory runs out.
#
# **Your guess.** How many tasks run, for the files that you have, one task each?

# %%
my_runs = len(paths)  # edit me

# %%
BOOK = str(folder / "book.txt")


def slow_table(path, book=BOOK):
    """The table of a file, after a short rest; books what it did."""
    time.sleep(0.15)
    table = hourly.table_of_file(path)
    with open(book, "a") as lines:  # noqa: PTH123
        lines.write(Path(path).name + "\n")
    return table


# %% tags=["nbval-ignore-output"]
Path(BOOK).write_text("")
with get_task_stream(client, plot=False) as stream:
    futures = client.map(slow_table, paths, pure=False)
    while sum(future.done() for future in futures) < len(paths) // 3:
        time.sleep(0.01)
    holds = client.has_what()
    victim = max(holds, key=lambda worker: len(holds[worker]))
    if SCHEDULER is None:
        psutil.Process(cluster.workers(client)[victim]).kill()
    died = time.time()
    survived = hourly.alike(hourly.merge(client.gather(futures)))
booked = Path(BOOK).read_text().split()
again = len(booked) - len(set(booked))
print(f"{len(paths)} files, {len(booked)} bookings: {again} files twice")

# %% tags=["nbval-ignore-output"]
runs = pd.Series([task["key"] for task in stream.data])
twice = set(runs[runs.duplicated()])


def fate(task):
    """Orange: a result that died with its worker. Green: made again. Blue: made once."""
    if task["key"] not in twice:
        return figures.BLUE
    return figures.ORANGE if task["worker"] == victim else figures.GREEN


fig, ax = figures.new(
    title="What the dead worker had done is done again; the answer is the same",
    xlabel="seconds",
    size=(7.6, 2.9),
)
begun = cluster.draw_tasks(ax, stream.data, fate)
ax.axvline(died - begun, color=figures.BLACK, linewidth=1.4)
ax.annotate("killed", (died - begun, 1), (4, -2), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", fontsize=9)  # fmt: skip
figures.show(
    fig,
    caption=f"Orange: {len(twice)} results that were lost. Green: the same tasks, run again. You "
    f"guessed {my_runs} runs; {len(booked)} were booked.",
    alt="Bars of tasks on the workers. After the kill one row ends; its tasks appear again on the "
    "others, among them a worker that was started in its place.",
)

# %% tags=["nbval-ignore-output"]
killed = (SCHEDULER is None, "nobody's worker is killed on a cluster that is not yours.")
counted = survived[["requests", "errors"]]
finding(
    "the counts are those of the run in which nobody died",
    measured=counted.equals(counts["pandas"]),
    equals=True,
)
finding("tasks were run again", measured=again, at_least=1, unit="tasks", needs=killed)

# %% [markdown]
# **Why.** The scheduler knows how every result was made: from which file, by which function. It
# does not keep copies; it makes lost results again. That is right as long as a task, run twice,
# gives the same result.
#
# **Where it stops being true.** The book. Whatever a task does besides its result is done again: a
# line is appended twice, a mail is sent twice, money is paid twice. So let tasks return values, and
# let *one* place write, idempotently, as in
# [Dataflow and streams](07_dataflow_and_streams.ipynb). And the scheduler is not spared: when *it*
# dies, the run is over. A task that kills its worker every time is given up after a few (dask
# raises `KilledWorker`).

# %%
cluster.stop(client)
temporary.cleanup()

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    [
        ("sums that differ between pandas and DuckDB", f"{differ:.0f} %"),
        ("time on one file, dask / pandas", f"{small_ratio:.0f} times"),
        ("memory, pandas / DuckDB, largest log of the record", f"{times:.0f} times"),
        ("mean of p99s, worst endpoint", f"{of_means:.0f} % off"),
        ("merged buckets, worst endpoint", f"{of_buckets:.1f} % off"),
        ("users added up over files", f"{added / users:.1f} times the true number"),
        ("bytes moved, shuffle / tree", f"{shuffle_bytes / tree_bytes:.0f} times"),
        ("speed-up by user, 32 workers", f"at most {at_32['by user']:.1f}"),
        ("tasks run again after a death", f"{again} of {len(paths)}"),
    ],
    columns=["what", "measured"],
).set_index("what")  # fmt: skip

# %% [markdown]
# **At work.** What the record says about this question, on the machine that it names:

# %%
mid = recorded[recorded["lines"].between(5e6, 2e7)].set_index("way")
n, m = big["lines"].iloc[0] / 1e6, mid["lines"].iloc[0] / 1e6
held = big["peak_mb"] / 1e3
rules = [
    ("fits into memory, explored by hand", "pandas",
     f"{m:.0f} M: {mid.seconds['pandas']:.1f} s; {n:.0f} M: {held['pandas']:.1f} GB"),
    ("does not fit, or SQL says it", "DuckDB",
     f"{n:.0f} M: {big.seconds['DuckDB']:.1f} s, {held['DuckDB']:.1f} GB"),
    ("does not fit, and SQL cannot say it", "pandas, file by file",
     f"{n:.0f} M: {big.seconds['pandas, file by file']:.0f} s, "
     f"{held['pandas, file by file']:.1f} GB"),
    ("more than one machine's disk or hour", "dask or Spark on a cluster",
     "beyond what was recorded"),
]  # fmt: skip
pd.DataFrame(rules, columns=["your data", "take", "the record"]).set_index("your data")

# %% [markdown]
# **How sure are these checks?** Counts do not vary. The sketch errs by about one in the square root
# of k; its bound is six times that, which chance exceeds less than once in a million seeds. Times
# and memory are your machine's; repeated runs, some with the processor busy, stayed well within
# their bounds. The record is one evening on one machine, and others worked on it: trust factors of
# two and more.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/08_beyond_one_machine.ipynb) has three tasks:
# an aggregation from parts, a place for every row, and what travels.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 3, "Data Engineering
#   Fundamentals".
# - Jeffrey Dean and Sanjay Ghemawat, "MapReduce: simplified data processing on large clusters",
#   *OSDI* 2004: tasks that are run again, stragglers, combiners.
# - Frank McSherry, Michael Isard and Derek Murray's paper on COST, *HotOS* 2015: how many machines
#   it takes to beat one thread.
# - Jim Gray and others, "Data cube: a relational aggregation operator generalizing group-by,
#   cross-tab, and sub-totals", *Data Mining and Knowledge Discovery* 1, 1997: which aggregates
#   merge (distributive, algebraic, holistic).
# - Philippe Flajolet and others, "HyperLogLog: the analysis of a near-optimal cardinality
#   estimation algorithm", *AofA* 2007.
# - dask on [scheduling](https://distributed.dask.org/en/stable/), DuckDB on
#   [Parquet](https://duckdb.org/docs/current/data/parquet/overview).
