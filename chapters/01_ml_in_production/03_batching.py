# %% [markdown]
# # Batching
#
# Make a customer wait for strangers, and the answer comes later, or much sooner: you will measure
# which, and why.
#
# **You will be able to** measure what a batch saves on your hardware; choose a batching policy
# for a quiet and for a busy service; find the largest batch that a latency bound allows.
#
# P2, P3 and P4 below are claims from [the course's ledger](../LEDGER.md). You test each one, and
# then its *limit*: the place where it stops being true.
#
# **Time** 35 minutes. **Before this** what a *percentile of latency* is. No mathematics beyond a
# straight line.

# %% tags=["wall-clock"]
import inspect
from bisect import bisect_right

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from labkit.lesson import claim, figures
from labkit.riverton.curve import batch_curve
from labkit.riverton.load import poisson_schedule, run_closed, run_load
from labkit.riverton.policy import Policy
from labkit.riverton.scorers import load_scorer
from labkit.riverton.server import ScoringServer

rng = np.random.default_rng(3)

# %% [markdown]
# ## What a row costs in a batch
#
# A *batch* is several queries that the model scores in one call.
#
# **The question.** Claim P4: hardware made for many samples at once is dear when it is fed one at
# a time. How many times cheaper is a prediction when it shares a call with 31 others?
#
# You compare three models. All read the same handwritten digits, and all run on one thread.
#
# - `mlp`, a neural network with a great many weights. They travel from memory to the processor
#   once per call, whatever the batch holds. A GPU spends its time in the same way.
# - `trees`, gradient-boosted trees from scikit-learn. Each call checks its input before it scores
#   the first row: a cost of the software, not of the hardware.
# - `row_by_row`, a loop in plain Python. Its rows share nothing. It is the *negative control*: if
#   it gained from a batch, the measurement would be wrong.

# %% [markdown]
# **Your guess.** How many times cheaper is a row of the neural network in a batch of 32 than
# alone?

# %%
my_gain = 2  # times cheaper, edit me

# %% [markdown]
# **Measure.** The clock counts the processor time of the thread that scores, so other programs
# disturb it little. A sample is the mean of as many calls as fill 20 ms, and each call gets rows
# drawn anew. Each number is the least of nine samples: what disturbs a call only ever adds to it.

# %% tags=["nbval-ignore-output"]
curves = {}
for name in ["mlp", "trees", "row_by_row"]:
    curve = batch_curve(load_scorer(name), rng=rng, repeats=9)
    curves[name] = curve.set_index("batch")
curves["mlp"].round(3)

# %% [markdown]
# `batch_ms` is the time of the whole batch, `row_ms` that of one row in it. `gain` says how many
# times cheaper the row is than alone.

# %% tags=["nbval-ignore-output"]
gain = pd.DataFrame({n: c.gain for n, c in curves.items()})
fig, ax = figures.new(
    xlabel="rows in the batch",
    ylabel="gain (times cheaper per row)",
    title="Two models of three gain from a batch",
)
for name in gain:
    ax.plot(gain[name], marker="o", markersize=4, label=name)
figures.mark_guess(ax, y=my_gain)
ax.set_xscale("log", base=2)
ax.set_yscale("log", base=2)
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"In a batch of 32 a row is {gain['mlp'][32]:.1f} times cheaper"
    f" for the network, {gain['trees'][32]:.0f} times for the trees and"
    f" {gain['row_by_row'][32]:.1f} times for the loop. You guessed"
    f" {my_gain:g} for the network.",
    alt="Gain per row against batch size on two logarithmic axes. The trees"
    " rise highest, the network rises and levels off, the loop stays at one.",
)

# %% [markdown]
# How much the network gains depends on the machine: on how fast its memory is beside its
# arithmetic. So a second, separate measurement asks first what this machine has to offer. A claim
# that `needs` it asserts nothing on a machine that cannot show it, and says so.

# %% tags=["nbval-ignore-output"]
offer = batch_curve(load_scorer("mlp"), [128], rng=rng, repeats=9).gain[1]
can_show = (offer >= 5, "its memory keeps up with single rows.")
print(f"The most that this machine offers the network: {offer:.1f} times.")

# %% tags=["claim-P4"]
claim(
    "P4",
    "a row of the network is cheaper in a batch of 32 than alone",
    measured=gain["mlp"][32],
    at_least=4,
    unit="times",
    needs=can_show,
    look="Did another program fill the processor's caches?",
)
claim(
    "P4",
    "a row of the trees is cheaper in a batch of 32 than alone",
    measured=gain["trees"][32],
    at_least=10,
    unit="times",
    look="Is scikit-learn held to one thread?",
)
claim(
    "P4",
    "the loop over rows gains nothing from a batch of 32",
    measured=gain["row_by_row"][32],
    between=(0.67, 1.5),
    unit="times",
    look="Was the machine paused between two batches?",
)

# %% [markdown]
# **Why.** A call has a fixed cost and a cost per row. So the time of a batch of *b* rows is roughly
# a straight line, S(b) = alpha + beta b. *Alpha* is paid once per call, and the batch shares it.
# *Beta* is paid for each row, and nobody shares it. Fit the line to what you measured.


# %%
def fit_line(batch, ms):
    """Return alpha and beta (ms, neither negative) of
    ms = alpha + beta * batch.

    Least squares on the relative error: a small batch counts
    as much as a large one.
    """
    batch, ms = np.asarray(batch, float), np.asarray(ms, float)
    terms = np.column_stack([np.ones(len(ms)), batch])
    return nnls(terms / ms[:, None], np.ones(len(ms)))[0]


# %% tags=["nbval-ignore-output"]
lines = pd.DataFrame(
    {n: fit_line(c.index, c.batch_ms) for n, c in curves.items()},
    index=["alpha", "beta"],
).T
lines["knee"] = lines.alpha / lines.beta
lines["largest gain"] = 1 + lines.knee
lines.round(3)

# %% [markdown]
# On the line the gain cannot exceed (alpha + beta) / beta, however large the batch. The *knee*,
# alpha / beta, is the batch at which a row still costs twice beta: half of its time is the shared
# cost. At three knees it costs a third more than beta. The trees have by far the larger knee.
#
# The line is a model. Your points stray from it, some by tens of per cent, so a measured gain may
# even exceed the line's largest.
#
# **What it means in money.** A row's time is money when you rent the processor. Put in the price
# that you pay.

# %% tags=["nbval-ignore-output"]
PRICE_PER_HOUR = 1.00  # of the processor that scores; edit me
HOURS_PER_MS = 1 / 3.6e6

row_ms = pd.DataFrame({n: c.row_ms for n, c in curves.items()})
row_ms.loc["floor"] = lines.beta
per_million = 1e6 * row_ms * HOURS_PER_MS * PRICE_PER_HOUR
per_million.rename_axis("price of a million, in batches of").round(4)

# %% [markdown]
# The last line is the line's *floor*: beta alone, with alpha shared by infinitely many. All prices
# suppose that the processor is never idle. An idle one costs the same and predicts nothing.
#
# **Where it stops being true.** On the line each doubling of the batch saves less than the one
# before. What does the network gain from a batch of 128 instead of 32?

# %% tags=["nbval-ignore-output"]
mlp = curves["mlp"]
per_second = 1e3 / mlp.row_ms
time_ratio = mlp.batch_ms[128] / mlp.batch_ms[32]
rate_ratio = per_second[128] / per_second[32]

fig, ax = figures.new(
    xlabel="rows scored per second",
    ylabel="time of the batch (ms)",
    title="Far past the knee you buy latency, not throughput",
)
ax.plot(per_second, mlp.batch_ms, marker="o", markersize=4)
for b in mlp.index:
    ax.annotate(
        f"{b}",
        (per_second[b], mlp.batch_ms[b]),
        (-6, 3),
        textcoords="offset points",
        ha="right",
        fontsize=9,
    )
half_of_floor_rate = 1e3 / (2 * lines.beta["mlp"])
ax.axvline(half_of_floor_rate, color=figures.GREY, linewidth=1)
ax.text(half_of_floor_rate, 0.9 * mlp.batch_ms[128], " knee")
ax.margins(x=0.12)
figures.show(
    fig,
    caption=f"From 32 to 128 rows the batch takes {time_ratio:.1f} times as"
    f" long and scores {rate_ratio:.2f} times as many rows per second."
    " Numbers at the points: rows in the batch.",
    alt="Time of a batch against rows per second, one point per batch size."
    " The line runs flat to the right, then turns steeply upwards.",
)

# %% tags=["claim-P4"]
claim(
    "P4",
    "four times the rows, 128 for 32, yield little more throughput",
    measured=rate_ratio,
    at_most=1.5,
    unit="times",
    needs=can_show,
    look="Did another program fill the processor's caches?",
    limit=True,
)

# %% [markdown]
# ## Waiting for company
#
# The batches above were at hand. A service has to wait for its queries: they come one by one, at
# times that nobody planned. Such arrivals are called *Poisson* when the customers know nothing of
# each other.
#
# **The question.** Claim P2: a batch has to fill before it is served, so batching adds waiting to
# every answer. How much, and does it have to?
#
# A *policy* decides when a batch starts. The server that you are about to start runs the following
# code. It asks `ready_at` whenever the model is free.

# %%
print(inspect.getsource(Policy))

# %% [markdown]
# The four names are settings of two numbers: `off` has a `max_batch` of 1; `greedy` has a patience
# of 0; `window` has a patience of some ms; the patience of `full` has no end. A request is a query.

# %% [markdown]
# Start the server, a process of its own, and find out what it can do one query at a time. Its
# *cycle* is the time from the start of one batch to the moment when the next may start: the model
# and all the work around it. The *capacity* is the batch divided by the cycle. To keep the server
# busy, twice as many clients as a batch holds ask again as soon as they are answered.

# %%
server = ScoringServer("mlp").start()


def cycle_ms(b):
    """Measure the cycle (ms) of full batches of b queries."""
    server.configure(policy="greedy", max_batch=b)
    server.reset_stats()
    run_closed(server, clients=2 * b, seconds=0.5)
    table = pd.DataFrame(server.stats()["batches"])
    return table.set_index("batch").cycle_ms[b]


# %% [markdown]
# A *low load* is a twelfth of that capacity: most queries find the server idle.

# %% tags=["nbval-ignore-output"]
capacity_1 = 1e3 / cycle_ms(1)
low = capacity_1 / 12
print(f"One at a time: {capacity_1:.0f} queries per second.")
print(f"Low load: {low:.0f} queries per second.")

# %% [markdown]
# **Your guess.** With the policy `window` the oldest query waits up to 20 ms for company. By how
# much does the median latency rise above that of `greedy`, which waits for nobody?

# %%
my_rise = 10  # ms, edit me

# %% [markdown]
# **Measure.** Three rounds. In each, all policies get the same arrivals, one policy after the
# other, so that a slow moment of your machine does not fall on one of them. `full` waits for 8
# only, which is kind to it: 32 would take four times as long to come. Latency counts from the
# time at which a query was due. A query that is never answered counts as slower than all others.

# %%
POLICIES = {
    "off": {"policy": "off"},
    "greedy": {"policy": "greedy", "max_batch": 32},
    "window": {"policy": "window", "max_batch": 32, "window_ms": 20},
    "full": {"policy": "full", "max_batch": 8},
}
rounds = []
for _ in range(3):
    arrivals = poisson_schedule(low, seconds=20 / low, rng=rng)
    latency_ms = {}
    for name, settings in POLICIES.items():
        server.configure(**settings)
        result = run_load(server, arrivals, drain_s=0.3)
        latency_ms[name] = result.served_ms
    rounds.append(pd.DataFrame(latency_ms))

# %% tags=["nbval-ignore-output"]
pooled = pd.concat(rounds)
summary = pd.DataFrame(
    {
        "median (ms)": pooled.median(),
        "never answered": np.isinf(pooled).sum(),
    }
)
summary.round(1)

# %% [markdown]
# Look at the last column. `full` starts no batch that is not full, so what is left over at the end
# of a round waits for ever: its line in the next figure ends early.
#
# Read the middle of the lines, the median. At the right end a line is a single query, the slowest,
# and one accident may take it anywhere: another program held the processor for a moment.

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="share of the queries (%)",
    ylabel="latency within (ms)",
    title="At low load, waiting for company is only waiting",
)
share = 100 * (np.arange(len(pooled)) + 0.5) / len(pooled)
for name in POLICIES:
    ax.plot(share, np.sort(pooled[name]), label=name)
figures.mark_guess(ax, y=pooled.greedy.median() + my_rise)
ax.set_yscale("log")
ax.yaxis.set_major_formatter("{x:g}")
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"The median is {pooled.greedy.median():.1f} ms with greedy,"
    f" {pooled.window.median():.1f} ms with a window of 20 ms and"
    f" {pooled.full.median():.0f} ms when a batch must fill.",
    alt="Latency against the share of queries that it covers, one line per"
    " policy. For most of the queries off and greedy lie low and together,"
    " window above them, full far above.",
)

# %% [markdown]
# The claims compare the policies within each round, then take the median of the three rounds. So
# their numbers differ from those of the table, which throws all rounds together.

# %% tags=["nbval-ignore-output"]
medians = pd.DataFrame([one.median() for one in rounds])
rise = (medians.window - medians.greedy).median()
times = (medians.full / medians.greedy).median()
greedy_rise = (medians.greedy - medians.off).median()
print(f"The window raises the median by {rise:.1f} ms.")
print(f"Waiting for 8 makes it {times:.0f} times that of greedy.")
print(f"Greedy against off: {greedy_rise:+.1f} ms (near 0, the sign is chance).")

# %% tags=["claim-P2"]
claim(
    "P2",
    "at low load a window of 20 ms raises the median latency",
    measured=rise,
    at_least=12,
    unit="ms",
    look="Does another program keep the processor busy?",
)
claim(
    "P2",
    "waiting for a full batch of 8 multiplies the median latency of greedy",
    measured=times,
    at_least=3,
    unit="times",
    look="Does another program keep the processor busy?",
)
claim(
    "P2",
    "greedy batching, which waits for nobody, adds little to the median latency",
    measured=greedy_rise,
    at_most=6,
    unit="ms",
    look="Does another program keep the processor busy?",
)

# %% [markdown]
# **Why.** A query that finds no window open opens one, and waits all of it, with company or
# without. How many do?

# %% tags=["nbval-ignore-output"]
company = low * 0.020
print(f"During a window {company:.1f} other queries come on average.")
print(f"So about {1 / (1 + company):.0%} of the queries open a window.")

# %% [markdown]
# Where more than half do, the median query is one of them: that is why the rise is nearer to 20 ms
# than to half of it. And the little company that comes saves less than the wait costs. In a full
# batch of 8 the first waits for seven others, the last for nobody: at *r* queries per second the
# average wait is (8 - 1) / 2r. (The median in the table also counts those who were never answered.)
#
# So the claim is about policies that wait. Greedy batching takes whoever stands in the queue when
# the model is free. At low load that is one query, and nobody notices that batching is on.

# %% [markdown]
# ## When batching makes everybody faster
#
# **The question.** The limit of claim P2: what happens to the latency, with and without batching,
# when more queries come than the server can answer one at a time?
#
# You send queries at a rate between two capacities, that of one at a time and that of batches of
# 32: their geometric mean, the same factor above the one and below the other. Batching is off at
# first. After half a second you switch it on, and the queries keep coming at the same rate.
#
# The *backlog* is the number of queries that are due and not yet answered.
#
# **Your guess.** How many queries are in the backlog when you switch?

# %%
my_backlog = 50  # queries, edit me

# %% [markdown]
# **Measure.** Three rounds, each with both capacities measured anew, because they move with
# whatever else your machine does.

# %%
SWITCH_S, END_S = 0.5, 1.5


def switch_on():
    until_now = server.stats()["batches"]
    server.configure(policy="greedy", max_batch=32)
    return until_now


def overload():
    """Send queries at a rate between the capacities."""
    capacities = 1e3 / cycle_ms(1), 32e3 / cycle_ms(32)
    rate = np.sqrt(np.prod(capacities))
    arrivals = poisson_schedule(rate, END_S, rng)
    server.configure(policy="off")
    server.reset_stats()
    during = [(SWITCH_S, switch_on)]
    return capacities, rate, run_load(server, arrivals, during=during)


runs = [overload() for _ in range(3)]

# %% [markdown]
# The backlog follows from the times at which the queries were due and done.

# %%
at = np.linspace(0, END_S, 301)


def backlog(frame):
    due = np.searchsorted(frame.intended_s, at)
    done = np.searchsorted(np.sort(frame.done_s), at)
    return pd.Series(due - done, index=at)


backlogs = [backlog(result.frame) for *_, result in runs]

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="time (s)",
    ylabel="backlog (queries)",
    title="Without batching the backlog grows; with it, it melts",
)
for one in backlogs:
    ax.plot(one[:SWITCH_S], color=figures.BLUE)
    ax.plot(one[SWITCH_S:], color=figures.ORANGE)
ax.axvline(SWITCH_S, color=figures.GREY, linewidth=1)
figures.mark_guess(ax, y=my_backlog)
peak = max(one.max() for one in backlogs)
ax.set_ylim(top=1.15 * peak)
ax.text(SWITCH_S - 0.03, 1.05 * peak, "batching off", ha="right")
ax.text(SWITCH_S + 0.03, 1.05 * peak, "batching on")
switched = np.median([one[:SWITCH_S].iloc[-1] for one in backlogs])
figures.show(
    fig,
    caption=f"The median round had {switched:.0f} queries in its backlog"
    f" when you switched; you guessed {my_backlog}.",
    alt="Backlog over time in three rounds. It climbs in a straight line"
    " until batching is switched on, then falls and stays near zero.",
)

# %% [markdown]
# In numbers, one row for each round. *Growth* is the share of the queries that stays in the
# backlog while batching is off, *expected* the share that the capacities let you expect. The
# *lowest* backlog is that of the last 0.4 s. The medians are those of the queries that were due in
# the last quarter second before the switch and in the last 0.4 s. (The former were still waiting
# when you switched. Without the switch they would have waited for longer still.)

# %% tags=["nbval-ignore-output"]
rows = []
for (capacities, rate, result), one in zip(runs, backlogs, strict=True):
    off = one[:SWITCH_S]
    due_s = result.frame.intended_s
    early = due_s.between(SWITCH_S / 2, SWITCH_S)
    late = due_s > END_S - 0.4
    rows.append(
        {
            "expected": 1 - capacities[0] / rate,
            "growth": np.polyfit(off.index, off, deg=1)[0] / rate,
            "lowest": one[END_S - 0.4 :].min(),
            "due before (ms)": np.median(result.served_ms[early]),
            "due at the end (ms)": np.median(result.served_ms[late]),
        }
    )
crossing = pd.DataFrame(rows)
crossing.round(2)

# %% [markdown]
# Does more stay than expected? Then look at the cycle of one query:

# %% tags=["nbval-ignore-output"]
calm = [1e3 / capacities[0] for capacities, *_ in runs]
loaded = [result.during[0][1][0]["cycle_ms"] for *_, result in runs]
print(f"{np.median(calm):.1f} ms while the capacity was measured,")
print(f"{np.median(loaded):.1f} ms under the overload.")

# %% [markdown]
# While the capacity was measured, two clients waited for their answers. Under the overload queries
# keep coming, and taking in those that cannot be served yet costs the server time as well. A
# capacity measured with clients who wait is the most that you can hope for.
#
# The claims take the median of the three rounds.

# %% tags=["claim-P2"]
BUSY = "Did another program take the processor after the calibration?"
claim(
    "P2",
    "above the unbatched capacity the backlog of an unbatched server"
    " grows for as long as you watch, by a share of the arrivals",
    measured=crossing["growth"].median(),
    above=0.1,
    needs=can_show,
    look=BUSY,
    limit=True,
)
claim(
    "P2",
    "at the same rate batching brings the backlog back to one batch or less",
    measured=crossing["lowest"].median(),
    at_most=32,
    unit="queries",
    needs=can_show,
    look=BUSY,
    limit=True,
)
fall = (crossing["due at the end (ms)"] / crossing["due before (ms)"]).median()
claim(
    "P2",
    "at that rate batching lowers the median latency: queries due at the"
    " end against those due before the switch",
    measured=fall,
    below=0.7,
    needs=can_show,
    look=BUSY,
    limit=True,
)

# %% [markdown]
# **Why.** One at a time the server answers fewer than arrive, and the rest queues up. No latency
# is typical for such a server: the longer you watch, the worse it gets. With batches of up to 32
# the same server, on the same hardware, answers more than arrive. And greedy batching adapts: the
# longer the queue, the larger the batch, the cheaper the row.

# %% [markdown]
# ## What a latency bound costs
#
# A *latency bound* is a promise, such as "99 % of the queries within 20 ms". The *sustainable
# rate* is the largest rate at which the service keeps it.
#
# **The question.** Claim P3: the tighter the latency bound, the fewer queries the same hardware
# serves. Which `max_batch` is best for a bound, and what is it worth?
#
# A live server would need hours for all combinations. So measure its cycle for each batch size,
# and let a simulation do the rest. It runs on a *virtual clock*: time is a number that the
# program moves forward.

# %% tags=["nbval-ignore-output"]
sizes = [1, 4, 16, 64]
passes = [[cycle_ms(b) for b in sizes] for _ in range(2)]
measured = np.min(passes, axis=0)  # other programs only ever add
cycle = fit_line(sizes, measured)
print(f"cycle(b) = {cycle[0]:.2f} ms + {cycle[1]:.3f} ms x b")


# %% [markdown]
# This is the batcher again, under `greedy`, with neither threads nor a network. Arrivals and
# latencies are in ms.


# %%
def simulate(arrivals, cycle, max_batch):
    """Return the latency of each query."""
    alpha, beta = cycle
    done = []
    oldest, free = 0, 0.0  # the first in the queue; the model is free
    while oldest < len(arrivals):
        start = max(free, arrivals[oldest])
        here = bisect_right(arrivals, start, lo=oldest)
        size = min(here - oldest, max_batch)
        free = start + alpha + beta * size
        done += [free] * size
        oldest += size
    return np.array(done) - arrivals


# %% [markdown]
# Before you trust it, replay the same arrivals on both, live and on the virtual clock. The virtual
# batches take as long as the live ones took on average in that very round. So this tests what the
# simulation makes of a cycle, not the cycle.

# %%
rate = 0.3 * 16e3 / (cycle[0] + cycle[1] * 16)
server.configure(policy="greedy", max_batch=16)
replays = []
for _ in range(3):
    arrivals = poisson_schedule(rate, 0.6, rng)
    server.reset_stats()
    live = run_load(server, arrivals).served_ms
    seen = pd.DataFrame(server.stats()["batches"])
    line = fit_line(seen.batch, seen.cycle_ms)
    virtual = simulate(1e3 * arrivals, line, 16)
    replays.append(pd.DataFrame({"live": live, "virtual": virtual}))

# %% tags=["nbval-ignore-output"]
server.stop()
levels = pd.concat(replays).quantile([0.5, 0.9, 0.99])
levels.index = ["median (ms)", "p90 (ms)", "p99 (ms)"]
levels.round(1)

# %% tags=["claim-P3"]
near = [one.live.median() / one.virtual.median() for one in replays]
claim(
    "P3",
    "the simulation comes near the live median, live against virtual",
    measured=np.median(near),
    between=(0.67, 2.5),
    unit="times",
    look="Does another program keep the processor busy?",
)

# %% [markdown]
# The simulation knows the queue. It does not know the way to the server and back, nor that some
# batches take longer than others of their size. And the cycles for the sweep below were measured
# with clients who wait. So what follows is a best case, no promise for this server. Even at low
# load its median latency was near the tightest of the bounds below, or beyond. What you may take
# from the sweep is the direction: which setting wins where all are judged alike.
#
# **Your guess.** You make the bound on p99 five times tighter: from ten cycles of a single query
# to two. What share of the sustainable rate is left?

# %%
my_share = 0.2  # of the rate, edit me

# %% [markdown]
# **Measure.** For each bound and each `max_batch`, halve the interval around the sustainable rate
# until it is found. Every run uses the same random gaps between arrivals, stretched to its rate.

# %%
gaps = np.cumsum(rng.exponential(size=4000))
BOUNDS = np.array([1.5, 2, 3, 5, 10])  # in cycles of a single query
MAX_BATCHES = np.array([1, 2, 4, 8, 16, 32, 64])


def sustainable(cycle, max_batch, bound):
    """Largest rate (per s) with 99 % within `bound` (ms)."""
    high = 1e3 * max_batch / (cycle[0] + cycle[1] * max_batch)
    low = high / 1000
    for _ in range(9):
        rate = np.sqrt(low * high)
        latency = simulate(1e3 / rate * gaps, cycle, max_batch)
        late = np.mean(latency > bound) > 0.01
        low, high = (low, rate) if late else (rate, high)
    return low


# %%
def best_settings(cycle):
    """For each bound: the smallest max_batch within 5 % of the
    best rate, its rate, and the rate of one query at a time."""
    found = []
    for bound in BOUNDS * sum(cycle):  # ms
        rates = np.array([sustainable(cycle, b, bound) for b in MAX_BATCHES])
        best = np.argmax(rates >= 0.95 * rates.max())
        found.append((bound, MAX_BATCHES[best], rates[best], rates[0]))
    names = ["bound (ms)", "max_batch", "rate", "rate of one"]
    cycles = pd.Index(BOUNDS, name="bound (cycles)")
    table = pd.DataFrame(found, columns=names, index=cycles)
    table["rate gain"] = table["rate"] / table["rate of one"]
    return table


# %% tags=["nbval-ignore-output"]
network = best_settings(cycle)
network.round(1)

# %% [markdown]
# Compare the line of 2 cycles with that of 10: a smaller `max_batch` is best, and it gains less
# over one query at a time. The *rate gain* is no gain per row: it compares two rates that keep the
# same bound, and to keep it one at a time must stay idle for longer.
#
# To see where the claim ends you need a scorer that gains nothing from a batch. For the loop over
# rows take alpha and beta from the first experiment: the model alone, without the service.

# %% tags=["nbval-ignore-output"]
loop = best_settings(lines.loc["row_by_row", ["alpha", "beta"]].to_numpy())
loop.round(1)

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    xlabel="bound on simulated p99 (cycles of one)",
    ylabel="sustainable rate (per second)",
    title="A tighter bound serves fewer, and takes the batch's gain away",
    columns=2,
)
panels = {"network": network, "loop over rows": loop}
for ax, (name, table) in zip(axes, panels.items(), strict=True):
    ax.plot(table["rate"], marker="o", label="best max_batch")
    ax.plot(table["rate of one"], linestyle="dotted", label="one at a time")
    ax.set_title(name)
    ax.legend()
figures.mark_guess(axes[0], y=my_share * network["rate"][10])
for bound, row in network.iterrows():
    axes[0].annotate(
        f"{row['max_batch']:.0f}",
        (bound, row["rate"]),
        (-3, 6),
        textcoords="offset points",
        ha="right",
    )
share = network["rate"][2] / network["rate"][10]
figures.show(
    fig,
    caption=f"Numbers at the points: the best max_batch. With a bound"
    f" of two cycles {share:.0%} of the rate at ten are left; you guessed"
    f" {my_share:.0%}.",
    alt="Two panels of sustainable rate against the bound on p99. For the"
    " network the rate with the best max_batch rises far above that of one at a"
    " time. For the loop over rows the two coincide, and both rise.",
)

# %% tags=["claim-P3"]
tight, loose = network.loc[2], network.loc[10]
CYCLES = "Do the cycles above grow with the batch size, line by line?"
claim(
    "P3",
    "under a bound of two cycles the hardware serves fewer queries"
    " than under one of ten, as a ratio",
    measured=tight["rate"] / loose["rate"],
    at_most=0.25,
    needs=can_show,
    look=CYCLES,
)
claim(
    "P3",
    "the best max_batch is smaller under the tighter bound, as a ratio",
    measured=tight["max_batch"] / loose["max_batch"],
    at_most=0.5,
    needs=can_show,
    look=CYCLES,
)
claim(
    "P3",
    "the rate gain over one query at a time is smaller there, as a ratio",
    measured=tight["rate gain"] / loose["rate gain"],
    at_most=0.6,
    needs=can_show,
    look=CYCLES,
)

# %% tags=["claim-P3"]
claim(
    "P3",
    "the tighter bound lowers the rate of the loop over rows as well",
    measured=loop["rate"][2] / loop["rate"][10],
    at_most=0.5,
    look=CYCLES,
    limit=True,
)
claim(
    "P3",
    "no max_batch gains the loop over rows anything",
    measured=loop["rate gain"].max(),
    at_most=1.2,
    unit="times",
    look=CYCLES,
    limit=True,
)

# %% [markdown]
# **Why.** Split the loss into two factors. What one at a time loses is queueing alone. The rest is
# what batching adds, and it adds less under the tight bound.

# %% tags=["nbval-ignore-output"]
queueing = tight["rate of one"] / loose["rate of one"]
batching = tight["rate gain"] / loose["rate gain"]
print("From ten cycles to two:")
print(f"one at a time keeps {queueing:.0%} of its rate,")
print(f"batching keeps {batching:.0%} of its gain,")
print(f"together {share:.0%} of the rate are left.")

# %% [markdown]
# - *Queueing.* A promise about p99 needs a server with time to spare, so that a query seldom meets
#   a queue: the tighter the bound, the more idle time. This costs rate even where a batch amortises
#   nothing: the loop over rows keeps about the same share. Blaming all of it on batching would be
#   wrong.
# - *Batching.* A query that has barely missed a batch waits for that one, then for its own. If
#   both are full, that is two cycles. So batches that are often longer than half the bound break
#   it, and a tight bound forbids the large batches that make a row cheap. (The best `max_batch` may
#   lie above that rule: most batches stay smaller, and one query in a hundred may be late.)

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("P4", "network, gain at 32", f"{gain['mlp'][32]:.1f} times"),
    ("P4", "trees, gain at 32", f"{gain['trees'][32]:.0f} times"),
    ("P4", "loop over rows, gain at 32", f"{gain['row_by_row'][32]:.1f} times"),
    ("P4 limit", "throughput, 128 for 32", f"{rate_ratio:.2f} times"),
    ("P2", "median, window of 20 ms", f"+{rise:.1f} ms"),
    ("P2", "median, full 8 against greedy", f"{times:.0f} times"),
    ("P2 limit", "median under overload, after against before batching",
     f"{fall:.2f} times"),
    ("P3", "best max_batch, loose bound to tight",
     f"{loose['max_batch']:.0f} to {tight['max_batch']:.0f}"),
    ("P3", "rate gain, loose bound to tight",
     f"{loose['rate gain']:.1f} to {tight['rate gain']:.1f} times"),
    ("P3", "network, rate left under the tight bound", f"{share:.0%}"),
    ("P3 limit", "loop, rate left under the tight bound",
     f"{loop['rate'][2] / loop['rate'][10]:.0%}"),
]  # fmt: skip
pd.DataFrame(found, columns=["claim", "what", "your machine"])

# %% [markdown]
# At work: measure S(b) of your own model first. If alpha is small beside beta, leave batching
# alone. If it is not, start with greedy batching: it costs little when you are idle and saves you
# when you are not. Set `max_batch` from your latency bound, and measure p99 live before you promise
# anything. Beyond some three knees of your service's cycle there is little left to gain. Use a
# window only where you have measured that queries come often enough to fill it.
#
# ## Your turn
#
# [The exercise](../../exercises/01_ml_in_production/03_batching.ipynb) has you fit a batch curve,
# write a batching policy on a virtual clock and find the cheapest `max_batch` within a latency
# bound.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems* (O'Reilly, 2022), chapter 1, on latency and
#   throughput.
# - D. Crankshaw and others, "Clipper: A Low-Latency Online Prediction Serving System" (NSDI
#   2017): batches whose size adapts to a latency bound.
# - The documentation of NVIDIA's Triton Inference Server, on its dynamic batcher: find its window
#   and its largest batch.
