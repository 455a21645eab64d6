# %% [markdown]
# # Batching
#
# Make a customer wait for strangers, and the answer comes later, or much sooner: you will measure
# which, and why.
#
# **You will be able to** measure what a batch saves on your hardware; choose a batching policy
# for a quiet and for a busy service; say what a latency bound costs, and how much of it is
# batching.
#
# P4, P2 and P3 below are claims from [the course's ledger](../LEDGER.md). You test each one, and
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
from labkit.riverton.calibration import calibrate
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
#   once per call, whatever the batch holds. (On a GPU they have to be fetched as well.)
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
# arithmetic. So a second, separate measurement, of one row and of 128, asks first what it offers.
# Where that is less than 5 times, the claims about the network are skipped, not failed.

# %% tags=["nbval-ignore-output"]
again = batch_curve(load_scorer("mlp"), [128], rng=rng, repeats=9)
offer = again.set_index("batch").gain[128]
can_show = (offer >= 5, "its memory keeps up with single rows.")
print(f"In a batch of 128 this machine offers the network {offer:.1f} times.")

# %% [markdown]
# Each of the following is an assertion: what was expected, and what you measured. Many runs, on
# busy machines as well, stayed well clear of the bounds. So if one fails on yours, look into it.

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
for n, c in curves.items():
    fitted = lines.alpha[n] + lines.beta[n] * c.index
    lines.loc[n, "worst fit (%)"] = 100 * max(abs(fitted / c.batch_ms - 1))
lines.round(3)

# %% [markdown]
# On the line the gain cannot exceed (alpha + beta) / beta, however large the batch. The *knee*,
# alpha / beta, is the batch at which a row still costs twice beta: half of its time is the shared
# cost. At three knees it costs a third more than beta. The trees have by far the larger knee.
#
# The line is a model, and the last column says how far the worst of your points lies from it. It
# tells you roughly what is shared and what is not. For a decision take the points.
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
# The last row is the line's *floor*: beta alone, with alpha shared by infinitely many. All prices
# suppose a processor that does nothing else and is never idle. An idle one costs the same and
# predicts nothing.
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
    title="Far past the knee you pay in latency and get little throughput",
)
ax.plot(per_second, mlp.batch_ms, marker="o", markersize=4)
fitted = lines.alpha["mlp"] + lines.beta["mlp"] * mlp.index
ax.plot(1e3 * mlp.index / fitted, fitted, "--", color=figures.GREY)
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
    " Numbers at the points: rows in the batch. Dashed: the fitted line.",
    alt="Time of a batch against rows per second, one point per batch size."
    " The curve runs flat to the right, past the knee, then turns steeply"
    " upwards. The fitted line, dashed, does so too, and misses some points.",
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
# Start the server, a process of its own, and *calibrate*: find out how fast your machine is and
# how calm. To keep the server busy, twice as many clients as a batch holds ask again as soon as
# they are answered. What is answered per second then is the *capacity*. Where the machine is too
# noisy to measure on, the output says so, and no claim below rests on it.

# %% tags=["nbval-ignore-output"]
server = ScoringServer("mlp").start()
machine = calibrate(server)
print(machine)
calm = machine.can_measure

# %% [markdown]
# A *low load* is a twelfth of the capacity one at a time: most queries find the server idle.

# %% tags=["nbval-ignore-output"]
low = machine.unbatched / 12
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
    # About 20 queries.
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
# Read the middle of the lines, the median. Towards the right a line stands on fewer and fewer
# queries, the slowest ones, and one accident may lift all of them: another program held the
# processor for a moment. The caption says how many queries there are in all.

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="share of the queries (%)",
    ylabel="latency (ms)",
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
    caption=f"Of {len(pooled)} queries for each policy, sorted by latency,"
    f" the median is {pooled.greedy.median():.1f} ms with greedy,"
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
    needs=calm,
    look="Does another program keep the processor busy?",
)
claim(
    "P2",
    "waiting for a full batch of 8 multiplies the median latency of greedy",
    measured=times,
    at_least=3,
    unit="times",
    needs=calm,
    look="Does another program keep the processor busy?",
)
claim(
    "P2",
    "greedy batching, which waits for nobody, adds little to the median latency",
    measured=greedy_rise,
    at_most=6,
    unit="ms",
    needs=calm,
    look="Does another program keep the processor busy?",
)

# %% [markdown]
# **Why.** A query that finds no window open opens one, and waits all of it, with company or
# without. How many do? Each one that opens a window brings those along who come in its 20 ms.

# %% tags=["nbval-ignore-output"]
company = low * 0.020
print(f"In 20 ms {company:.1f} queries come on average.")
print(f"So 1 of {1 + company:.1f} opens a window: {1 / (1 + company):.0%}.")
wait = 1e3 * (8 - 1) / (2 * low)
print(f"In a full batch of 8 the average wait is {wait:.0f} ms.")

# %% [markdown]
# Where more than half do, the median query is one of them: that is why the rise is nearer to 20 ms
# than to half of it. And the little company that comes saves less than the wait costs. In a full
# batch of 8 the first waits for seven others, the last for nobody: at *r* queries per second the
# average wait is (8 - 1) / 2r. (The median in the table is larger, as it counts those who were
# never answered.)
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
# 32: their geometric mean, the same factor above the one and below the other. A capacity is the
# batch divided by its *cycle*, the time from the start of one batch to the moment when the next
# may start: the model and all the work around it.


# %%
def cycle_ms(b):
    """Measure the cycle (ms) of full batches of b queries."""
    server.configure(policy="greedy", max_batch=b)
    server.reset_stats()
    run_closed(server, clients=2 * b, seconds=0.5)
    table = pd.DataFrame(server.stats()["batches"])
    return table.cycle_ms.iloc[-1]  # the last row has the largest


# %%
def between_capacities():
    """Measure both capacities; print and return the rate."""
    one, many = 1e3 / cycle_ms(1), 32e3 / cycle_ms(32)
    rate = np.sqrt(one * many)
    print(f"One at a time {one:.0f} per second, in batches of 32 {many:.0f}.")
    print(f"The rate between: {rate:.0f} per second.")
    return rate


# %% tags=["nbval-ignore-output"]
rate = between_capacities()

# %% [markdown]
# Batching is off at first. After half a second you switch it on, and the queries keep coming at the
# same rate. The *backlog* is the number of queries that are due and not yet answered.
#
# **Your guess.** How many queries are in the backlog when you switch?

# %%
my_backlog = 50  # queries, edit me

# %% [markdown]
# **Measure.** Three rounds, each with both capacities measured anew, because they move with
# whatever else your machine does.

# %% tags=["nbval-ignore-output"]
SWITCH_S, END_S = 0.5, 1.5


def switch_on():
    server.configure(policy="greedy", max_batch=32)


def overload():
    rate = between_capacities()
    arrivals = poisson_schedule(rate, END_S, rng)
    server.configure(policy="off")
    during = [(SWITCH_S, switch_on)]
    return rate, run_load(server, arrivals, during=during)


runs = [overload() for _ in range(3)]

# %% [markdown]
# The backlog follows from the times at which the queries were due and done.

# %%
at = np.linspace(0, END_S, 301)


def backlog(frame):
    due = np.searchsorted(frame.intended_s, at)
    done = np.searchsorted(np.sort(frame.done_s), at)
    return pd.Series(due - done, index=at)


backlogs = [backlog(result.frame) for _, result in runs]

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
# One at a time, the backlog should grow each second by the difference between the rate and the
# capacity. (Yours may grow faster: to take in queries that have to wait costs the server time.)
#
# In numbers, one row for each round. *Growth* is the share of the queries that stays in the
# backlog while batching is off. The backlog *at the end* is the median over the last 0.4 s. The
# latencies are the medians of the queries that were due in the last quarter second before the
# switch and in the last 0.4 s. (The former were still waiting when you switched. Without the switch
# they would have waited for longer still.)

# %% tags=["nbval-ignore-output"]
rows = []
for (rate, result), one in zip(runs, backlogs, strict=True):
    off = one[:SWITCH_S]
    due_s = result.frame.intended_s
    early = due_s.between(SWITCH_S / 2, SWITCH_S)
    late = due_s > END_S - 0.4
    rows.append(
        {
            "growth": np.polyfit(off.index, off, deg=1)[0] / rate,
            "backlog at the switch": off.iloc[-1],
            "at the end": one[END_S - 0.4 :].median(),
            "due before (ms)": np.median(result.served_ms[early]),
            "due at the end (ms)": np.median(result.served_ms[late]),
        }
    )
crossing = pd.DataFrame(rows)
crossing.round(2)

# %% [markdown]
# The claims take the median of the three rounds.

# %% tags=["claim-P2"]
gains_and_calm = can_show if calm[0] else calm
BUSY = "Did another program take the processor after the calibration?"
melted = crossing["at the end"] / crossing["backlog at the switch"]
fall = (crossing["due at the end (ms)"] / crossing["due before (ms)"]).median()
claim(
    "P2",
    "above the unbatched capacity the backlog of an unbatched server"
    " grows for as long as you watch, by a share of the arrivals",
    measured=crossing["growth"].median(),
    above=0.1,
    needs=gains_and_calm,
    look=BUSY,
    limit=True,
)
claim(
    "P2",
    "at the same rate batching shrinks the backlog: at the end against at the switch",
    measured=melted.median(),
    at_most=0.5,
    needs=gains_and_calm,
    look=BUSY,
    limit=True,
)
claim(
    "P2",
    "at that rate batching lowers the median latency: queries due at the"
    " end against those due before the switch",
    measured=fall,
    below=0.7,
    needs=gains_and_calm,
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
# serves. How many fewer, and how large a batch can you still make use of?
#
# A live server would need hours for all combinations. So measure its cycle for each batch size,
# and let a simulation do the rest. It runs on a *virtual clock*: time is a number that the
# program moves forward.

# %% tags=["nbval-ignore-output"]
sizes = [1, 4, 16, 32, 64]
passes = [[cycle_ms(b) for b in sizes] for _ in range(2)]
measured = np.min(passes, axis=0)  # other programs only ever add
cycle = fit_line(sizes, measured)
knee = cycle[0] / cycle[1]
print(f"cycle(b) = {cycle[0]:.2f} ms + {cycle[1]:.3f} ms x b")
print(f"The service's knee is at {knee:.0f} queries.")
line = cycle[0] + cycle[1] * np.array(sizes)
pd.DataFrame({"measured (ms)": measured, "line (ms)": line}, sizes).round(2)


# %% [markdown]
# This is the batcher again, under `greedy`, with neither threads nor a network. Arrivals and
# latencies are in ms.


# %%
def simulate(arrivals, cycle, max_batch):
    """Return the latency of each query."""
    alpha, beta = cycle
    done = []
    first, free = 0, 0.0  # the first in the queue; the model is free
    while first < len(arrivals):
        start = max(free, arrivals[first])
        here = bisect_right(arrivals, start, lo=first)
        size = min(here - first, max_batch)
        free = start + alpha + beta * size
        done += [free] * size
        first += size
    return np.array(done) - arrivals


# %% [markdown]
# Try it by hand. Three queries come at 0, 1 and 2 ms, and a batch of *b* takes 2 + 1 *b* ms. The
# first is served alone until 3. The other two share the next batch, from 3 to 7.

# %%
simulate([0, 1, 2], (2, 1), max_batch=8)

# %% [markdown]
# Before you trust it, replay the same arrivals on both, live and on the virtual clock. The virtual
# batches take as long as the live ones took on average in that very round. So this tests what the
# simulation makes of a cycle, not the cycle.

# %%
rate = 0.3 * 16e3 / (cycle[0] + cycle[1] * 16)
server.configure(policy="greedy", max_batch=16)
replays = []
for _ in range(5):
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
    "in the median the live server is near the simulation: the calmest of five rounds",
    measured=min(near),
    between=(0.67, 4),
    unit="times",
    needs=calm,
    look="Does another program keep the processor busy?",
)

# %% [markdown]
# The median, that is. Compare the last two rows as well. The simulation knows the queue. It knows
# neither the way to the server and back nor that some batches take longer than others of their
# size, and p99 is made of those. This server keeps no bound below its live p99, whatever its rate.
# So what follows are rates on the virtual clock, and no promise. What you may take from them is the
# direction, where all settings are judged alike.
#
# **Your guess.** You make the bound on p99 five times tighter: from ten cycles of a single query
# to two. What share of the sustainable rate is left, with the best `max_batch` for each?

# %%
my_share = 0.2  # of the rate, edit me

# %% [markdown]
# **Measure.** For each bound and each `max_batch`, halve the interval around the sustainable rate
# until it is found. Every run uses the same random arrivals, stretched to its rate.

# %%
standard_arrivals = np.cumsum(rng.exponential(size=4000))  # 1 per ms
BOUNDS = np.array([2, 3, 5, 10])  # in cycles of a single query
MAX_BATCHES = np.array([1, 2, 4, 8, 16, 32, 64])


def sustainable(cycle, max_batch, bound):
    """Largest rate (per s) with 99 % within `bound` (ms)."""
    # The same steps for every max_batch: where it does not
    # matter, the same rate comes out.
    high = 64e3 / (cycle[0] + cycle[1] * 64)
    low = high / 3000
    for _ in range(10):
        rate = np.sqrt(low * high)
        arrivals = 1e3 / rate * standard_arrivals
        latency = simulate(arrivals, cycle, max_batch)
        late = np.mean(latency > bound) > 0.01
        low, high = (low, rate) if late else (rate, high)
    return low


def sweep(cycle):
    """One row per bound, one column per max_batch."""
    rates = pd.DataFrame(index=BOUNDS, columns=MAX_BATCHES, dtype=float)
    for bound in BOUNDS:
        limit = bound * sum(cycle)  # ms
        for b in MAX_BATCHES:
            rates.loc[bound, b] = sustainable(cycle, b, limit)
    return rates.rename_axis(index="bound (cycles)")


# %% tags=["nbval-ignore-output"]
network = sweep(cycle)
network.round().astype(int)

# %% [markdown]
# Read a row from left to right. At first a larger `max_batch` helps; then it changes nothing.
# Greedy batching takes no more than waits, so what it may take beyond that does no harm. What the
# bound decides is how far the rise goes. Sum each row up: the smallest `max_batch` that *suffices*,
# its rate, and the *rate gain* over one query at a time. (It is no gain per row: to keep the same
# bound one at a time has to stay idle for longer.)


# %%
def sum_up(rates):
    """The smallest max_batch within 5 % of the best rate."""
    suffices = (rates.ge(0.95 * rates.max(axis=1), axis=0)).idxmax(axis=1)
    rate = pd.Series({k: rates.loc[k, b] for k, b in suffices.items()})
    found = pd.DataFrame({"suffices": suffices, "rate": rate})
    found["rate gain"] = rate / rates[1]
    return found


# %% tags=["nbval-ignore-output"]
summed = sum_up(network)
summed.insert(0, "bound (ms)", summed.index * sum(cycle))
summed.round(1)

# %% [markdown]
# The rate falls with every row. The rate gain holds out for longer: most of it is still there at
# three cycles, and it goes where the bound gets tighter than that.
#
# To see where the claim ends you need a scorer that gains nothing from a batch. For the loop over
# rows take alpha and beta from the first experiment: the model alone, without the service.

# %% tags=["nbval-ignore-output"]
loop = sweep(lines.loc["row_by_row", ["alpha", "beta"]].to_numpy())
loop_summed = sum_up(loop)
loop_summed.round(1)

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    xlabel="max_batch",
    ylabel="sustainable rate (per second)",
    title="A tighter bound serves fewer, and leaves less room to batch",
    columns=2,
    size=(7.6, 4),
)
panels = {"network": (network, summed), "loop over rows": (loop, loop_summed)}
for ax, (name, (rates, found)) in zip(axes, panels.items(), strict=True):
    for bound in reversed(BOUNDS):
        ax.plot(rates.loc[bound], label=f"{bound} cycles")
    ax.plot(found.suffices, found.rate, "o", color=figures.BLACK)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_yticks([100, 300, 1000, 3000])
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("")
    ax.set_title(name)
    figures.label_lines(ax)
figures.mark_guess(axes[0], y=my_share * summed.rate[10])
share = summed.rate[2] / summed.rate[10]
figures.show(
    fig,
    caption=f"One line for each bound; the dot is the smallest max_batch"
    f" that suffices. Under a bound of two cycles {share:.0%} of the rate"
    f" under ten are left; you guessed {my_share:.0%}.",
    alt="Two panels of sustainable rate against max_batch, one line per bound."
    " For the network the lines rise and then run flat: the looser the bound,"
    " the higher and the longer they rise. For the loop over rows they fall"
    " a little and then run flat.",
)

# %% tags=["claim-P3"]
tight, loose = summed.loc[2], summed.loc[10]
shares = (offer >= 5 and knee >= 2, "its batches share too little.")
grows = shares if calm[0] else calm
CYCLES = "Do the cycles above grow with the batch size, line by line?"
claim(
    "P3",
    "under a bound of two cycles the hardware serves fewer queries"
    " than under one of ten, as a ratio (simulated)",
    measured=share,
    at_most=0.25,
    needs=grows,
    look=CYCLES,
)
claim(
    "P3",
    "the smallest max_batch that suffices is smaller under the tighter bound,"
    " as a ratio (simulated)",
    measured=tight.suffices / loose.suffices,
    at_most=0.5,
    needs=grows,
    look=CYCLES,
)
claim(
    "P3",
    "the rate gain over one query at a time is smaller there, as a ratio (simulated)",
    measured=tight["rate gain"] / loose["rate gain"],
    at_most=0.6,
    needs=grows,
    look=CYCLES,
)

# %% tags=["claim-P3"]
loop_share = loop_summed.rate[2] / loop_summed.rate[10]
claim(
    "P3",
    "the tighter bound lowers the rate of the loop over rows as well (simulated)",
    measured=loop_share,
    at_most=0.5,
    look=CYCLES,
    limit=True,
)
claim(
    "P3",
    "no max_batch gains the loop over rows anything (simulated)",
    measured=loop_summed["rate gain"].max(),
    at_most=1.2,
    unit="times",
    look=CYCLES,
    limit=True,
)

# %% [markdown]
# **Why.** The rate is that of one at a time, times the rate gain. From the loosest bound to the
# tightest both fall:

# %% tags=["nbval-ignore-output"]
queueing = network.loc[2, 1] / network.loc[10, 1]
batching = tight["rate gain"] / loose["rate gain"]
print("From ten cycles to two:")
print(f"one at a time keeps {queueing:.0%} of its rate,")
print(f"batching keeps {batching:.0%} of its gain,")
print(f"together {share:.0%} of the rate are left.")

# %% [markdown]
# - *Queueing.* A promise about p99 needs a server with time to spare, so that a query seldom meets
#   a queue: the tighter the bound, the more idle time. That costs every server the same share of
#   its rate, the loop over rows as well, because one at a time only the number of cycles counts.
#   Blaming it on batching would be wrong.
# - *Batching.* A query that has barely missed a batch waits for that one, then for its own: two
#   batch times. A tight bound leaves room for short batches only, and it is the long ones that make
#   a row cheap. At two cycles there is hardly room to share at all: who comes right after a batch
#   has started, and then shares the next one, is late.
#
# And the loop? A batch answers all of its queries at its end. Where it makes no row cheaper, that
# is only a loss: the lines of the right panel fall.

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
    ("P2 limit", "median under overload, on against off",
     f"{fall:.2f} times"),
    ("P3, simulated", "max_batch that suffices, loose to tight",
     f"{loose.suffices:.0f} to {tight.suffices:.0f}"),
    ("P3, simulated", "rate gain, loose to tight",
     f"{loose['rate gain']:.1f} to {tight['rate gain']:.1f} times"),
    ("P3, simulated", "network, rate left when tight", f"{share:.0%}"),
    ("P3 limit, simulated", "loop, rate left when tight", f"{loop_share:.0%}"),
]  # fmt: skip
columns = ["claim", "what", "your machine"]
pd.DataFrame(found, columns=columns).set_index("claim")

# %% [markdown]
# At work: measure S(b) of your own model first. If alpha is small beside beta, leave batching
# alone. If it is not, start with greedy batching: it costs little when you are idle and saves you
# when you are not. Let `max_batch` be what suffices for your latency bound: more gains nothing. Far
# past your service's knee there is little left to gain anyway. Measure p99 live before you promise
# anything. A window under high load is not measured here: before you use one, measure whether
# queries come often enough to fill it.
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
