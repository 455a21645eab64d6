# %% [markdown]
# # Beyond this service
#
# One person can read the course's service in an evening. What do servers that many people wrote
# add to it, and what do they charge for it?
#
# **You will be able to** say where the time of a request goes, beside the model; put one model
# behind mosec and behind Ray Serve; read a benchmark of servers for what it tells and what it does
# not; choose a server by what happens when a process dies.
#
# **Time** 20 minutes. **Before this** [Batching](03_batching.ipynb). This is a side lesson: it has
# no exercise, and nothing later builds on it.

# %% tags=["wall-clock"]
import numpy as np
import pandas as pd
from IPython.display import display

from labkit.lesson import figures, finding
from labkit.riverton import peers
from labkit.riverton.calibration import calibrate
from labkit.riverton.load import run_closed, run_load, uniform_schedule
from labkit.riverton.peers import benchmark
from labkit.riverton.peers.servers import Running, absent, peer
from labkit.riverton.server import ScoringServer

# %% [markdown]
# ## Where the time of a request goes
#
# A request is read, parsed, put into a batch, scored and answered. Only the scoring is what you
# wanted. The rest is what a server is: whichever one you take, you pay for it.
#
# **The question.** How long does a request of the course's service spend outside the model? And is
# that as long when the server is kept busy?
#
# *Calibrate* first: how fast is your machine, and is it calm enough to be measured on?

# %% tags=["nbval-ignore-output"]
server = ScoringServer("mlp").start()
machine = calibrate(server)
print(machine)
calm = machine.can_measure

# %% [markdown]
# **Your guess.** One client, who waits for each answer, finds an idle server. 64 clients keep it
# busy. How many times less does a request cost outside the model when there are 64?

# %%
my_times = 2  # times less, edit me

# %% [markdown]
# **Measure.** With one client the cost of a request is its latency. With 64 it is the time from one
# answer to the next, one divided by the rate: a server that is never idle spends that much on each.
# The server tells how long the model took for a batch; a request's part of it is that time divided
# by the batch.
#
# Two routes lead in. *JSON* is text, which has to be parsed into 64 numbers. *Binary* is the 64
# numbers as they lie in memory.


# %%
def cost_ms(route, clients):
    """Return a request's cost (ms): the whole, and the model's part."""
    result = run_closed(server, clients, seconds=0.4, binary=route == "binary")
    frame = result.frame[result.frame.status == 200]
    if clients == 1:
        return frame.latency_ms.median(), frame.model_ms.median()
    whole = 1e3 / max(result.throughput, 1)
    return whole, (frame.model_ms / frame.batch).mean()


ROUTES, CLIENTS = ["JSON", "binary"], [1, 64]
rounds = []
for number in range(3):
    for route in ROUTES:
        for clients in CLIENTS:
            whole, model = cost_ms(route, clients)
            rounds.append((number, route, clients, whole, model))
# %% tags=["nbval-ignore-output"]
server.stop()
costs = pd.DataFrame(rounds, columns=["round", "route", "clients", "whole", "model"])
costs["around it"] = costs.whole - costs.model
cost = costs.groupby(["clients", "route"])[["model", "around it"]].median()
cost.round(3)

# %% tags=["nbval-ignore-output"]
fig, axes = figures.new(
    xlabel="per request (ms)",
    title="A busy server shares not only the model but also what is around it",
    columns=2,
    size=(7.6, 2.6),
)
for ax, clients in zip(axes, CLIENTS, strict=True):
    part = cost.loc[clients].loc[ROUTES[::-1]]
    ax.barh(part.index, part.model, height=0.5, label="model")
    ax.barh(part.index, part["around it"], left=part.model, height=0.5, label="around it")
    ax.set_title(f"{clients} client{'s' * (clients > 1)}", fontsize=10)
    ax.grid(axis="y", visible=False)
guessed = cost.model[64, "JSON"] + cost["around it"][1, "JSON"] / my_times
figures.mark_guess(axes[1], x=guessed)
axes[0].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=2, frameon=False)
once, shared = cost["around it"][1, "JSON"], cost["around it"][64, "JSON"]
figures.show(
    fig,
    caption=f"By the JSON route a request spends {once:.2f} ms around the model when it is"
    f" alone, and costs {shared:.3f} ms there on a busy server. The two panels have"
    " different scales.",
    alt="Two panels of horizontal bars, one for one client and one for 64, each with a bar for"
    " JSON and one for binary, split into the model and what is around it.",
)

# %% [markdown]
# The finding takes the ratio within each round and route, then the median.

# %%
around = costs.pivot(index=["round", "route"], columns="clients", values="around it")
times_less = (around[1] / around[64].clip(lower=1e-3)).median()
finding(
    "a request costs less around the model when 64 clients keep the server busy"
    " than when it is alone",
    measured=times_less,
    at_least=2,
    unit="times",
    needs=calm,
    look="Does another program keep the second processor busy?",
)

# %% [markdown]
# **Why.** Alone, a request goes through a chain, and nothing else happens meanwhile: the kernel
# wakes the server, the server reads and parses, hands the row to the thread that scores, is woken
# when that is done, and writes. On a busy server the links of many chains overlap. One processor
# scores a batch while the other reads the requests of the next. One wake-up reads several
# requests, and one hand-over serves a whole batch.
#
# What remains is what no batch can share: the bytes of each request and each answer. That is where
# servers differ, and the next section compares it.

# %% [markdown]
# ## Five servers, one model
#
# **The question.** How much of what the model alone can do is left when a server stands before it?
#
# Five servers were measured in one run: the course's service, **mosec**, **LitServe**, **BentoML**
# and **Ray Serve**. All run the same network on one thread, in batches of at most 32. All share the
# same two processors with the same load generator, and take turns in several rounds. Before one is
# measured it answers every held-out row, and every label is compared with the scorer's own.
#
# This is a record, not your machine. It is drawn from
# [a file](../../labkit/riverton/peers/results.json) that the benchmark wrote, and
# [its page](../../labkit/riverton/peers/README.md) says how to repeat it.

# %%
record = benchmark.load_results()
about = record["machine"]
print(f"Recorded on {record['date']} with Python {about['python']} on {about['system']}:")
print(f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB.")
print(f"The model alone scores {record['limit_per_s']:,.0f} rows per second in batches of 32.")
settings = pd.Series(record["settings"], name="how it was set up").rename_axis("server")
with pd.option_context("display.max_colwidth", None):
    display(settings.to_frame())

# %% [markdown]
# **Your guess.** What share of the model's limit does Ray Serve reach, asked in JSON?

# %%
my_share = 0.8  # of what the model alone does, edit me

# %% [markdown]
# **Measured**, in medians over the rounds. `served` is per second with 64 or 128 clients, whichever
# suits the server better. `share` is that of the model's limit, `to ours` the ratio to the course's
# service by the same route. `CPU ms` is the processor time that one answer took, the model's part
# among it.

# %%
measured = benchmark.table(record)
columns = ["served", "share", "to ours", "errors", "CPU ms"]
columns += ["processes", "memory (MB)", "start (s)"]
measured[columns].round(2)

# %%
fig, ax = figures.new(
    xlabel="served, as a share of what the model alone can do",
    title="What is left of the model's speed behind five servers",
)
names = [f"{name}, {route}" for name, route in measured.index]
colours = [figures.BLUE if route == "JSON" else figures.SKY for _, route in measured.index]
ax.barh(names, measured.share, color=colours, height=0.6)
for place, value in enumerate(measured.share):
    ax.text(value, place, f" {value:.0%}", va="center", fontsize=9)
ax.invert_yaxis()
ax.set_xlim(0, 1.08)
ax.grid(axis="y", visible=False)
place = names.index("Ray Serve, JSON")
look = {"color": figures.GUESS_COLOUR, "linestyle": (0, (5, 3))}
ax.plot([my_share] * 2, [place - 0.45, place + 0.45], **look)
ax.text(my_share + 0.01, place, figures.GUESS, va="center", color=figures.GUESS_COLOUR, fontsize=9)
by_json = measured.xs("JSON", level="route")
first, last = by_json.share.idxmax(), by_json.share.idxmin()
figures.show(
    fig,
    caption=f"Asked in JSON, {first} serves most, {by_json.share[first]:.0%} of the model's limit,"
    f" and {last} least, {by_json.share[last]:.0%}. Your guess for Ray Serve was {my_share:.0%};"
    f" it reached {by_json.share['Ray Serve']:.0%}. Dark: JSON, light: binary.",
    alt="Horizontal bars of the share of the model's limit that each server reached, by route.",
)

# %% [markdown]
# A share says what a server can do at most. Few run a server there. The next figure is the other
# half: the tail of the latency at rates that each of them can follow, sent as by customers who know
# nothing of each other.

# %%
latency = pd.DataFrame(record["latency"])
latency = latency[latency.route == "JSON"]
p99 = latency.groupby(["server", "rate"], sort=False).p99_ms.median().unstack(0)
fig, ax = figures.new(
    xlabel="requests per second", ylabel="p99 (ms)",
    title="The tail of the latency, in JSON, up to what each server can follow",
)  # fmt: skip
for name in dict.fromkeys(measured.index.get_level_values("server")):
    ax.plot(p99[name].dropna(), marker="o", markersize=4, label=name)
ax.set(xscale="log", yscale="log")
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
ax.yaxis.set_minor_formatter("")
figures.label_lines(ax)
low = record["rates"][0]
figures.show(
    fig,
    caption=f"At {low:g} requests per second p99 lies between {p99.loc[low].min():.1f} ms"
    f" ({p99.loc[low].idxmin()}) and {p99.loc[low].max():.1f} ms ({p99.loc[low].idxmax()})."
    " A line ends at the highest rate that its server was asked at.",
    alt="p99 latency against the rate on two logarithmic axes, one line per server. The lines of"
    " the slower servers end early.",
)

# %% [markdown]
# The two lower rates are a tenth and a half of what the slowest server can do, so that all of them
# could be asked at both. Here is the median beside the tail, in ms, by both routes.

# %%
low, middle = record["rates"][:2]
columns = [f"{p} at {rate:g}" for rate in (low, middle) for p in ("p50", "p99")]
measured[columns].round(1)

# %% [markdown]
# Compare mosec's median with ours. mosec holds a batch that is not full until its window of a
# millisecond has passed, the shortest that it has. That is the price of a fixed window at low load,
# as you saw in [Batching](03_batching.ipynb).
#
# **Where it stops being true.** This model is small: a row costs a fraction of a millisecond. What
# a server adds is the same for any model. So compute how much of the processor time a server would
# take if a row cost more.

# %%
own_ms = 1e3 / record["limit_per_s"]  # a row of this model
added_ms = (by_json["CPU ms"] - own_ms).clip(lower=0)
row_ms = np.array([own_ms, 1, 10, 100])
share = pd.DataFrame({f"{ms:.3g} ms": added_ms / (added_ms + ms) for ms in row_ms}).rename_axis(
    columns="a row of the model costs"
)
(100 * share).round(1).rename_axis("server's part (%)")

# %% [markdown]
# For a model that takes a tenth of a second the choice of a server is not a matter of speed. For a
# small one it decides how many machines you rent. So ask first what your own row costs.
#
# Three more reasons not to carry these numbers elsewhere. Two processors are few: a server with
# many processes has no room here that it would have on a large machine. The load generator takes
# its part of them. And each server was set up by one reading of its documentation; its makers may
# know better.

# %% [markdown]
# ## When a process dies
#
# Throughput is what is compared, because it is what can be compared. The reasons to use another
# server lie elsewhere. Here is one that you can measure in seconds.
#
# **The question.** A process that holds the model is killed, as the system does when memory runs
# out. How many of the requests that follow are lost?

# %% [markdown]
# **Your guess**, for the course's service: what share of the requests due after the kill is lost?

# %%
my_lost = 0.1  # of the requests after the kill, edit me

# %% [markdown]
# **Measure.** A steady load, far below the capacity, for three seconds; the kill comes after one.


# %%
RATE = min(50, machine.unbatched / 8)


def kill_one(running):
    """Kill a process with the model under load; return each request."""
    run_load(running.url, uniform_schedule(RATE, 0.5))  # warm up
    victim = running.process_with_the_model()
    result = run_load(
        running.url,
        uniform_schedule(RATE, 3.0),
        during=[(1.0, victim.kill)],
        drain_s=2.0,
    )
    frame = result.frame[["intended_s", "status"]].copy()
    frame["after"] = frame.intended_s > result.during[0][0]
    frame["lost"] = frame.status != 200
    return frame


killed = {}
with Running(peer("ours")) as running:
    killed["ours"] = kill_one(running)

# %%
after = killed["ours"].query("after")
finding(
    "once its one process is killed, the course's service answers nothing: share lost",
    measured=float(after.lost.mean()),
    equals=1.0,
    look="Did the kill come? Is a second server running at that port?",
)

# %% [markdown]
# Nobody starts it again, and nobody else is there. For a lesson that is right: a server that ends
# is one that you notice. For customers it is not.

# %% [markdown]
# ### mosec: several processes on one machine
#
# [mosec](https://mosecorg.github.io/mosec/) is a server in Rust that takes the requests, makes the
# batches and hands them to Python processes, *workers*, over a socket. Requests can go through
# several *stages*, each with workers of its own: one to decode images, one to score. This is the
# whole application that was measured above.

# %%
peers.show("mosec_app.py")

# %% [markdown]
# The next cell runs it with two workers, where mosec is installed (`pip install mosec`, Linux and
# macOS), and kills one of them.


# %% tags=["nbval-ignore-output"]
def run_and_kill(server):
    """Run `server`, say what it consists of, kill a process."""
    with Running(server) as running:
        use, (near, far) = running.usage(), running.ports()
        print(f"{server.name}: first answer after {running.start_s:.1f} s.")
        print(f"{use.processes} processes with {use.memory_mb:,.0f} MB.")
        print(f"Ports: {near} for this machine, {far} open to others.")
        found = kill_one(running)
        left = running.usage().processes
    lost = found.query("after").lost
    print(f"Killed one: {lost.sum()} of {len(lost)} requests after it were lost.")
    print(f"Two seconds later there were {left} processes.")
    return found


two_workers = peer("mosec", "--processes", "2")
if absent(two_workers):
    print(absent(two_workers))
else:
    killed["mosec"] = run_and_kill(two_workers)

# %% [markdown]
# The other worker takes over, and mosec starts a new one in place of the one that died. It does so
# as long as one of a stage lives. Where the last one dies, the server takes it for a mistake in
# your code and ends: then whatever runs mosec has to start it again, Kubernetes for example.

# %% [markdown]
# ### Ray Serve: more than one machine
#
# [Ray](https://docs.ray.io/en/latest/serve/index.html) runs Python processes on a *cluster*,
# anything from a laptop to thousands of machines, and Ray Serve puts an application on it. You
# write a class and say how many *replicas* of it there shall be. Where they run, which of them gets
# a request, and what replaces one that dies is Ray's affair.

# %%
peers.show("ray_app.py")

# %% [markdown]
# The next cell runs it with two replicas, where Ray is installed (`pip install "ray[serve]"`), and
# kills one of them. It takes about half a minute, most of it for starting.

# %% tags=["nbval-ignore-output"]
two_replicas = peer("Ray Serve", "--replicas", "2")
if absent(two_replicas):
    print(absent(two_replicas))
else:
    killed["Ray Serve"] = run_and_kill(two_replicas)

# %% [markdown]
# Ray replaces a replica that has died as well. On a small machine that takes longer than we
# watched, so the count may still be lower by one.
#
# Look at the ports, too. Ray's processes talk to each other over the network, as they would
# between machines. Its documentation asks you to run a cluster in a network that you trust: whoever
# reaches those ports can run code on it ([Security](https://docs.ray.io/en/latest/ray-security/)).

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="due at (s)", title="What follows when a process with the model is killed",
    size=(7.6, 1.6 + 0.4 * len(killed)),
)  # fmt: skip
guess = killed["ours"].copy()
guess["lost"] = guess.after & (guess[::-1].after.cumsum()[::-1] > (1 - my_lost) * len(after))
for place, (name, one) in enumerate({figures.GUESS: guess, **killed}.items()):
    good, bad = one[~one.lost], one[one.lost]
    dim = {"alpha": 0.4} if name == figures.GUESS else {}
    ax.plot(good.intended_s, [place] * len(good), "|", color=figures.BLUE, **dim)
    ax.plot(bad.intended_s, [place] * len(bad), "x", color=figures.ORANGE, **dim)
ax.set_yticks(range(len(killed) + 1), [figures.GUESS, *killed])
ax.set_ylim(len(killed) + 0.5, -0.5)
ax.axvline(1.0, color=figures.GREY, linewidth=1)
ax.grid(axis="y", visible=False)
told = [
    f"{name} lost {one.query('after').lost.sum()} of {one.after.sum()}"
    for name, one in killed.items()
]
figures.show(
    fig,
    caption="Of the requests due after the kill, at the grey line, " + ", ".join(told) + "."
    " A blue stroke is a request that was answered, an orange cross one that was lost.",
    alt="One row of marks per server along three seconds, and one for your guess. After the kill"
    " at one second the row of the course's service consists of crosses.",
)

# %% [markdown]
# **Why.** Two processes that hold the model, and somebody who watches them. Neither is specific to
# machine learning, and neither needs a large system: two copies of the course's service behind a
# proxy, started by a supervisor, would do the same. What you get from mosec or Ray Serve is that
# somebody else has thought of the cases.

# %% [markdown]
# ## What they add, what they cost
#
# From the documentation of each (mosec, and Ray Serve on autoscaling, fault tolerance and in-place
# updates; see below), and from the experiments above:
#
# | | the course's service | mosec | Ray Serve |
# |---|---|---|---|
# | processes with the model | one | many, in one or several stages | many, on many machines |
# | more of them under load | no | leave it to Kubernetes | by requests under way per replica |
# | one of several dies | there are not several | a new one starts | a new one starts |
# | too many requests | 503 | 429 | 503, once you set `max_queued_requests` |
# | a new version | restart | leave it to Kubernetes | replaced in place, by `serve deploy` |
# | metrics for Prometheus | `/metrics` | `/metrics` | from each machine of the cluster |
#
# And the price, from the record: each column in multiples of the course's service, by JSON.

# %%
price = by_json[["CPU ms", "processes", "memory (MB)", "start (s)"]]
(price / price.loc["ours"]).round(1)

# %% [markdown]
# LitServe and BentoML stand in the record as well, and their applications
# [beside the others](../../labkit/riverton/peers/README.md). What they offer beside batching:
# LitServe the steps of a prediction as methods, on top of FastAPI; BentoML typed input, packaging
# for deployment, and a dispatcher that fits its window to the traffic.

# %% [markdown]
# ## What you measured

# %% tags=["nbval-ignore-output"]
found = [
    ("here", "around the model, alone: JSON (ms)", f"{once:.2f}"),
    ("here", "the same on a busy server", f"{times_less:.0f} times less"),
    ("here", "lost after a kill: ours", f"{after.lost.mean():.0%}"),
]
for name, one in killed.items():
    if name != "ours":
        found += [("here", f"lost after a kill: {name}", f"{one.query('after').lost.mean():.0%}")]
found += [
    (record["date"], f"share of the model's limit, JSON: {name}", f"{value:.0%}")
    for name, value in by_json.share.items()
]
pd.DataFrame(found, columns=["where", "what", "measured"]).set_index("where")

# %% [markdown]
# **At work.** Do not run the course's service for customers: it is made to be read. Ask four
# questions, in this order.
#
# 1. *What does a row of your model cost?* Far above a millisecond, any of these will do, and you
#    choose by the rest.
# 2. *Does it fit on one machine?* Then mosec behind your usual supervisor is little to run and
#    little to learn.
# 3. *Does it not, or does the load come and go?* Then you want replicas on several machines and
#    somebody who counts them: Ray Serve, or Kubernetes with one of the others inside.
# 4. *Who sends the requests?* Where it is your own program, a binary body saves the parsing, at
#    least with the servers whose time goes there.
#
# And measure with your model, on your machines, each label compared: the benchmark is one
# file around a load generator that you know by now.
#
# ## Going further
#
# - mosec's [documentation](https://mosecorg.github.io/mosec/): stages, several routes, metrics.
# - Ray Serve on [autoscaling](https://docs.ray.io/en/latest/serve/autoscaling-guide.html), on
#   [fault tolerance](https://docs.ray.io/en/latest/serve/production-guide/fault-tolerance.html), on
#   [batching](https://docs.ray.io/en/latest/serve/advanced-guides/dyn-req-batch.html) and on
#   [performance](https://docs.ray.io/en/latest/serve/advanced-guides/performance.html).
# - BentoML on
#   [adaptive batching](https://docs.bentoml.com/en/latest/get-started/adaptive-batching.html) and
#   LitServe on [batching](https://lightning.ai/docs/litserve/features/batching).
# - NVIDIA's Triton Inference Server: the same ideas for many models on one GPU.
