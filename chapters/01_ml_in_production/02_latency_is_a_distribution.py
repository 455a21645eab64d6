# %% [markdown]
# # Latency is a distribution
#
# The average latency of your service is a number that hardly any of your customers ever sees.
#
# **You will be able to** read latency in percentiles; load a service so that its slow moments
# stay in the record; say how many requests a percentile needs; decide when a second copy of a
# request helps and when it brings the service down.
#
# **Time** 40 minutes. **Before this**
# [Two objectives](01_two_objectives.ipynb). No mathematics beyond a logarithm.

# %% tags=["wall-clock"]
import math

import numpy as np
import pandas as pd
from scipy import stats

from labkit.lesson import figures, finding
from labkit.riverton.calibration import calibrate
from labkit.riverton.load import (
    poisson_schedule,
    run_closed,
    run_load,
    uniform_schedule,
)
from labkit.riverton.server import ScoringServer

rng = np.random.default_rng(2)

# %% [markdown]
# The server scores images of digits, one request at a time. Its model, `row_by_row`, compares the
# image with every training image, in plain Python. It is chosen for being steady: its data stays in
# the processor's caches, so three such servers side by side disturb each other little.
#
# First find out how fast your machine is, and how calm. All rates and stalls below are scaled to
# it. Where it is too noisy, the findings on the clock say so and are not asserted. The third
# experiment is a simulation and needs no clock.

# %% tags=["nbval-ignore-output"]
server = ScoringServer("row_by_row").start()
machine = calibrate(server)
server.configure(policy="off")
calm = machine.can_measure
cycle_ms = 1e3 / machine.unbatched  # what one request costs the server
print(machine)

# %% [markdown]
# ## One number for many requests
#
# The *latency* of a request is the time from the moment when it was due to the moment when its
# answer was complete. Your service answers many requests, so it has many latencies. People like to
# be told one.
#
# **The question.** What do the mean, the median and the p99 each say about the same run?
#
# A *percentile* is found by sorting. The p99 is the least latency within which 99 % of all requests
# were answered. The p50 is the *median*. A request that got an error or no answer counts as slower
# than all others: it has an infinite latency. Here is the whole definition, with the *nearest
# rank*: the result is always a latency that was measured.


# %%
def percentile(latency_ms, q):
    """The least latency within which q % of the requests lie."""
    ordered = np.sort(latency_ms)
    rank = math.ceil(round(q * len(ordered) / 100, 6))
    return float(ordered[max(rank, 1) - 1])


# %% [markdown]
# The service is mostly idle, and once it *stalls*: for a moment it does nothing at all. Real ones
# do that when they collect garbage, load a new model, or when a neighbour on the same machine takes
# the processor. Yours is stopped by a signal, then told to go on. Requests come at even intervals.

# %%
STALL_S = max(0.4, 0.06 * cycle_ms)
END_S = 7 * STALL_S


def one_stall():
    """What happens while the load runs: (seconds, what to do)."""
    at = 2 * STALL_S
    return [(at, server.suspend), (at + STALL_S, server.resume)]


# %% [markdown]
# **Your guess.** What share of the requests is slower than the mean?

# %%
my_share_above = 50  # %, edit me

# %% [markdown]
# **Measure.** The generator gets two connections and no more, as many tools have. The next
# experiment says why.

# %% tags=["nbval-ignore-output"]
rate = 0.15 * machine.unbatched
even = uniform_schedule(rate, END_S)
log = run_load(server, even, connections=2, during=one_stall())
server.wait_idle()

latency = log.served_ms  # infinite where there was no label
mean, median = latency.mean(), percentile(latency, 50)
p90, p99 = percentile(latency, 90), percentile(latency, 99)
above = (latency > mean).mean()
print(f"{len(latency)} requests at {rate:.0f} per second,")
print(f"one stall of {1e3 * STALL_S:.0f} ms.")
print(f"mean {mean:.1f} ms, median {median:.1f} ms")
print(f"p90 {p90:.1f} ms, p99 {p99:.1f} ms")

# %% [markdown]
# The picture has the run twice. On the left, how many requests had which latency; the axis is
# logarithmic, or the fast ones would share a single bar. On the right, as people at work draw it:
# the latency against the *share of slower requests*, also logarithmic. So p50, p90 and p99 get
# about the same room, and the slow ones are not squeezed into the last hundredth of the axis.


# %%
def draw_percentiles(ax, latency_ms, **look):
    """Latency against the share of requests that were slower."""
    ordered = np.sort(latency_ms)
    slower = 1 - (np.arange(len(ordered)) + 0.5) / len(ordered)
    ax.plot(slower, ordered, **look)
    ax.set(xscale="log", yscale="log", xlim=(1, 0.5 / len(ordered)))
    ax.set_xticks([0.5, 0.1, 0.01], ["p50", "p90", "p99"])
    ax.yaxis.set_major_formatter("{x:g}")


# %% tags=["nbval-ignore-output"]
fig, (left, right) = figures.new(
    title="The mean stands where almost nobody is",
    columns=2,
    size=(7.6, 3.6),
)
answered = latency[np.isfinite(latency)]
edges = np.geomspace(answered.min(), answered.max(), 40)
left.hist(answered, bins=edges)
left.set(xscale="log", yscale="log", xlabel="latency (ms)", ylabel="requests")
for axis in (left.xaxis, left.yaxis):
    axis.set_major_formatter("{x:g}")
draw_percentiles(right, latency)
right.set(xlabel="percentile", ylabel="latency (ms)")
left.axvline(mean, color=figures.ORANGE)
left.text(mean * 1.1, 0.75, "mean", color=figures.ORANGE, ha="left",
          transform=left.get_xaxis_transform())  # fmt: skip
right.axhline(mean, color=figures.ORANGE)
right.text(0.9, mean * 1.12, "mean", color=figures.ORANGE)
figures.mark_guess(right, x=my_share_above / 100)
figures.show(
    fig,
    caption=f"The mean is {mean:.0f} ms. {1 - above:.0%} of the requests are faster;"
    f" the others, {above:.0%}, reach up to {answered.max():.0f} ms. You guessed that"
    f" {my_share_above:g} % are slower than the mean.",
    alt="Left: a histogram of latency with a tall narrow hill of fast requests, a"
    " gap in which the mean stands, and a low hill of slow requests far to the right."
    " Right: latency against percentile, flat until shortly before p90, then a steep"
    " rise to a level that holds to the end.",
)

# %%
LOOK = "Did the server stall at all? Look at the right end of the histogram."
finding(
    "few requests are slower than the mean, as a share",
    measured=above,
    at_most=0.4,
    needs=calm,
    look=LOOK,
)
finding(
    "the p99 is many times the mean",
    measured=p99 / mean,
    at_least=3,
    unit="times",
    needs=calm,
    look=LOOK,
)

# %% [markdown]
# **Why.** A mean adds up what all requests waited and shares it out evenly. The stall's waiting
# fell on a few. From the mean alone you cannot tell this run from one in which everybody waits for
# that long. It says nothing of how slow the slow ones are, or of how many there are. The median
# does not notice them at all.
#
# **A mean of percentiles.** A dashboard keeps one p99 for each minute, and somebody averages them
# to get the p99 of the hour. Do that with your run. Its "minutes" are as long as the stall.

# %% tags=["nbval-ignore-output"]
frame = log.frame.assign(latency=latency)
minute = (frame.intended_s // STALL_S).astype(int).rename("minute")
groups = frame.groupby(minute).latency
of_minutes = groups.agg(requests="size", p99=lambda ms: percentile(ms, 99))
mean_of_p99s = of_minutes.p99.mean()
print(f"mean of the p99s {mean_of_p99s:.0f} ms")
print(f"p99 of all requests {p99:.0f} ms")
of_minutes.round(1)

# %%
finding(
    "the mean of the minutes' p99s, as a part of the p99 of all requests",
    measured=mean_of_p99s / p99,
    at_most=0.75,
    needs=calm,
    look="Does the table have one minute whose p99 stands out?",
)

# %% [markdown]
# Counts add up, and sums of latencies add up. Percentiles do not, neither over minutes nor over
# servers: the p99 of two servers lies somewhere between their p99s, and where depends on all their
# latencies. So keep what adds up: the latencies themselves, or a histogram with the same bins for
# everybody. Add the counts, then read off the p99. It is right to within a bin.
#
# **Where it stops being true.** If all minutes are alike, the mean of their p99s comes near the
# p99. But then you did not need it. It goes wrong in the hour in which something happens.

# %% [markdown]
# ## Who was asked during the stall?
#
# **The question.** Two load tools test the same server through the same stall. Can they disagree
# about its p99?
#
# - An *open loop* sends on a timetable that does not wait for replies, as customers do who know
#   nothing of each other. Your run had one.
# - A *closed loop* has a number of clients. Each sends a request, waits for the reply, and sends
#   the next. Many tools work like this, and so does every script that calls in a `for` loop.
#
# And there are tools between the two: they have a timetable, but few connections. If none is free,
# a request waits *inside the tool* and is sent late. Your generator was held to two connections, so
# its log has two times for each request: when it was due, and when it was sent. From which of them
# does latency count?

# %% [markdown]
# **Your guess.** How many times larger is the p99 of the open loop than that of the closed loop of
# two clients?

# %%
my_ratio = 1.5  # times, edit me

# %% [markdown]
# **Measure.** The closed loop gets the same server, the same length and the same stall. Note that
# its two clients press harder than the open loop did: they never pause.

# %% tags=["nbval-ignore-output"]
closed = run_closed(server, clients=2, seconds=END_S, during=one_stall())

sent_late = 1e3 * (log.frame.sent_s - log.frame.intended_s)
readings = {
    "open, from when due": (log.frame.intended_s, latency),
    "same log, from sending": (log.frame.sent_s, latency - sent_late),
    "closed loop of 2": (closed.frame.sent_s, closed.served_ms),
}
SLOW_MS = 1e3 * STALL_S / 4
table = pd.DataFrame(
    {
        name: {
            "requests": len(ms),
            "slow": (ms > SLOW_MS).sum(),
            "slow (%)": 100 * (ms > SLOW_MS).mean(),
            "median (ms)": percentile(ms, 50),
            "p99 (ms)": percentile(ms, 99),
        }
        for name, (_, ms) in readings.items()
    }
).T
table.round(1)

# %% [markdown]
# *Slow* is slower than a quarter of the stall.

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    title="One stall, three records of it",
    xlabel="time (s)",
    columns=3,
    size=(7.6, 3.3),
)
colours = [figures.BLUE, figures.ORANGE, figures.GREEN]
for ax, colour, (name, (at, ms)) in zip(axes, colours, readings.items(), strict=True):
    ax.axvspan(2 * STALL_S, 3 * STALL_S, color="#EEEEEE")
    ax.plot(at, ms, ".", markersize=4, color=colour)
    ax.set_title(name, fontsize=10)
    ax.set_ylim(-0.03e3 * STALL_S, 1.2e3 * STALL_S)
axes[0].set_ylabel("latency (ms)")
p99s = table["p99 (ms)"]
closed_p99 = p99s["closed loop of 2"]
figures.mark_guess(axes[0], y=my_ratio * closed_p99)
slow_share = table["slow (%)"] / 100
figures.show(
    fig,
    caption=f"Grey: the stall. Of the requests that were due,"
    f" {slow_share['open, from when due']:.0%} were slow, and the p99 is"
    f" {p99:.0f} ms. The same log read from the sending has"
    f" {table.slow['same log, from sending']:.0f} slow requests, the closed loop"
    f" {table.slow['closed loop of 2']:.0f} and a p99 of {closed_p99:.0f} ms."
    f" You guessed {my_ratio:g} times that.",
    alt="Latency over time in three panels. In the first, the stall makes a triangle:"
    " requests due at its beginning wait for all of it, later ones for less. In the"
    " other two the stall shows as two dots at the top, and nothing else.",
)

# %%
OMITTED = "Does the first panel have its triangle, and do the others have a few dots?"
finding(
    "the p99 of the open loop against that of the closed loop",
    measured=p99 / closed_p99,
    at_least=4,
    unit="times",
    needs=calm,
    look=OMITTED,
)
finding(
    "the share of slow requests in the open loop, from when due",
    measured=slow_share["open, from when due"],
    at_least=0.08,
    needs=calm,
    look=OMITTED,
)
finding(
    "the share of slow requests in the same log, from the sending",
    measured=slow_share["same log, from sending"],
    at_most=0.05,
    needs=calm,
    look=OMITTED,
)
finding(
    "the share of slow requests in the closed loop",
    measured=slow_share["closed loop of 2"],
    at_most=0.05,
    needs=calm,
    look=OMITTED,
)

# %% [markdown]
# **Why.** When the server stalls, each client of the closed loop has one request under way and
# waits for it. Nobody asks again until the stall is over. So two requests record it, however long
# it lasts, and the tool and the server agree to leave the bad time out: *coordinated omission*
# (Gil Tene's term). All the fast requests before and after outvote the two.
#
# Your customers do not agree to that. They keep coming, and each waits for what is left of the
# stall: the triangle. Count latency from when the request was due. From the actual sending, a log
# on a timetable tells the closed loop's story: the wait inside the tool is left out, and that is
# where the customers stood.
#
# **Where it stops being true.** If there really are two customers, such as two batch jobs that wait
# for each reply, the closed loop is the right model of them. And it is a good tool for another
# question: how much can a server do if it is never idle? The calibration above asks that. For what
# customers wait, use a timetable. Ask of any tool: what does it do while the server does nothing?

# %% [markdown]
# ## How many requests does a p99 need?
#
# A p99 from a run is an estimate. Another run gives another.
#
# **The question.** How many requests must you measure before you can promise a bound on p99, and
# be 99 % sure of it?
#
# The most careful bound that a run can give is its *slowest* request. It fails if no request of
# the run comes from the slowest 1 %. If the requests are independent, each misses those with a
# chance of 0.99, so *n* of them do with a chance of 0.99 to the power of *n*.
#
# **Your guess.** With how many requests is even the slowest 99 % sure to be no less than the p99?

# %%
my_requests = 100  # edit me


# %%
def requests_needed(sure, q=99):
    """The least n with 1 - (q / 100)^n >= sure."""
    return math.ceil(math.log(1 - sure) / math.log(q / 100))


needed = {sure: requests_needed(sure) for sure in (0.95, 0.99)}
print(needed)

# %% [markdown]
# **Measure.** To check it you need to know the true p99, so simulate: exponential latencies with a
# mean of 1. Their p99 is ln 100.

# %%
TRUE_P99 = math.log(100)
sizes = [30, 100, needed[0.95], needed[0.99], 1000]
reached = {}
for n in sizes:
    slowest = rng.exponential(size=(4000, n)).max(axis=1)
    reached[n] = (slowest >= TRUE_P99).mean()
    print(f"{n:5} requests: {reached[n]:.1%} of runs, {1 - 0.99**n:.1%} computed")

# %% [markdown]
# That is for independent requests. Yours are not: a request that comes behind a slow one waits for
# it, so slow requests come in groups, and a thousand of them tell less than a thousand.
#
# A queue with a known truth: requests come at random and are served one by one; both the gaps and
# the service times are exponential (*M/M/1*). If the server is busy for a share `load` of the time,
# the latency is exponential with a mean of 1 / (1 - load) service times. So its p99 is known, for
# requests that are *not* independent.


# %%
def queue_latency(load, requests, runs):
    """Latencies of an M/M/1 queue, [runs, requests]; service 1."""
    latency = np.empty((requests, runs))
    # Begin in the middle of the day, not with an empty queue.
    wait = rng.exponential(1 / (1 - load), runs) * (rng.random(runs) < load)
    for i in range(requests):
        latency[i] = wait + rng.exponential(size=runs)
        gap = rng.exponential(1 / load, runs)
        wait = np.maximum(0, latency[i] - gap)
    return latency.T


# %% [markdown]
# Two ways to put a 95 % interval around the p99 of a run. The first pretends independence: the
# number of requests above the p99 is then binomial, and that says which ranks to take.


# %%
def as_if_independent(latency):
    ordered, n = np.sort(latency), len(latency)
    low, high = stats.binom.interval(0.95, n, 0.99)
    return ordered[int(low) - 1], ordered[min(int(high), n - 1)]


# %% [markdown]
# The second cuts the run into 20 *blocks* and does not average their p99s. Percentiles do not add
# up, but shares do: for a candidate *x*, the share of requests slower than *x* is the mean of the
# blocks' shares, and their spread says how sure it is. Keep each *x* for which 1 % is plausible.


# %%
def by_blocks(latency, blocks=20):
    parts = np.sort(latency.reshape(blocks, -1), axis=1)
    size = parts.shape[1]
    candidates = np.sort(latency)[-len(latency) // 10 :: 5]
    upto = [np.searchsorted(part, candidates, "right") for part in parts]
    slower = 1 - np.array(upto) / size
    error = slower.std(axis=0, ddof=1) / math.sqrt(blocks)
    reach = stats.t.ppf(0.975, blocks - 1) * error
    kept = candidates[abs(slower.mean(axis=0) - 0.01) <= reach]
    return kept.min(), kept.max()


# %% [markdown]
# An honest 95 % interval contains the truth in 95 of 100 runs. Count in how many it does, in 300
# runs of 10,000 requests each, with a server that is half busy and with a busier one.

# %%
intervals, covers = {}, []
for load in (0.5, 0.8):
    runs = queue_latency(load, requests=10_000, runs=300)
    truth = TRUE_P99 / (1 - load)
    for method in (as_if_independent, by_blocks):
        found = np.array([method(run) for run in runs])
        intervals[load, method.__name__] = found
        hit = (found[:, 0] <= truth) & (truth <= found[:, 1])
        covers.append((load, method.__name__, hit.mean()))
covers = pd.DataFrame(covers, columns=["load", "method", "covers"])
covers = covers.pivot(index="load", columns="method", values="covers")
covers.round(2)

# %%
fig, axes = figures.new(
    title="Intervals that pretend independence are too sure of themselves",
    columns=3,
    size=(7.6, 3.4),
)
n = np.geomspace(10, 2000, 100)
axes[0].plot(n, 1 - 0.99**n)
axes[0].plot(list(reached), list(reached.values()), "o", markersize=5)
axes[0].set(xscale="log", xlabel="requests", ylabel="share of the runs")
axes[0].set_title("slowest reaches the p99", fontsize=10)
axes[0].xaxis.set_major_formatter("{x:g}")
figures.mark_guess(axes[0], x=my_requests)
truth = TRUE_P99 / (1 - 0.5)
for ax, method in zip(axes[1:], ("as_if_independent", "by_blocks"), strict=True):
    for i, (low, high) in enumerate(intervals[0.5, method][:50]):
        hit = low <= truth <= high
        colour = figures.SKY if hit else figures.ORANGE
        ax.plot([low, high], [i, i], color=colour, linewidth=1.5)
    ax.axvline(truth, color=figures.BLACK, linewidth=1)
    ax.set(xlim=(7, 12), xlabel="p99 (service times)", yticks=[])
    ax.set_title(method.replace("_", " "), fontsize=10)
figures.show(
    fig,
    caption=f"Left: {needed[0.99]} independent requests for 99 %; you guessed"
    f" {my_requests}. Right: intervals of 50 runs at half load, those that miss the"
    " truth in orange. Of all runs"
    f" {covers.as_if_independent[0.5]:.0%} and {covers.by_blocks[0.5]:.0%} contain it.",
    alt="Left: the chance that the slowest request reaches the p99 climbs from near"
    " zero to one as requests are added; simulated dots lie on the computed line."
    " Middle: short intervals, about half of which miss the true p99. Right: longer"
    " intervals, few of which miss it.",
)

# %%
finding(
    "independent requests needed to be 99 % sure with the slowest",
    measured=needed[0.99],
    equals=459,
)
finding(
    "95 % intervals that pretend independence contain the true p99, as a share",
    measured=covers.as_if_independent[0.5],
    at_most=0.7,
)
finding(
    "95 % intervals from blocks contain it, as a share",
    measured=covers.by_blocks[0.5],
    at_least=0.8,
)
finding(
    "even those from blocks, where the server is busier",
    measured=covers.by_blocks[0.8],
    at_most=0.8,
)

# %% [markdown]
# **Where it stops being true.** The last finding. A block helps if it is long against the memory of
# the queue: what happened in one block must be forgotten early in the next. A busier server takes
# longer to forget, so these blocks are too short for it. (At half load they are nearly, not quite,
# as good as promised.) Longer runs mend it. But no way of cutting mends a bad afternoon that the
# whole run fell into. So repeat the run at other times, and take each run as a block.

# %% [markdown]
# ## A page that needs three answers
#
# To build one page a site often makes several *calls*, to several servers, and has to wait for all
# of them: *fan-out*.
#
# **The question.** A call is slow now and then. How much more often is a request slow that needs
# three?
#
# If the calls are slow independently of each other, with a chance *p* each, none of *n* is slow
# with a chance of (1 - p) to the power of *n*. So the request is slow with
#
# 1 - (1 - p)^n.
#
# People quote that formula as if it were a law. You test it with three servers, each a process of
# its own and each stalling for the same time, in three patterns:
#
# - *at random*, each by itself;
# - *together*, as when all read from one database;
# - *in turns*, as when somebody restarts one after the other.

# %% [markdown]
# **Your guess.** With stalls at random, how many times as often is a request of three calls slow
# as a single call?

# %%
my_times = 3  # times, edit me

# %%
second = ScoringServer("row_by_row", policy="off").start()
third = ScoringServer("row_by_row", policy="off").start()
servers = [server, second, third]
CALLS = len(servers)
PAUSE_S = max(0.12, 0.03 * cycle_ms)  # a stall
PERIOD_S, PERIODS = 4 * PAUSE_S, 4
LATE_MS = 1e3 * PAUSE_S / 4  # a call that takes longer is slow

begin = PERIOD_S * np.arange(PERIODS)[:, None]  # of each period
shift = {
    "at random": rng.uniform(0, PERIOD_S - PAUSE_S, (PERIODS, CALLS)),
    "together": np.full((PERIODS, CALLS), PAUSE_S),
    "in turns": np.tile(np.arange(CALLS) * PERIOD_S / CALLS, (PERIODS, 1)),
}


def stalls(pattern):
    """Each server stalls once a period: when and what."""
    what = []
    for times in begin + shift[pattern]:
        for one, at in zip(servers, times, strict=True):
            what += [(at, one.suspend), (at + PAUSE_S, one.resume)]
    return what


# %% [markdown]
# **Measure.** At equal rates of *calls*: the single calls come three times as often as the
# requests, and go to the three servers in turn. So each server gets the same number of calls per
# second either way. Otherwise you would compare a busy server with an idle one.

# %% tags=["nbval-ignore-output"]
requests = uniform_schedule(0.06 * machine.unbatched, PERIODS * PERIOD_S)
calls = np.repeat(requests, CALLS)  # all calls of a request at once
single = uniform_schedule(CALLS * 0.06 * machine.unbatched, PERIODS * PERIOD_S)

alone = run_load(servers, single, during=stalls("at random"))
p_single = (alone.served_ms > LATE_MS).mean()
fan_out = {}
for pattern in shift:
    run = run_load(servers, calls, during=stalls(pattern))
    late = (run.served_ms > LATE_MS).reshape(-1, CALLS)
    p = late.mean()
    fan_out[pattern] = {
        "calls slow": p,
        "formula": 1 - (1 - p) ** CALLS,
        "requests slow": late.any(axis=1).mean(),
    }
fan_out = pd.DataFrame(fan_out).T
print(f"Single calls slow: {p_single:.3f}")
fan_out.round(3)

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    title="The formula is neither a floor nor a ceiling",
    xlabel="share of slow ones (%)",
    size=(7.6, 3.2),
)
rows = np.arange(len(fan_out))[::-1]
for column, marker, above_it, colour in [
    ("calls slow", "o", 13, figures.GREY),
    ("formula", "|", 15, figures.BLACK),
    ("requests slow", "o", -15, figures.BLUE),
]:
    size = 16 if marker == "|" else 8
    ax.plot(
        100 * fan_out[column], rows, marker, markersize=size,
        markeredgewidth=2, color=colour,
    )  # fmt: skip
    ax.annotate(
        column, (100 * fan_out[column].iloc[0], rows[0]), (0, above_it),
        textcoords="offset points", ha="center", va="center", color=colour,
    )  # fmt: skip
ax.set_yticks(rows, fan_out.index)
ax.set(ylim=(-0.6, 2.7), xlim=(0, 100))
figures.mark_guess(ax, x=min(100, 100 * my_times * p_single))
times = fan_out["requests slow"]["at random"] / max(p_single, 1e-9)
figures.show(
    fig,
    caption=f"Stalls at random: {p_single:.0%} of the single calls are slow, and"
    f" {fan_out['requests slow']['at random']:.0%} of the requests of {CALLS} calls,"
    f" {times:.1f} times as many; you guessed {my_times:g}.",
    alt="Three rows of dots: the share of slow calls, the formula, and the share of"
    " slow requests. With stalls at random the requests lie near the formula, with"
    " stalls together far below it, with stalls in turns above it.",
)

# %%
against = fan_out["requests slow"] / fan_out["formula"].clip(lower=1e-9)
STALLS = "Do calls get slow at about the same rate in all three patterns?"
finding(
    "at equal call rates a request of three calls is slow more often than a call",
    measured=times,
    at_least=1.5,
    unit="times",
    needs=calm,
    look=STALLS,
)
finding(
    "stalls together: slow requests against the formula",
    measured=against["together"],
    at_most=0.75,
    unit="times",
    needs=calm,
    look=STALLS,
)
finding(
    "stalls in turns: slow requests against the formula",
    measured=against["in turns"],
    at_least=1.02,
    unit="times",
    needs=calm,
    look=STALLS,
)

# %% [markdown]
# **Why.** A request is slow if at least one of its calls is. If the servers stall together, its
# three calls are slow or fast as one, and three are no worse than one. If they stall in turns, two
# slow calls hardly ever share a request, so each spoils one of its own: n times p. The formula
# stands between, for calls that know nothing of each other. And it takes *p* as given, while
# fan-out can change it: the calls of a request come at the same moment and get into each other's
# way, so a fan-out can also be slow more than *n* times as often as a single call. (At random your
# requests come near the formula and do not meet it: a handful of stalls for each server leaves much
# to chance.)
#
# At work: measure requests, not calls. And with many calls even a rare stall is common. That is
# what people call *tail at scale*.

# %% tags=["nbval-ignore-output"]
for n in (1, 10, 100):
    print(f"1 % of the calls slow, {n:3} calls, independent: {1 - 0.99**n:.1%}")

# %% [markdown]
# ## Asking twice
#
# Two servers can answer the same request. A *hedged* request is sent to one; if there is no reply
# after a while, a copy goes to the other, and the first reply counts.
#
# **The question.** What does hedging do to the p99, what does it cost in calls, and does it help
# when you need it most?
#
# **Measure.** First at low load, where one of two servers stalls for a tenth of the time. The copy
# goes out after a wait that few requests reach in good times.

# %% tags=["nbval-ignore-output"]
HEDGE_MS = max(20, 12 * cycle_ms)
pair = [server, second]
LONG_S = max(0.2, 0.08 * cycle_ms)  # a stall
arrivals = poisson_schedule(0.15 * machine.unbatched, 10 * LONG_S, rng)


def one_of_two():
    return [(3 * LONG_S, server.suspend), (4 * LONG_S, server.resume)]


plain = run_load(pair, arrivals, during=one_of_two())
hedged = run_load(pair, arrivals, during=one_of_two(), hedge_ms=HEDGE_MS)
helps = percentile(plain.served_ms, 99) / percentile(hedged.served_ms, 99)
more = hedged.frame.calls.mean() - 1
print(f"p99 {percentile(plain.served_ms, 99):.0f} ms,")
print(f"hedged {percentile(hedged.served_ms, 99):.0f} ms, for {more:.1%} more calls.")

# %%
finding(
    "one of two servers stalls: p99 without against with hedging",
    measured=helps,
    at_least=1.5,
    unit="times",
    needs=calm,
    look="Did the server stall? Compare the slowest requests of both runs.",
)
finding(
    "and what it costs: more calls, as a share",
    measured=more,
    at_most=0.25,
    needs=calm,
    look="Is HEDGE_MS long against the median latency?",
)

# %% [markdown]
# By the way, here are two servers whose p99s you may be tempted to average.

# %% tags=["nbval-ignore-output"]
p99_of = [percentile(plain.served_ms[i::2], 99) for i in (0, 1)]
print(f"p99 of the two servers: {p99_of[0]:.0f} and {p99_of[1]:.0f} ms,")
print(f"their mean {np.mean(p99_of):.0f} ms,")
print(f"p99 of all requests {percentile(plain.served_ms, 99):.0f} ms.")

# %% [markdown]
# A large gain for a few per cent more calls. So switch hedging on everywhere?
#
# **Your guess.** Near the capacity of both servers, both stall once, for a moment. With the same
# hedging, how many calls does a request make on average?

# %%
my_calls = 1.1  # calls per request, edit me

# %% [markdown]
# **Measure.** Three rounds. In each, find out what the pair can do when it is never idle, then load
# it with 75 % of the best that you saw, without and with hedging, on the same arrivals. The
# *backlog* is the number of requests that are due and not yet answered.

# %% tags=["nbval-ignore-output"]
BOTH_S = max(0.15, 2e-3 * HEDGE_MS)
RUN_S = 8 * BOTH_S
at = np.linspace(0, RUN_S, 221)


def both_stall():
    down = [(0.2, one.suspend) for one in pair]
    return down + [(0.2 + BOTH_S, one.resume) for one in pair]


def backlog(frame):
    due = np.searchsorted(frame.intended_s, at)
    return due - np.searchsorted(np.sort(frame.done_s), at)


rounds, pictures, capacity = [], [], 1.0
for _ in range(3):
    busy = run_closed(pair, clients=8, seconds=0.4)
    capacity = max(capacity, busy.throughput)
    arrivals = poisson_schedule(0.75 * capacity, RUN_S, rng)
    for hedge_ms in (math.inf, HEDGE_MS):
        run = run_load(pair, arrivals, during=both_stall(), hedge_ms=hedge_ms)
        for one in pair:
            one.wait_idle()
        late = run.served_ms[-1 - len(run.frame) // 4 :]  # due in the end
        how = "plain" if hedge_ms == math.inf else "hedged"
        rounds.append((how, run.frame.calls.mean(), percentile(late, 50)))
        pictures.append((how, backlog(run.frame)))
columns = ["how", "calls per request", "median at the end (ms)"]
rounds = pd.DataFrame(rounds, columns=columns)
rounds.insert(0, "round", np.arange(len(rounds)) // 2 + 1)
rounds = rounds.pivot(index="round", columns="how")
rounds.round(2)

# %% tags=["nbval-ignore-output"]
for one in servers:
    one.stop()
calls_made = rounds["calls per request"].hedged.median()
late_ms = rounds["median at the end (ms)"]
hurts = late_ms.hedged / late_ms.plain
worst = hurts.idxmax()
fig, (left, right) = figures.new(
    title="Hedging mends a stall of one, and makes an outage of a stall of both",
    columns=2,
    size=(7.6, 3.6),
)
draw_percentiles(left, plain.served_ms, color=figures.BLUE, label="plain")
draw_percentiles(left, hedged.served_ms, color=figures.ORANGE, label="hedged")
figures.label_lines(left)
left.set(xlabel="percentile", ylabel="latency (ms)")
left.set_title("low load, one stalls", fontsize=10)
for how, line in pictures:
    colour = figures.ORANGE if how == "hedged" else figures.BLUE
    right.plot(at, line, color=colour, linewidth=1.4)
right.axvspan(0.2, 0.2 + BOTH_S, color="#EEEEEE")
right.set(xlabel="time (s)", ylabel="backlog (requests)")
right.set_title("near capacity, both stall once", fontsize=10)
figures.show(
    fig,
    caption=f"Left: hedging divides the p99 by {helps:.1f} for {more:.0%} more calls."
    f" Right: a request makes {calls_made:.2f} calls (you guessed {my_calls:g}), and at"
    f" the end, in the worst round, the median is {late_ms.hedged[worst]:.0f} ms, plain"
    f" {late_ms.plain[worst]:.1f} ms. Grey: the stall; blue: plain; orange: hedged.",
    alt="Left: latency against percentile at low load; the two lines agree until"
    " the slowest few per cent, where the plain one climbs far above the hedged one."
    " Right: backlog over time near capacity. After the stall the plain runs return to"
    " zero; hedged runs go on climbing.",
)

# %%
DOUBLED = "Did the pair's capacity change between the rounds? Run the cell again."
finding(
    "near capacity, after a stall of both, hedging makes many more calls per request",
    measured=calls_made,
    at_least=1.3,
    needs=calm,
    look=DOUBLED,
)
finding(
    "and those due at the end, long after the stall, wait longer: the worst round",
    measured=hurts.max(),
    at_least=2,
    unit="times",
    needs=calm,
    look=DOUBLED,
)

# %% [markdown]
# **Why.** At low load a slow reply means that *one* server has a problem, and the other has time.
# Near capacity a slow reply means that *both* are behind. Now every request waits for long enough
# to be sent twice, and nobody calls the first copy back, so both get scored. The load doubles at
# the moment when there is least room, and the queue that the copies make is what sends out more
# copies. The stall is long over and the outage stays: a *metastable failure*. (A round may be
# lucky and get out of it.) Retries after a timeout do the same.
#
# **At work.** Dean and Barroso send the copy only after the 95th percentile of the latency, so it
# adds 5 % to the calls at most. But a fixed time is at the 95th percentile on good days only. Give
# copies a *budget*, such as 5 % of the calls of the last seconds, and stop when it is used up.

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("mean, median, p99", f"{mean:.0f}, {median:.1f}, {p99:.0f} ms"),
    ("slower than the mean", f"{above:.0%}"),
    ("mean of the minutes' p99s", f"{mean_of_p99s:.0f} ms"),
    ("p99, open against closed loop", f"{p99 / closed_p99:.0f} times"),
    ("slow, from when due", f"{slow_share['open, from when due']:.0%}"),
    ("slow, same log from sending",
     f"{slow_share['same log, from sending']:.1%}"),
    ("requests for a 99 % sure bound on p99 (computed)", f"{needed[0.99]}"),
    ("95 % intervals as if independent, simulated",
     f"{covers.as_if_independent[0.5]:.0%} hit"),
    ("95 % intervals by blocks, simulated", f"{covers.by_blocks[0.5]:.0%} hit"),
    ("slow, three calls against one", f"{times:.1f} times"),
    ("p99, plain against hedged, low load", f"{helps:.1f} times"),
    ("calls per request, hedged, near capacity", f"{calls_made:.2f}"),
]  # fmt: skip
pd.DataFrame(found, columns=["what", "your machine"]).set_index("what")

# %% [markdown]
# **At work.** Report p50, p99 and how many requests they stand on; leave the mean to the
# accountants, who need sums. Count errors and missing replies as the slowest. Send on a timetable
# and count from when a request was due. Keep histograms that add up, and never average percentiles.
# Repeat a run before you believe its p99. Measure what a customer waits for, the whole request, not
# one call. Hedge within a budget.
#
# ## Your turn
#
# [The exercise](../../exercises/01_ml_in_production/02_latency_is_a_distribution.ipynb) has you
# write a percentile that counts errors, work out what a stall does to an open and to a closed loop,
# pool the p99 of several servers, and say how many requests a sure bound needs.
#
# ## Going further
#
# - Gil Tene, "How NOT to Measure Latency" (talk, 2013), on coordinated omission; his load generator
#   wrk2 and his HdrHistogram do what you did here.
# - Jeffrey Dean and Luiz André Barroso, "The Tail at Scale", *Communications of the ACM* 56(2),
#   2013: fan-out and hedged requests.
# - Nathan Bronson and others, "Metastable Failures in Distributed Systems" (HotOS 2021).
# - Chip Huyen, *Designing Machine Learning Systems* (O'Reilly, 2022), chapter 1, on latency and
#   throughput.
