# %% [markdown]
# # What a prediction costs
#
# A machine costs the same whether its answers come in time, come late or do not come at all: you
# will measure what a prediction costs that somebody could use, and two ways to spare the
# computation: a cache and a nightly job.
#
# **You will be able to** tell goodput from throughput; give the cost per million predictions that
# kept their objective; say when a cache mends the latency and when it does not; decide between
# scoring everybody tonight and scoring on request.
#
# **Time** 40 minutes. **Before this** [Batching](03_batching.ipynb), and what a *percentile of
# latency* is.

# %% tags=["wall-clock"]
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator

from labkit.lesson import figures, finding, show_source
from labkit.riverton.answer_cache import AnswerCache
from labkit.riverton.calibration import calibrate
from labkit.riverton.load import poisson_schedule, run_closed, run_load
from labkit.riverton.nightly import run_nightly, score_everybody
from labkit.riverton.policy import make_policy
from labkit.riverton.scorers import digits, load_scorer
from labkit.riverton.server import ScoringServer
from labkit.riverton.simulate import simulate

rng = np.random.default_rng(5)  # live runs: how much is drawn depends on your machine
chance = np.random.default_rng(7)  # the rest: the same on every machine

# %% [markdown]
# ## Calibrate
#
# The service is a process of its own on your machine, and the load comes from a third process. All
# rates below are shares of what this service can answer here, so measure that first: one query at a
# time (`unbatched`) and in batches of up to 32 (`batched`), the server kept busy.

# %% tags=["nbval-ignore-output"]
server = ScoringServer("mlp").start()
machine = calibrate(server)
print(machine)

# %% [markdown]
# Where that says "too noisy", what rests on a clock is shown and not asserted. The counts and the
# simulations hold all the same.

# %% [markdown]
# ## Late answers are not answers
#
# A *service level objective* (SLO) says what is good enough: a bound and a share, such as "99 %
# within 50 ms". *Throughput* counts the answers per second. *Goodput* counts those that kept the
# bound, here as a share of all queries that came.
#
# **The question.** More queries come than the server can answer one at a time. All of them are
# answered in the end. How many in time?
#
# The bound is twenty times what one query takes alone when the server is never idle. The rate is
# `machine.between`, the geometric mean of the two capacities: too much one at a time, and little in
# batches. Queries come for as long as six times the bound; how many are late depends on that too.

# %% tags=["nbval-ignore-output"]
bound_ms = 20e3 / machine.unbatched
SECONDS = min(0.006 * bound_ms, 900 / machine.between)  # 1024 may wait
print(f"Bound: {bound_ms:.0f} ms. Queries come for {1e3 * SECONDS:.0f} ms,")
print(f"{machine.between:.0f} per second.")

# %% [markdown]
# **Your guess.** What share of the queries does the server answer in time one at a time, at that
# rate?

# %%
my_goodput = 0.5  # share of the queries, edit me

# %% [markdown]
# **Measure.** Two rounds. In each, both policies get the same arrivals, and the run lasts until all
# are answered.

# %%
POLICIES = {
    "one at a time": {"policy": "off"},
    "batches": {"policy": "greedy", "max_batch": 32},
}


def serve(arrivals, **settings):
    """Send the queries and wait until the server is idle again."""
    server.configure(**settings)
    result = run_load(server, arrivals, drain_s=10)
    server.wait_idle()
    return result


rounds = []
for _ in range(2):
    arrivals = poisson_schedule(machine.between, SECONDS, rng)
    rounds.append({p: serve(arrivals, **s) for p, s in POLICIES.items()})

# %% tags=["nbval-ignore-output"]
rows = [
    {
        "policy": name,
        "came (per s)": len(one.frame) / SECONDS,
        "answered": one.ok / len(one.frame),
        "throughput (per s)": one.throughput,
        "goodput": one.goodput(bound_ms),
        "median (ms)": one.percentile(50),
    }
    for both in rounds
    for name, one in both.items()
]
seen = pd.DataFrame(rows).set_index("policy").sort_index()
seen.round(2)

# %% [markdown]
# *Answered* and *throughput* are what a dashboard often shows: no errors, and a server as fast as
# it can be. Goodput is what the customers see.

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="latency (ms)",
    ylabel="share of all queries",
    title="One at a time all is answered, and little of it in time",
)
for name, colour in zip(POLICIES, [figures.BLUE, figures.ORANGE], strict=True):
    served = np.sort(np.concatenate([one[name].served_ms for one in rounds]))
    share = np.arange(1, len(served) + 1) / len(served)
    ax.step(served, share, where="post", color=colour, label=name)
ax.set_xscale("log")
ax.xaxis.set_major_formatter("{x:g}")
ax.set_ylim(0, 1.12)
figures.mark_truth(ax, x=bound_ms, label="bound")
figures.mark_guess(ax, y=my_goodput)
ax.legend(frameon=False, loc="upper left")
in_time = seen.groupby("policy").goodput.median()
figures.show(
    fig,
    caption=f"Within {bound_ms:.0f} ms: {in_time['one at a time']:.0%} of the"
    f" queries one at a time, {in_time['batches']:.0%} in batches (medians of"
    f" two rounds). You guessed {my_goodput:.0%} for the first.",
    alt="Share of all queries answered within a latency, against that latency"
    " on a logarithmic axis. Where the line crosses the bound you read the"
    " goodput: near nothing one at a time, most of the queries in batches.",
)

# %% [markdown]
# The checks of goodput take the better round of each policy. The second one below, and the one of
# the price further down, need a server that was really overloaded one at a time: it answered less
# than six tenths of what came per second. (A machine may get faster after its calibration.)

# %%
BUSY = "Did another program take the processor after the calibration?"
kept_up = (seen["throughput (per s)"] / seen["came (per s)"])["one at a time"].max()
overloaded = (kept_up < 0.6, "one at a time it kept up: calibrate again.")
can_overload = overloaded if machine.can_measure[0] else machine.can_measure
finding(
    "one at a time all queries are answered in the end",
    measured=seen.answered["one at a time"].min(),
    at_least=0.99,
    needs=machine.can_measure,
    look=BUSY,
)
finding(
    "one at a time few of them are answered in time: the better of two rounds",
    measured=seen.goodput["one at a time"].max(),
    at_most=0.5,
    needs=can_overload,
    look=BUSY,
)
finding(
    "in batches most of them are: the better of two rounds",
    measured=seen.goodput["batches"].max(),
    at_least=0.9,
    needs=machine.can_measure,
    look=BUSY,
)

# %% [markdown]
# **Why.** Whoever comes after the first moments waits behind everybody before, and no answer is any
# use when its turn comes. So the server works without a pause on queries that are late already.
# Overload turns goodput into nothing long before it turns throughput into less.
#
# ## What a good prediction costs
#
# **The question.** You rent the machine by the hour. What does a million predictions cost that kept
# the bound, and how does that depend on the rate?
#
# You pay for as long as the machine is rented, here until the last query is answered. So the good
# ones per second are the goodput times the throughput. This is the better of the two rounds above,
# for each policy:

# %% tags=["nbval-ignore-output"]
PRICE_PER_HOUR = 1.00  # edit me


def per_million(good_per_second):
    """Price of a million predictions; infinite where none is good."""
    if good_per_second == 0:
        return np.inf
    return 1e6 * PRICE_PER_HOUR / (3600 * good_per_second)


good_per_s = (seen.goodput * seen["throughput (per s)"]).groupby("policy").max()
live_price = good_per_s.map(per_million)
live_price.rename("price of a million good ones").round(2).to_frame()

# %%
finding(
    "at a rate between the two capacities a good prediction costs less in batches",
    measured=good_per_s["one at a time"] / good_per_s["batches"],
    at_most=0.5,
    unit="times",
    needs=can_overload,
    look=BUSY,
)

# %% [markdown]
# The *floor* is the model alone, scoring large batches without a pause: no service, no waiting, no
# idle time. It is timed with the same clock as the service, and the best of forty passes counts.

# %% tags=["nbval-ignore-output"]
X = digits().X_test  # 450 rows
model = load_scorer("mlp")
passes = []
for _ in range(40):
    began = time.perf_counter()
    model(X[:256])
    passes.append((time.perf_counter() - began) / 256)
floor = per_million(1 / min(passes))
print(f"Floor: {floor:.3f} per million.")

# %% [markdown]
# **Your guess.** At a tenth of what the server can answer one at a time, how many times the floor
# does a good prediction cost?

# %%
my_times = 5  # times the floor, edit me

# %% [markdown]
# **Measure** many rates, each for a hundred times the bound. That takes a virtual clock. The time
# of a batch of *b* queries is the straight line through the two capacities that you calibrated.

# %%
one_s, many_s = 1 / machine.unbatched, 32 / machine.batched
beta = max(0.0, (many_s - one_s) / 31)


def cycle_s(b):
    """The time (s) that the service needs for a batch of b queries."""
    return one_s + beta * (b - 1)


def simulated_price(rate, policy, **settings):
    """Price of a million good predictions; rented until all are answered."""
    arrivals = poisson_schedule(rate, 0.1 * bound_ms, np.random.default_rng(6))
    served = simulate(arrivals, cycle_s, make_policy(policy, **settings))
    good = (served.latency_ms <= bound_ms).sum()
    return per_million(good / served.finish_s.max())


lowest = 0.1 * machine.unbatched
lines = {}
for name, most in zip(POLICIES, [machine.unbatched, machine.batched], strict=True):
    at = np.geomspace(lowest, 1.5 * most, 40)
    lines[name] = pd.Series([simulated_price(r, **POLICIES[name]) for r in at], at)

# %% tags=["nbval-ignore-output"]
single, grouped = lines["one at a time"], lines["batches"]
fig, ax = figures.new(
    xlabel="queries per second",
    ylabel="price of a million good predictions",
    title="An idle machine costs much per prediction, and so does an overloaded one",
    size=(7.6, 4),
)
for name, colour in zip(POLICIES, [figures.BLUE, figures.ORANGE], strict=True):
    ax.plot(lines[name], color=colour, label=name)
ax.set_xscale("log")
ax.set_yscale("log")
ax.set_ylim(0.5 * floor, 12 * single.iloc[0])
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
figures.mark_truth(ax, y=floor, label="floor: the model alone")
figures.mark_guess(ax, y=my_times * floor)
ax.legend(frameon=False, loc="upper left")
figures.show(
    fig,
    caption=f"At the lowest rate a good prediction costs {single.iloc[0] / floor:.0f}"
    f" times the floor; you guessed {my_times:g}. The cheapest point is"
    f" {single.min() / floor:.1f} times the floor one at a time and"
    f" {grouped.min() / floor:.1f} times in batches. Simulated, with the capacities"
    " of your machine; each line ends at 1.5 times its capacity.",
    alt="Price of a million good predictions against the rate, both axes"
    " logarithmic. Both policies start together, far above the floor, and fall"
    " with the rate. One at a time turns up steeply at its capacity; batches fall"
    " on for longer, turn up at theirs, and stay above the floor.",
)

# %%
finding(
    "at its cheapest, a good prediction costs less in batches than one at a time (simulated)",
    measured=grouped.min() / single.min(),
    at_most=0.75,
    unit="times",
    needs=(machine.batched >= 2 * machine.unbatched, "its batches share little."),
)

# %% [markdown]
# **Why.** The hour is paid for either way. Below capacity the price is the hour divided by the
# rate, whatever the policy: batching saves nothing on a machine that is idle. Near capacity the
# denominator of *good* predictions collapses and the price shoots up. (How far depends on how long
# the overload lasts, for only its first queries are answered in time.) Batching moves that wall to
# the right. What it cannot remove is the rest of a service: HTTP, parsing, and the idle time that
# an objective needs.
#
# ## A cache in front of the model
#
# Some questions are asked again and again. A *cache* keeps answers, and a query that finds its
# answer there (a *hit*) never reaches the model. It is small, so something has to go: LRU drops the
# answer that was *least recently used*.
#
# **The question.** Does a cache that answers a good part of the queries mend the p99?
#
# The traffic follows *Zipf's law*: the row asked for *k*-th most often is asked for 1/k as often as
# the first. Which row is popular is random.

# %%
KEPT = 100  # answers, of 450 rows
share_of_row = 1 / np.arange(1, len(X) + 1)
share_of_row /= share_of_row.sum()
popular = chance.permutation(len(X))


def zipf_rows(n, rng):
    """The numbers of n rows, each asked for as its rank says."""
    return popular[rng.choice(len(X), size=n, p=share_of_row)]


# %% [markdown]
# What hit rate does that promise? Keeping the 100 most popular answers would hit as often as those
# are asked for. LRU has to find out which they are, and starts empty. So replay a trace on the
# service's cache, with no server.


# %%
def misses_of(trace, size):
    """Which queries of a trace an LRU cache sends on to the model."""
    cache, missed = AnswerCache(size), np.zeros(len(trace), dtype=bool)
    for i, row in enumerate(trace):
        missed[i] = cache.get(b"%d" % row) is None
        if missed[i]:
            cache.put(b"%d" % row, True)
    return missed


missed = misses_of(zipf_rows(10_000, chance), KEPT)
print(f"The best 100 would answer {share_of_row[:KEPT].sum():.0%}.")
print(f"LRU answers {1 - missed.mean():.0%} in the long run,")
print(f"and {1 - missed[:80].mean():.0%} of the first 80.")

# %% [markdown]
# **Your guess.** At a quarter of the capacity, what does the cache make of the p99 in the long run:
# times that without?

# %%
my_p99 = 0.5  # times, edit me

# %% [markdown]
# **Measure.** One query at a time, at two rates: a quarter of the capacity, and half as much again
# as the capacity, which is measured anew in each round. In a round, the server without a cache and
# the one with it get the same queries at the same times. The cache starts empty.


# %%
def calls_to_the_model():
    batches = server.stats()["batches"]
    return sum(one["batch"] * one["batches"] for one in batches)


def ask(arrivals, trace, cache):
    """One row of the table, and what became of each query."""
    server.configure(policy="off", cache=cache)
    server.reset_stats()
    result = run_load(server, arrivals, rows=X[trace], drain_s=10)
    server.wait_idle()
    seen = {
        "cache": cache,
        "queries": len(trace),
        "misses": int((result.frame.batch > 0).sum()),
        "calls": calls_to_the_model(),
        "replayed": misses_of(trace, cache).sum() if cache else len(trace),
        "kept up": result.throughput * arrivals[-1] / len(arrivals),
        "p99 (ms)": result.percentile(99),
    }
    return seen, result.frame


# %% tags=["nbval-ignore-output"]
asked, frames = [], {0: [], KEPT: []}
for number in range(2):
    server.configure(policy="off", cache=0)
    capacity = run_closed(server, clients=8, seconds=0.3).throughput
    many = int(np.clip(0.5 * capacity, 80, 240))
    for load, n in [(0.25, 80), (1.5, many)]:
        arrivals = poisson_schedule(load * capacity, n / (load * capacity), rng)
        trace = zipf_rows(len(arrivals), rng)
        for cache in [0, KEPT]:
            seen, frame = ask(arrivals, trace, cache)
            asked.append({"load": load, "round": number, **seen})
            if load < 1:
                frames[cache].append(frame)
asked = pd.DataFrame(asked).set_index(["load", "round"]).sort_index()
asked.round(2)

# %% [markdown]
# Count before you look at a clock. `misses` is what the replies say (that of a hit says that it was
# served in a batch of 0), `calls` what the server's batcher counted, `replayed` what the cache
# without a server predicts for that trace. `kept up` is the rate of answers over that of queries.

# %%
cached = asked[asked.cache > 0]
gap = abs(cached.misses - cached.replayed) / cached.queries
finding(
    "the calls that reached the model are the misses, query by query",
    measured=int(abs(asked.calls - asked.misses).sum()),
    equals=0,
    look="Did anybody else ask this server?",
)
finding(
    "at low load the replay of the trace predicts the hit rate: the calmer"
    " round's difference, as a share of the queries",
    measured=gap[0.25].min(),
    at_most=0.05,
    needs=machine.can_measure,
    look="Did the cache start empty?",
)

# %% [markdown]
# Misses and replay may differ: a row that is asked for again while its first query still waits for
# the model misses twice, for its answer is not there yet. The longer the queue, the more of these
# there are: a *cache stampede*. (The cure is to let the later ones wait for the first one's
# answer.)
#
# The p99 of so few queries is their slowest one, or the second or third where there are more than a
# hundred. So take the virtual clock: 10 000 queries, hits that take no time, and misses that take
# what one query takes. The unit is that time.

# %%
gaps = chance.exponential(size=len(missed))
everybody = np.full(len(missed), True)


def virtual_p99(load, to_model):
    """The p99 of all queries, of which some reach the model."""
    due = np.cumsum(gaps) / load
    latency = np.zeros(len(due))
    off = make_policy("off")
    latency[to_model] = simulate(due[to_model], lambda b: 1.0, off).latency_ms / 1e3
    return np.quantile(latency, 0.99)


loads = [0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95, 1.1, 1.25, 1.4, 1.5]
p99 = pd.DataFrame(
    {
        "no cache": [virtual_p99(a, everybody) if a < 1 else np.nan for a in loads],
        "cache": [virtual_p99(a, missed) for a in loads],
    },
    index=loads,
)
ratio = p99.cache / p99["no cache"]

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    xlabel="share of the queries (%)",
    ylabel="latency (ms)",
    title="The slowest queries are misses; near capacity the hits free their queue",
    columns=2,
    size=(7.6, 3.8),
)
colours = [figures.BLUE, figures.ORANGE]
for parts, name, colour in zip(frames.values(), p99, colours, strict=True):
    pooled = np.sort(pd.concat(parts).latency_ms)
    at = 100 * (np.arange(len(pooled)) + 0.5) / len(pooled)
    axes[0].plot(at, pooled, color=colour, label=name)
    axes[1].plot(p99[name], color=colour)
for ax in axes:
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("")
axes[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
axes[1].set_xlim(-0.4, 1.55)  # the label of the guess stands beside the lines
axes[1].set_xticks([0, 0.5, 1, 1.5])
axes[0].set_title("live, a quarter of the capacity")
axes[1].set_title("simulated: p99 against the rate")
axes[1].set_xlabel("rate, as a share of the capacity")
axes[1].set_ylabel("p99, times one query")
axes[0].legend(frameon=False, loc="upper left")
figures.mark_guess(axes[1], y=my_p99 * p99["no cache"][0.25])
figures.show(
    fig,
    caption=f"At a quarter of the capacity the p99 with the cache is"
    f" {ratio[0.25]:.2f} times that without (you guessed {my_p99:g}), at 95 % of it"
    f" {ratio[0.95]:.2f} times. Without a cache the queue grows without end from 1.",
    alt="Left: latency against the share of queries. With a cache many lie far"
    " below, and the slowest are as slow as without. Right: p99 against the rate."
    " The line with a cache lies lower everywhere, by far near the capacity. The"
    " one without shoots up before it; the one with a cache rises slowly.",
)

# %%
finding(
    "at a quarter of the capacity the cache leaves most of the p99 (simulated)",
    measured=ratio[0.25],
    between=(0.5, 1),
    unit="times",
)
finding(
    "near the capacity it lowers the p99 much (simulated)",
    measured=ratio[0.95],
    at_most=0.4,
    unit="times",
)

# %% [markdown]
# Who are the slow ones, live, at a quarter of the capacity? Count the misses among the slowest
# tenth, in each round.

# %%
slow_misses = []
for frame in frames[KEPT]:
    slow = frame.latency_ms >= frame.latency_ms.quantile(0.9)
    slow_misses.append((frame.batch[slow] > 0).mean())
finding(
    "at low load the slowest tenth are misses, by their share: the calmer round",
    measured=max(slow_misses),
    at_least=0.8,
    needs=machine.can_measure,
    look=BUSY,
)

# %% [markdown]
# **Why.** Where more than one query in a hundred misses, the slowest hundredth are misses, and a
# miss takes no less time than before. So the p99 cannot fall below the time of one query. At low
# load it is only two or three times that without a cache, and the cache can take away no more than
# the waiting in it. Near the capacity there is much more. The p99 of all queries is a high
# percentile of the misses alone.

# %%
print(f"{missed.mean():.0%} miss.")
print(f"The p99 of all is the p{100 - 1 / missed.mean():.1f} of the misses.")

# %% [markdown]
# Near the capacity latency is waiting. There each hit is one query less in the queue, so the misses
# get faster too: the load on the model is the rate times the miss rate. (Live, compare the p99 at
# half as much again as the capacity in the table above. It tells something in those rounds in which
# the server did not keep up without a cache.)
#
# ### What a cache must not hold
#
# You deploy a new model. A cache that several processes share outlives a deployment, and that is
# how large services keep theirs. So put the cache here, in front of two real servers: the old
# model, then the new one. All 450 rows are asked for before the deployment and after it.


# %%
def ask_all(target, cache):
    """The label of each row: from the cache, or else from the server."""
    known = [cache.get(row.tobytes()) for row in X]
    missing = [i for i, label in enumerate(known) if label is None]
    if missing:
        answers = run_load(target, np.zeros(len(missing)), rows=X[missing])
        for i, label in zip(missing, answers.frame.label, strict=True):
            known[i] = int(label)
            cache.put(X[i].tobytes(), known[i])
    return np.array(known)


server.configure(policy="greedy", max_batch=32, cache=0)
by_row = AnswerCache(450)  # wrong: its version never changes
by_version = AnswerCache(450, version="mlp")
old = ask_all(server, by_row)
for row, label in zip(X, old, strict=True):
    by_version.put(row.tobytes(), int(label))

with ScoringServer("trees") as deployed:
    stale = ask_all(deployed, by_row)
    by_version.version = "trees"
    fresh = ask_all(deployed, by_version)

# %% tags=["nbval-ignore-output"]
outdated = int((stale != fresh).sum())
print(f"Keyed by row alone, {outdated} of {len(X)} answers are not the new model's.")
print(f"The old model's answers, all of them: {np.array_equal(stale, old)}.")
print(f"Keyed by version, the new model was asked {by_version.misses} times.")

# %%
finding(
    "keyed by the row alone, the cache answers for a model that is gone",
    measured=outdated,
    at_least=5,
    unit="rows",
    look="Do both servers run?",
)
finding(
    "with the version in the key the new model is asked for every row",
    measured=by_version.misses,
    equals=len(X),
    look="Was the version changed at the deployment?",
)

# %% [markdown]
# Nothing fails and nothing is logged: the new model is deployed, and nobody hears from it. So the
# version belongs in the key, or the deployment empties the cache. The same holds for all else that
# an answer depends on and the row does not show, such as a threshold.
#
# ## Tonight for everybody, or on request
#
# The other way not to compute an answer on request is to have it already. A *batch prediction* job
# scores all customers at night, in large batches; in the day a prediction is a lookup by key.
# *Online prediction* scores a customer who asks.
#
# **The question.** The job scores everybody, cheaply, for it needs no HTTP and never idles. Most of
# them never ask. From which share of customers that ask is the job cheaper?
#
# This is the job. It runs as a process of its own and leaves a table in SQLite.

# %%
show_source(score_everybody)

# %% [markdown]
# **Your guess.** You compare the job with a service that scores one query at a time. From which
# share on is the job cheaper?

# %%
my_break_even = 0.5  # share of the customers who ask, edit me

# %% [markdown]
# **Measure** the prices, all in ms of a machine: a row of the job, an answer on request, and a
# lookup. A looked-up answer goes over HTTP as well, so its price is that of the service with every
# answer in its cache, and of the read in SQLite. The customers are made up: each has one of the 450
# digits.
#
# The service is calibrated again here, so that all prices come from the same moment. It is never
# idle then: these are **the cheapest requests there are**. A service that waits for queries costs
# many times that, as you saw, and then the job pays far sooner.

# %%
CUSTOMERS = 600
folder = tempfile.TemporaryDirectory()
table = Path(folder.name) / "answers.sqlite"
digit = chance.integers(len(X), size=CUSTOMERS)


def night_ms():
    """A row of the job; its start is not counted."""
    return 1e3 * run_nightly(X[digit], table)["score_s"] / CUSTOMERS


def look_up(keys):
    """The label of each key in last night's table."""
    database = sqlite3.connect(table)
    read = "SELECT label FROM answers WHERE key = ?"
    labels = [database.execute(read, (int(k),)).fetchone()[0] for k in keys]
    database.close()
    return np.array(labels)


# %% tags=["nbval-ignore-output"]
server.configure(policy="greedy", max_batch=32, cache=0)
again = calibrate(server)
night = min(night_ms() for _ in range(2))
began = time.perf_counter()
labels = look_up(range(CUSTOMERS))
read_ms = 1e3 * (time.perf_counter() - began) / CUSTOMERS

server.configure(cache=len(X))
ask_all(server, AnswerCache(450))  # now the server has all answers
lookups = [run_closed(server, clients=64, seconds=0.3).throughput for _ in range(2)]
look = 1e3 / max(lookups) + read_ms
server.stop()
folder.cleanup()
prices = pd.Series(
    {
        "a row of the job": night,
        "a request, one at a time": 1e3 / again.unbatched,
        "a request, in batches": 1e3 / again.batched,
        "a lookup over HTTP": look,
        "of which in SQLite": read_ms,
    },
    name="ms",
)
prices.round(3).to_frame()

# %%
calm = again.can_measure if machine.can_measure[0] else machine.can_measure
finding(
    "the table says what the service said, but for near ties",
    measured=(labels != old[digit]).mean(),
    at_most=0.01,
    look="Is the table last night's?",
)

# %% [markdown]
# Now the bill of a day, for every number of customers who ask, each once. The job scores all
# customers and looks up those who ask.

# %%
ask_n = np.arange(1, CUSTOMERS + 1)
bills = pd.DataFrame(
    {
        "scored tonight": CUSTOMERS * night + ask_n * look,
        "one at a time": ask_n * 1e3 / again.unbatched,
        "in batches": ask_n * 1e3 / again.batched,
    },
    index=ask_n / CUSTOMERS,
)


def pays_from(requests):
    """The least share for which the job's bill is not the larger; infinite: never."""
    cheaper = bills.index[bills["scored tonight"] <= bills[requests]]
    return cheaper.min() if len(cheaper) else np.inf


share_single, share_grouped = pays_from("one at a time"), pays_from("in batches")


def in_words(share):
    return "at no share" if share == np.inf else f"from {share:.0%} of the customers on"


# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="share of the customers who ask (%)",
    ylabel="price of a prediction used (ms)",
    title="The job is cheap per row, and costly per answer read while few ask",
    size=(7.6, 4),
)
used = bills.div(ask_n, axis=0)
used = used[used.index >= 0.01]
colours = [figures.GREEN, figures.BLUE, figures.ORANGE]
for name, colour in zip(used, colours, strict=True):
    ax.plot(100 * used.index, used[name], label=name, color=colour)
    share = pays_from(name)
    if name != "scored tonight" and share >= 0.01 and share < np.inf:
        ax.plot(100 * share, used[name][share], "o", color=colour)
ax.set_xscale("log")
ax.set_yscale("log")
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
ax.yaxis.set_minor_formatter("")
figures.label_lines(ax)
figures.mark_guess(ax, x=100 * my_break_even)
figures.show(
    fig,
    caption=f"Against requests scored one at a time the job pays"
    f" {in_words(share_single)} (you guessed {my_break_even:.0%}); against requests"
    f" that share batches, {in_words(share_grouped)}.",
    alt="Price of a prediction used against the share of customers who ask. The"
    " price of those scored tonight falls as the share grows. It crosses the"
    " level line of single requests at a small share, and that of batched"
    " requests at a larger one or not at all.",
)

# %%
finding(
    "against requests scored one at a time the job pays from a share on",
    measured=share_single,
    at_most=0.7,
    needs=calm,
    look=BUSY,
)

# %% [markdown]
# **How many ask?** Customers who come back count once for the job's rows and each time for the
# service (or once, with a cache that holds them). Suppose as many queries come tomorrow as there
# are customers, by Zipf's law.

# %%
p = 1 / np.arange(1, CUSTOMERS + 1)
tomorrow = chance.choice(CUSTOMERS, size=CUSTOMERS, p=p / p.sum())
askers = len(np.unique(tomorrow))
print(f"{CUSTOMERS} queries of {askers} of {CUSTOMERS} customers.")
print(f"{CUSTOMERS - askers} rows are scored for nobody.")

# %% tags=["nbval-ignore-output"]
tomorrows = bills.iloc[-1].rename("ms for all queries").to_frame()  # n queries
print(f"Cheapest: {tomorrows.iloc[:, 0].idxmin()}.")
tomorrows.round(0)

# %% [markdown]
# **Freshness.** A row that changes in the day makes last night's answer old. Say that a customer
# gets a new row every five days on average, at any time, and asks at any hour.

# %%
hours = np.linspace(0, 24, 97)  # since the job
print(f"{(1 - np.exp(-hours / (5 * 24))).mean():.0%} have a new row when they ask.")

# %% [markdown]
# The service scores the row of the moment; the lookup answers for the one of last night. Running
# the job twice as often halves the age of its answers and doubles what its rows cost in a day.
#
# - **Score tonight** where a large share is used, the inputs keep for a day, and all keys are known
#   beforehand. The lookup is fast, and the model may be slow.
# - **Score on request** where few ask, where the answer depends on what has happened since, or
#   where nobody can list the inputs, such as a text that somebody types.
# - **Both**: score tonight those who will probably ask, and the rest on request, with a cache.
#
# ## Appendix: a batch limit that finds itself
#
# Which `max_batch` keeps a bound on the time of a batch? Clipper (Crankshaw and others, 2017) lets
# the server find out: *additive increase, multiplicative decrease* (AIMD), as TCP does for its
# window. While the bound is kept, the limit grows by a step; when it is missed, it shrinks by a
# factor. Here on the virtual clock, with the line through your two capacities and a queue that
# never ends. The bound is what a batch of 24 takes, so the best fixed limit is 24; the controller
# does not know.

# %%
BEST = 24
limits = [1]
for _ in range(60):
    if cycle_s(limits[-1]) <= cycle_s(BEST):
        limits.append(limits[-1] + 2)
    else:
        limits.append(max(1, int(0.75 * limits[-1])))

# %% tags=["nbval-ignore-output"]
settled = np.mean(limits[20:])
fig, ax = figures.new(
    xlabel="batch",
    ylabel="max_batch",
    title="The limit climbs, misses the bound, backs off and climbs again",
)
ax.step(range(len(limits)), limits, where="post", color=figures.BLUE)
figures.mark_truth(ax, y=BEST, label="best fixed limit")
figures.show(
    fig,
    caption=f"From batch 20 on the limit is {settled:.1f} on average; the best fixed"
    f" one is {BEST}. Simulated.",
    alt="The batch limit batch by batch: a sawtooth. It climbs in a straight line,"
    " drops, and climbs again, below and around the best fixed limit.",
)

# %%
finding(
    "the limit settles near the best fixed one (simulated): its mean from batch 20 on",
    measured=settled / BEST,
    between=(0.8, 1.1),
    unit="times",
    needs=(beta > 0, "its batches cost no more than a single query."),
)

# %% [markdown]
# It never rests: to learn that the bound is missed, it has to miss it. In return it follows when
# the model or the machine changes, and a fixed limit does not. On a live server a single slow
# moment looks like a limit that is too large, so noise pulls it down, and it climbs back slowly.
#
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("goodput", "one at a time, overloaded", f"{in_time['one at a time']:.0%}"),
    ("goodput", "in batches, same arrivals", f"{in_time['batches']:.0%}"),
    ("price", "of a million good ones there, one at a time, live",
     f"{live_price['one at a time']:.2f}"),
    ("price", "the same in batches, live", f"{live_price['batches']:.2f}"),
    ("price", "at the lowest rate, against the floor",
     f"{single.iloc[0] / floor:.0f} times"),
    ("price", "cheapest, in batches, against the floor",
     f"{grouped.min() / floor:.1f} times"),
    ("cache", "p99 at a quarter of capacity, against no cache",
     f"{ratio[0.25]:.2f} times"),
    ("cache", "p99 at 95 % of it, likewise", f"{ratio[0.95]:.2f} times"),
    ("cache", "answers of a model that is gone", f"{outdated} of {len(X)}"),
    ("batch prediction", "pays, one at a time", in_words(share_single)),
    ("batch prediction", "pays, in batches", in_words(share_grouped)),
    ("adaptive limit", "against the best fixed", f"{settled / BEST:.2f} times"),
]  # fmt: skip
pd.DataFrame(found, columns=["about", "what", "your machine"]).set_index("about")

# %% [markdown]
# **At work.** Put goodput on the dashboard, with every query that came in its denominator, and
# divide the bill by the number of good answers. Look at how idle your machines are before you make
# the model faster. Take a cache for its hit rate at the peak, not for the p99 of a quiet night, and
# put the model's version in its key. Before you score on request, count who asks; before you score
# tonight, count what changes.
#
# ## Your turn
#
# [The exercise](../../exercises/01_ml_in_production/05_what_a_prediction_costs.ipynb) has you price
# good predictions, replay a trace on a cache, find a break-even and steer a batch limit.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems* (O'Reilly, 2022), chapter 7, on batch
#   prediction and online prediction.
# - D. Crankshaw and others, "Clipper: A Low-Latency Online Prediction Serving System" (NSDI 2017):
#   a cache of predictions and an adaptive batch limit in front of models.
# - B. Beyer and others (editors), *Site Reliability Engineering* (O'Reilly, 2016), chapter 4, on
#   service level objectives.
