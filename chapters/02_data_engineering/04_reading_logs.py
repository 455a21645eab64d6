# %% [markdown]
# # Reading logs
#
# Break a service on purpose, read what it wrote meanwhile, and find out what you can tell from that
# alone: a good deal, and not how long its customers waited.
#
# **You will be able to** recover memory, instances, calls and packages of a running service from
# its log; audit jobs that say they went well; parse a log so that every line is accounted for; put
# a log into one figure.
#
# **Time** 42 minutes. **Before this** [Data sources](01_data_sources.ipynb) (who writes what, and
# how far to trust it) and *percentiles of latency*
# ([Batching](../01_ml_in_production/03_batching.ipynb)).

# %% [markdown]
# Two claims of the course's [ledger](../LEDGER.md) are tested:
#
# - **D3**: logs record a system's state and its events: memory, instances, services called,
#   packages in use. *Limit*: a log holds what somebody decided to log.
# - **D4**: logs record the outcome of jobs, batch processing and model training among them.
#
# Two logs are read, and they differ in where they come from. The first is **live**: the course's
# scoring service writes it while you run this page, and the faults in it are real. The second is
# **simulated**, for size: it is made up from a seed, so that the truth about every line is known.

# %% tags=["wall-clock"]
import re
import tempfile
import time
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt
import numpy as np
import orjson
import pandas as pd
import polars as pl

from labkit.lesson import claim, figures, finding, show_source
from labkit.logs import dashboard, parse, templates
from labkit.riverton import bureau, faults
from labkit.riverton.captured import shipped
from labkit.riverton.fleet import Fleet, capture
from labkit.riverton.load import LoadError
from labkit.riverton.log_simulator import simulate
from labkit.riverton.server import ServerError

SEED = 4  # change it: every claim below should still hold
LINES = 200_000  # of the simulated log

disk = tempfile.TemporaryDirectory()
folder = Path(disk.name)

# %% [markdown]
# ## Break it and read on
#
# Riverton Pay's service, small: two processes score requests, `scorer-1` and `scorer-2`. For each
# request they ask a third process, `bureau-1`, the credit bureau, which looks the user up in a
# SQLite table. Each writes a **structured log**: one event per line, as a JSON object with named
# fields.
#
# **The question.** Five things are done to this service while customers use it. Are they in the
# log? (**D3**)
#
# - Clients send *malformed bodies* for a second.
# - A *leak* is switched on in `scorer-1`: for every row that it scores, it makes the disturbed
#   copies that an explanation would need, and never lets go of them.
# - The bureau's *index* is dropped. A lookup then reads the whole table. Nothing sleeps: the time
#   is work.
# - `scorer-2` is *killed*, as a machine is that fails. A little later `scorer-3` takes its place.
# - Version 1.1 is *deployed* in the place of `scorer-1`, with a model in plain Python (no
#   onnxruntime), and it expects 63 features where callers send 64.

# %%
show_source(faults.disturbed_copies, bureau.drop_index)

# %% [markdown]
# **Your guess.** Without its index, how many times as long does a scorer wait for the bureau?

# %%
my_guess = 2  # times as long, edit me

# %% [markdown]
# **Measure.** Twelve seconds of load, with the faults at stated times. (Where processes cannot be
# started, the log that the course ships is read instead, captured in the same way.)

# %% tags=["nbval-ignore-output"]
live_folder = folder / "live"
live_folder.mkdir()
try:
    with Fleet(live_folder) as fleet:
        live = capture(
            fleet,
            seconds=12,
            rate=50,  # requests per second
            malformed=[(0.4, 1.4, 0.6)],  # from s, to s, share
            during=[
                (1.5, lambda: fleet.leak("scorer-1")),
                (2.5, fleet.drop_index),
                (4.5, fleet.create_index),
                (5.5, lambda: fleet.kill("scorer-2")),
                (6.2, lambda: fleet.replace("scorer-2")),
                (8.0, lambda: fleet.deploy(
                    "1.1", "scorer-1", scorer="row_by_row", faults={"expects": 63})),
            ],
        )  # fmt: skip
except (ServerError, LoadError, OSError) as error:
    print(f"No live log here ({error}): the shipped one is read.")
    live = shipped()

done = live.switched.set_index("what")["ts"]
print(f"{len(live.sent):,} requests sent, {len(live.logs)} log files")

# %% [markdown]
# Every process writes a file of its own, so that no two can write into each other's lines. Here are
# the lines of one request: what ties them together is the **trace**, an id that travels in a header
# with every call that the request causes.

# %% tags=["nbval-ignore-output"]
trace = live.sent["trace"][len(live.sent) // 6]  # when nothing was wrong
for path in live.logs:
    for line in path.read_text().splitlines():
        if trace in line:
            print(line, end="\n\n")

# %% [markdown]
# Read them all. A **parser** turns lines into records. This one has a rule that the third part of
# this lesson is about: every line becomes a record, or is rejected with a reason.

# %%
show_source(parse.parse_json_lines)

# %% tags=["nbval-ignore-output"]
files = [parse.parse_json_lines(path.read_bytes().splitlines()) for path in live.logs]
log = pd.concat([file.frame() for file in files if file.records])
log = log.sort_values("ts", ignore_index=True)
log.groupby(["instance", "event"]).size().unstack(fill_value=0)

# %%
finding(
    "every line that the service wrote can be read",
    measured=sum(len(file.rejected) for file in files),
    equals=0,
)

# %% [markdown]
# From here on, forget what was done. `done`, the times at which it was, is only used to check.
#
# ### Memory
#
# Several times a second each process writes a *resource* line with its **resident set size**, what
# it has in physical memory. Fit a line through each instance's.

# %% tags=["nbval-ignore-output"]
resources = log[log["event"] == "resource"]
rows = {}
for name, lines in resources.groupby("instance"):
    s = (lines["ts"] - lines["ts"].iloc[0]).dt.total_seconds()
    at_first = lines["rss_mb"].iloc[:4].median()
    risen = lines["ts"][lines["rss_mb"] > at_first + 2]
    slope = np.polyfit(s, lines["rss_mb"], 1)[0] if len(lines) > 4 else 0.0
    rows[name] = (len(lines), at_first, slope, risen.min() if len(risen) else pd.NaT)
memory = pd.DataFrame(rows, index=["lines", "first MB", "MB per s", "rose by 2 MB at"]).T
memory

# %% [markdown]
# One climbs all the time. (`bureau-1` makes one step, when its index is built again.) The log also
# says how many requests it answered meanwhile, so it tells what a request costs: a leak has a size.

# %% tags=["nbval-ignore-output"]
climbing = memory["MB per s"].astype(float).idxmax()
own = log[log["instance"] == climbing]
since = memory.loc[climbing, "rose by 2 MB at"]
answered = ((own["ts"] > since) & (own["status"] == 200)).sum()
held = own.loc[own["ts"] > since, "rss_mb"].dropna()
kb_each = 1e3 * (held.iloc[-1] - held.iloc[0]) / answered
true_kb = faults.COPIES * 64 * 4 / 1e3
print(f"{climbing} keeps {kb_each:.0f} kB for each request that it answers.")

# %% tags=["claim-D3"]
claim("D3", "memory: the instance that leaks is named", measured=climbing, equals="scorer-1")
claim(
    "D3",
    "memory: the start of the leak is dated to within",
    measured=abs((since - done["leak"]).total_seconds()),
    at_most=2,
    unit="s",
)
claim(
    "D3",
    "memory: what it keeps for each request, over what the fault keeps",
    measured=kb_each / true_kb,
    between=(0.6, 1.5),
    unit="times",
)

# %% [markdown]
# ### Instances
#
# How many scorers run at the end of the load? **What people do:** count. Each start adds one, each
# stop takes one off.

# %% tags=["nbval-ignore-output"]
scorers = log[log["instance"].str.startswith("scorer")]
events = scorers[scorers["event"].isin(["instance_start", "instance_stop"])]
end = log["ts"][log["event"] == "request"].max()
before_end = events[events["ts"] <= end]
step = before_end["event"].map({"instance_start": 1, "instance_stop": -1}).astype(int)
counted = int(step.sum())
print(f"{len(before_end)} starts and stops: {counted} scorers run")

# %% [markdown]
# One of those counted is dead: who is killed writes no stop. But the living write several lines a
# second, and the dead are **silent**.

# %% tags=["nbval-ignore-output"]
by = scorers[scorers["ts"] <= end].groupby("instance")
instances = pd.DataFrame({
    "first line": by["ts"].min(),
    "last line": by["ts"].max(),
    "says that it stops": by["event"].agg(lambda e: "instance_stop" in set(e)),
})  # fmt: skip
quiet = end - instances["last line"] > pd.Timedelta("1s")
instances["dead"] = quiet & ~instances["says that it stops"]
dead = instances[instances["dead"]]
alive = instances[~instances["dead"] & ~instances["says that it stops"]]
instances

# %% tags=["claim-D3"]
claim(
    "D3",
    "instances: how many dead ones a count of starts and stops takes for alive",
    measured=counted - len(alive),
    equals=1,
)
claim(
    "D3",
    "instances: by its silence the one that was killed is found",
    measured=", ".join(dead.index),
    equals="scorer-2",
)
claim(
    "D3",
    "instances: and its death is dated to within",
    measured=abs((dead["last line"].iloc[0] - done["killed"]).total_seconds()),
    at_most=1.5,
    unit="s",
)

# %% [markdown]
# ### Services called
#
# A scorer's line says which service it called and how long it waited. The bureau's own line, under
# the same trace, says how long *it* took. Join the two. (A **join by trace** is the log's way to
# ask "whose fault?")

# %% tags=["nbval-ignore-output"]
requests = log[log["event"] == "request"]
asked = requests[requests["downstream"].notna()]
theirs = requests[requests["endpoint"] == "/credit"]
both = asked.merge(theirs[["trace", "latency_ms"]], on="trace", suffixes=("", "_theirs"))
waits = asked.set_index("ts")["downstream_ms"].resample("250ms").median()
usual = waits.median()
is_slow = both["downstream_ms"] > 3 * usual
own_share = (both["latency_ms_theirs"] / both["downstream_ms"])[is_slow].median()
print(f"usual wait {usual:.1f} ms; {is_slow.sum()} requests waited more than three times that,")
print(f"and of a wait that long {own_share:.0%} is the bureau's own work")

# %% [markdown]
# When was it slow? A single slow window may be anything. Windows slower than 3 x the usual wait
# score above 0, others below. Take the stretch with the largest sum.

# %% tags=["nbval-ignore-output"]
score = np.log(waits / (3 * usual)).fillna(0)
total = np.concatenate([[0], score.cumsum()])
gain = np.triu(total[None, :] - total[:, None])  # of the stretch from row to column
first, after = np.unravel_index(gain.argmax(), gain.shape)
slow = waits.iloc[first:after]
times = slow.median() / usual
since_load = (slow.index - pd.Timestamp(live.started)).total_seconds()
print(f"slow from {since_load[0]:.1f} s to {since_load[-1]:.1f} s after the load began:")
print(f"{times:.0f} times as long as usual; you guessed {my_guess:g} times")

# %% tags=["nbval-ignore-output"]
plans = live.switched.set_index("what")["plan"].dropna()
print(plans.to_string())

# %% [markdown]
# The plan is SQLite's own word for it, and stands in no log: SEARCH goes through the index, SCAN
# through everybody.

# %% tags=["claim-D3"]
claim(
    "D3",
    "services called: without its index the bureau keeps requests waiting longer",
    measured=times,
    at_least=3,
    unit="times",
)
claim(
    "D3",
    "services called: the slow stretch is dated to within",
    measured=max(
        abs((slow.index.min() - done["index dropped"]).total_seconds()),
        abs((slow.index.max() - done["index created"]).total_seconds()),
    ),
    at_most=1.5,
    unit="s",
)

# %% [markdown]
# ### Packages
#
# At its start each process names the packages that it has loaded, and their versions.

# %% tags=["nbval-ignore-output"]
starts = scorers[scorers["event"] == "instance_start"]
loaded = {v: lines["packages"].iloc[-1] for v, lines in starts.groupby("version")}
start_of_new = starts["ts"][starts["version"] == "1.1"].min()
pd.DataFrame(loaded).fillna("").rename_axis("package")

# %% tags=["claim-D3"]
gone = set(loaded["1.0"]) - set(loaded["1.1"])
claim("D3", "packages: what version 1.1 no longer uses", measured=", ".join(gone),
      equals="onnxruntime")  # fmt: skip
# %% [markdown]
# And is the new version any good? Every line carries the version that wrote it.

# %% tags=["nbval-ignore-output"]
scored = requests[requests["endpoint"] == "/predict"]
refused = scored[scored["status"] >= 400]
why = refused["msg"].map(templates.template)  # numbers become <n>: see the end of this page
refused.groupby(["version", "status", why]).size().rename("requests").to_frame()

# %%
malformed = set(live.sent["trace"][live.sent["malformed"]])
by_old = refused[(refused["version"] == "1.0") & (refused["status"] == 422)]
passed = scored[scored["status"] == 200]
finding(
    "bodies that version 1.0 refused without cause, and malformed ones that passed",
    measured=len(set(by_old["trace"]) - malformed) + len(malformed & set(passed["trace"])),
    equals=0,
)

# %% [markdown]
# ### All on one axis
#
# One figure, the kind that people at work look at first. Its panels share the time, so that a cause
# and its effects stand above each other. The strip at the top is what was really done.

# %% tags=["nbval-ignore-output"]
start = pd.Timestamp(live.started)
truth = [
    (start + pd.Timedelta("0.4s"), start + pd.Timedelta("1.4s"), "malformed bodies"),
    (done["leak"], done["stopped"], "leak in scorer-1"),
    (done["index dropped"], done["index created"], "no index in the bureau"),
    (done["killed"], done["replaced"].iloc[0], "scorer-2 is dead"),
    (done["deployed"], end, "wrong number of features"),
]
ours = log[log["endpoint"].fillna("") != "/credit"]
fig = dashboard.draw(
    ours[ours["ts"].between(start, end)],  # from the start of the load
    title="What was done to the service, and what its log says",
    every="500ms",
    silence="1s",
    truth=truth,
)
figures.show(
    fig,
    caption=f"The live log. You guessed that the bureau would take {my_guess:g} times as long "
    f"without its index; it took {times:.0f} times as long. A cross ends the line of an instance "
    "that fell silent, a bar that of one that said that it stops.",
    alt="Panels above each other on one time axis: what was done, requests and errors, latency, "
    "memory, and one line per instance. Each thing that was done has its trace in a panel below.",
)

# %% [markdown]
# **Why it works.** None of this is a by-product. Somebody decided that a request's line carries the
# service that was called, and that processes tell their memory and their packages.
#
# **Where it stops being true.** Look at the time in which `scorer-2` was dead. Half of all
# requests had nowhere to go. Their clients know how long they waited, from the moment at which they
# wanted to ask. What does the log say of the same requests?

# %% tags=["nbval-ignore-output"]
sent = live.sent.assign(ts=start + pd.to_timedelta(live.sent["intended_s"], unit="s"))
in_need = sent[sent["ts"].between(done["killed"], done["replaced"].iloc[0])]
told = requests[requests["endpoint"] == "/predict"]
pair = in_need.merge(told, on="trace", suffixes=("_client", "_log"))
slowest = pair[["latency_ms_client", "latency_ms_log"]].quantile(0.75)
lost = sent[(sent["status"] > 0) & ~sent["trace"].isin(told["trace"])]
print(f"A quarter of these customers waited {slowest['latency_ms_client']:,.0f} ms or more; "
      f"the log says {slowest['latency_ms_log']:,.0f} ms.")  # fmt: skip
print(f"{(sent['status'] == 0).sum()} requests got no answer; "
      f"{len(lost)} got one and left no line.")  # fmt: skip

# %% tags=["claim-D3"]
claim(
    "D3",
    "how long customers waited for a dead instance is in no line: they waited longer than the log "
    "says, by",
    measured=slowest["latency_ms_client"] / slowest["latency_ms_log"],
    at_least=5,
    unit="times",
    limit=True,
)

# %% [markdown]
# A request that waits outside the door is not yet a request to those inside. The log shows that
# requests piled up (in the figure the dip, then the burst), and not who waited or how long. To see
# that, log somewhere else: at the client, or at the load balancer in front. A killed process can
# also take its last lines with it, for it writes every quarter of a second what has gathered; the
# count above says how many it took here.
#
# ## The job that said success
#
# Not all lines come from requests. **Batch jobs** run every hour or every few hours and write one
# line when they are done; so do **training runs**. From here on the log is simulated: three days of
# a larger Riverton Pay, with things that go wrong in known places. `frame` is the truth, every line
# as it should have been written; the file itself is read in the next part.

# %%
log3 = simulate(lines=LINES, seed=SEED)
frame = log3.frame
jobs = frame[frame["event"] == "batch_job"].copy()
print(f"{len(frame):,} lines, {len(jobs)} of them batch jobs")
jobs.groupby("job")[["rows_read", "rows_written"]].median()

# %% [markdown]
# **The question.** Which runs went wrong? (**D4**)
#
# **What people do.** They look for `level == "error"`. Or they set a number: fewer rows than that
# is an alarm.

# %%
FEW = 20_000  # rows

loud = jobs[jobs["level"] == "error"]
few = jobs[jobs["rows_written"] < FEW]
print(f"by level: {len(loud)} run; by fewer than {FEW:,} rows: {len(few)} runs")

# %% [markdown]
# **The right way.** Hold what a job wrote against what *it* usually writes. The **median** of its
# own runs is a fair "usual": one bad run does not move it. (Here it is of all runs, later ones too.
# An alarm at the time has only the earlier ones.)

# %%
usual_rows = jobs.groupby("job")["rows_written"].transform("median").astype(float)
jobs["share of usual"] = jobs["rows_written"] / usual_rows
audit = jobs[jobs["share of usual"] < 0.5]
audit[["job", "level", "msg", "rows_read", "rows_written", "share of usual"]].round(3)


# %%
def which(rows):
    """Runs as a set of (job, number of the run)."""
    number = jobs.groupby("job").cumcount()
    return set(zip(rows["job"], number[rows.index], strict=True))


wrong_runs = {
    kind: (log3.incident(kind)["job"], log3.incident(kind)["run"])
    for kind in ("failed_job", "silent_job")
}
rules = {
    "level": loud,
    "a number": few,
    "half of what it read": jobs[jobs["rows_written"] < jobs["rows_read"] / 2],
    "own median": audit,
}
pd.DataFrame(
    [
        (rule, len(found), *(run in which(found) for run in wrong_runs.values()))
        for rule, found in rules.items()
    ],
    columns=["rule", "runs found", "finds the loud one", "finds the silent one"],
).set_index("rule")

# %% [markdown]
# Half of what a job read does as well here, and needs no history. It would accuse every run of a
# job that is meant to filter, which reads much and writes little: the exercise has one.

# %%
fig, ax = figures.new(
    title="One job says that it failed, another says that it is done",
    ylabel="rows written",
)
for name, lines in jobs.groupby("job"):
    ax.plot(lines["ts"], lines["rows_written"].clip(lower=100), "o-", ms=3.5, lw=0.8, label=name)
for _, run in audit.iterrows():
    place = (run["ts"], max(100, run["rows_written"]))
    ax.plot(*place, "o", ms=13, mfc="none", mec=figures.BLACK)
    ax.annotate(f'{run["level"]}: "{run["msg"].split(":")[0]}"', place, (10, 5),
                textcoords="offset points", fontsize=9)  # fmt: skip
ax.axhline(FEW, color=figures.GREY, lw=1, ls=(0, (4, 2)))
ax.text(0.005, FEW, f"{FEW:,} rows", transform=ax.get_yaxis_transform(), va="bottom",
        fontsize=9, color=figures.GREY)  # fmt: skip
ax.set(yscale="log", ylim=(70, 6e5))
ax.yaxis.set_major_formatter("{x:,.0f}")
ax.xaxis.set_major_formatter(plt.matplotlib.dates.DateFormatter("%a %H:%M"))
figures.label_lines(ax)
silent = audit[audit["level"] == "info"].iloc[0]
figures.show(
    fig,
    caption=f'Rows written by each run (0 is drawn as 100). The run that says "done" wrote '
    f"{silent['share of usual']:.0%} of what is usual for it. Below the dashed line lie "
    f"{len(few)} runs, most of them of a job that is small.",
    alt="Rows written over three days, one line per job, each level. Two runs drop far below their "
    "own line: one is marked as an error, the other as done.",
)

# %% tags=["claim-D4"]
claim("D4", "the level finds one of the two bad runs", measured=len(loud), equals=1)
claim(
    "D4",
    "rows against the job's own median find both, and nothing else",
    measured=which(audit) == set(wrong_runs.values()),
    equals=True,
)
claim(
    "D4",
    "a fixed number of rows accuses healthy runs as well",
    measured=len(which(few) - set(wrong_runs.values())),
    at_least=5,
    unit="runs",
)

# %% [markdown]
# ### A model, run after run
#
# The training run writes the **AUC** of its model on held-out data: 0.5 is chance, 1 is perfect.
#
# **What people do.** An alarm if the AUC falls by 0.03 from one run to the next.
#
# **Your guess.** How far does it fall between the first and the last runs?

# %%
my_guess = 0.0  # of AUC, edit me

# %%
training = frame[frame["event"] == "training"].reset_index(drop=True)
auc = training["auc"]
largest_step = -auc.diff().min()
first, last = auc[:6], auc[-3:]
noise = first.std(ddof=1) * np.sqrt(1 / len(first) + 1 / len(last))
fallen = first.mean() - last.mean()
print(f"largest fall from run to run {largest_step:.4f}")
print(f"fall from the first six to the last three {fallen:.4f},")
print(f"or {fallen / noise:.0f} standard errors (scatter from the first six runs: rough)")

# %%
fig, ax = figures.new(
    title="No step is alarming, and all together are",
    xlabel="training run",
    ylabel="AUC on held-out data",
)
ax.plot(auc, "o-", ms=4)
ax.hlines([first.mean(), last.mean()], [0, len(auc) - 3], [5, len(auc) - 1],
          color=figures.ORANGE, lw=3)  # fmt: skip
figures.mark_guess(ax, y=first.mean() - my_guess)
figures.show(
    fig,
    caption=f"AUC of each run, and the means of the first six and the last three: it falls by "
    f"{fallen:.3f}, in steps of at most {largest_step:.4f}.",
    alt="Twenty-four points that are level at first and then sink slowly, with noise.",
)

# %% tags=["claim-D4"]
claim("D4", "no run falls far enough below the one before it to raise that alarm",
      measured=largest_step, at_most=0.03)  # fmt: skip
claim("D4", "the last runs lie below the first ones", measured=fallen, at_least=0.02)

# %% [markdown]
# **Why.** A job's log line is a statement by the job. It says what the job knows: it ran to its
# end. Whether the result is as it should be shows only beside other runs. So log numbers (rows
# read, rows written, AUC), and judge them by their history.
#
# ## Every line has to go somewhere
#
# Files of real systems hold lines that are no records: cut short when a disk was full, two
# processes' lines written into one another, a stack trace, bytes that are no UTF-8. The simulator
# breaks some lines in each of these ways, and knows which.

# %%
path = log3.write(folder)
raw = path.read_bytes().split(b"\n")[:-1]
broken = log3.incident("broken_lines")["lines"]
print(f"{len(raw):,} lines; broken: { {kind: len(of) for kind, of in broken.items()} }")
print(raw[broken["truncated"][0] - 1][:72].decode(), "...", raw[broken["truncated"][0] - 1][-20:])

# %% [markdown]
# Many logs are text, not JSON, and are read with a **regular expression**. The same log as text,
# and the kind of expression that one finds in a hurry: anything, then `status=`, then anything.

# %%
text = list(log3.lines("text"))
print(text[next(i for i, line in enumerate(text) if b"event=request" in line)].decode())
LOOSE = re.compile(rb"ts=(\S+) .*instance=(\S+) .*status=(\d+) .*latency_ms=([\d.]+)")
LAZY = re.compile(LOOSE.pattern.replace(b".*", b".*?"))

# %% [markdown]
# **Your guess.** Of the lines that were cut short or written into one another, both together, how
# many per cent does it accept?

# %%
my_guess = 5  # %, edit me

# %% [markdown]
# The right way: say what a *whole* line looks like, from its first byte to its last (`fullmatch`).

# %%
STRICT = re.compile(
    rb"ts=[\d:.TZ-]+ level=\w+ event=request instance=[\w-]+ version=[\d.]+ "
    rb"trace=[0-9a-f]+( user=\w+)? endpoint=/\w+ status=\d{3} latency_ms=[\d.]+"
    rb"( downstream=\w+ downstream_ms=[\d.]+)?( attempt=\d)? "
    rb'msg=("[ !#-~]*"|[!#-~]+)'  # no byte outside ASCII
)
loose, strict = LOOSE.search, STRICT.fullmatch
broken_lines = {n for numbers in broken.values() for n in numbers}
whole = [
    line
    for n, (line, event) in enumerate(zip(text, frame["event"], strict=True), start=1)
    if event == "request" and n not in broken_lines
]
refuses = sum(strict(line) is None for line in whole)
print(f"{len(whole):,} lines are unbroken requests; the strict expression refuses {refuses}")


def as_json(line):
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


rows = {
    kind: (
        100 * np.mean([loose(text[n - 1]) is not None for n in numbers]),
        100 * np.mean([strict(text[n - 1]) is not None for n in numbers]),
        100 * np.mean([isinstance(as_json(raw[n - 1]), dict) for n in numbers]),
    )
    for kind, numbers in broken.items()
}
accepted = pd.DataFrame(rows, index=["loose", "strict", "JSON"]).T
damaged = broken["truncated"] + broken["interleaved"]
through = [n for n in damaged if loose(text[n - 1])]
share = 100 * len(through) / len(damaged)
accepted.round(1)

# %% [markdown]
# What do the accepted ones say? Compare them with what the services really wrote.

# %%
said = [loose(text[n - 1]) for n in through]
real = frame.iloc[np.array(through) - 1]
wrong = sum(
    (m[2].decode(), int(m[3]), float(m[4])) != (row.instance, row.status, row.latency_ms)
    for m, row in zip(said, real.itertuples(), strict=True)
)
print(f"You guessed {my_guess:g} %; the loose expression accepts {share:.0f} %,")
print(f"{len(through)} lines, {wrong} of them with values that are not theirs")

# %% [markdown]
# The expression is too loose in two ways: it looks anywhere in the line (`search`), and it accepts
# anything in between (`.*`). That `.*` is greedy does not matter: `.*?` would accept exactly the
# same lines, and picks other values.

# %%
finding("damaged lines that the loose expression takes for records", measured=share,
        at_least=20, unit="%")  # fmt: skip
finding(
    "the strict one takes far fewer",
    measured=accepted.loc[["truncated", "interleaved"], "strict"].max(),
    at_most=5,
    unit="%",
)
finding("and it refuses no request that is whole", measured=refuses, equals=0)
finding("a lazy expression accepts the same lines as the loose one",
        measured=[n for n in damaged if LAZY.search(text[n - 1])] == through,
        equals=True)  # fmt: skip
finding("JSON takes none: an object has to be closed",
        measured=accepted["JSON"].max(), equals=0, unit="%")  # fmt: skip

# %% [markdown]
# **Where it stops being true.** The strict expression may still take a line that was cut in its
# very last word: `msg=answ`. This text has no end mark (one can be given to it: see the exercise).
# JSON has one, the closing brace, and that is most of what makes it the better format to log in.
#
# **The question.** Now the whole file, with the tools that people use. Which of them can say what
# became of every line?


# %%
def conserving():
    parsed = parse.parse_json_lines(raw)
    return len(parsed.records), len(parsed.rejected)


def duckdb_json():
    query = f"SELECT count(*), count(ts) FROM read_json('{path}', ignore_errors=true)"
    rows, good = duckdb.connect().execute(query).fetchone()
    return good, rows - good


def duckdb_lines(how):
    """Each line as one text, and then a look at whether it is JSON."""
    con = duckdb.connect()  # a new one each time: rejects gather in it
    # fetchall: the rejects are written once the result has been read to its end.
    ((rows, good),) = con.execute(f"""
        SELECT count(*), count_if(json_valid(line))
        FROM read_csv('{path}', columns={{'line': 'VARCHAR'}}, delim='\x01', quote='',
                      escape='', header=false, auto_detect=false, {how}=true)
    """).fetchall()
    rejects = 0
    if how == "store_rejects":
        rejects = con.execute("SELECT count(*) FROM reject_errors").fetchone()[0]
    return good, rows - good + rejects


# %% tags=["nbval-ignore-output"]
readers = {
    "Python, with reasons": conserving,
    "DuckDB read_json, ignore_errors": duckdb_json,
    "DuckDB lines, ignore_errors": lambda: duckdb_lines("ignore_errors"),
    "DuckDB lines, store_rejects": lambda: duckdb_lines("store_rejects"),
}
rows = {}
for name, reader in readers.items():
    began = time.perf_counter()
    good, bad = reader()
    rows[name] = (good, bad, len(raw) - good - bad, time.perf_counter() - began)
account = pd.DataFrame(rows, index=["parsed", "rejected", "in silence", "s"]).T
account.astype({"parsed": int, "rejected": int, "in silence": int}).round(2)

# %% [markdown]
# `read_json` counts bytes that are no UTF-8 as bad rows, and skips the empty lines; the line reader
# does the reverse. Two readers for data frames say nothing of the other lines:

# %%
for name in ("pandas", "Polars"):
    try:
        pd.read_json(path, lines=True) if name == "pandas" else pl.read_ndjson(path)
    except (ValueError, pl.exceptions.PolarsError) as error:
        print(f"{name} refuses the file: {type(error).__name__}")

# %%
parsed = parse.parse_json_lines(raw)
pd.Series(parsed.reasons(), name="lines").rename_axis("reason").to_frame()

# %%
finding("parsed + rejected is what was read", measured=parsed.read, equals=LINES)
finding(
    "what was rejected is what the simulator broke, line for line",
    measured={line.line for line in parsed.rejected} == {n for of in broken.values() for n in of},
    equals=True,
)
finding(
    "the line reader with ignore_errors loses in silence what is no UTF-8: of these lines",
    measured=account.loc["DuckDB lines, ignore_errors", "in silence"] / len(broken["not_utf8"]),
    equals=1.0,
)
finding(
    "store_rejects accounts for every line",
    measured=account.loc["DuckDB lines, store_rejects", "in silence"],
    equals=0.0,
)

# %% [markdown]
# **Why.** `ignore_errors` is meant as a convenience, and it is one until somebody asks how many. In
# DuckDB a count of what is missing costs nothing that one notices. (The readers do different work:
# Python builds every record, so compare its seconds with care.) How a tool treats a bad line is the
# better reason to choose it.
#
# ## Very many lines, a few sentences
#
# Nobody reads a log from top to bottom. Two views are worth having. The first: take out of every
# message what varies, and count what remains. Such a remainder is called a **template**.

# %%
show_source(templates.template)
sentences = templates.count_templates(frame["msg"].dropna())
sentences["example"] = sentences["example"].str.slice(0, 44)
sentences

# %% [markdown]
# Rare sentences and errors are what somebody should know of. Not all of it shows: the silent job
# hides in `done`.

# %% [markdown]
# The second view is the figure from above, for three days of the larger service.

# %%
by_customers = frame["endpoint"].isin(["/predict", "/quote", "/limit", "/pay"])
ours = frame[by_customers | (frame["event"] != "request")]
ours = ours[ours["instance"].str.startswith("scorer")]
fig = dashboard.draw(
    ours,
    title="Three days at a glance, and at least five things to ask about",
    every="15min",
    silence="1h",
    height=7.0,
)
figures.show(
    fig,
    caption="The simulated log, requests of customers only, in windows of 15 minutes. The next "
    "lesson finds out such things, in a larger log of the same kind.",
    alt="Requests rise and fall with the day, with a burst of errors. Latency rises for a while, "
    "one instance's memory climbs until it is restarted, another restarts many times.",
)

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    [
        ("memory", f"{climbing} leaks, {kb_each:.0f} kB per request"),
        ("instances", f"{', '.join(dead.index)} died; {len(alive)} run, not {counted}"),
        ("services called", f"the bureau: {times:.0f} times as slow"),
        ("in no line", f"{slowest['latency_ms_client']:,.0f} ms of waiting"),
        ("jobs", f"{len(audit)} bad runs, {len(loud)} of them said so"),
        ("parsing", f"{len(parsed.rejected):,} of {parsed.read:,} lines rejected"),
    ],
    columns=["what", "found"],
).set_index("what")

# %% [markdown]
# **At work.**
#
# | you want to know | log | and remember |
# |---|---|---|
# | who uses up the memory | resident set size, per instance | a leak has a size per request |
# | who is alive | start, stop, and a line every minute | the dead do not say so |
# | whose fault it is | service called, wait, trace | join by trace before you blame |
# | whether a job worked | rows in, rows out, quality | judge by its own history |
# | what customers feel | at the client or load balancer | the server does not know |
#
# Write one JSON object per line. Count the lines that you cannot read, and look at the count.
#
# **How sure are these checks?** What is compared by count is exact. The live relations were run
# many times, on busy machines as well, and what was seen stands far inside their bounds. The
# simulated ones hold for other seeds, too.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/04_reading_logs.ipynb): a parser that loses no
# line, an audit of jobs, and a count of those who are alive.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems* (2022), chapter 3, on data sources.
# - [structlog](https://www.structlog.org), the library that writes the live log.
# - Benjamin Sigelman and others, "Dapper, a Large-Scale Distributed Systems Tracing Infrastructure"
#   (2010): the paper that made traces and spans common.
# - Pinjia He, Jieming Zhu, Zibin Zheng and Michael Lyu, "Drain: An Online Log Parsing Approach with
#   Fixed Depth Tree" (2017): templates that are found instead of written.

# %%
disk.cleanup()
