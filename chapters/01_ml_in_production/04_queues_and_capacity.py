# %% [markdown]
# # Queues and capacity
#
# Latency grows slowly, then fast: you will see at which load the promise breaks, and predict it
# from numbers that the service already writes down.
#
# **You will be able to** read a throughput-latency curve and tell a high load from an overload;
# check a dashboard with Little's law; predict capacity and waiting from a service's own records;
# plan with a simulation, and say where formulas end and how far a plan may be off.
#
# **Time** 40 minutes. **Before this** [Batching](03_batching.ipynb): a batch, its cycle, and the
# policies; and what a *percentile of latency* is.

# %% tags=["wall-clock"]
import numpy as np
import pandas as pd

from labkit.lesson import figures, finding
from labkit.lesson.explorer import explore
from labkit.riverton.calibration import calibrate
from labkit.riverton.load import poisson_schedule, run_closed, run_load
from labkit.riverton.policy import make_policy
from labkit.riverton.server import ScoringServer
from labkit.riverton.simulate import simulate

rng = np.random.default_rng(4)

# %% [markdown]
# Start the scoring server and ask what your machine can do. All rates below are shares of that.
# The *capacity* is the number of queries per second that a server answers when it is never idle.
# Its queue may grow without an end here, so that you can watch it: a service that you run for
# others should refuse queries long before.

# %% tags=["nbval-ignore-output"]
server = ScoringServer("mlp", max_queue=100_000).start()
machine = calibrate(server)
print(machine)

# %% [markdown]
# ## The hockey stick
#
# **The question.** How close to its capacity can a service run before it breaks its promise?
#
# The promise, or *objective*, is that 99 % of the queries are answered within ten times what one
# query takes when the server is never idle. *Load* is the rate of the queries as a share of the
# capacity. Here the capacity is that of one query at a time, with batching off.
#
# **Your guess.** What is the highest load that keeps the objective?

# %%
my_load = 0.95  # of the capacity, edit me

# %% [markdown]
# **Measure.** Six loads, the last of them too high. At each of them the same arrivals come first to
# a server that takes one at a time, then to one that batches what waits (`greedy`). Then batching
# goes on alone, up to 0.8 of its own capacity. Keep the log of every run, and the batch records
# that the server wrote meanwhile.


# %%
def serve(arrivals, **settings):
    """Put on a load; return its log and the batch records."""
    server.wait_idle()
    server.configure(**settings)
    server.reset_stats()
    result = run_load(server, arrivals, drain_s=10)
    return result, pd.DataFrame(server.stats()["batches"])


OFF = {"policy": "off"}
GREEDY = {"policy": "greedy", "max_batch": 32}
SECONDS = 0.5

# %% tags=["nbval-ignore-output"]
objective_ms = 10e3 / machine.unbatched
runs = []
for load in [0.3, 0.5, 0.7, 0.8, 0.9, 1.2]:
    rate = load * machine.unbatched
    arrivals = poisson_schedule(rate, SECONDS, rng)
    for name, settings in [("off", OFF), ("greedy", GREEDY)]:
        runs.append((name, rate, *serve(arrivals, **settings)))
for load in [0.3, 0.6, 0.8]:
    rate = load * machine.batched
    if rate > 1.3 * machine.unbatched:
        arrivals = poisson_schedule(rate, SECONDS, rng)
        runs.append(("greedy", rate, *serve(arrivals, **GREEDY)))

curve = pd.DataFrame(
    [
        {
            "policy": name,
            "rate": rate,
            "load": rate / machine.unbatched,
            "p50": result.percentile(50),
            "p99": result.percentile(99),
            "within": 100 * result.goodput(objective_ms),
        }
        for name, rate, result, _ in runs
    ]
)
curve.round(2)

# %% [markdown]
# `p50` and `p99` are in ms. `within` is the share of the queries (%) that met the objective.

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="queries per second",
    ylabel="latency (ms)",
    title="Slowly, then fast: each policy bends before its own capacity",
    size=(7.6, 4.2),
)
for name, colour in [("off", figures.BLUE), ("greedy", figures.ORANGE)]:
    one = curve[curve.policy == name]
    ax.plot(one.rate, one.p99, "o-", markersize=4, color=colour, label=name)
    ax.plot(one.rate, one.p50, ":", color=colour)
ax.axhline(objective_ms, color=figures.BLACK, linewidth=1)
right = 1.25 * max(machine.batched, 2 * machine.unbatched)
ax.text(one.rate.min(), 1.05 * objective_ms, "objective for p99", va="bottom")
for capacity in [machine.unbatched, machine.batched]:
    ax.axvline(capacity, color=figures.GREY, linewidth=1)
ax.set_xscale("log")
ax.set_yscale("log")
ax.set_xticks([50, 100, 200, 500, 1000, 2000, 5000, 10_000])
ax.set_xlim(curve.rate.min() / 1.3, right)
ax.set_ylim(top=5 * curve.p99.max())
figures.mark_guess(ax, x=my_load * machine.unbatched)
ax.xaxis.set_major_formatter("{x:g}")
ax.xaxis.set_minor_formatter("")
ax.yaxis.set_major_formatter("{x:g}")
ax.yaxis.set_minor_formatter("")
figures.label_lines(ax)
off = curve[(curve.policy == "off") & (curve.load < 1)]
kept = off.load[(off.p99 <= objective_ms).cummin()].max()
kept = f"up to a load of {kept:.0%}" if kept > 0 else "at none of these loads"
figures.show(
    fig,
    caption=f"One at a time, p99 kept the objective {kept}; you guessed"
    f" {my_load:.0%}. Solid: p99. Dotted: the median. Grey: the capacities, one at a"
    f" time ({machine.unbatched:,.0f} per second) and in batches of up to 32"
    f" ({machine.batched:,.0f}).",
    alt="Latency against queries per second on logarithmic axes. The line of"
    " one at a time runs low and turns upwards before its capacity. The line"
    " of greedy batching stays low far beyond it.",
)

# %% [markdown]
# This is the *hockey stick*. One at a time, a query that comes at random has to wait with a
# probability that is the load: so often it finds the server at work. Well below the capacity one
# that waits does not wait long. Near it, queries that come close together build a queue, and the
# server has hardly any idle time in which to work it off.
#
# Do not read a point of p99 too closely: it rests on the slowest few queries of a short run, and
# one pause of your machine moves it. Nothing is asserted about it here. The third part finds the
# bend without a clock, by simulation.
#
# ### What is p99 above the capacity?
#
# The last point of the blue line looks like the others. Is it? Send twice the capacity, and report
# p99 as anybody would: after a while, and again after twice that while. The same arrivals go to a
# greedy server as well, and a load of one half to the server without batching. Three rounds.

# %% tags=["nbval-ignore-output"]
WATCH_S = 0.5
CASES = {
    "off, half": (0.5, OFF),
    "off, twice": (2, OFF),
    "greedy, twice": (2, GREEDY),
}
rounds = []
for _ in range(3):
    drawn = {
        load: poisson_schedule(load * machine.unbatched, WATCH_S, rng)
        for load in [0.5, 2]  # the two at twice the capacity share theirs
    }
    frames = {}
    for name, (load, settings) in CASES.items():
        frames[name] = serve(drawn[load], **settings)[0].frame
    rounds.append(frames)

first = rounds[0]
rows = {}
for seconds in [WATCH_S / 4, WATCH_S / 2, WATCH_S]:
    seen = {n: f.latency_ms[f.intended_s < seconds] for n, f in first.items()}
    rows[f"{seconds:.2f} s"] = {n: ms.quantile(0.99) for n, ms in seen.items()}
pd.DataFrame(rows).T.rename_axis("p99 (ms) of the first").round(1)

# %% [markdown]
# For the overloaded server p99 grows with the time for which you watch. It depends on how long you
# watched, so by itself it says nothing about the server. Above the capacity there is no *steady
# state*: no distribution of latency in which the service settles. So do not ask how high latency
# is. Ask whether it grows: fit a line to latency over the time at which each query was due.


# %%
def growth(frame):
    """Return by how many ms per second latency grows."""
    return np.polyfit(frame.intended_s, frame.latency_ms, deg=1)[0]


slopes = pd.DataFrame([{n: growth(f) for n, f in one.items()} for one in rounds])

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="time at which the query was due (s)",
    ylabel="latency (ms)",
    title="Overload has no latency: it has a growth",
)
for name, frame in first.items():
    ax.plot(frame.intended_s, frame.latency_ms, label=name)
figures.label_lines(ax)
middle = slopes.median()
figures.show(
    fig,
    caption=f"In the median round latency grew by {middle['off, twice']:.0f} ms for"
    f" each second at twice the capacity, by {middle['off, half']:+.0f} at half of"
    f" it, and by {middle['greedy, twice']:+.0f} at twice with greedy batching.",
    alt="Latency against time. One line, of the overloaded server, climbs"
    " steadily. The two others stay near zero.",
)

# %%
CALM = machine.can_measure
BUSY = "Did another program take the processor after the calibration?"
FASTER = "it got faster after the calibration, and that was no overload."
late = [(one["off, twice"].done_s > WATCH_S).mean() for one in rounds]
OVER = (min(late) > 0.3, FASTER) if CALM[0] else CALM
finding(
    "at twice the capacity latency grows for as long as you watch, per second",
    measured=middle["off, twice"],
    at_least=250,
    unit="ms",
    needs=OVER,
    look=BUSY,
)
finding(
    "at half the capacity it does not: its growth against that of the overload",
    measured=abs(middle["off, half"]) / middle["off, twice"],
    at_most=0.4,
    needs=OVER,
    look=BUSY,
)

# %% [markdown]
# **Why.** A query that is due *t* seconds into an overload finds the excess of *t* seconds before
# it. Its latency is about (load - 1) *t*: at twice the capacity every second adds a second. (Yours
# may differ, as your machine is not equally fast all the time.) That is also how to tell overload
# on a dashboard: by the slope of the backlog or of latency, and not by the height. Where the queue
# is bounded its backlog stops growing at the bound; there the sign of overload is refusals.

# %% [markdown]
# ## Little's law
#
# **The question.** How many queries are inside a service at a time?
#
# Little's law answers with two numbers from any log, the arrival rate *lambda* and the mean time
# *W* that a query spends inside:
#
# L = lambda W.
#
# It asks neither how the arrivals are spread nor in which order they are served. It was proved in
# 1961, so what you test is whether your measurements are of one and the same system.
#
# **Your guess.** The load is 0.6 with batching off. How many queries are inside, on average,
# waiting or being scored?

# %%
my_inside = 0.6  # queries, edit me

# %% [markdown]
# **Measure.** You need an observer who knows nothing of the log. It asks the server how many
# queries wait and how many are being scored, 60 times, at times drawn at random: an observer with
# a regular beat could fall into step with what it looks at. From the log come lambda and W. The
# time inside is the wait in the queue, which each reply tells, and the cycle of the batch, from the
# batch records. What is left of the time between sending and reply is the way, and half of it is
# taken for the way there.


# %%
LOOK_S = 0.6


def observe(load, **settings):
    """Return the looks (s, queries seen inside) and the log."""
    arrivals = poisson_schedule(load * machine.unbatched, LOOK_S, rng)
    looks = [(t, server.stats) for t in np.sort(rng.uniform(0, LOOK_S, 60))]
    server.wait_idle()
    server.configure(**settings)
    server.reset_stats()
    result = run_load(server, arrivals, during=looks, drain_s=10)
    seen = [(t, s["queue_depth"] + s["in_service"]) for t, s in result.during]
    records = pd.DataFrame(server.stats()["batches"]).set_index("batch")
    log = result.frame.dropna()
    log["inside_s"] = (log.queue_ms + log.batch.map(records.cycle_ms)) / 1e3
    way = (log.done_s - log.sent_s - log.inside_s).clip(lower=0)
    log["entered"] = log.sent_s + way / 2
    log["left"] = log.entered + log.inside_s
    return np.array([look for look in seen if look[0] < LOOK_S]), log


# %% tags=["nbval-ignore-output"]
WINDOW = {"policy": "window", "max_batch": 32, "window_ms": 20}
SYSTEMS = {
    "off, load 0.6": (0.6, OFF),
    "window of 20 ms, load 0.3": (0.3, WINDOW),
    "off, load 2": (2, OFF),
}
observed = {name: observe(load, **s) for name, (load, s) in SYSTEMS.items()}

rows = {
    name: {"L, seen": seen[:, 1].mean(),
           "lambda W": len(log) / LOOK_S * log.inside_s.mean()}
    for name, (seen, log) in observed.items()
}  # fmt: skip
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# The first two rows agree more or less: sixty looks are a small sample. The last does not. In the
# overload the log says far more than the observer saw. Is the law wrong?
#
# The log holds time that the observer was not there to see. The queries that were still inside when
# it stopped looking spent much of their time after that. The law is about a *steady state*, or
# about a stretch of time in which all that came has gone. So count only the time inside that falls
# into the stretch.


# %% tags=["nbval-ignore-output"]
def inside_while_looking(log):
    """Sum the time inside (s) that falls before LOOK_S; divide by LOOK_S."""
    stay = log.left.clip(upper=LOOK_S) - log.entered.clip(upper=LOOK_S)
    return stay.sum() / LOOK_S


little = pd.DataFrame(rows).T
little["while looking"] = [inside_while_looking(log) for _, log in observed.values()]
little.round(2)


# %%
def inside_over_time(log):
    """Return how many are inside after each arrival and each departure."""
    change = np.repeat([1, -1], len(log))
    steps = pd.Series(change, np.concatenate([log.entered, log.left]))
    return steps.sort_index().cumsum()


# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    xlabel="time (s)",
    ylabel="queries inside",
    title="Little's law is an area: look at all of it, or count only what you saw",
    columns=2,
)
for ax, name in zip(axes, ["off, load 0.6", "off, load 2"], strict=True):
    seen, log = observed[name]
    ax.plot(inside_over_time(log), color=figures.BLUE, drawstyle="steps-post", lw=1)
    ax.plot(*seen.T, ".", color=figures.ORANGE)
    ax.axvspan(LOOK_S, max(LOOK_S, log.left.max()), color=figures.GREY, alpha=0.3, lw=0)
    ax.set_title(name, fontsize=10)
    ax.set(xlim=0, ylim=(0, None))
axes[0].set_xlim(left=-0.2)  # the label of the guess stands beside the lines
axes[0].set_xticks([0, 0.2, 0.4, 0.6])
figures.mark_guess(axes[0], y=my_inside)
quiet, over = little.loc["off, load 0.6"], little.loc["off, load 2"]
figures.show(
    fig,
    caption="Line: the log. Dots: the observer. Grey: when nobody looked any more. At a"
    f" load of 0.6 it saw {quiet['L, seen']:.2f} queries on average, the log says"
    f" {quiet['while looking']:.2f}; you guessed {my_inside:g}. In overload it saw"
    f" {over['L, seen']:.0f}, the log says {over['while looking']:.0f}; lambda W is"
    f" {over['lambda W']:.0f}, as it counts the grey part as well.",
    alt="Queries inside against time, two panels, a line from the log and dots of the"
    " observer on it. At a load of 0.6 the line moves between a few values. In overload"
    " it climbs until the arrivals end and falls in the grey part, where no dots are.",
)

# %%
agree = (little["while looking"] / little["L, seen"]).median()
too_much = over["lambda W"] / over["L, seen"]
log = observed["off, load 2"][1]
was_over = ((log.done_s > LOOK_S).mean() > 0.3, FASTER)  # share of the queries
finding(
    "what the observer sees agrees with the log: the median of three systems",
    measured=agree,
    between=(0.6, 1.5),
    needs=CALM,
    look=BUSY,
)
finding(
    "in an overload lambda W says more than the observer saw",
    measured=too_much,
    at_least=1.2,
    unit="times",
    needs=was_over if CALM[0] else CALM,
    look=BUSY,
)

# %% [markdown]
# **Why.** Every query adds to an area: one query high, its time inside long. Divide the area by the
# length of the stretch, and you have the mean number inside; write it as queries per time and time
# per query, and you have lambda W. No policy comes into it.
#
# **At work.** The mean of a gauge of the queries in flight, divided by their rate, is the mean time
# inside. If that disagrees with your latency metric, one of them does not see what you think it
# sees. Often they have different borders: the client's latency holds the way as well.

# %% [markdown]
# ## Theory, simulation, measurement
#
# **The question.** Can you predict capacity and waiting without putting on the load?
#
# Start with the capacity. Many people divide 1 by the time that the model takes. The batch records
# hold that time, and the whole *cycle* of each batch: from its start until the next could start.
# Keep the server busy with batches of one size and compare both with what the clients counted.


# %%
def capacity(records, column):
    """Queries per second, from batch records: how many, in how much time."""
    queries = (records.batch * records.batches).sum()
    return 1e3 * queries / (records[column] * records.batches).sum()


def keep_busy(max_batch):
    """Return the capacities promised by the records, and the one counted."""
    server.wait_idle()
    server.configure(policy="greedy", max_batch=max_batch)
    server.reset_stats()
    clients = 8 + 2 * max_batch  # so that somebody always waits
    counted = run_closed(server, clients, seconds=0.4).throughput
    records = pd.DataFrame(server.stats()["batches"])
    promised = {c: capacity(records, c) for c in ["model_ms", "cycle_ms"]}
    return promised | {"counted": counted}


# %% tags=["nbval-ignore-output"]
SIZES = [1, 4, 16, 32]
passes = [pd.DataFrame({b: keep_busy(b) for b in SIZES}).T for _ in range(2)]
busy = np.maximum(*passes)  # the better one: other programs never make it faster
busy.rename_axis("queries per second, by batch size").round().astype(int)

# %%
promise = busy.cycle_ms / busy.counted
finding(
    "the cycle promises what the server answers: the calmest of four batch sizes",
    measured=promise[(promise - 1).abs().idxmin()],
    between=(0.85, 1.2),
    unit="times",
    needs=CALM,
    look="Are both columns taken from the same batch records?",
)

# %% [markdown]
# What limits a server is how long a batch *occupies* it, and the model's time is a part of that.
# Here it is nearly all. That is owed to the server: its worker takes the next batch itself while
# others hand out the replies. An earlier build woke the worker for each batch, the model stood
# still meanwhile, and its time promised far too much. You cannot tell from the model which kind of
# server you have. So take the cycle.
#
# ### From capacity to waiting
#
# Queueing theory turns a service time *s* and a rate *lambda* into a mean wait. With the load
# *rho* = lambda *s*, below 1, the Pollaczek-Khinchine formula says
#
# mean wait in the queue = lambda E[s^2] / (2 (1 - rho)).
#
# E[s^2] is the mean of the squared service times: equal times make it *s* squared, exponential ones
# twice that. The formula holds in a steady state, for one server, first come, first served, when
# arrivals are Poisson and service times are drawn independently of them and of each other. Two
# cases have names:
#
# - *M/D/1*: each service takes the same time, and the wait is rho s / (2 (1 - rho)).
# - *M/M/1*: service times are exponential, and the wait is twice that.
#
# The first letter is for the arrivals (M: memoryless, which is Poisson), the second for the service
# (D: deterministic; M: memoryless again, which is exponential), the number for the servers.
#
# A simulation needs no steady state. It takes any arrivals, and Lindley's recursion (1952): a query
# waits for as long as the one before it waited and was served, less the time between the two, and
# never less than 0.


# %%
def lindley(arrivals, service):
    """Return the wait of each query in the queue (a row each; columns: other runs)."""
    waits = np.zeros(np.shape(arrivals))
    for i in range(1, len(waits)):
        gap = arrivals[i] - arrivals[i - 1]
        waits[i] = np.maximum(0, waits[i - 1] + service[i - 1] - gap)
    return waits


lindley([0, 1, 2, 9], [3, 3, 3, 3])

# %% [markdown]
# **Your guess.** At a load of 0.9, for how many cycles does a query wait on average?

# %%
my_wait = 0.9  # cycles, edit me

# %% [markdown]
# **Measure.** The runs are those of the hockey stick with batching off. The cycle comes from before
# them: one second over the capacity that the calibration counted. With it alone you predict the
# wait of each run in two ways, `M/D/1` for its rate and `planned`, Lindley's recursion for its
# arrivals. A third column, `recorded`, cannot predict; it explains. It is the recursion with the
# time that each query really took: its own model time and the mean of the rest of the cycle.

# %%
cycle_ms = 1e3 / machine.unbatched
rows = []
for name, _, result, records in runs:
    if name != "off":
        continue
    log, model, own = result.frame.dropna(), records.model_ms[0], records.cycle_ms[0]
    at_ms = 1e3 * log.intended_s.to_numpy()
    load = len(log) * cycle_ms / (1e3 * SECONDS)
    recorded = log.model_ms.to_numpy() + own - model
    row = {
        "load": load,
        "own load": load * own / cycle_ms,
        "M/D/1": load / (2 * (1 - load)) if load < 1 else np.nan,
        "planned": lindley(at_ms, np.full(len(log), cycle_ms)).mean() / cycle_ms,
        "recorded": lindley(at_ms, recorded).mean() / cycle_ms,
        "measured": log.queue_ms.mean() / cycle_ms,
    }
    rows.append(row)
waits = pd.DataFrame(rows)

# %% tags=["nbval-ignore-output"]
waits.round(2)

# %% [markdown]
# Waits are in cycles of the calibration. The `load` is that of the queries that came (by chance
# more or fewer than the rate asked for) with the planned cycle. The `own load` rests on the cycle
# that the run really had: where it is higher, your machine was slower than in the calibration.
# Above 1 there is no steady state, and the formula has no answer.
#
# How far may one short run lie off, with nothing to disturb it? Simulate 500 perfect ones for each
# load, as long as yours, every service one cycle.


# %%
def many_runs(load, queries, rng):
    """Return the waits (cycles) in 500 runs of an M/D/1 queue, a column each."""
    arrivals = np.sort(rng.uniform(0, queries / load, (queries, 500)), axis=0)
    return lindley(arrivals, np.ones(queries))


# %% tags=["nbval-ignore-output"]
loads = np.arange(0.25, 1.31, 0.05).round(2)
run_cycles = 1e3 * SECONDS / cycle_ms
means = {x: many_runs(x, int(x * run_cycles) + 2, rng).mean(axis=0) for x in loads}
band = pd.DataFrame({x: np.quantile(m, [0.05, 0.95]) for x, m in means.items()}).T

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="load (queries that came, planned cycle)",
    ylabel="mean wait in the queue (cycles)",
    title="A formula gives the bend; one short run lies somewhere in a wide band",
    size=(7.6, 4.4),
)
x = np.linspace(0.25, 0.985, 200)
ax.fill_between(band.index, band[0], band[1], color=figures.SKY, alpha=0.3, lw=0)
ax.plot(x, x / (1 - x), color=figures.GREY)
ax.plot(x, x / (2 * (1 - x)), color=figures.BLUE)
ax.plot(waits.load, waits.planned, "x", color=figures.ORANGE, markersize=8)
ax.plot(waits.load, waits.recorded, "_", color=figures.BLACK, markersize=16)
ax.plot(waits.load, waits.measured, "o", color=figures.GREEN, markersize=5)
ax.text(0.93, 25, "M/M/1", color=figures.GREY, ha="right")
ax.text(0.26, 0.12, "M/D/1", color=figures.BLUE)
ax.axvline(1, color=figures.GREY, linewidth=1)
ax.text(1.01, 0.02, "no steady state", transform=ax.get_xaxis_transform())
ax.set_yscale("log")
ax.yaxis.set_major_formatter("{x:g}")
figures.mark_guess(ax, y=my_wait)
above = (waits["own load"] > 1).sum()
spread = means[0.9]
low, high = np.quantile(spread, [0.05, 0.95])
figures.show(
    fig,
    caption="Lines: formulas. Band: the middle 90 % of 500 perfect runs as short as"
    " yours. Crosses: planned with your arrivals. Dots: measured. Dashes: the recorded"
    f" times. By its own cycle {above} of 6 runs had a load above 1. At 0.9 M/D/1 says"
    f" 4.5 cycles (you guessed {my_wait:g}), the mean of the perfect runs is"
    f" {spread.mean():.1f}, and the band goes from {low:.1f} to {high:.1f}.",
    alt="Mean wait against load, logarithmic. Two formulas rise without bound towards a"
    " load of 1, M/M/1 twice as high as M/D/1. A band around M/D/1 is wide near 1 and"
    " goes on beyond it. Per run a cross, a dash and a dot; dashes are near the dots.",
)

# %%
below = waits[:5]  # all but the one that is too high
slower = (below["own load"] / below.load).median()
STEADY = (slower < 1.15, "it was slower in these runs than in the calibration.")
to_plan = (below.measured / below.planned).median()
to_records = (below.measured / below.recorded).median()
finding(
    "a cycle from before the runs predicts the order of the wait: measured against"
    " planned, median of five loads",
    measured=to_plan,
    between=(0.25, 6),
    unit="times",
    needs=STEADY if CALM[0] else CALM,
    look=BUSY,
)
finding(
    "the recorded times explain it: measured against recorded, median of five loads",
    measured=to_records,
    between=(0.5, 2),
    unit="times",
    needs=STEADY if CALM[0] else CALM,
    look=BUSY,
)


# %%
def md1_cycles(load):
    return load / (2 * (1 - load))


for load in [0.5, 0.9]:
    longer = 1.05 * md1_cycles(1.05 * load) / md1_cycles(load)
    print(f"At a load of {load} a cycle longer by 5 % makes the wait {longer:.1f} times.")

# %% [markdown]
# **Why the dots are not on the line.**
#
# - Chance, above all near the capacity. One short run is a small sample of a queue, as the band
#   shows; what lies between line and cross is chance alone. And each run starts with an empty
#   queue, so near the capacity its mean tends to lie below that of the formula.
# - Your cycle is not the planned one. After a pause a processor works more slowly, so at low loads
#   cycles are longer. At high loads another program need take little from the server: near the
#   capacity a small error in the cycle is a large one in the wait.
# - Services are not equal. Some take longer than others, and slow ones come in a row when another
#   program disturbs the server; the formula takes them for independent. A mean cycle hides that,
#   and the recorded times hold it. What they do not hold is the waking of an idle server, which
#   counts as waiting: so a dot may lie above its dash.
#
# So a cycle from before tells capacity well and the wait roughly, the more roughly the nearer the
# capacity. That is one more reason to stay below the bend. Where is it? Simulate long runs, without
# their start, and find the load up to which p99 of the latency stays within ten service times.

# %%
shape = np.random.default_rng(90).exponential(size=(8000, 200)).cumsum(axis=0)
p99 = pd.Series(index=np.arange(30, 96, 5), dtype=float)  # load (%)
for percent in p99.index:
    waited = lindley(100 / percent * shape, np.ones(8000))[1000:]
    p99[percent] = np.quantile(waited + 1, 0.99)
kept_equal = p99.index[p99 <= 10].max()
kept_exponential = 100 * (1 - np.log(100) / 10)  # p99 = ln(100) s / (1 - rho)
print(f"p99 is {p99[30]:.1f} service times at a load of 30 %, {p99[90]:.0f} at 90 %.")
print(f"Equal services keep the objective up to a load of {kept_equal} % at least,")
print(f"exponential ones (by formula) up to {kept_exponential:.0f} %.")
print(f"You guessed {my_load:.0%}.")

# %%
finding(
    "three times the load, 0.9 for 0.3, multiplies p99 (simulated)",
    measured=p99[90] / p99[30],
    at_least=5,
    unit="times",
)

# %% [markdown]
# Your services are neither equal nor exponential, so over a long time your bend is likely to lie
# between the two, or lower where long disturbances come in a row and as the way there and back
# counts too. The short runs of the first part may have kept the objective at a higher load: each
# began with an empty queue and was soon over.

# %% [markdown]
# ## Plan before you build
#
# **The question.** What do a rate, a batch limit and a window make of latency?
#
# For batches there is no handy formula, so the simulation goes on. It keeps a clock of its own,
# which jumps from event to event, and follows the same policies as the server. It is fed with the
# cycle of each batch size: four are measured above, those between lie on a line.

# %%
least = [1e3 * b / busy.cycle_ms[b] for b in SIZES]  # cycles in ms
CYCLE_S = np.interp(range(33), SIZES, least) / 1e3  # of a batch of 0 to 32
queries = np.cumsum(rng.exponential(size=3000))  # 1 per unit of time


def predict(rate, max_batch, window_ms):
    """Return the median, p99 (ms) and the share of time the server is busy."""
    policy = make_policy("window", max_batch=max_batch, window_ms=window_ms)
    served = simulate(queries / rate, CYCLE_S.__getitem__, policy)
    p50, p99 = served.latency_ms.quantile([0.5, 0.99])
    working_s = (CYCLE_S[served.batch] / served.batch).sum()
    share = working_s / (served.finish_s.max() - served.start_s.min())
    return {"p50": p50, "p99": p99, "busy": share}


# %% [markdown]
# Before you plan with it, hold it against the server: replay the same arrivals on both, three
# times, with a greedy batcher, at a rate between the two capacities (their geometric mean).

# %% tags=["nbval-ignore-output"]
GREEDILY = make_policy("greedy")
replays = {}
for i in range(3):
    arrivals = poisson_schedule(machine.between, SECONDS, rng)
    live, _ = serve(arrivals, **GREEDY)
    served = simulate(arrivals, CYCLE_S.__getitem__, GREEDILY)
    latency = {"live": live.served_ms, "planned": served.latency_ms}
    replays[i] = pd.DataFrame(latency).quantile([0.5, 0.99])
server.stop()
table = pd.concat(replays, names=["round", "quantile"])
table["live / planned"] = table.live / table.planned
table.round(1)

# %%
near = table["live / planned"].groupby("quantile").min()
finding(
    "the planned median comes near that of the live server: the calmest of three rounds",
    measured=near[0.5],
    between=(0.5, 2.5),
    unit="times",
    needs=CALM,
    look=BUSY,
)
tail = table["live / planned"].groupby("quantile").median()[0.99]

# %% [markdown]
# The live server is slower than planned, and more so in p99. The way there and back and every
# disturbance are missing from the simulation, the load generator wants the processor too, and a
# server that is not kept busy has longer cycles. So do not hold a planned p99 against an objective
# as it stands: leave room for the factor of your last column. Use the simulation for what it is
# good at: to compare settings and to find capacities.
#
# **Your guess.** Queries come as fast as the server answers them one at a time. In batches of up to
# 32 it could answer far more. What share of the time is it busy then, with greedy batching?

# %%
my_busy = 0.2  # of the time, edit me

# %% [markdown]
# **Measure.** Here is an explorer. Its sliders set the rate, `max_batch` and the window (0 is the
# policy `greedy`). Each move simulates 3,000 queries, with your measured cycles, at each rate below
# the capacity of the setting. Try this: at a low rate move the window; then `max_batch` at a high
# rate.


# %% tags=["nbval-ignore-output"]
single, full = 1 / CYCLE_S[1], 32 / CYCLE_S[32]  # capacities, per second
rates = np.geomspace(0.1 * single, 0.95 * full, 12).round()


def draw(rate, max_batch, window_ms):
    limit = max_batch / CYCLE_S[max_batch]
    below = rates[rates < limit]
    lines = pd.DataFrame([predict(r, max_batch, window_ms) for r in below], below)
    fig, ax = figures.new(
        xlabel="queries per second",
        ylabel="p99 (ms)",
        title=f"Simulated: max_batch {max_batch}, window {window_ms} ms",
    )
    ax.loglog(lines.p99, ".-", color=figures.BLUE)
    ax.axvline(rate, color=figures.BLACK, linewidth=1)
    ax.set(xlim=(0.8 * rates[0], 1.2 * full), ylim=(least[0] / 2, 500))
    text = f"{rate:,.0f} of at most {limit:,.0f} per second: "
    if rate >= limit:
        return fig, text + "overload, where no latency is typical."
    here = lines.loc[rate]
    numbers = f"median {here.p50:.1f} ms, p99 {here.p99:.1f} ms, busy {here.busy:.0%}."
    return fig, text + numbers


explorer = explore(
    draw,
    {
        "rate": ("rate (per s)", list(rates), rates[5]),
        "max_batch": ("max_batch", [1, 2, 4, 8, 16, 32], 32),
        "window_ms": ("window (ms)", [0, 1, 2, 5, 10, 20, 40], 0),
    },
)

# %% [markdown]
# **Picture.** Four settings of the same simulation, for everybody, also where no sliders move.

# %% tags=["nbval-ignore-output"]
SETTINGS = {"1": (1, 0), "4": (4, 0), "32": (32, 0), "32, window": (32, 20)}
planned = {
    name: pd.DataFrame([predict(r, *setting) for r in rates], rates)
    for name, setting in SETTINGS.items()
}
greedy = predict(single, 32, 0)
window = predict(single, 32, 20)

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    xlabel="queries per second",
    title="A window costs latency and buys idle time; busy is not the same as full",
    columns=2,
    size=(7.6, 4),
)
colours = [figures.BLUE, figures.ORANGE, figures.GREEN, figures.GREY]
for (name, lines), colour in zip(planned.items(), colours, strict=True):
    limit = SETTINGS[name][0] / CYCLE_S[SETTINGS[name][0]]
    axes[0].plot(lines.p99[lines.index < limit], label=name, color=colour)
    axes[1].plot(lines.busy, label=name, color=colour)
axes[0].axhline(objective_ms, color=figures.BLACK, linewidth=1)
axes[0].set(yscale="log", ylabel="p99 (ms)", yticks=[1, 2, 5, 10, 20, 50, 100, 200])
axes[0].text(rates[0], 0.95 * objective_ms, "objective", va="top")
axes[0].set_ylim(0.8 * planned["32"].p99.min(), 250)
axes[0].yaxis.set_major_formatter("{x:g}")
axes[0].yaxis.set_minor_formatter("")
axes[1].set(ylabel="share of time busy", ylim=(0, 1.05))
axes[1].axvline(single, color=figures.BLACK, linewidth=1)
figures.mark_guess(axes[1], y=my_busy)
for ax in axes:
    ax.set_xscale("log")
    ax.set_xlim(0.8 * rates[0], 12 * full)  # room for the labels
    ax.xaxis.set_major_formatter("{x:g}")
figures.label_lines(axes[0])
figures.show(
    fig,
    caption="Simulated with the measured cycles. Numbers at the lines: max_batch; the"
    " window is 20 ms. Both panels have the same colours; on the right"
    " the line of 4 is nearly hidden under that of 32. Where one at a time would be"
    f" full ({single:,.0f} per second, black) the greedy server is busy"
    f" {greedy['busy']:.0%} of the time, at {single / full:.0%} of its capacity; you"
    f" guessed {my_busy:.0%}. With the window it is busy {window['busy']:.0%}. A live"
    f" p99 was {tail:.1f} times the planned one in the replay.",
    alt="Two panels against queries per second, one line per setting. Left, p99:"
    " small batch limits turn upwards early, the window lies above greedy batching."
    " Right, the share of time busy: greedy batching is nearly always busy long"
    " before its capacity, the window much less.",
)

# %%
gains = (full >= 3 * single, "its batches share too little.")
finding(
    "a greedy server is busy most of the time at a rate that is at most a third of"
    " its capacity (simulated)",
    measured=greedy["busy"],
    at_least=0.5,
    needs=gains,
)
finding(
    "at none of these rates did a window of 20 ms lower p99: against greedy, the best"
    " rate (simulated)",
    measured=(planned["32, window"].p99 / planned["32"].p99).min(),
    at_least=0.9,
    unit="times",
)
finding(
    "what the window saves is work: the share of time busy against greedy (simulated)",
    measured=window["busy"] / greedy["busy"],
    at_most=0.8,
    needs=gains,
)

# %% [markdown]
# (The capacity one at a time was measured again for this part, apart from the calibration. If the
# two differ, so much did your machine change in between.)
#
# **Why.** A greedy batcher starts a batch as soon as it can. So it never stands still while anybody
# waits. While there is time it works in small batches, which cost more per query, and in large ones
# when there is not. Its busy share says that somebody is always there. It does not say how many
# more could come. For one query at a time load and busy share are the same; with batches they are
# not.
#
# And the window? It lets batches fill up when there would have been time for small ones. That
# takes work off the processor, which somebody else may use. With 20 ms, p99 fell at none of these
# rates. A window as short as a cycle may help a little; move the slider.
#
# **Where it stops being true.** The simulated server has its processor to itself. Where batches are
# so frequent that they take processor time from the reading of requests, less work may also mean
# lower latency. That you have to measure.

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("latency grows at twice the capacity", f"{middle['off, twice']:.0f} ms per s"),
    ("the objective was kept, one at a time", kept),
    ("the same, simulated, equal services", f"up to a load of {kept_equal} %"),
    ("lambda W against observer, in overload", f"{too_much:.1f} times"),
    ("waits, measured against planned", f"{to_plan:.1f} times"),
    ("p99, live against planned, with batches", f"{tail:.1f} times"),
    ("busy where one at a time is full, simulated", f"{greedy['busy']:.0%}"),
]
pd.DataFrame(found, columns=["what", "your machine"]).set_index("what")

# %% [markdown]
# **At work.** Log the cycle of every batch: queries over cycles is the capacity in batches of those
# sizes. (For a batching service take the cycle of full batches; those of a quiet hour are small.)
# Plan for a load below the bend, and leave the more room the less time you have to react. Alarm on
# a backlog that grows and, where the queue is bounded, on refusals. Do not scale a batching service
# by how busy it is: it looks full long before it is. Use a formula for the order of magnitude, a
# simulation for the plan, and a measurement for the promise.
#
# ## Your turn
#
# [The exercise](../../exercises/01_ml_in_production/04_queues_and_capacity.ipynb) has you predict a
# wait by formula and by recursion, read a capacity off batch records, and count with Little's law
# in a log whose queries have not all been answered.
#
# ## Going further
#
# - J. D. C. Little, "A Proof for the Queuing Formula: L = lambda W" (Operations Research, 1961).
# - D. V. Lindley, "The theory of queues with a single server" (Proceedings of the Cambridge
#   Philosophical Society, 1952).
# - Mor Harchol-Balter, *Performance Modeling and Design of Computer Systems* (Cambridge University
#   Press, 2013).
# - SimPy, a Python library for discrete-event simulation: for systems with more than one queue.
