# %% [markdown]
# # What a prediction costs
#
# A machine costs the same whether its answers come in time, come late or do not come at all: you
# will measure what a prediction costs that somebody could use, and two ways not to compute it.
#
# **You will be able to** tell goodput from throughput; give the cost per million predictions that
# kept their objective; say when a cache mends the latency and when it does not; decide between
# scoring everybody tonight and scoring on request.
#
# **Time** 35 minutes. **Before this** [Batching](03_batching.ipynb), and what a *percentile of
# latency* is.

# %% tags=["wall-clock"]
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from labkit.lesson import figures, finding, show_source
from labkit.riverton.answer_cache import AnswerCache
from labkit.riverton.calibration import calibrate
from labkit.riverton.curve import batch_curve
from labkit.riverton.load import poisson_schedule, run_closed, run_load
from labkit.riverton.nightly import run_nightly, score_everybody
from labkit.riverton.policy import make_policy
from labkit.riverton.scorers import digits, load_scorer
from labkit.riverton.server import ScoringServer
from labkit.riverton.simulate import simulate

rng = np.random.default_rng(5)  # the arrivals: how many depends on your machine
chance = np.random.default_rng(7)  # who asks for what, and what changes

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
# A *service level objective* (SLO) says what is good enough, such as "within 50 ms". *Throughput*
# counts the answers per second. *Goodput* counts those that kept the objective, here as a share of
# all queries that came.
#
# **The question.** More queries come than the server can answer one at a time. All of them are
# answered in the end. How many in time?
#
# The objective is twenty times what one query takes alone when the server is never idle.

# %% tags=["nbval-ignore-output"]
objective_ms = 20e3 / machine.unbatched
print(f"Objective: within {objective_ms:.0f} ms.")
print(f"Rate: {machine.between:.0f} queries per second.")

# %% [markdown]
# **Your guess.** What share of the queries does the server answer in time one at a time, at that
# rate?

# %%
my_goodput = 0.5  # share of the queries, edit me

# %% [markdown]
# **Measure.** Two rounds. In each, queries come for as long as six objectives, both policies
# get the same arrivals, and the run lasts until all are answered.

# %%
POLICIES = {
    "one at a time": {"policy": "off"},
    "batches": {"policy": "greedy", "max_batch": 32},
}
SECONDS = min(0.006 * objective_ms, 900 / machine.between)  # 1024 may wait


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
        "goodput": one.goodput(objective_ms),
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
    title="Everything is answered, and almost nothing in time",
)
for name, colour in zip(POLICIES, [figures.BLUE, figures.ORANGE], strict=True):
    served = np.sort(np.concatenate([one[name].served_ms for one in rounds]))
    share = np.arange(1, len(served) + 1) / len(served)
    ax.step(served, share, where="post", color=colour, label=name)
ax.set_xscale("log")
ax.xaxis.set_major_formatter("{x:g}")
ax.set_ylim(0, 1.12)
figures.mark_truth(ax, x=objective_ms, label="objective")
figures.mark_guess(ax, y=my_goodput)
ax.legend(frameon=False, loc="upper left")
medians = seen.groupby("policy").goodput.median()
figures.show(
    fig,
    caption=f"Within {objective_ms:.0f} ms: {medians['one at a time']:.0%} of the"
    f" queries one at a time, {medians['batches']:.0%} in batches (medians of"
    f" two rounds). You guessed {my_goodput:.0%} for the first.",
    alt="Share of all queries answered within a latency, against that latency"
    " on a logarithmic axis. Where the line crosses the objective you read the"
    " goodput: near nothing one at a time, most of the queries in batches.",
)

# %% [markdown]
# The claims take the calmer round of each policy. They need a server that was overloaded one at a
# time: more came than it answered. (A machine may get faster after its calibration.)

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
    "in batches most of them are: the calmer of two rounds",
    measured=seen.goodput["batches"].max(),
    at_least=0.9,
    needs=machine.can_measure,
    look=BUSY,
)

# %% [markdown]
# **Why.** The queue hands out its delay first. Whoever comes after the first moments waits behind
# everybody before, and no answer is any use when its turn comes. So the server works without a
# pause on queries that are late already. Overload turns goodput into nothing long before it turns
# throughput into less.
#
# ## What a good prediction costs
#
# **The question.** You rent the machine by the hour. What does a million predictions cost that kept
# the objective, and how does that depend on the rate?
#
# The *floor* is the model alone, scoring large batches without a pause: no service, no waiting, no
# idle time.

# %% tags=["nbval-ignore-output"]
PRICE_PER_HOUR = 1.00  # edit me

model = load_scorer("mlp")
curve = batch_curve(model, [256], rng=rng, repeats=5).set_index("batch")


def per_million(good_per_second):
    """Price of a million predictions; infinite where none is good."""
    if good_per_second == 0:
        return np.inf
    return 1e6 * PRICE_PER_HOUR / (3600 * good_per_second)


floor = per_million(1e3 / curve.row_ms[256])
print(f"Floor: {floor:.3f} per million.")

# %% [markdown]
# **Your guess.** At a tenth of what the server can answer one at a time, how many times the floor
# does a good prediction cost?

# %%
my_times = 5  # times the floor, edit me

# %% [markdown]
# **Measure.** A few rates live, up to four fifths of the batched capacity.

# %% tags=["nbval-ignore-output"]
lowest, highest = 0.1 * machine.unbatched, 0.8 * machine.batched
live = []
for rate in np.geomspace(lowest, highest, 3):
    arrivals = poisson_schedule(rate, max(0.4, 25 / rate), rng)
    for name, settings in POLICIES.items():
        if name == "batches" or rate < machine.between:
            good = serve(arrivals, **settings).goodput(objective_ms)
            live.append((name, rate, good, per_million(rate * good)))
live = pd.DataFrame(live, columns=["policy", "rate", "goodput", "cost"])
live.round(3)

# %% [markdown]
# And many rates on the virtual clock. The time of a batch of *b* queries is the straight line
# through the two capacities that you calibrated.

# %%
one_s, many_s = 1 / machine.unbatched, 32 / machine.batched
beta = max(0.0, (many_s - one_s) / 31)


def simulated_cost(rate, **settings):
    arrivals = poisson_schedule(rate, 2000 / rate, np.random.default_rng(6))
    policy = make_policy(settings["policy"], max_batch=32)
    served = simulate(arrivals, lambda b: one_s + beta * (b - 1), policy)
    return per_million(rate * (served.latency_ms <= objective_ms).mean())


rates = np.geomspace(lowest, 0.95 * machine.batched, 40)
virtual = pd.DataFrame(
    {p: [simulated_cost(r, **s) for r in rates] for p, s in POLICIES.items()},
    index=rates,
)

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="queries per second",
    ylabel="price of a million good predictions",
    title="An idle machine is dear, and so is an overloaded one",
    size=(7.6, 4),
)
top = 4 * virtual["batches"].max()
for name, colour in zip(POLICIES, [figures.BLUE, figures.ORANGE], strict=True):
    ax.plot(virtual[name].where(virtual[name] < top), color=colour, label=name)
    mine = live[live.policy == name]
    ax.plot(mine.rate, mine.cost.clip(upper=top), "o", color=colour)
ax.set_xscale("log")
ax.set_yscale("log")
ax.set_ylim(0.5 * floor, 1.3 * top)
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
figures.mark_truth(ax, y=floor, label="floor: the model alone")
figures.mark_guess(ax, y=my_times * floor)
ax.legend(frameon=False, loc="upper center")
cheapest = live.groupby("policy").cost.min()
idle = live.cost[live.rate == live.rate.min()].min()
figures.show(
    fig,
    caption=f"At the lowest rate a good prediction costs {idle / floor:.0f} times"
    f" the floor; you guessed {my_times:g}. The cheapest point is"
    f" {cheapest['one at a time'] / floor:.1f} times the floor one at a time and"
    f" {cheapest['batches'] / floor:.1f} times in batches. Lines: simulated;"
    " dots: live.",
    alt="Price of a million good predictions against the rate, both axes"
    " logarithmic. Both policies start together, far above the floor, and fall"
    " with the rate. One at a time turns up steeply near its capacity; batches"
    " fall on for longer and stay above the floor.",
)

# %%
low = live[live.rate == live.rate.min()].set_index("policy").cost
finding(
    "at the lowest rate batching changes the price of a good prediction little",
    measured=low["batches"] / low["one at a time"],
    between=(0.4, 2.5),
    unit="times",
    needs=machine.can_measure,
    look=BUSY,
)
finding(
    "at its cheapest, a good prediction costs less in batches than one at a time (simulated)",
    measured=virtual["batches"].min() / virtual["one at a time"].min(),
    at_most=0.75,
    unit="times",
    needs=(machine.batched >= 2 * machine.unbatched, "its batches share little."),
    look=BUSY,
)
finding(
    "no rate brings the service down to the floor",
    measured=cheapest["batches"] / floor,
    at_least=1.1,
    unit="times",
    needs=machine.can_measure,
    look=BUSY,
)

# %% [markdown]
# **Why.** The hour is paid for either way. Below capacity the price is the hour divided by the
# rate, whatever the policy: batching saves nothing on a machine that is idle. Near capacity the
# denominator of *good* predictions collapses and the price shoots up. (Beyond it the price rises
# for as long as you watch, for only the first queries are answered in time.) Batching moves that
# wall to the right. What it cannot remove is the rest of a service: HTTP, parsing, and the idle
# time that an objective needs.
#
# **Two wrong ways.** Divide the hour by all answers, and the wall disappears: late answers look as
# cheap as good ones. Leave out the queries that failed, and a service that refuses nine of ten
# looks perfect.

# %% tags=["nbval-ignore-output"]
worst = [one["one at a time"] for one in rounds]
by_all = per_million(np.median([one.throughput for one in worst]))
by_good = per_million(medians["one at a time"] * machine.between)
print(f"Overloaded, one at a time, per million of all answers: {by_all:.2f}")
print(f"Per million of good ones: {by_good:.2f}")

# %% [markdown]
# ## A cache in front of the model
#
# Some questions are asked again and again. A *cache* keeps answers, and a query that finds its
# answer there (a *hit*) never reaches the model. It is small, so something has to go: LRU drops the
# answer that was *least recently used*.
#
# This is the service's cache. A row is found by all its bytes, and by the version of the model.

# %%
show_source(AnswerCache.get, AnswerCache.put)

# %% [markdown]
# **The question.** Does a cache that answers half of all queries mend the p99?
#
# The traffic follows *Zipf's law*: the row asked for *k*-th most often is asked for 1/k as often as
# the first. Which row is popular is random.

# %%
X = digits().X_test
KEPT = 100  # answers, of 450 rows
share_of_row = 1 / np.arange(1, len(X) + 1)
share_of_row /= share_of_row.sum()
popular = chance.permutation(len(X))


def zipf_rows(n, rng):
    """The numbers of n rows, each asked for as its rank says."""
    return popular[rng.choice(len(X), size=n, p=share_of_row)]


# %% [markdown]
# What hit rate does that promise? Keeping the 100 most popular answers would hit as often as those
# are asked for. LRU has to find out which they are, and starts empty. So replay the very trace on
# a cache with no server.


# %%
def replay(trace, size):
    """The hits of an LRU cache on a list of row numbers."""
    cache = AnswerCache(size)
    for row in trace:
        if cache.get(b"%d" % row) is None:
            cache.put(b"%d" % row, True)
    return cache.hits


print(f"The best 100 would answer {share_of_row[:KEPT].sum():.0%}.")
long = zipf_rows(20_000, chance)
print(f"LRU answers {replay(long, KEPT) / len(long):.0%} in the long run.")

# %% [markdown]
# **Your guess.** At low load, what does the cache make of the p99: times that without?

# %%
my_p99 = 0.5  # times, edit me

# %% [markdown]
# **Measure.** One query at a time, at two rates: a quarter of the capacity, and half as much again
# as the capacity, which is measured anew in each round. In a round, the server without a cache and
# the one with it get the same queries at the same times.


# %%
def calls_to_the_model():
    batches = server.stats()["batches"]
    return sum(one["batch"] * one["batches"] for one in batches)


def ask(arrivals, trace, cache):
    """One row of the table, and the latencies of hits and misses."""
    server.configure(policy="off", cache=cache)
    server.reset_stats()
    result = run_load(server, arrivals, rows=X[trace], drain_s=10)
    server.wait_idle()
    seen = {
        "cache": cache,
        "queries": len(trace),
        "misses": int((result.frame.batch > 0).sum()),
        "calls": calls_to_the_model(),
        "replayed": len(trace) - (replay(trace, cache) if cache else 0),
        "kept up": result.throughput * arrivals[-1] / len(arrivals),
        "median": result.percentile(50),
        "p90": result.percentile(90),
        "p99": result.percentile(99),
    }
    return seen, result


# %% tags=["nbval-ignore-output"]
asked, latencies, frames = [], [], []
for number in range(2):
    server.configure(policy="off", cache=0)
    capacity = run_closed(server, clients=8, seconds=0.3).throughput
    many = int(np.clip(0.5 * capacity, 80, 240))
    for load, n in [(0.25, 80), (1.5, many)]:
        arrivals = poisson_schedule(load * capacity, n / (load * capacity), rng)
        trace = zipf_rows(len(arrivals), rng)
        for cache in [0, KEPT]:
            seen, result = ask(arrivals, trace, cache)
            asked.append({"round": number, "load": load, **seen})
            latencies.append(result.served_ms)
            if cache and load < 1:
                frames.append(result.frame)
asked = pd.DataFrame(asked)
asked.round(2)

# %% [markdown]
# Count before you look at a clock. `misses` is what the replies say, `calls` what the server's
# batcher counted, `replayed` what the cache without a server predicts for that trace.

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
    measured=gap[cached.load < 1].min(),
    at_most=0.05,
    needs=machine.can_measure,
    look="Did the cache start empty?",
)

# %% [markdown]
# They may differ: a row that is asked for again while its first query still waits for the model
# misses twice, for its answer is not there yet. The longer the queue, the more of these there are.
# Many who want the same answer then reach the model together, a *cache stampede*. (The cure is to
# let the later ones wait for the first one's answer.)

# %% tags=["nbval-ignore-output"]
panels = {0.25: "a quarter of the capacity", 1.5: "half as much again as the capacity"}
fig, axes = figures.new(
    xlabel="share of the queries (%)",
    ylabel="latency (ms)",
    title="At low load misses are the slow ones; under overload hits free the queue",
    columns=2,
    size=(7.6, 3.8),
)
for ax, load in zip(axes, panels, strict=True):
    for cache, name in [(0, "no cache"), (KEPT, "cache")]:
        where = asked.index[(asked.load == load) & (asked.cache == cache)]
        pooled = np.sort(np.concatenate([latencies[i] for i in where]))
        ax.plot(100 * (np.arange(len(pooled)) + 0.5) / len(pooled), pooled, label=name)
    ax.set_yscale("log")
    ax.set_title(panels[load])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("")
axes[0].sharey(axes[1])
axes[0].legend(frameon=False, loc="upper left")
pairs = asked.set_index(["load", "round", "cache"])[["median", "p90", "p99"]].unstack()
by_round = pd.DataFrame({k: pairs[k][KEPT] / pairs[k][0] for k in ["median", "p99"]})
ratio = by_round.groupby("load").mean()
no_cache = asked[(asked.load == 0.25) & (asked.cache == 0)].p99.median()
figures.mark_guess(axes[0], y=my_p99 * no_cache)
figures.show(
    fig,
    caption=f"With the cache the median is {ratio['median'][0.25]:.2f} times and the"
    f" p99 {ratio.p99[0.25]:.2f} times that without at low load (you guessed"
    f" {my_p99:g} for the p99), and above capacity the p99 is"
    f" {ratio.p99[1.5]:.2f} times. Means of two rounds.",
    alt="Two panels of latency against the share of queries. At low load the line"
    " with a cache lies far below for the hits and meets the other at the right."
    " Above capacity the line without a cache lies far above throughout.",
)

# %% [markdown]
# Who are the slow ones at low load? Count the misses among the slowest tenth, round by round.

# %% tags=["nbval-ignore-output"]
rows = []
for frame in frames:
    missed = frame.batch > 0
    slow = frame.latency_ms >= frame.latency_ms.quantile(0.9)
    rows.append(
        {
            "misses": missed.mean(),
            "among the slowest": missed[slow].mean(),
            "median hit (ms)": frame.latency_ms[~missed].median(),
            "median miss (ms)": frame.latency_ms[missed].median(),
        }
    )
quiet = pd.DataFrame(rows)
quiet.round(2)

# %%
finding(
    "at low load a hit is answered sooner than a miss, in the median",
    measured=(quiet["median hit (ms)"] / quiet["median miss (ms)"]).median(),
    at_most=0.6,
    unit="times",
    needs=machine.can_measure,
    look=BUSY,
)
finding(
    "at low load the slowest tenth are misses, by their share: the calmer round",
    measured=quiet["among the slowest"].max(),
    at_least=0.8,
    needs=machine.can_measure,
    look=BUSY,
)

# %% [markdown]
# Above the capacity a live p99 moves with whatever else your machine does. So the claim takes the
# virtual clock: the same rate, hits that take no time, and misses that take what one query takes.

# %%
dice = np.random.default_rng(9)
trace = zipf_rows(240, dice)
due_s = np.cumsum(dice.exponential(one_s / 1.5, size=240))
cache, missed = AnswerCache(KEPT), np.zeros(240, dtype=bool)
for i, row in enumerate(trace):
    missed[i] = cache.get(b"%d" % row) is None
    if missed[i]:
        cache.put(b"%d" % row, True)


def virtual_p99(to_model):
    """The p99 (ms) of all queries, of which some reach the model."""
    off = make_policy("off")
    latency = np.zeros(len(due_s))
    latency[to_model] = simulate(due_s[to_model], lambda b: one_s, off).latency_ms
    return np.quantile(latency, 0.99)


# %%
finding(
    "above the capacity the cache lowers the p99 as well (simulated)",
    measured=virtual_p99(missed) / virtual_p99(np.full(240, True)),
    at_most=0.5,
    unit="times",
)

# %% [markdown]
# **Why.** At low load nobody waits, and a miss takes what it took before. Where more than one query
# in a hundred misses, the slowest hundredth is all misses. The p99 of all queries is a percentile
# of the misses alone:

# %% tags=["nbval-ignore-output"]
miss_rate = (cached.misses.sum()) / cached.queries.sum()
print(f"{miss_rate:.0%} miss.")
print(f"The p99 of all is the p{100 - 1 / miss_rate:.1f} of the misses.")

# %% [markdown]
# Near the capacity and above, latency is waiting. There each hit is one query less in the queue, so
# the misses get faster too: the load on the model is the rate times the miss rate. (The claim
# counts among the slowest tenth, for the slowest hundredth of so few queries is one of them.)
#
# ### What a cache must not hold
#
# You deploy a new model. A process that ends takes its cache along. But a cache that several
# processes share outlives a deployment, and that is how large services keep theirs. So put the
# cache here, in front of two real servers: the old model, then the new one. All 450 rows are asked
# for before the deployment and after it.


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
# an answer depends on and the row does not show, such as a threshold, or a feature that the service
# looks up itself.
#
# ## Tonight for everybody, or on request
#
# The other way not to compute an answer on request is to have it already. A *batch prediction* job
# scores all customers at night, in large batches; in the day a prediction is a lookup by key.
# *Online prediction* scores a customer who asks.
#
# **The question.** The job scores everybody, at a price per row near the floor. Most of them never
# ask. From which share of customers that ask is the job cheaper?
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
# **Measure** three prices, all in ms of a machine: a row of the job, an answer on request, and a
# lookup. A looked-up answer goes over HTTP as well, so its price is that of the service with every
# answer in its cache, and of the read in SQLite. The customers are made up: each has one of the 450
# digits.

# %%
CUSTOMERS = 600
folder = tempfile.TemporaryDirectory()
table = Path(folder.name) / "answers.sqlite"
digit = chance.integers(len(X), size=CUSTOMERS)


def night_ms():
    """A row of the job; its start is not counted."""
    return 1e3 * run_nightly(X[digit], table)["score_s"] / CUSTOMERS


def request_ms(customers, **settings):
    """A query of those that all ask at once: the server is never idle."""
    server.configure(max_queue=CUSTOMERS, cache=0)
    server.configure(**settings)
    rows = X[digit[customers]]
    result = run_load(server, np.zeros(len(rows)), rows=rows, drain_s=20)
    return 1e3 * result.frame.done_s.max() / len(rows)


def look_up(keys):
    """The label of each key in last night's table."""
    database = sqlite3.connect(table)
    read = "SELECT label FROM answers WHERE key = ?"
    labels = [database.execute(read, (int(k),)).fetchone()[0] for k in keys]
    database.close()
    return np.array(labels)


# %% [markdown]
# The read in SQLite is timed alone.

# %% tags=["nbval-ignore-output"]
server.configure(policy="greedy", cache=len(X))
ask_all(server, AnswerCache(450))  # now the server has all answers
lookups = run_closed(server, clients=8, seconds=0.3)

night = min(night_ms() for _ in range(2))
began = time.perf_counter()
look_up(range(CUSTOMERS))
read_ms = 1e3 * (time.perf_counter() - began) / CUSTOMERS
some = rng.choice(CUSTOMERS, size=200, replace=False)
prices = pd.Series(
    {
        "a row of the job": night,
        "one at a time": request_ms(some, policy="off"),
        "in batches": request_ms(some, policy="greedy"),
        "a lookup over HTTP": 1e3 / lookups.throughput + read_ms,
    },
    name="ms",
)
print(f"Of a lookup the read in SQLite takes {read_ms:.3f} ms.")
prices.round(3).to_frame()

# %% [markdown]
# The rule. Of *n* customers a share *a* asks, each once. The job costs n rows and a n lookups, the
# requests a n answers. They cost the same at


# %%
def break_even(night, request, look):
    """The share that has to ask before the job pays; infinite: never."""
    return night / (request - look) if request > look else np.inf


# %% tags=["nbval-ignore-output"]
night, single, grouped, look = prices
share_single = break_even(night, single, look)
share_grouped = break_even(night, grouped, look)
print(f"Against one at a time: {share_single:.1%}. In batches: {share_grouped:.0%}.")

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="share of the customers who ask (%)",
    ylabel="price of a prediction used (ms)",
    title="The job is cheap per row and dear per answer that somebody reads",
    size=(7.6, 4),
)
share = np.geomspace(0.01, 1, 50)
ax.plot(100 * share, night / share + look, label="scored tonight", color=figures.GREEN)
for name, price, colour in [
    ("one at a time", single, figures.BLUE),
    ("in batches", grouped, figures.ORANGE),
]:
    ax.plot(100 * share, np.full(50, price), label=name, color=colour)
    where = min(1, break_even(night, price, look))
    ax.plot(100 * where, night / where + look, "o", color=colour)
ax.set_xscale("log")
ax.set_yscale("log")
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
ax.yaxis.set_minor_formatter("")
figures.label_lines(ax)
figures.mark_guess(ax, x=100 * my_break_even)
figures.show(
    fig,
    caption=f"Break-even at {share_single:.1%} of the customers against requests"
    f" scored one at a time (you guessed {my_break_even:.0%}), and at"
    f" {share_grouped:.0%} against requests that come so fast that they share"
    " batches.",
    alt="Price of a prediction used against the share of customers who ask. The"
    " price of those scored tonight falls as the share grows. It crosses the"
    " level line of single requests at a small share, and that of batched"
    " requests at a much larger one.",
)

# %% [markdown]
# A rule is worth what it predicts. So try it on the service: let a quarter of that share ask, then
# four times as many, and run the job again in each round.

# %% tags=["nbval-ignore-output"]
trials = []
for _ in range(2):
    job = CUSTOMERS * night_ms()
    for times in [0.25, 4]:
        n = max(1, min(CUSTOMERS, int(times * share_single * CUSTOMERS)))
        who = rng.choice(CUSTOMERS, size=n, replace=False)
        on_request = n * request_ms(who, policy="off")
        tonight = job + n * look
        trials.append((times, n, on_request, tonight, on_request / tonight))
names = ["times break-even", "who asks", "on request (ms)", "tonight (ms)", "ratio"]
trials = pd.DataFrame(trials, columns=names)
ratios = trials.groupby("times break-even").ratio.mean()
trials.round(2)

# %%
possible = (share_single <= 0.25, "four times that share is more than everybody.")
can_try = machine.can_measure if possible[0] else possible
finding(
    "at a quarter of the break-even share, requests cost less than the job",
    measured=ratios[0.25],
    below=1,
    unit="times",
    needs=can_try,
    look=BUSY,
)
finding(
    "at four times the break-even share, they cost more",
    measured=ratios[4],
    above=1,
    unit="times",
    needs=can_try,
    look=BUSY,
)

# %% [markdown]
# **How many ask?** Customers who come back count once for the job and each time for the service (or
# once, with a cache). Suppose as many queries come tomorrow as there are customers, and follow
# Zipf's law.

# %%
p = 1 / np.arange(1, CUSTOMERS + 1)
tomorrow = chance.choice(CUSTOMERS, size=CUSTOMERS, p=p / p.sum())
askers = np.unique(tomorrow)
print(f"{len(askers)} of {CUSTOMERS} customers ask.")
print(f"{CUSTOMERS - len(askers)} rows are scored for nobody.")

# %% [markdown]
# **Freshness.** A row that changes in the day makes last night's answer old. Say that a customer
# gets a new row every five days on average, at any time, and asks at any hour. The service scores
# the row of the moment; the lookup answers for the one of last night.

# %%
hour = chance.uniform(0, 24, size=len(askers))
changes_at = chance.exponential(5 * 24, size=len(askers))
changed = changes_at < hour
new_digit = chance.integers(len(X), size=len(askers))
now = np.where(changed, new_digit, digit[askers])
print(f"{changed.sum()} of {len(askers)} have a new row by the time they ask.")

# %% tags=["nbval-ignore-output"]
server.configure(policy="greedy", max_batch=32, max_queue=CUSTOMERS)
online = run_load(server, np.zeros(len(now)), rows=X[now], drain_s=20)
old_answer = look_up(askers) != online.frame.label.to_numpy()
by_hour = pd.DataFrame({"changed": changed, "wrong": old_answer})
by_hour = by_hour.groupby(np.floor(hour / 6) * 6).mean()
by_hour.rename_axis("hours since the job, from").round(3)

# %%
finding(
    "of the rows that changed, most have an answer that is now wrong",
    measured=old_answer[changed].mean(),
    at_least=0.6,
    look="Is the table last night's?",
)
finding(
    "of the rows that did not, the lookup says what the service says",
    measured=old_answer[~changed].mean(),
    at_most=0.01,
    look="Is the table last night's?",
)

# %% [markdown]
# So the error of a lookup grows with the hours since the job, and running the job twice as often
# halves its age and doubles its price. The rule in full:
#
# - **Score tonight** where a large share is used, the inputs keep for a day, and all keys are known
#   beforehand. The lookup is fast, and the model may be slow.
# - **Score on request** where few ask, where the answer depends on what has happened since, or
#   where nobody can list the inputs, such as a text that somebody types.
# - **Both**: score tonight those who will probably ask, and the rest on request, with a
#   cache. Traffic by Zipf's law makes that cheap.
#
# ## Appendix: a batch limit that finds itself
#
# Which `max_batch` keeps a bound on the time of a batch? Clipper (Crankshaw and others, 2017) lets
# the server find out: *additive increase, multiplicative decrease* (AIMD), as TCP does for its
# window. While the bound is kept, the limit grows by a step; when it is missed, it shrinks by a
# factor.


# %%
def next_limit(limit, batch_ms, bound_ms, step=2, factor=0.75):
    """The next max_batch, after a batch that took batch_ms."""
    if batch_ms <= bound_ms:
        return limit + step
    return max(1, int(factor * limit))


# %% [markdown]
# Here it steers your server, which never runs out of queries: every 60 ms it reads how long the
# batches of the present limit took, and sets the next one. The bound is the cycle of a batch of 24
# by the line through your two capacities. So the best fixed limit is about 24, and the controller
# does not know.

# %%
BEST = 24
bound_ms = 1e3 * (one_s + beta * (BEST - 1))
limits = [1]


def steer():
    took = [one for one in server.stats()["batches"] if one["batch"] == limits[-1]]
    if took:
        limits.append(next_limit(limits[-1], took[0]["cycle_ms"], bound_ms))
        server.configure(max_batch=limits[-1])
        server.reset_stats()


server.configure(policy="greedy", max_batch=1, max_queue=1024, cache=0)
server.reset_stats()
steps = [(t, steer) for t in np.arange(0.1, 1.9, 0.06)]
steered = run_closed(server, clients=128, seconds=1.9, during=steps)
server.configure(max_batch=BEST)
fixed = run_closed(server, clients=128, seconds=0.3)
server.stop()
folder.cleanup()

# %% [markdown]
# The same on the virtual clock: a batch takes exactly what the line says.

# %% tags=["nbval-ignore-output"]
virtual_limits = [1]
for _ in range(40):
    batch_ms = 1e3 * (one_s + beta * (virtual_limits[-1] - 1))
    virtual_limits.append(next_limit(virtual_limits[-1], batch_ms, bound_ms))
half = limits[len(limits) // 2 :]
second_half = steered.frame.done_s > 1.0
steered_rate = second_half.sum() / (steered.frame.done_s.max() - 1.0)
fig, ax = figures.new(
    xlabel="step of the controller",
    ylabel="max_batch",
    title="The limit climbs, misses the bound, backs off and climbs again",
)
ax.step(range(len(virtual_limits)), virtual_limits, where="post", color=figures.SKY)
ax.step(range(len(limits)), limits, where="post", color=figures.BLUE)
figures.mark_truth(ax, y=BEST, label="best fixed limit, by the line")
figures.show(
    fig,
    caption=f"Dark: live; light: simulated. In the second half the live limit is"
    f" {np.mean(half):.0f} on average, and the server answers"
    f" {steered_rate / fixed.throughput:.0%} of what it does with a fixed limit"
    f" of {BEST}.",
    alt="The batch limit step by step, live and simulated: a sawtooth. It climbs in"
    " a straight line, drops, and climbs again, below and around the best fixed"
    " limit.",
)

# %%
finding(
    "where each batch takes what the line says, the limit settles near the best"
    " fixed one (simulated): the mean of the second half",
    measured=np.mean(virtual_limits[-20:]) / BEST,
    between=(0.8, 1.1),
    unit="times",
    needs=(beta > 0, "its batches cost no more than a single query."),
)

# %% [markdown]
# It never rests: to learn that the bound is missed, it has to miss it. In return it follows when
# the model, the machine or its neighbours change, and a fixed limit does not. A single slow moment
# looks like a limit that is too large, so noise pulls it down.
#
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("goodput", "one at a time, overloaded", f"{medians['one at a time']:.0%}"),
    ("goodput", "in batches, same arrivals", f"{medians['batches']:.0%}"),
    ("price", "at the lowest rate, against the floor", f"{idle / floor:.0f} times"),
    ("price", "cheapest, in batches, against the floor",
     f"{cheapest['batches'] / floor:.1f} times"),
    ("cache", "p99 at low load, with against without", f"{ratio.p99[0.25]:.2f} times"),
    ("cache", "p99 above capacity, likewise", f"{ratio.p99[1.5]:.2f} times"),
    ("cache", "answers of a model that is gone", f"{outdated} of {len(X)}"),
    ("batch prediction", "break-even, one at a time", f"{share_single:.1%} ask"),
    ("batch prediction", "break-even, in batches", f"{share_grouped:.0%} ask"),
    ("batch prediction", "wrong lookups, last six hours", f"{by_hour.wrong[18]:.0%}"),
    ("adaptive limit", "against the best fixed", f"{np.mean(half) / BEST:.2f} times"),
]  # fmt: skip
pd.DataFrame(found, columns=["about", "what", "your machine"]).set_index("about")

# %% [markdown]
# **At work.** Put goodput on the dashboard, with every query that came in its denominator, and
# divide the bill by it. Look at how idle your machines are before you make the model faster. Take a
# cache for its hit rate at the peak, not for the p99 of a quiet night, and put the model's version
# in its key. Before you score on request, count who asks; before you score tonight, count what
# changes.
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
