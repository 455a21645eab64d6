# %% [markdown]
# # Dataflow and streams
#
# A consumer dies in the middle of its work. Whether money is lost, paid twice or neither was
# decided long before, by the order of two lines of code.
#
# **You will be able to** choose between a database, a service and a transport for data that has to
# reach another process; write a consumer that survives its own death; count events by the time at
# which they happened, though they come late; say what waiting for them costs.
#
# **Time** 40 minutes. **Before this** [Data sources](01_data_sources.ipynb) (who produces, how far
# to trust) and [Data models and engines](03_data_models_and_engines.ipynb) (transactions).
#
# One claim of the course's [ledger](../LEDGER.md) is touched:
#
# - **D1**: who knows where data comes from uses it better.
#
# Riverton and its network are made up. The databases, the server, the processes and their deaths
# are real, and happen while you run the cells.

# %%
import sqlite3
import tempfile
import time
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd

from labkit.lesson import claim, figures, finding, show_source
from labkit.riverton.applications import make_applications
from labkit.streams import consumer, jetstream, windows
from labkit.streams.append_log import AppendLog
from labkit.streams.bank import Bank
from labkit.streams.consumer import BATCH, KILLED, WAYS, Consumer
from labkit.streams.desk import Desk

SEED = 7  # change it: every claim below should still hold
folder = tempfile.TemporaryDirectory()
here = Path(folder.name)


def friday(n, first_hour, hours):
    """When a Friday's applications were sent, s; n of them in four weeks."""
    rng = np.random.default_rng([SEED, n])
    sent = make_applications(n, rng)["submitted_at"].to_numpy()
    start = np.datetime64("2026-03-06") + np.timedelta64(first_hour, "h")
    second = (sent - start) / np.timedelta64(1, "s")
    return second[(second >= 0) & (second < hours * 3_600)]


# %% [markdown]
# ## Three ways from one process to another
#
# Each application goes through four states: *submitted*, *scored*, *confirmed* by the customer,
# *paid out*. The fraud desk, another process, wants to hear of every change. Data can flow to it in
# three ways:
#
# - through a **database**: we keep each application's state in a table, and the desk asks from time
#   to time what has changed (*polling*);
# - through a **service**: we call the desk at each change (an HTTP request, and we wait for the
#   answer);
# - through a **transport**: we append each change to a log that stays, and the desk reads on from
#   where it was.
#
# **The question.** The desk is down for a quarter of an hour. What will it never hear of, in each
# of the three ways?

# %%
HOUR, DOWN = 3_600, (1_200, 2_100)  # seconds; the desk is down in between
rng = np.random.default_rng([SEED, 1])
changes = []  # (second, application, state)
for number, second in enumerate(friday(28_000, 18, 1)):
    pause = [0, rng.lognormal(-1, 0.5), rng.exponential(20), rng.exponential(60)]
    states = ["submitted", "scored", "confirmed", "paid out"]
    changes += zip(second + np.cumsum(pause), [number] * 4, states, strict=True)
changes = sorted((round(at, 3), *rest) for at, *rest in changes if at < HOUR)
in_outage = sum(DOWN[0] <= at < DOWN[1] for at, _, _ in changes)
print(f"{len(changes)} changes in the hour, {in_outage} of them while the desk is down")

# %% [markdown]
# **Your guess.** The desk asks the database every ten seconds. What share of all changes does it
# never hear of?

# %%
my_guess = 5  # % of the changes, edit me

# %% [markdown]
# **Measure.** The hour is played in a moment: its clock jumps from one thing that happens to the
# next. So a delay below is in seconds of that hour, and does not depend on your machine.


# %%
def timeline(every):
    """All that happens, in order: (second, what, change); asks every so many s."""
    told = [(change[0], "change", change) for change in changes]
    asks = [(at, "ask", None) for at in range(every, HOUR + 1, every)]
    up = [ask for ask in asks if not DOWN[0] <= ask[0] < DOWN[1]]
    turns = [(DOWN[0], "stop", None), (DOWN[1], "start", None)]
    return sorted([*told, *turns, *up], key=itemgetter(0))


# %% [markdown]
# *Through a database.* The table holds one row for each application. The desk asks for what changed
# since the latest change that it knows.


# %%
def through_database(every):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE application (id INTEGER PRIMARY KEY, state, changed)")
    query = """SELECT changed, id, state FROM application
               WHERE changed > ? ORDER BY changed"""
    heard, empty, since = [], 0, -1
    for now, what, change in timeline(every):
        if what == "change":
            at, number, state = change
            db.execute("REPLACE INTO application VALUES (?, ?, ?)", (number, state, at))
        elif what == "ask":
            rows = db.execute(query, (since,)).fetchall()
            heard += [(now, *row) for row in rows]
            empty += not rows
            since = rows[-1][0] if rows else since
    db.close()
    return heard, empty


# %% [markdown]
# *Through a service.* `Desk()` starts a web server, a process of its own. It is really killed and
# started again, and we do what many do: note that the call failed, and go on.

# %%
call_ms = []


def through_service():
    desk, clock, failed = Desk(), {}, 0
    for now, what, change in timeline(HOUR):
        if what == "stop":
            desk.stop()
        elif what == "start":
            desk.start()
        elif what == "change":
            start = time.perf_counter()
            try:
                desk.call(change)
                call_ms.append(1e3 * (time.perf_counter() - start))
                clock[tuple(change)] = now
            except OSError:  # nobody listens
                failed += 1
    heard = [(clock[tuple(change)], *change) for change in desk.heard()]
    desk.stop()
    return heard, failed


# %% [markdown]
# *Through a transport.* An **append log**: each event gets a number, its **offset**, and stays. A
# reader asks for what comes from an offset on. Under the name of its **group** it *commits* the
# offset at which it will go on. This one is a SQLite file; Kafka and NATS JetStream are servers
# that do the same.

# %%
show_source(AppendLog.append, AppendLog.read, AppendLog.commit, AppendLog.committed)


# %%
def through_transport(every, file):
    log, heard, empty = AppendLog(here / file), [], 0
    for now, what, change in timeline(every):
        if what == "change":
            log.append([change])
        elif what == "ask":
            events = log.read(log.committed("desk"), limit=10_000)
            heard += [(now, *change) for _, change in events]
            empty += not events
            if events:
                log.commit("desk", events[-1][0] + 1)
    log.close()
    return heard, empty


# %%
EVERY = 10  # seconds
by_database, asked_in_vain = through_database(EVERY)
by_service, failed = through_service()
by_transport, read_in_vain = through_transport(EVERY, "hour.db")
heard = {"database": by_database, "service": by_service, "transport": by_transport}
delay = {way: np.median([r[0] - r[1] for r in rows]) for way, rows in heard.items()}
three = pd.DataFrame({
    "changes heard of": {way: len(rows) for way, rows in heard.items()},
    "never": {way: len(changes) - len(rows) for way, rows in heard.items()},
    "failed calls": {"database": 0, "service": failed, "transport": 0},
    "asked in vain": {
        "database": asked_in_vain, "service": 0, "transport": read_in_vain,
    },
    "median delay (s)": delay,
})  # fmt: skip
three.round(1)

# %% tags=["nbval-ignore-output"]
print(f"A call: no time on the hour's clock, {np.median(call_ms):.2f} ms on yours")

# %%
fig, ax = figures.new(
    title="Calls are lost while nobody listens; a log waits",
    xlabel="minute of the hour",
    ylabel="changes",
)
ax.axvspan(DOWN[0] / 60, DOWN[1] / 60, color=figures.GREY, alpha=0.15, lw=0)
ax.text(DOWN[0] / 60 + 0.3, 0.93 * len(changes), "the desk is down", fontsize=9)
minutes = [at / 60 for at, _, _ in changes]
ax.plot(minutes, range(1, len(changes) + 1), color=figures.BLACK, lw=1, label="made")
for way, rows in heard.items():
    when = [now / 60 for now, *_ in rows]
    ax.step([0, *when], range(len(rows) + 1), where="post", label=way)
guessed, colour = (1 - my_guess / 100) * len(changes), figures.GUESS_COLOUR
ax.plot(60, guessed, "D", color=colour, clip_on=False)
ax.annotate("your guess, database", (41, guessed), fontsize=9, color=colour)
ax.set(xlim=(0, 60), ylim=(0, None))
figures.label_lines(ax)
missed = 100 * (1 - len(by_database) / len(changes))
failed_share = 100 * failed / len(changes)
figures.show(
    fig,
    caption=f"The desk has never heard of {missed:.0f} % of the changes through the "
    f"database, of {failed_share:.0f} % through the service, and of none through the "
    "transport.",
    alt="Changes heard of against the minute of the hour. All lines stand still while "
    "the desk is down. The transport's then jumps to the line of all changes; the "
    "service's runs on below it; the database's is below from the beginning.",
)

# %%
finding(
    "through a database the desk never hears of what was overwritten between two asks",
    measured=missed / 100,
    at_least=0.1,
)
finding(
    "through a service it misses what is called while it is down, no more and no less",
    measured=len(changes) - len(by_service) - in_outage,
    equals=0,
)
finding(
    "through a transport it hears of every change, once, in order",
    measured=[tuple(change) for _, *change in by_transport] == changes,
    equals=True,
)

# %% [markdown]
# **Why.** A table of states forgets, by design. It says what *is*; a log says what *happened*. A
# call is an event that exists while somebody holds it: if nobody takes it, it is gone. You can keep
# what failed and try again; then you have begun to build a transport, inside the caller.
#
# Who asks has another choice to make: how often.

# %%
rows = {}
for every in [1, 10, 60, 300]:
    told, empty = through_database(every)
    logged, _ = through_transport(every, f"every_{every}.db")
    rows[every] = {
        "asked in vain": empty,
        "median delay (s)": np.median([now - at for now, at, *_ in logged]),
        "never heard, database": len(changes) - len(told),
        "never heard, transport": len(changes) - len(logged),
    }
asking = pd.DataFrame.from_dict(rows, orient="index").rename_axis("asked every (s)")
asking.round(1)

# %%
finding(
    "asking more often is mostly asking in vain: empty asks at 1 s over those at 10 s",
    measured=asking.loc[1, "asked in vain"] / asking.loc[10, "asked in vain"],
    at_least=8,
    unit="times",
)
finding(
    "asking seldom means hearing late: the median delay at 10 s over that at 1 s",
    measured=asking.loc[10, "median delay (s)"] / asking.loc[1, "median delay (s)"],
    at_least=4,
    unit="times",
)
finding(
    "the more seldom it is asked, the more a table hides",
    measured=asking["never heard, database"].diff().min(),
    above=0,
    unit="changes",
)
finding(
    "of a log nothing is missed, however seldom it is asked",
    measured=int(asking["never heard, transport"].sum()),
    equals=0,
    unit="changes",
)

# %% [markdown]
# A broker spares you the choice: the request for more stays open until something comes. The
# transport's median delay above is longer than the database's for a good reason: it includes what
# waited for the desk, of which the database told only the end.
#
# **Where it stops being true.** If the desk only wants to know how things stand, the table is right
# and the log is work: it would have to be read from its beginning. If the customer waits for the
# answer, call. And a log that nobody ever trims fills the disk.

# %% [markdown]
# ## The consumer dies
#
# Now the log holds applications to be *paid*: a consumer reads them and moves money. It takes a
# batch, pays, and commits the offset. Paying and committing are two things, in two files. Between
# them the process can die.
#
# **The question.** Which should come first?

# %%
show_source(consumer.commit_first, consumer.commit_after)

# %% [markdown]
# Each `yield` is a place at which the process can be killed, and the code below does it, with no
# chance to clean up. (On Linux and macOS by SIGKILL. What SQLite has committed survives this. It
# need not survive a power cut in the mode that is used here.)

# %%
show_source(consumer.consume, consumer.die)

# %% [markdown]
# **Your guess.** A batch is five payments. A consumer pays first and commits after; it dies after
# its third payment, and another one starts in its place. How many payments are made twice?

# %%
my_guess = 1  # edit me

# %% [markdown]
# **Measure.** One log of 20 applications. For each way of consuming, seven consumers, each a
# process of its own and a group of its own. Each dies in its second batch, at another place: after
# 0 steps of it, after 1, ... after all 6. Then each gets a successor that reads to the end.

# %%
due = list(range(1, 21))
log = AppendLog(here / "due.db")
log.append([{"application_id": i, "amount": 100.0 + i} for i in due])
log.close()
PLACES = range(BATCH + 2)


def kill_and_restart(way, log_at, bank_at):
    """One row for each place of death: what was lost, doubled, ignored."""
    groups = [f"{way}, {place}" for place in PLACES]
    first = []
    for place, group in enumerate(groups):
        steps = consumer.STEPS + place  # the first batch goes well
        first.append(Consumer(log_at, bank_at, group, way, die_after=steps))
    killed = [life.wait().status == KILLED for life in first]
    second = [Consumer(log_at, bank_at, group, way) for group in groups]
    ignored = [life.wait().ignored for life in second]
    rows = []
    for place, group in enumerate(groups):
        bank = Bank(bank_at, group)
        lost, doubled = consumer.lost_and_doubled(due, bank.payments())
        rows.append((way, place, killed[place], lost, doubled, ignored[place]))
        bank.close()
    return rows


columns = ["way", "steps done", "killed", "lost", "doubled", "ignored"]

# %%
two_ways = []
for way in ["commit first", "commit after"]:
    two_ways += kill_and_restart(way, here / "due.db", here / "bank.db")
crashes = pd.DataFrame(two_ways, columns=columns)
crashes.pivot(index="way", columns="steps done", values=["lost", "doubled"])

# %% [markdown]
# Neither order is right. **Commit first** is *at most once*: what was noted as done and was not
# done is lost. **Commit after** is *at least once*: what was done and not noted is done again. No
# order can be right, for two files cannot be written in one instant. There are two ways out.
#
# - Let it come twice, and make the second time change nothing: an **idempotent** write. Each
#   payment carries a key, the application's id, and the bank refuses a key that it has.
# - Keep the offset where the money is, and write both in **one transaction**.

# %%
show_source(Bank.pay, Bank.pay_once, consumer.by_key, consumer.one_transaction)

# %%
mended = []
for way in ["by key", "one transaction"]:
    mended += kill_and_restart(way, here / "due.db", here / "bank.db")
crashes = pd.concat([crashes, pd.DataFrame(mended, columns=columns)])
total = crashes.drop(columns="steps done").groupby("way", sort=False).sum()
total

# %% [markdown]
# (`killed` counts real deaths. `ignored` counts payments that came again and found their key.)

# %%
fig, ax = figures.new(
    title="One order loses, the other doubles; a key or a transaction mends both",
    xlabel="steps of the second batch that were done when the process was killed",
    ylabel="payments lost (down), doubled (up)",
)
at = crashes.set_index(["way", "steps done"])
first, after = at.loc["commit first"], at.loc["commit after"]
ax.bar(first.index, -first["lost"], 0.55, color=figures.ORANGE)
ax.bar(after.index, after["doubled"], 0.55, color=figures.BLUE)
marks = {"by key": ("o", figures.GREEN, 0.45), "one transaction": ("x", "black", -0.85)}
for way, (marker, colour, y) in marks.items():
    off = at.loc[way]["doubled"] - at.loc[way]["lost"]
    ax.plot(off.index, off, marker, color=colour, ms=6)
    ax.text(6.35, y, f"{way} ({marker})", color=colour)
ax.text(5.4, 4.4, "commit after", color=figures.BLUE)
ax.text(5.4, -4.4, "commit first", color=figures.ORANGE)
ax.set(xlim=(-0.5, 8.6), ylim=(-5.6, 5.6), xticks=list(PLACES))
ax.hlines(my_guess, 2.6, 3.4, color=figures.GUESS_COLOUR, ls=(0, (3, 2)))
ax.annotate("your guess, at 3", (2.6, my_guess), (0.1, 3.6), fontsize=9,
            color=figures.GUESS_COLOUR,
            arrowprops={"arrowstyle": "-", "color": figures.GUESS_COLOUR})  # fmt: skip
figures.show(
    fig,
    caption=f"Over {len(PLACES)} deaths, commit first loses "
    f"{total.lost['commit first']} payments and commit after makes "
    f"{total.doubled['commit after']} twice. Killed after three payments, commit after "
    f"doubles {after.doubled[3]}. By key and in one transaction nothing is lost or "
    "doubled.",
    alt="Bars for each place of death. Commit first loses most right after its commit, "
    "then less; commit after doubles more with each payment, and nothing once it has "
    "committed. The marks of the two other ways lie on zero everywhere.",
)

# %%
finding("every first consumer was killed, at each place in each way",
        measured=int(total.killed.sum()), equals=len(WAYS) * len(PLACES))  # fmt: skip
finding(
    "commit first loses up to a whole batch, and never doubles",
    measured=(int(first.lost.max()), int(first.doubled.sum())),
    equals=(BATCH, 0),
)
finding(
    "commit after doubles up to a whole batch, and never loses",
    measured=(int(after.doubled.max()), int(after.lost.sum())),
    equals=(BATCH, 0),
)
finding(
    "by key as many deliveries are ignored as are doubled without one",
    measured=int(total.ignored["by key"] - total.doubled["commit after"]),
    equals=0,
)
finding(
    "by key and in one transaction nothing is lost and nothing doubled",
    measured=int(total.loc[list(marks), ["lost", "doubled"]].to_numpy().sum()),
    equals=0,
)

# %% [markdown]
# **Why.** You cannot have every event *delivered* exactly once: after a death nobody knows whether
# the work before the commit was done. You can have its *effect* once. At least once, and a write
# that a second time changes nothing: that is meant when a product says exactly once, and
# **effectively once** is the better word. The transaction gets there too: a death in its middle
# leaves nothing of it, so that the batch and its offset are there together or not at all.
#
# **Where it stops being true.** A text message to a customer has no transaction with your offset.
# If its sender takes a key, use it; if not, choose what is worse, none or two. Keys have to be kept
# as long as an event can come again. And an event that kills whoever reads it is delivered for
# ever: count the tries, then put it aside ([dead letters](01_data_sources.ipynb)).

# %% [markdown]
# ## When did it happen?
#
# A small amount is granted in the app without the network. The phone reports the application when
# it can. So an event has two times: its **event time**, when the customer pressed the button, and
# its **arrival time**. You want the applications of each minute, as soon as possible.
#
# **The question.** How long must you wait until a minute's count is right? (**D1**)
#
# The network is made up. Most events take below a second. Some phones are underground, for a time
# with a *heavy tail*: mostly short, now and then very long. And one tunnel loses its antenna for
# ten minutes; what was sent there comes when it is back.

# %%
MINUTE, HOURS = 60, 4


def network_delay(sent, rng):
    """Seconds from pressing the button to arrival."""
    delay = rng.lognormal(-0.7, 0.8, len(sent))
    underground = rng.random(len(sent)) < 0.15
    delay[underground] += np.minimum(25 * rng.pareto(1.1, underground.sum()), 1_000)
    tunnel = (sent >= 4_000) & (sent < 4_600) & (rng.random(len(sent)) < 0.6)
    back = 4_600 + rng.exponential(8, tunnel.sum())
    delay[tunnel] = np.maximum(delay[tunnel], back - sent[tunnel])
    return delay


sent = friday(600_000, 17, HOURS)
arrived = sent + network_delay(sent, np.random.default_rng([SEED, 2]))
order = np.argsort(arrived)
sent, arrived = sent[order].tolist(), arrived[order].tolist()  # as they come
late = np.subtract(arrived, sent)
print(f"{len(sent):,} applications; {np.mean(late > 30):.1%} come more than 30 s late, "
      f"the last {late.max():,.0f} s late")  # fmt: skip

# %% [markdown]
# **The wrong way.** Count by the clock of whoever counts: the minute in which the event arrived.
# Every dashboard that takes the time of insertion does this.

# %%
truth = windows.batch(sent, MINUTE)  # every event at hand, by event time
by_arrival = windows.batch(arrived, MINUTE)
start = np.arange(0, HOURS * 3_600, MINUTE)
fig, ax = figures.new(
    title="Counted by arrival, a tunnel looks like a slump and then a rush",
    xlabel="minute of the evening",
    ylabel="applications per minute",
)
for counts, label in [(by_arrival, "by arrival"), (truth, "by event time")]:
    colour = figures.ORANGE if label == "by arrival" else figures.BLUE
    ax.plot(start / 60, [counts.get(s, 0) for s in start], color=colour, lw=1.3)
ax.set(xlim=(30, 130), ylim=(0, None))
peak = max(by_arrival, key=by_arrival.get)
ax.text(peak / 60 + 1.5, 0.9 * by_arrival[peak], "by arrival", color=figures.ORANGE)
ax.text(101, 55, "by event time", color=figures.BLUE)
figures.show(
    fig,
    caption=f"In its busiest minute {by_arrival[peak]} applications arrive. "
    f"{truth[peak]} were made in it. The rush is a tunnel whose antenna is back.",
    alt="Applications per minute. By event time the line is even. By arrival it falls "
    "for ten minutes and then shoots up in one.",
)

# %% tags=["claim-D1"]
claim(
    "D1",
    "who counts by arrival sees a rush: arrivals over applications of that minute",
    measured=by_arrival[peak] / truth[peak],
    at_least=2.5,
    unit="times",
)
claim(
    "D1",
    "by the phones' own time there is none: the largest minute over the mean one",
    measured=max(truth.values()) / (len(sent) / len(truth)),
    at_most=3,
    unit="times",
)

# %% [markdown]
# **The right way** asks when a minute is over. A **watermark** is a guess of the form "all events
# up to this time have come": here the latest event time seen, less a fixed *delay*. When it has
# passed the end of a minute (a *window*), the count of that minute is given out. What comes after
# that is too late. It is dropped, and *counted as dropped*.
#
# (`lateness` is explained further below; it is 0 for now.)

# %%
show_source(windows.WindowCounts.add, windows.WindowCounts._advance)

# %% [markdown]
# **Your guess.** The watermark stays 30 s behind. What share of the minutes is counted right, to
# the last application?

# %%
my_guess = 95  # % of the minutes, edit me

# %% [markdown]
# **Measure.** The events in order of arrival, and each result against the *batch* answer, which has
# every event at hand.


# %%
def right(results):
    return np.mean([results.get(start) == n for start, n in truth.items()])


rows = {}
for delay in [0, 30, 120, 600, 1_200]:
    counter = windows.WindowCounts(MINUTE, delay=delay)
    results = windows.final(windows.run(counter, sent))
    rows[delay] = {
        "minutes right": right(results),
        "events dropped": counter.dropped / len(sent),
        "counted + dropped": counter.counted + counter.dropped,
        "minutes held at once": counter.most_held,
    }
waiting = pd.DataFrame.from_dict(rows, orient="index").rename_axis("delay (s)")
waiting.round(4)

# %%
fig, ax = figures.new(
    title="Right counts are bought with waiting",
    xlabel="delay of the result (s)",
    ylabel="share (%)",
)
share = waiting["minutes right"]
for name in ["minutes right", "events dropped"]:
    ax.plot(waiting.index, 100 * waiting[name], "o-", ms=5, label=name)
ax.plot(30, my_guess, "D", color=figures.GUESS_COLOUR)
ax.annotate("your guess, at 30 s", (30, my_guess), (8, 0), textcoords="offset points",
            fontsize=9, va="center", color=figures.GUESS_COLOUR)  # fmt: skip
ax.set(xticks=waiting.index, ylim=(-3, 105))
ax.set_xticklabels([0, "", 120, 600, "1,200"])
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"Minutes right: {share[0]:.1%} with no delay, {share[30]:.1%} with 30 s, "
    f"{share[120]:.1%} with 120 s, {share[600]:.1%} with 600 s and {share[1_200]:.0%} "
    f"with 1,200 s. At 120 s {waiting['events dropped'][120]:.1%} of the events are "
    "dropped.",
    alt="The share of minutes counted right rises with the delay, steeply at first, to "
    "all of them. The share of events dropped falls from a few per cent to none.",
)

# %%
finding(
    "each longer delay gets more of the minutes right",
    measured=share.diff().min(),
    above=0,
)
finding(
    "at 120 s the share of minutes wrong is a multiple of that of events dropped",
    measured=(1 - share[120]) / waiting["events dropped"][120],
    at_least=4,
    unit="times",
)
finding(
    "with a delay above the longest in the network, the stream equals the batch",
    measured=share[1_200],
    equals=1,
)
finding(
    "counted + dropped = all, with every delay",
    measured=set(waiting["counted + dropped"]) == {len(sent)},
    equals=True,
)

# %% [markdown]
# **Why.** A minute is right when *all* its events have come, so one straggler among many spoils it.
# The stream equals the batch when the delay exceeds the latest arrival. In a network with a heavy
# tail nobody knows beforehand how late that is.
#
# ## Answer now, correct later
#
# There is another way than to wait: give the count at once, keep the window for some time, its
# **allowed lateness**, and give it again whenever an event still comes in.

# %%
rows = {}
settings = {"wait": (1_200, 0), "correct": (0, 1_200), "both": (30, 1_170)}
for name, (delay, lateness) in settings.items():
    counter = windows.WindowCounts(MINUTE, delay=delay, lateness=lateness)
    results = windows.run(counter, sent)
    first = {r.start: r.count for r in results if not r.correction}
    rows[f"{name} ({delay} + {lateness} s)"] = {
        "first answers right": f"{right(first):.1%}",
        "last answers right": f"{right(windows.final(results)):.1%}",
        "answers": len(results),
        "minutes held at once": counter.most_held,
    }
corrected = pd.DataFrame(rows).T.rename_axis("delay + lateness")
corrected

# %%
finding(
    "waiting and correcting end with the same counts, all right",
    measured=set(corrected["last answers right"]) == {"100.0%"},
    equals=True,
)
finding(
    "who corrects gives more answers than there are minutes",
    measured=corrected["answers"].iloc[1] / len(truth),
    at_least=1.5,
    unit="times",
)

# %% [markdown]
# Whoever reads the corrections must *replace* the count of a minute, not add to it: an idempotent
# write, with the minute as its key. If the answer sets off something that cannot be taken back, an
# alarm or a payment, wait; for a picture on a wall, correct.
#
# **Where it stops being true.** All of this believes the phones' clocks. One of them is a day fast.

# %%
middle = len(sent) // 2
fast = [*sent[:middle], sent[middle] + 86_400, *sent[middle + 1 :]]


def believed(times, arrivals, ahead=60):
    """Leave out what claims to come from more than `ahead` seconds in the future."""
    return [at for at, came in zip(times, arrivals, strict=True) if at <= came + ahead]


rows = {}
for name, times in [("believed", fast), ("put aside", believed(fast, arrived))]:
    counter = windows.WindowCounts(MINUTE, delay=1_200)
    results = windows.final(windows.run(counter, times))
    rows[name] = {
        "dropped": counter.dropped,
        "put aside": len(fast) - len(times),
        "minutes right": right(results),
    }
clocks = pd.DataFrame.from_dict(rows, orient="index").rename_axis("the fast clock is")
clocks.round(3)

# %% tags=["claim-D1"]
claim(
    "D1",
    "believed, one fast clock drops the rest of the evening: share of all events",
    measured=clocks.loc["believed", "dropped"] / len(fast),
    between=(0.4, 0.51),
)
claim(
    "D1",
    "who knows that phones set their own clocks puts one event aside, and drops none",
    measured=clocks.loc["put aside", "dropped"] + clocks.loc["put aside", "put aside"],
    equals=1,
)

# %% [markdown]
# The watermark never goes back, so one event from tomorrow closes every window until tomorrow. That
# half of the evening was dropped you know because the dropped were counted.

# %% [markdown]
# ## Appendix: a real broker
#
# The same consumer, the same deaths, on **NATS JetStream**: a server that keeps the log and each
# group's place in it. To commit is to *acknowledge* a batch; what is not acknowledged within a
# second is delivered once more. (One transaction is out: the offset is kept by the broker.)
#
# The cell runs where the program `nats-server` and the package `nats-py` are installed, and says in
# a sentence what is missing where they are not. [The recipe](../../labkit/streams/README.md) says
# how to install them, and what came out.

# %% tags=["nbval-ignore-output"]
on_broker = jetstream.missing() or "nothing was run"
if not jetstream.missing():
    with jetstream.running_server() as address:
        log = jetstream.JetStreamLog(address, "producer")
        log.append([{"application_id": i, "amount": 100.0 + i} for i in due])
        log.close()
        rows = []
        for way in ["commit first", "commit after", "by key"]:
            rows += kill_and_restart(way, address, here / "broker.db")
    on_broker = pd.DataFrame(rows, columns=columns).drop(columns="steps done")
    on_broker = on_broker.groupby("way", sort=False).sum()
    assert on_broker.equals(total.loc[on_broker.index]), "the broker's counts differ"
on_broker

# %% [markdown]
# ## What you measured

# %%
folder.cleanup()
pd.DataFrame(
    [
        ("", f"never heard of, database asked every {EVERY} s", f"{missed:.0f} %"),
        ("", "never heard of, service", f"{failed_share:.0f} %"),
        ("", "never heard of, transport", "0 %"),
        ("", "7 deaths, commit first: lost", f"{total.lost['commit first']}"),
        ("", "7 deaths, commit after: doubled", f"{total.doubled['commit after']}"),
        ("", "7 deaths, by key: lost or doubled",
         f"{total.lost['by key'] + total.doubled['by key']}"),
        ("D1", "a rush by arrival", f"{by_arrival[peak] / truth[peak]:.1f} times"),
        ("", "minutes right, 0 s / 120 s", f"{share[0]:.1%} / {share[120]:.1%}"),
        ("", "minutes right, 1,200 s", f"{share[1_200]:.0%}"),
        ("D1", "dropped for one fast clock", f"{clocks.dropped['believed']:,} events"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.**
#
# | you need | take | and look to |
# |---|---|---|
# | how things stand now | a database, polled | how often; what is overwritten in between |
# | an answer while somebody waits | a call | a time limit; what happens to what failed |
# | all that happened, though readers may be down | a transport | trimming; who is behind |
# | an effect once | at least once and a key; or one transaction | how long keys are kept |
# | counts that never change again | event time, watermark, a long delay | the tail of the delays |
# | counts at once | event time, corrections by key | how many answers, how many open windows |
#
# Keep three numbers of every stream in sight: how far each group is behind the end of the log, how
# many events were dropped as too late, and how many were delivered again.
#
# **How sure are these checks?** The deaths come at every place of a batch, not at random ones, and
# what they lose and double is counted: it is the same on every machine. Nothing that is asserted
# was measured by a clock. The seeds are fixed, and the bounds were held against other seeds as
# well.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/07_dataflow_and_streams.ipynb) has three tasks:
# a counter with a watermark, a consumer whose step may be repeated, and totals from a stream that
# delivers twice and corrects itself.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 3, "Data Engineering
#   Fundamentals": modes of dataflow; batch and stream processing.
# - Martin Kleppmann, *Designing Data-Intensive Applications*, O'Reilly 2017, chapter 11, "Stream
#   Processing".
# - Tyler Akidau and others, "The Dataflow Model", *Proceedings of the VLDB Endowment* 8(12), 2015:
#   watermarks, lateness, corrections.
# - Jay Kreps, Neha Narkhede and Jun Rao, "Kafka: a distributed messaging system for log
#   processing", *NetDB* 2011: the log with offsets that the consumers keep.
