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
from matplotlib.ticker import LogLocator

from labkit.lesson import figures, finding
from labkit.riverton import peers
from labkit.riverton.calibration import calibrate
from labkit.riverton.load import run_closed, run_load, uniform_schedule
from labkit.riverton.peers import benchmark
from labkit.riverton.peers.servers import Running, absent, peer
from labkit.riverton.server import ScoringServer

# %% [markdown]
# ## Where the time goes
#
# A request is read, parsed, put into a batch, scored and answered. Only the scoring is what you
# wanted. The rest is what a server is. In this lesson *ours* is the course's own service.
#
# **The question.** How much of the time from one answer to the next is the model not scoring? With
# one client, and with 64?
#
# *Calibrate* first: how fast is your machine, and is it calm enough to be measured on?

# %% tags=["nbval-ignore-output"]
server = ScoringServer("mlp").start()
machine = calibrate(server)
print(machine)
calm = machine.can_measure

# %% [markdown]
# **Your guess.** 64 clients ask again as soon as they are answered. For what share of the time does
# the model not score?

# %%
my_share = 0.5  # of the time with 64 clients, edit me

# %% [markdown]
# **Measure.** The time from one answer to the next is one divided by the rate. The server tells how
# long a batch was in the scorer; divided by the batch, that is one answer's part of it. It is time
# on the clock: where the model waits for Python or for a processor, that is in it. What is left is
# time in which no batch is in the scorer.


# %%
def per_answer(clients):
    """Return the time from one answer to the next, and the model's part (ms)."""
    result = run_closed(server, clients, seconds=0.4)
    frame = result.frame[result.frame.status == 200]
    return 1e3 / max(result.throughput, 1), (frame.model_ms / frame.batch).mean()


rounds = [(n, c, *per_answer(c)) for n in range(5) for c in (1, 64)]
# %% tags=["nbval-ignore-output"]
server.stop()
times = pd.DataFrame(rounds, columns=["round", "clients", "whole", "scoring"])
times["not scoring"] = (times.whole - times.scoring).clip(lower=0)
times["share not scoring"] = times["not scoring"] / times.whole
per = times.groupby("clients").median().drop(columns="round")
per.round(3)

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="share of the time from one answer to the next",
    title="A busy server hides most of the work around the model",
    size=(7.6, 2.5),
)
idle = per["share not scoring"]
names = [f"{c} client{'s' * (c > 1)}" for c in idle.index]
ax.barh(names, idle, height=0.5, color=figures.ORANGE, label="model not scoring")
ax.barh(names, 1 - idle, left=idle, height=0.5, color=figures.BLUE, label="scoring")
ax.set_xlim(0, 1)
ax.invert_yaxis()
ax.grid(axis="y", visible=False)
look = {"color": figures.GUESS_COLOUR, "linestyle": (0, (5, 3))}
ax.plot([my_share] * 2, [0.7, 1.3], label=figures.GUESS, **look)
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.35), ncols=3, frameon=False)
alone, busy = per["not scoring"]
figures.show(
    fig,
    caption=f"With one client the model does not score for {idle[1]:.0%} of the time,"
    f" {alone:.2f} ms for each answer; with 64 for {idle[64]:.0%}, {busy:.3f} ms for each.",
    alt="Two horizontal bars of full length, for one client and for 64, each split into the time"
    " in which the model scores and the time in which it does not, with your guess marked.",
)

# %% [markdown]
# The finding divides the time not scoring, for each answer, with one client by that with 64, round
# by round, and takes the median.

# %%
around = times.pivot(index="round", columns="clients", values="not scoring")
times_less = (around[1] / around[64].clip(lower=1e-3)).median()
finding(
    "with 64 clients the model waits less for each answer than with one",
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
# So the work around the model has not become less by that much: most of it is hidden, and some of
# it makes the scoring itself slower than it is alone. That is why ours, below, does not reach the
# model's limit. And nobody is answered sooner. With 64 requests under way each waits, by Little's
# law, 64 times as long as it is from one answer to the next.

# %% [markdown]
# ## Five servers, one model
#
# **The question.** How much of what the model alone can do is left when a server stands before it?
#
# Five servers were measured in one run: ours, **mosec**, **LitServe**, **BentoML** and **Ray
# Serve**. All run the same network on one thread, in batches of at most 32. All share the same two
# processors with the same load generator, and take turns in several rounds. Before one is measured
# it answers every held-out row, and every label is compared with the scorer's own.
#
# This is a record, not your machine. It is drawn from
# [a file](../../labkit/riverton/peers/results.json) that the benchmark wrote.
# [Its page](../../labkit/riverton/peers/README.md) says how each server was set up and how to
# repeat it.

# %%
record = benchmark.load_results()
about, count = record["machine"], record["rounds"]
print(f"Recorded on {record['date']} with Python {about['python']} on {about['system']}:")
print(f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB.")
print(f"Two busy programs got {record['free_share']:.0%} of two processors.")
print(f"Every server had its turn {count} time{'s' * (count > 1)}.")
print(", ".join(f"{name} {version}" for name, version in record["versions"].items()))
print(f"The model alone scores {record['limit_per_s']:,.0f} rows per second in batches of 32.")

# %% [markdown]
# **Your guess.** What share of the model's limit does Ray Serve reach, asked in JSON?

# %%
my_share = 0.8  # of what the model alone does, edit me

# %% [markdown]
# **Measured**, in medians over the rounds. *JSON* is text, to be parsed into 64 numbers; *binary*
# is the 64 numbers as they lie in memory. `served` is per second with 64 or 128 clients, whichever
# suits the server better. `share` is that of the model's limit, `least` and `most` the same in the
# worst and the best round. `CPU ms` is the processor time of one answer: all processes of the
# server, the model among it, the load generator not. `errors` are requests that were refused
# or not answered, in all runs, those at given rates among them.

# %%
measured = benchmark.table(record)
columns = ["served", "share", "least", "most", "errors", "CPU ms"]
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
for place, one in enumerate(measured.itertuples()):
    ax.plot([one.least, one.most], [place] * 2, color=figures.BLACK, linewidth=1.5)
    ax.text(one.most, place, f" {one.share:.0%}", va="center", fontsize=9)
ax.invert_yaxis()
ax.set_xlim(0, 1.08)
ax.grid(axis="y", visible=False)
place = names.index("Ray Serve, JSON")
ax.plot([my_share] * 2, [place - 0.45, place + 0.45], **look)
ax.text(my_share + 0.01, place, figures.GUESS, va="center", color=figures.GUESS_COLOUR, fontsize=9)
by_json = measured.xs("JSON", level="route")
first, last = by_json.share.idxmax(), by_json.share.idxmin()
figures.show(
    fig,
    caption=f"Asked in JSON the servers reached {by_json.share[last]:.0%} ({last}) to"
    f" {by_json.share[first]:.0%} ({first}) of the model's limit. Your guess for Ray Serve was"
    f" {my_share:.0%}; it reached {by_json.share['Ray Serve']:.0%}. Dark: JSON, light: binary;"
    " the black lines span the rounds.",
    alt="Horizontal bars of the share of the model's limit that each server reached, by route.",
)

# %% [markdown]
# Do not rank two servers whose black lines overlap: another run may turn them round.
#
# What makes the difference? The format of the body, or the server?

# %%
by_route = measured.share.unstack()
ratio = (by_route.binary / by_route.JSON).dropna()
print("Binary against JSON:", ", ".join(f"{n} {v:.2f} times" for n, v in ratio.items()))
print(f"{first} against {last}, both JSON: {by_json.share[first] / by_json.share[last]:.1f} times")

# %% [markdown]
# Both lines are about one row of 64 numbers. What a server does for a request in Python counts, be
# the body text or not: reading HTTP, finding the handler, checking the input, making objects. So
# does how often a request passes from one process to another. Read the servers by that:
#
# | | HTTP and routing | the row is checked by | between processes |
# |---|---|---|---|
# | ours | a short parser in Python | a few lines | never; one process |
# | mosec | Rust | a few lines | to a worker, a batch at a time |
# | LitServe | uvicorn and FastAPI | a few lines | to a worker, by a queue |
# | BentoML | uvicorn and Starlette | pydantic, by type | with one worker, never |
# | Ray Serve | a proxy (HAProxy), then uvicorn | a few lines | from the proxy to a replica |
#
# A share says what a server can do at most. Few run a server there. The next figure is the other
# half: the tail of the latency at rates below that, sent as by customers who know nothing of each
# other. It is p95, because a run holds only so many requests.

# %%
latency = pd.DataFrame(record["latency"])
latency = latency[latency.route == "JSON"]
p95 = latency.groupby(["server", "rate"], sort=False).p95_ms.median().unstack(0)
p95 = p95.apply(lambda one: one.where(one.index <= by_json.served[one.name]))
fewest = latency.groupby(["server", "rate"]).requests.sum().min()
fig, ax = figures.new(
    xlabel="requests per second", ylabel="p95 (ms)",
    title="The tail of the latency, in JSON, at rates below what each served",
)  # fmt: skip
for name in dict.fromkeys(measured.index.get_level_values("server")):
    ax.plot(p95[name].dropna(), marker="o", markersize=4, label=name)
ax.set(xscale="log", yscale="log")
for axis in (ax.xaxis, ax.yaxis):
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")
figures.label_lines(ax)
low = record["rates"][0]
figures.show(
    fig,
    caption=f"At {low:g} requests per second p95 lies between {p95.loc[low].min():.1f} ms"
    f" ({p95.loc[low].idxmin()}) and {p95.loc[low].max():.1f} ms ({p95.loc[low].idxmax()})."
    f" Each point rests on {fewest:,} requests or more. A line ends at the highest rate asked that"
    " is below what its server served.",
    alt="p95 latency against the rate on two logarithmic axes, one line per server. The lines of"
    " the slower servers end early.",
)

# %% [markdown]
# Here is the median beside the tail, in ms, at the two rates that all of them were asked at.

# %%
low, middle = record["rates"][:2]
columns = [f"{p} at {rate:g}" for rate in (low, middle) for p in ("p50", "p95")]
measured.xs("JSON", level="route")[columns].round(1)

# %% [markdown]
# mosec and LitServe hold a batch that is not full until a window of a millisecond has passed: at
# low load that is part of their median, as you saw in [Batching](03_batching.ipynb). The rest is
# elsewhere, the way from process to process among it.
#
# **Where it stops being true.** This model is small: a row costs a fraction of a millisecond. For
# bodies of this size and batches as full, what a server adds is about the same for another model.
# So compute how much of the processor time a server would take if a row cost more.

# %%
own_ms = 1e3 / record["limit_per_s"]  # a row of this model
added_ms = (by_json["CPU ms"] - own_ms).clip(lower=0)
row_ms = np.array([own_ms, 1, 10, 100])
share = pd.DataFrame({f"{ms:.3g} ms": added_ms / (added_ms + ms) for ms in row_ms}).rename_axis(
    columns="a row of the model costs"
)
(100 * share).round(1).rename_axis("server's part (%)")

# %% [markdown]
# For a model whose row takes a tenth of a second the choice of a server is not a matter of speed.
# For a small one it decides how many machines you rent. So ask first what your own row costs.
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
#
# Ours has one such process, and nobody starts it again: it loses all. mosec can have several.
#
# **Your guess.** mosec with two workers, one of them killed: how many of 100 requests that
# follow are lost?

# %%
my_lost = 50  # of 100 requests after the kill, edit me

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


killed, OURS = {}, "ours (1 process)"
with Running(peer("ours")) as running:
    killed[OURS] = kill_one(running)

# %%
after = killed[OURS].query("after")
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
# several *stages*, each with workers of its own: one to decode images, one to score. This is what
# was measured above; the rest of its file is
# `server.append_worker(Scorer, num=1, max_batch_size=32, max_wait_time=1)` and `server.run()`.

# %%
peers.show("mosec_app.py", "Scorer")

# %% [markdown]
# Three of its defaults you should know: it listens at all addresses of the machine (here it is
# told `127.0.0.1`), it gives a request up after three seconds, and it holds as many workers as
# you say, whatever the load.
#
# The next cell runs it with two workers, where mosec is installed (`pip install mosec`, Linux and
# macOS), and kills one of them. The last line counts requests due after the kill; one that was
# with the killed worker at that moment is lost as well, and is told on its own.


# %% tags=["nbval-ignore-output"]
def run_and_kill(server):
    """Run `server`, say what it consists of, kill a process."""
    with Running(server) as running:
        before, (near, far) = running.usage(), running.ports()
        found = kill_one(running)
        left = running.usage().processes
    print(f"{server.name}: first answer after {running.start_s:.1f} s.")
    print(f"Ports: {near} for this machine, {far} open to others. {before.memory_mb:,.0f} MB.")
    print(f"Processes: {before.processes} before the kill, {left} two seconds after the load.")
    lost = found[found.lost]
    print(f"Lost before the kill: {(~lost.after).sum()}.")
    print(f"Lost after it: {lost.after.sum()} of {found.after.sum()}.")
    return found


two_workers = peer("mosec", "--processes", "2")
if absent(two_workers):
    print(absent(two_workers))
else:
    killed["mosec (2 workers)"] = run_and_kill(two_workers)

# %% [markdown]
# The other worker takes over, and mosec starts a new one in place of the one that died. It does so
# as long as one of a stage lives. With one worker mosec ends when that dies, as ours does: it takes
# it for a mistake in your code. Then whatever runs mosec has to start it again, Kubernetes for
# example.

# %% [markdown]
# ### Ray Serve: more than one machine
#
# [Ray](https://docs.ray.io/en/latest/serve/index.html) runs Python processes on a *cluster*,
# anything from a laptop to thousands of machines, and Ray Serve puts an application on it. You
# write a class and say how many *replicas* of it there shall be. Where they run, which of them gets
# a request, and what replaces one that dies is Ray's affair.

# %%
peers.show("ray_app.py", "Scorer")

# %% [markdown]
# Before you run it: Ray's processes talk to each other over the network, as they would between
# machines, and open ports for that, whatever address HTTP is bound to. Whoever reaches those ports
# can run code on the cluster. Its documentation asks for a network that you trust
# ([Security](https://docs.ray.io/en/latest/ray-security/)). From version 2.52 on
# `RAY_AUTH_MODE=token` refuses whoever asks the cluster to run something without a token that it
# knows. We run it so, with a token made for this one run, and with HTTP on this machine alone.
#
# The next cell runs it with two replicas, where Ray is installed (`pip install "ray[serve]"`), and
# kills one of them. It takes about half a minute, most of it for starting.

# %% tags=["nbval-ignore-output"]
two_replicas = peer("Ray Serve", "--replicas", "2")
if absent(two_replicas):
    print(absent(two_replicas))
else:
    killed["Ray Serve (2 replicas)"] = run_and_kill(two_replicas)

# %% [markdown]
# Ray replaces a replica that has died as well. On a small machine that takes longer than we
# watched, so the count may still be lower by one.
#
# One process is not replaced. The cluster has a head, which keeps what all others need to know
# (Ray calls it the GCS). By default it is not fault tolerant: where it dies the cluster goes with
# it, unless its state is kept in a Redis outside and something starts it again, KubeRay for
# example.

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    xlabel="due at (s)", title="What follows when a process with the model is killed",
    size=(7.6, 1.6 + 0.4 * len(killed)),
)  # fmt: skip
guess = killed[OURS].copy()
guess["lost"] = guess.after & (guess.after.cumsum() <= my_lost / 100 * guess.after.sum())
for place, (name, one) in enumerate({figures.GUESS: guess, **killed}.items()):
    good, bad = one[~one.lost], one[one.lost]
    dim = {"alpha": 0.4} if name == figures.GUESS else {}
    ax.plot(good.intended_s, [place] * len(good), "|", color=figures.BLUE, **dim)
    ax.plot(bad.intended_s, [place] * len(bad), "x", color=figures.ORANGE, **dim)
ax.set_yticks(range(len(killed) + 1), [f"{figures.GUESS} for mosec", *killed])
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
    " at one second the row of our one process consists of crosses.",
)

# %% [markdown]
# **Why.** Two processes that hold the model, and somebody who watches them. Neither is specific to
# machine learning, and neither needs a large system: two copies of ours behind a proxy, started by
# a supervisor, would do the same. Ours has one process, mosec and Ray Serve have two here: that,
# more than the server, is the difference. What you get from mosec or Ray Serve is that somebody
# else has thought of the cases.

# %% [markdown]
# ## What they add, what they cost
#
# From the documentation of each (mosec, and Ray Serve on autoscaling, fault tolerance and in-place
# updates; see below), and from the experiments above:
#
# | | ours | mosec | Ray Serve |
# |---|---|---|---|
# | processes with the model | one | many, in one or several stages | many, on many machines |
# | more of them under load | no | leave it to Kubernetes | by requests under way per replica |
# | one of several dies | there are not several | a new one starts | a new one starts |
# | the last one dies | the server ends | the server ends | a new one starts |
# | too many requests | 503 | 429; 408 after 3 s | 503, once you set `max_queued_requests` |
# | a new version | restart | leave it to Kubernetes | replaced in place, by `serve deploy` |
# | the head dies | no head | no head | the cluster ends, unless Redis keeps its state |
# | metrics for Prometheus | `/metrics` | `/metrics` | from each machine of the cluster |
#
# Two more stand in the record. Take **LitServe** where your team knows FastAPI and wants the steps
# of a prediction as methods; by default it ends the whole server when a worker dies
# (`restart_workers=True` changes that). Take **BentoML** where a model is to be packaged with its
# input types and deployed, and its dispatcher may fit the window to the traffic.
#
# ## What you measured
#
# On your machine: how much of the time the model waits, alone and busy, and what a kill costs with
# one process and with two. From the record: what share of the model's speed each server leaves.
#
# **At work.** Do not run ours for customers: it is made to be read. Ask three questions, in this
# order.
#
# 1. *What does a row of your model cost?* At tens of milliseconds any of these will do, and you
#    choose by the rest.
# 2. *Does it fit on one machine?* Then mosec behind your usual supervisor is little to run and
#    little to learn.
# 3. *Does it not, or does the load come and go?* Then you want replicas on several machines and
#    somebody who counts them: Ray Serve, or Kubernetes with one of the others inside.
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
# - NVIDIA's Triton Inference Server: the same ideas for many models at once, on GPUs (one or
#   several) and CPUs.
