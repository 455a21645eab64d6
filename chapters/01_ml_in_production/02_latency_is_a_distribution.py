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
# [Two objectives](01_two_objectives.ipynb); powers of a chance, and one logarithm.

# %% tags=["wall-clock"]
import math

import numpy as np
import pandas as pd

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
# it, roughly: what was measured for two seconds may be half as much again in the next two, or less.
# Where it is too noisy, the findings on the clock say so and are not asserted. The third
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
END_S = 6 * STALL_S


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
rate = 0.25 * machine.unbatched
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
# The picture has the run twice. On the left, how many requests had which latency, on a logarithmic
# axis, or the fast ones would share a single bar. On the right, as people at work draw it: the
# latency against the percentile, with as much room from p90 to p99 as for all below p90.

# %% tags=["nbval-ignore-output"]
fig, (left, right) = figures.new(
    title="The mean stands where almost nobody is",
    columns=2,
    size=(7.6, 3.6),
)
answered = latency[np.isfinite(latency)]
left.hist(answered, bins=np.geomspace(answered.min(), answered.max(), 30))
left.set(xscale="log", xlabel="latency (ms)", ylabel="requests")
left.xaxis.set_major_formatter("{x:g}")
figures.percentile_curve(right, latency)
right.set(ylabel="latency (ms)", ylim=(None, 4 * answered.max()))
left.axvline(mean, color=figures.ORANGE)
left.text(mean * 1.1, 0.9, "mean", color=figures.ORANGE,
          transform=left.get_xaxis_transform())  # fmt: skip
right.axhline(mean, color=figures.ORANGE)
right.text(0.01, mean * 1.12, "mean", color=figures.ORANGE)
figures.mark_guess(right, x=my_share_above / 100)
figures.show(
    fig,
    caption=f"The mean is {mean:.0f} ms. {1 - above:.0%} of the requests are faster;"
    f" the others, {above:.0%}, reach up to {answered.max():.0f} ms. You guessed that"
    f" {my_share_above:g} % are slower than the mean.",
    alt="Left: a histogram of latency with a tall narrow hill of fast requests; far to"
    " the right a low slope of slow ones, the mean at its foot. Right: latency"
    " against percentile, flat at first, then a steep rise before p90 to a level that"
    " holds to the end.",
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
# hardly notices them.
#
# **A mean of percentiles.** A dashboard keeps one p99 for each minute, and somebody averages them
# to get the p99 of the hour. Do that with your run. Its "minutes" are as long as the stall.

# %% tags=["nbval-ignore-output"]
frame = log.frame.assign(latency=latency)
minute = (frame.intended_s // STALL_S).astype(int).rename("minute")
p99s = frame.groupby(minute).latency.apply(percentile, 99)
mean_of_p99s = p99s.mean()
print("p99 of each minute (ms):", *p99s.round().astype(int))
print(f"mean of the p99s {mean_of_p99s:.0f} ms")
print(f"p99 of all requests {p99:.0f} ms")

# %%
finding(
    "the mean of the minutes' p99s, as a part of the p99 of all requests",
    measured=mean_of_p99s / p99,
    at_most=0.75,
    needs=calm,
    look="Does one minute, or two, have a p99 that stands out?",
)

# %% [markdown]
# Counts add up, and sums of latencies add up. Percentiles do not, neither over minutes nor over
# servers: the p99 of two servers lies somewhere between their p99s, and where depends on all their
# latencies. So keep what adds up: the latencies themselves, or a histogram with the same bins for
# everybody. Add the counts, then read off the p99. It is right to within a bin. (Your minutes are
# short. With fewer than a hundred requests, the p99 is the slowest of them and no more.)
#
# **Where it stops being true.** If all minutes are alike, the mean of their p99s comes near the
# p99. But then you did not need it. It goes wrong in the hour in which something happens.

# %% [markdown]
# ## Who was asked during the stall?
#
# **The question.** Two load tools test the same server through the same stall. Can they disagree
# about how many requests were slow?
#
# - An *open loop* sends on a timetable that does not wait for replies, as customers do who know
#   nothing of each other. Your run had one.
# - A *closed loop* has a number of clients. Each sends a request, waits for the reply, and sends
#   the next. Many tools work like this, and so does every script that calls in a `for` loop.
#
# *Slow* is slower than a quarter of the stall.

# %% [markdown]
# **Your guess.** The server does nothing for a sixth of the time. What share of the requests in
# the closed loop's log is slow?

# %%
my_slow = 17  # %, edit me

# %% [markdown]
# **Measure.** The closed loop gets the same server, the same length and the same stall. Its two
# clients press harder than the open loop did: they never pause.
#
# And there is a third record. Your first run had a timetable and two connections. If none was free,
# a request waited *inside the tool* and was sent late. So the log has two times for each request:
# when it was due, and when it was sent. Read it from both.

# %% tags=["nbval-ignore-output"]
closed = run_closed(server, clients=2, seconds=END_S, during=one_stall())

sent_late = 1e3 * (log.frame.sent_s - log.frame.intended_s)
DUE, SENT, CLOSED = "open, from when due", "same log, from sending", "closed loop"
readings = {DUE: latency, SENT: latency - sent_late, CLOSED: closed.served_ms}
SLOW_MS = 1e3 * STALL_S / 4
table = pd.DataFrame(
    {
        name: {
            "requests": len(ms),
            "slow": (ms > SLOW_MS).sum(),
            "slow (%)": 100 * (ms > SLOW_MS).mean(),
        }
        for name, ms in readings.items()
    }
).T
closed_p99 = percentile(closed.served_ms, 99)
print(f"p99 of the open loop {p99:.0f} ms, of the closed {closed_p99:.0f} ms")
table.round(1)

# %% tags=["nbval-ignore-output"]
fig, (left, middle, right) = figures.new(
    title="One stall, three records of it",
    columns=3,
    size=(7.6, 3.5),
)
colours = dict(zip(readings, (figures.BLUE, figures.ORANGE, figures.GREEN), strict=True))
for ax, at, names in [
    (left, log.frame.intended_s, (DUE, SENT)),
    (middle, closed.frame.sent_s, (CLOSED,)),
]:
    ax.axvspan(2 * STALL_S, 3 * STALL_S, color="#EEEEEE")
    for name in names:
        ax.plot(at, readings[name], ".", markersize=4, color=colours[name])
    ax.set(ylim=(-0.03e3 * STALL_S, 1.3e3 * STALL_S), xlabel="time (s)")
left.set_ylabel("latency (ms)")
left.set_title("open loop", fontsize=10)
middle.set_title("closed loop", fontsize=10)
left.text(0.97, 0.95, "from when due", color=figures.BLUE, ha="right", va="top",
          transform=left.transAxes)  # fmt: skip
left.text(0.97, 0.86, "from sending", color=figures.ORANGE, ha="right", va="top",
          transform=left.transAxes)  # fmt: skip
for name, ms in readings.items():
    figures.percentile_curve(right, ms, color=colours[name])
right.set_title("all three", fontsize=10)
right.set_ylim(top=5e3 * STALL_S)
figures.mark_guess(right, x=my_slow / 100)
figures.show(
    fig,
    caption=f"Grey: the stall. Of the requests that were due, {table['slow (%)'][DUE]:.0f}"
    f" % were slow; of the same log, read from the sending, {table['slow (%)'][SENT]:.1f}"
    f" %; of the closed loop (green) {table['slow (%)'][CLOSED]:.1f} %, {my_slow:g} %"
    " in your guess. Blue dots right after the stall: the queue that it left. Dots off"
    " the floor elsewhere: your machine was busy with something else for a moment.",
    alt="Left and middle: latency over time. From when due, the stall makes a triangle:"
    " requests due at its beginning wait for all of it, later ones for less. From the"
    " sending, and in the closed loop, two dots stand at the top and the rest on the"
    " floor. Right: latency against percentile; from when due the curve rises before"
    " p90, from the sending near p99, in the closed loop close to the end.",
)

# %%
OMITTED = "Does the first panel have its triangle, and the second its few dots?"
finding(
    "the p99 of the open loop against that of the closed loop",
    measured=p99 / closed_p99,
    at_least=4,
    unit="times",
    needs=calm,
    look=OMITTED,
)
finding(
    "slow requests in one log: from the sending, as a part of those from when due",
    measured=table.slow[SENT] / max(1, table.slow[DUE]),
    at_most=0.5,
    needs=calm,
    look=OMITTED,
)

# %% [markdown]
# **Why.** When the server stalls, each client of the closed loop has one request under way and
# waits for it. The tool asks nothing while the server is silent, so the silence is hardly in the
# log. Two requests record it, however long it lasts, and all the fast ones before and after outvote
# them: *coordinated omission* (Gil Tene's term).
#
# Your customers do not wait for each other. They keep coming, and each waits for what is left of
# the stall, and then for those ahead of it: the triangle. Count latency from when the request was
# due. From the actual sending, a log on a timetable tells the closed loop's story: the wait inside
# the tool is left out, and that is where the customers stood.
#
# **Where it stops being true.** If there really are two customers, such as two batch jobs that wait
# for each reply, the closed loop is the right model of them. And it is a good tool for another
# question: how much can a server do if it is never idle? The calibration above asks that. For what
# customers wait, use a timetable. Ask of any tool: what does it do while the server does nothing?

# %% [markdown]
# ## How many requests does a p99 need?
#
# A p99 from a run is an estimate. Another run gives another. The most careful bound that a run can
# give is its *slowest* request.
#
# **The question.** How many requests make it 99 % certain that the slowest of them reaches the true
# p99?
#
# **Your guess.** A p99 is about one request in a hundred. How many of them do you need?

# %%
my_requests = 100  # edit me

# %% [markdown]
# If the requests are independent, each misses the slowest 1 % of all with a chance of 0.99. So all
# *n* miss them with a chance of 0.99 to the power of *n*. That has to come down to 1 %.


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

# %%
fig, ax = figures.new(
    title="A hundred requests often miss the p99 altogether",
    xlabel="independent requests",
    ylabel="share of the runs",
    size=(7.6, 3.0),
)
n = np.geomspace(20, 2000, 100)
ax.plot(n, 1 - 0.99**n)
ax.plot(list(reached), list(reached.values()), "o", color=figures.BLUE)
ax.set(xscale="log", ylim=(0, 1.2), xticks=sizes, xticklabels=sizes)
ax.minorticks_off()
figures.mark_guess(ax, x=my_requests)
figures.show(
    fig,
    caption=f"The share of runs whose slowest request reaches the true p99: computed"
    f" (line) and simulated (dots). {reached[100]:.0%} of the runs of 100 requests do;"
    f" for 99 % it takes {needed[0.99]}. You guessed {my_requests}.",
    alt="The chance that the slowest request reaches the p99 climbs from under a fifth"
    " to one as requests are added; simulated dots lie on the computed line.",
)

# %%
finding(
    "independent requests needed to be 99 % sure with the slowest",
    measured=needed[0.99],
    equals=459,
)

# %% [markdown]
# Now look back with that in mind.

# %% tags=["nbval-ignore-output"]
beyond = len(latency) - math.ceil(0.99 * len(latency))
print(f"Your first run had {len(latency)} requests, {beyond} beyond its p99.")

# %% [markdown]
# So the p99s of this lesson are rough. They will do to tell apart what differs several times over,
# and not for a difference of a tenth. The *share* of slow requests, counted from when they were
# due, stands on many more; the two small shares in the table stand on a few requests each.
#
# **Where it stops being true.** Your requests are not even independent: one that comes behind a
# slow one waits for it, so slow requests come in groups. Simulate a queue whose true p99 is known:
# requests come at random, and both the gaps and the service times (mean 1) are exponential. If the
# server is busy for a share `load` of the time, latency is exponential with a mean of 1 / (1 -
# load).


# %%
def queue_latency(load, requests, runs):
    """Latencies [requests, runs] in service times."""
    latency = np.empty((requests, runs))
    # Begin in the middle of the day, not with an empty queue.
    wait = rng.exponential(1 / (1 - load), runs) * (rng.random(runs) < load)
    for i in range(requests):
        latency[i] = wait + rng.exponential(size=runs)
        wait = np.maximum(0, latency[i] - rng.exponential(1 / load, runs))
    return latency


in_a_queue = {}
for load in (0.5, 0.8):
    runs = queue_latency(load, needed[0.99], runs=4000)
    truth = TRUE_P99 / (1 - load)
    in_a_queue[load] = (runs.max(axis=0) >= truth).mean()
    print(f"load {load}: {(runs > truth).mean():.2%} of all requests beyond the p99;")
    print(f"  {needed[0.99]} requests reach it in {in_a_queue[load]:.0%} of runs")

# %%
finding(
    "runs whose slowest request reaches the p99, of 459 in a half-busy queue",
    measured=in_a_queue[0.5],
    at_most=0.85,
)

# %% [markdown]
# The same number of requests in a queue tells less, and the busier the server, the less. No formula
# for independent requests gives you a bound here; its answer is the least that you need. Longer
# runs help. But nothing mends a bad afternoon that the whole run fell into, so repeat the run at
# other times.

# %% [markdown]
# ## A page that needs three answers
#
# To build one page a site often makes several *calls*, to several servers, and has to wait for all
# of them: *fan-out*.
#
# **The question.** A call is slow now and then. How much more often is a request slow that needs
# three?
#
# You test it with three servers, each a process of its own and each stalling for a quarter of the
# time, in three patterns:
#
# - *at random*, each by itself;
# - *together*, as when all read from one database;
# - *in turns*, as when somebody restarts one after the other.
#
# **Your guess.** With stalls *together*, how many times as often is a request of three calls slow
# as a single call?

# %%
my_times = 3  # times, edit me

# %% [markdown]
# Time is cut into 16 slots. Each server is stopped in four of them.

# %%
second = ScoringServer("row_by_row", policy="off").start()
third = ScoringServer("row_by_row", policy="off").start()
servers = [server, second, third]
CALLS, SLOTS = len(servers), 16
SLOT_S = max(0.1, 0.03 * cycle_ms)
LATE_MS = 1e3 * SLOT_S / 4  # a call that takes longer is slow

by_itself = [np.sort(rng.choice(SLOTS, 4, replace=False)) for _ in servers]
patterns = {
    "at random": by_itself,
    "together": [by_itself[0]] * CALLS,
    "in turns": [np.arange(i, SLOTS, 4) for i in range(CALLS)],
}


def stalls(pattern):
    """When to stop and resume which server."""
    what = []
    for one, slots in zip(servers, patterns[pattern], strict=True):
        for slot in slots:
            what += [(slot * SLOT_S, one.suspend), ((slot + 1) * SLOT_S, one.resume)]
    return what


# %% [markdown]
# If calls are slow independently of each other, with a chance *p* each, none of *n* is slow with a
# chance of (1 - p) to the power of *n*. So the chance that the request is slow is
#
# 1 - (1 - p)^n.
#
# People quote that formula as if it were a law.
#
# **Measure.** At equal rates of *calls*: the single calls come three times as often as the
# requests, and go to the three servers in turn. So each server gets the same number of calls per
# second either way. Otherwise you would compare a busy server with an idle one.

# %% tags=["nbval-ignore-output"]
requests = uniform_schedule(0.06 * machine.unbatched, SLOTS * SLOT_S)
calls = np.repeat(requests, CALLS)  # all calls of a request at once
single = uniform_schedule(CALLS * 0.06 * machine.unbatched, SLOTS * SLOT_S)

alone = run_load(servers, single, during=stalls("at random"))
p_single = (alone.served_ms > LATE_MS).mean()
fan_out = {}
for pattern in patterns:
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
ax.set(ylim=(-0.6, 2.9), xlim=(0, 100))
together = fan_out.loc["together"]
figures.mark_guess(ax, x=min(100, 100 * my_times * together["calls slow"]))
times = fan_out["requests slow"]["at random"] / max(p_single, 1e-9)
figures.show(
    fig,
    caption=f"Stalls together: {together['requests slow']:.0%} of the requests of {CALLS}"
    f" calls are slow, {together['requests slow'] / max(together['calls slow'], 1e-9):.1f} times"
    f" as many as of the calls (a grey dot that is missing lies under the blue one);"
    f" you guessed {my_times:g}. Stalls at random: {times:.1f} times the"
    f" single calls.",
    alt="Three rows of dots: the share of slow calls, the formula, and the share of"
    " slow requests. With stalls together the requests lie close to the calls and far"
    " below the formula, with stalls in turns above it.",
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
# stands between, for calls that know nothing of each other. Your stalls at random were drawn like
# that. How near the requests come to the formula is still luck: four stalls of each server are few.

# %%
print(f"1 % of the calls slow, 100 independent calls: {1 - 0.99**100:.0%} slow requests")

# %% [markdown]
# With many calls even a rare stall is common: *tail at scale*. So measure requests, not calls.

# %% [markdown]
# ## Asking twice
#
# Two servers can answer the same request. A *hedged* request is sent to one; if there is no reply
# after a while, a copy goes to the other, and the first reply counts.
#
# **The question.** What does hedging do to the p99, what does it cost in calls, and does it help
# when you need it most?
#
# **Measure.** First at low load, where one of two servers stalls for an eighth of the time. The
# copy goes out after a wait that few requests reach in good times.

# %% tags=["nbval-ignore-output"]
HEDGE_MS = max(20, 12 * cycle_ms)
pair = [server, second]
LONG_S = max(0.2, 0.08 * cycle_ms)  # a stall
one_of_two = [(3 * LONG_S, server.suspend), (4 * LONG_S, server.resume)]
arrivals = poisson_schedule(0.25 * machine.unbatched, 8 * LONG_S, rng)

plain = run_load(pair, arrivals, during=one_of_two)
hedged = run_load(pair, arrivals, during=one_of_two, hedge_ms=HEDGE_MS)
helps = percentile(plain.served_ms, 99) / percentile(hedged.served_ms, 99)
more = hedged.frame.calls.mean() - 1
print(f"p99 {percentile(plain.served_ms, 99):.0f} ms,")
print(f"hedged {percentile(hedged.served_ms, 99):.0f} ms, for {more:.1%} more calls.")

# %%
finding(
    "one of two servers stalls: p99 without hedging divided by p99 with",
    measured=helps,
    at_least=1.5,
    unit="times",
    needs=calm,
    look="Did the server stall? Compare the slowest requests of both runs.",
)

# %% [markdown]
# A large gain for a few per cent more calls. So switch hedging on everywhere?
#
# **Your guess.** Now both servers have much to do, and both stall once, for a moment. With the same
# hedging, how many calls does a request make on average?

# %%
my_calls = 1.1  # calls per request, edit me

# %% [markdown]
# **Measure.** Find out what the pair can do when it is never idle, then load it with 60 % of that
# (copies would make it 120 %) in three rounds. Each sends the same arrivals three times: without
# hedging, with it, and, as a control, with it but without the stall. The *backlog* is the number of
# requests that are due and not yet answered. The table has calls per request, and the median
# latency (ms) of the last quarter.

# %% tags=["nbval-ignore-output"]
BOTH_S = max(0.15, 2e-3 * HEDGE_MS)
RUN_S = 6 * BOTH_S
at = np.linspace(0, RUN_S, 221)
both_stall = [(0.2, one.suspend) for one in pair]
both_stall += [(0.2 + BOTH_S, one.resume) for one in pair]
WAYS = {  # when to hedge, what happens
    "plain": (math.inf, both_stall),
    "hedged": (HEDGE_MS, both_stall),
    "control": (HEDGE_MS, ()),
}


def backlog(frame):
    """Requests due and not yet answered, at each moment."""
    due = np.searchsorted(frame.intended_s, at)
    return due - np.searchsorted(np.sort(frame.done_s), at)


results, pictures = [], []
# The best of three: what disturbs a server never makes it faster.
capacity = max(run_closed(pair, clients=8, seconds=0.3).throughput for _ in range(3))
for round_number in (1, 2, 3):
    arrivals = poisson_schedule(0.6 * capacity, RUN_S, rng)
    for way, (hedge_ms, during) in WAYS.items():
        run = run_load(pair, arrivals, hedge_ms=hedge_ms, during=during)
        for one in pair:
            one.wait_idle()
        last = run.served_ms[-1 - len(arrivals) // 4 :]  # due in the end
        results.append((round_number, way, run.frame.calls.mean(), percentile(last, 50)))
        pictures.append((way, backlog(run.frame)))
columns = ["round", "way", "calls", "median at the end"]
rounds = pd.DataFrame(results, columns=columns).pivot(index="round", columns="way")
rounds.round(2)

# %% tags=["nbval-ignore-output"]
for one in servers:
    one.stop()
calls_made = rounds["calls"].median()
end_ms = rounds["median at the end"]
hurts = (end_ms.hedged / end_ms.plain).median()
fig, (left, right) = figures.new(
    title="Hedging mends a stall of one, and makes an outage of a stall of both",
    columns=2,
    size=(7.6, 3.6),
)
figures.percentile_curve(left, plain.served_ms, color=figures.BLUE, label="plain")
figures.percentile_curve(left, hedged.served_ms, color=figures.ORANGE, label="hedged")
figures.label_lines(left)
left.set_ylabel("latency (ms)")
left.set_title("low load, one stalls", fontsize=10)
colours = dict(zip(WAYS, (figures.BLUE, figures.ORANGE, figures.GREEN), strict=True))
for way, line in pictures:
    right.plot(at, line, color=colours[way], linewidth=1.4)
right.axvspan(0.2, 0.2 + BOTH_S, color="#EEEEEE")
right.set(xlabel="time (s)", ylabel="backlog (requests)")
right.set_title("high load, both stall", fontsize=10)
figures.show(
    fig,
    caption=f"Left: hedging divides the p99 by {helps:.1f} for {more:.1%} more calls."
    f" Right, three rounds: blue is plain, orange is hedged, green is hedged without"
    f" the stall (grey). A hedged request makes {calls_made.hedged:.2f} calls (you guessed"
    f" {my_calls:g}), without the stall {calls_made.control:.2f}. The median"
    f" at the end is {hurts:.0f} times that of the plain run (the middle one of"
    " the three rounds' ratios).",
    alt="Left: latency against percentile at low load; the two lines run close together"
    " until the plain one climbs far above the hedged one among the slowest. Right:"
    " backlog over time at high load. It climbs during the stall. After it the plain"
    " runs fall back; hedged runs stay high or go on climbing. Without the stall most"
    " hedged runs stay low.",
)

# %%
DOUBLED = "Did the pair's capacity change between the rounds? Run the cell again."
finding(
    "with a stall of both, under load, hedging makes many more calls per request",
    measured=calls_made.hedged,
    at_least=1.3,
    needs=calm,
    look=DOUBLED,
)
finding(
    "and those due at the end, long after the stall, wait longer: the middle one of three ratios",
    measured=hurts,
    at_least=2,
    unit="times",
    needs=calm,
    look=DOUBLED,
)

# %% [markdown]
# **Why.** At low load a slow reply means that *one* server has a problem, and the other has time.
# Under load, after a stall of both, a slow reply means that *both* are behind. Now every request
# waits for long enough to be sent twice, and nobody calls the first copy back, so both get scored.
# The load doubles at the moment when there is least room, and the queue that the copies make is
# what sends out more copies. The stall is long over and the outage stays, at a load that the same
# servers with the same hedging can carry if nothing stalls (green): a *metastable failure*. A round
# may be lucky and get out of it. And a green line may climb as well: then something else on your
# machine was the stall. Retries after a timeout do the same.
#
# **At work.** Dean and Barroso send the copy only after the 95th percentile of the latency, which
# adds about 5 % to the calls. But a fixed time is at the 95th percentile on good days only. Give
# copies a *budget*, such as 5 % of the calls of the last seconds, and stop when it is used up.

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("mean, median, p99", f"{mean:.0f}, {median:.1f}, {p99:.0f} ms"),
    ("p99, open against closed loop", f"{p99 / closed_p99:.0f} times"),
    ("slow, same log: from when due, from sending",
     f"{table['slow (%)'][DUE]:.0f}, {table['slow (%)'][SENT]:.1f} %"),
    ("requests for a 99 % sure bound on p99 (computed)", f"{needed[0.99]}"),
    ("slow, three calls against one", f"{times:.1f} times"),
    ("p99 without hedging divided by p99 with", f"{helps:.1f}"),
    ("calls per request, hedged, with a stall of both", f"{calls_made.hedged:.2f}"),
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
