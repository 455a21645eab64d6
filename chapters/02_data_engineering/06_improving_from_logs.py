# %% [markdown]
# # Improving from logs
#
# A log that nobody reads improves nothing. This one tells you what a change would save before you
# build it; then you build it, and see whether the log was right.
#
# **You will be able to** predict from a log what a cache will save; thin out a log so that the rare
# things stay and totals still come out right; take people's names out of a log without breaking its
# joins, and say what is left to find.
#
# **Time** 45 minutes. **Before this** [Reading logs](04_reading_logs.ipynb) and
# [Finding what broke](05_finding_what_broke.ipynb).

# %% [markdown]
# ## What a log is for
#
# One claim of the course's [ledger](../LEDGER.md) is tested:
#
# - **D5**: logs give visibility; their purpose is debugging and possibly improving the application.
#   *Limit*: volume. Most log lines are never read; sampling and retention lose some of what the
#   rest would have told.
#
# The first log is *live*: the course's own service runs on this machine and writes it while you
# watch. The second is *simulated*, because it has to be large and its truth known: three days of
# Riverton Pay, which is made up.

# %%
import hashlib
import hmac
import json
import re
import tempfile
from collections import OrderedDict

import numpy as np
import pandas as pd

from labkit.lesson import claim, figures, finding
from labkit.riverton.fleet import Fleet, capture
from labkit.riverton.log_simulator import simulate

SEED = 6  # change it: every claim below should still hold
KEEP = 0.01  # the share of the log that sampling keeps

# %% [markdown]
# ## What would a cache save?
#
# **The question.** Before it answers, the service asks a credit bureau about the customer. A
# **cache** keeps the bureau's last answers and asks again only for who is not among them. Can the
# log tell what that saves, before anybody writes it? (**D5**)
#
# Here is a service with two instances and a bureau, all real processes, and some seconds of real
# requests. Some customers come back often, many come once. Every answer leaves a line in a log.


# %% tags=["nbval-ignore-output"]
def read_requests(files, instance):
    """The request lines that instances of one kind wrote, in order of time."""
    lines = [json.loads(line) for file in files for line in file.open("rb")]
    log = pd.DataFrame(lines)
    mine = log["event"].eq("request") & log["instance"].str.startswith(instance)
    return log[mine].sort_values("ts", ignore_index=True)


def run_service(cache, seed):
    """Serve the same kind of load with so many places of cache; returns two logs."""
    with tempfile.TemporaryDirectory() as folder:
        with Fleet(folder, people=CUSTOMERS, bureau_cache=cache) as fleet:
            seen = capture(fleet, seconds=4, rate=150, seed=seed)
        return read_requests(seen.logs, "scorer"), read_requests(seen.logs, "bureau")


CUSTOMERS = 300
before, asked_before = run_service(cache=0, seed=SEED)
print(f"{len(before):,} requests logged by the service, {len(asked_before):,} by the bureau")
before[["ts", "instance", "user", "latency_ms", "downstream", "downstream_ms"]].head(4)

# %% [markdown]
# The log says where the time goes, and it says something that no single line says: who came again.

# %% tags=["nbval-ignore-output"]
asking = before["downstream_ms"].sum() / before["latency_ms"].sum()
again = before["user"].duplicated().mean()
print(f"waiting for the bureau: {asking:.0%} of all the time that requests took")
print(f"requests of somebody who had been there before: {again:.0%}")
print(f"so a cache can save at most {asking * again:.0%} of the time")

# %% [markdown]
# **Your guess.** Each instance gets a cache with 50 places. When it is full, the entry that was not
# used for longest makes room (*least recently used*, LRU). What share of the calls does it save?

# %%
PLACES = 50
my_guess = 60  # % of the calls saved, edit me

# %% [markdown]
# **Measure, in the log.** Replay the log through the cache that you have not built. The order of
# users is all that it needs.


# %%
def hit_rate(users, places):
    """The share of requests that an LRU cache of so many places answers."""
    kept, hits = OrderedDict(), 0
    for user in users:
        if user in kept:
            hits += 1
            kept.move_to_end(user)  # used last
        else:
            kept[user] = True
            if len(kept) > places:
                kept.popitem(last=False)  # used longest ago
    return hits / len(users)


def predicted(log, places):
    """Each instance has a cache of its own, and sees its own requests."""
    shares = log.groupby("instance")["user"].agg(lambda users: hit_rate(users, places))
    weights = log.groupby("instance").size()
    return np.average(shares, weights=weights)


# %% tags=["nbval-ignore-output"]
sizes = [1, 2, 5, 10, 20, 50, 100]
curve = pd.Series({places: predicted(before, places) for places in sizes})
print(f"predicted for {PLACES} places: {curve[PLACES]:.0%} of the calls saved")

# %% [markdown]
# **Measure, for real.** The cache is in the service; so far it had no places. Give it 50 and serve
# again: other requests, at other times, of the same customers. The calls are counted by the bureau,
# in its own log.

# %% tags=["nbval-ignore-output"]
after, asked_after = run_service(cache=PLACES, seed=SEED + 1)
saved = 1 - len(asked_after) / len(after)
asking_after = after["downstream_ms"].sum() / after["latency_ms"].sum()
fig, ax = figures.new(
    title="What the old log predicts, the new cache does",
    xlabel="places in the cache of each instance",
    ylabel="calls saved (%)",
)
ax.plot(curve.index, 100 * curve, "o-", ms=4, label="replayed from the log")
ax.plot(PLACES, 100 * saved, "s", ms=9, color=figures.ORANGE)
ax.annotate("measured", (PLACES, 100 * saved), (-8, 8), textcoords="offset points",
            ha="right", color=figures.ORANGE)  # fmt: skip
ax.set(xscale="log", xticks=sizes, ylim=(0, 100))
ax.set_xticklabels(sizes)
ax.minorticks_off()
figures.label_lines(ax)
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption=f"With {PLACES} places the log promised {curve[PLACES]:.0%} fewer calls; "
    f"{saved:.0%} fewer came. Waiting for the bureau took {asking:.0%} of the time before, "
    f"{asking_after:.0%} after.",
    alt="The share of calls saved rises with the places in the cache. The square for the measured "
    "share lies on the line that the log predicted.",
)

# %% tags=["claim-D5"]
claim(
    "D5",
    "what the log predicts of a cache, the cache then does",
    measured=abs(saved - curve[PLACES]),
    at_most=0.15,
)
claim(
    "D5",
    "the improvement made from the log saves calls that the bureau counts",
    measured=len(asked_after) / len(after) / (len(asked_before) / len(before)),
    at_most=0.9,
)

# %% [markdown]
# **Why.** A cache looks at the order of keys and at nothing else, and the log has kept that order.
# For everything that depends on the past requests alone, a log is an experiment that you need not
# run.
#
# **Where it stops being true.** A first visit is never a hit, and in a log of a few seconds a good
# part of the visits are first visits, the more so as each instance sees only half of them. The
# replay knew that; a service that runs for days, and has a larger cache, saves more than this log
# can show. So replay the longest log that you have. The replay also took the requests as given: a
# change that customers notice changes what they do. And the bureau's answers get old. How long one
# may be kept, the log cannot tell, as it does not say when a file at the bureau changes.

# %% [markdown]
# ## Which lines can go?
#
# **The question.** Keeping a log costs storage, and searching it costs time. So most of it is
# thrown away: after some weeks (*retention*) or at once (*sampling*). What does a log of one line
# in a hundred lose? (**D5**, its limit)
#
# From here on the log is simulated: three days of four instances of the service, and of what they
# call. One of the four gets a deploy that breaks an endpoint (`bad_deploy`), some messages name
# people (`personal_data`), and the load rises and falls with the day (`tidal_load`). All lines that
# one customer's request causes, in whatever service, share a **trace**, an id that travels along.

# %%
log = simulate(lines=200_000, seed=SEED, incidents=("bad_deploy", "personal_data", "tidal_load"))
calls = log.frame.query("event == 'request'")
calls = calls[["trace", "user", "ts", "endpoint", "status", "latency_ms", "msg"]].copy()
calls["failed"] = calls["status"] >= 500
traces = calls.groupby("trace").agg(
    lines=("failed", "size"), failed=("failed", "any"), ms=("latency_ms", "max")
)
slow_at = traces["ms"].quantile(0.99)
traces["slow"] = traces["ms"] > slow_at
print(f"{len(calls):,} lines of requests in {len(traces):,} traces")

# %% [markdown]
# **Your guess.** You keep every trace that failed, the slowest hundredth, and one in a hundred of
# the others. What share of all lines is that?

# %%
my_guess = 15  # % of all lines, edit me

# %% [markdown]
# **The wrong way** is a coin for each line. **The usual way** decides once for a whole trace, by
# a hash of its id, so that every service decides alike without asking the others. It is called
# *head-based* sampling: the decision falls before anything has happened. **The other way**,
# *tail-based* sampling, waits for the end of the trace and looks at it. What failed or was slow
# stays; of the rest, the same one in a hundred.


# %%
def ticket(trace):
    """A number in [0, 1) that depends on the trace's id alone."""
    digest = hashlib.blake2b(trace.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


rng = np.random.default_rng([SEED, 1])
by_line = calls[rng.random(len(calls)) < KEEP]

drawn = np.array([ticket(trace) for trace in traces.index]) < KEEP
by_head = traces[drawn]
by_tail = traces[drawn | traces["failed"] | traces["slow"]]
print(f"{traces['failed'].sum():,} traces failed, {traces['slow'].sum():,} were slow")

# %%
of_line = traces.assign(lines=by_line.groupby("trace").size()).dropna()
whole = of_line["lines"].eq(traces["lines"].loc[of_line.index])
whole = whole[traces["lines"].loc[of_line.index] > 1].mean()
print(f"traces of several lines, of which a coin per line leaves any: {whole:.1%} are whole")

# %% [markdown]
# What each of them keeps, in per cent of what there was. A trace of which one line is left counts
# as kept in the first column, which flatters it.

# %%
kept = {"coin per line": of_line, "head": by_head, "tail": by_tail}
total = traces[["lines", "failed", "slow"]].sum()
left = pd.DataFrame(
    {name: 100 * some[["lines", "failed", "slow"]].sum() / total for name, some in kept.items()}
)
left.round(1)

# %%
fig, ax = figures.new(
    title="A small share of the log holds few of its failures, unless you look first",
    ylabel="kept (%)",
)
places = np.arange(3)
looks = [(figures.GREY, -0.26), (figures.SKY, 0), (figures.BLUE, 0.26)]
for (name, column), (colour, aside) in zip(left.items(), looks, strict=True):
    bars = ax.bar(places + aside, column, 0.24, color=colour, label=name)
    ax.bar_label(bars, fmt="%.0f", fontsize=9, padding=2)
ax.hlines(my_guess, -0.42, 0.42, color=figures.PURPLE, linestyle=(0, (5, 3)))
ax.annotate("your guess for the tail", (-0.42, my_guess), (0, 4), textcoords="offset points",
            color=figures.PURPLE, fontsize=9)  # fmt: skip
ax.set_xticks(places, ["all lines", "failed traces", "slow traces"])
ax.grid(axis="x", visible=False)
ax.set(ylim=(0, 112))
ax.legend(frameon=False, loc="upper left")
figures.show(
    fig,
    caption=f"Tail-based sampling keeps {left.loc['lines', 'tail']:.1f} % of the lines, and "
    f"every trace that failed or was slow. Head-based sampling keeps "
    f"{left.loc['lines', 'head']:.1f} % of the lines and {by_head['failed'].sum()} of "
    f"{traces['failed'].sum()} failures.",
    alt="Three groups of bars. Of all lines each way keeps a few per cent. Of failed and of slow "
    "traces tail-based sampling keeps all, the others next to none.",
)

# %% [markdown]
# A log that keeps all failures and few successes says that far too much fails. Whoever counts
# in it has to divide by the chance with which each trace was kept, as
# [weighted samples](../03_training_data/06_clusters_and_unequal_chances.ipynb) always want. So the
# chance, or its inverse, the **weight**, is written down when the trace is kept. Whoever reads the
# log after the rule has changed cannot work it out.

# %%
chosen = by_tail["failed"] | by_tail["slow"]
weight = np.where(chosen, 1, 1 / KEEP)
rates = pd.Series({
    "all traces (truth)": traces["failed"].mean(),
    "tail, as it lies there": by_tail["failed"].mean(),
    "tail, weighted": np.average(by_tail["failed"], weights=weight),
})  # fmt: skip
rates.map("{:.2%}".format).to_frame("traces that failed")

# %% tags=["claim-D5"]
claim(
    "D5",
    "a head-based sample of one in a hundred loses nearly all of the failures",
    measured=1 - by_head["failed"].sum() / traces["failed"].sum(),
    at_least=0.9,
    limit=True,
)
claim(
    "D5",
    "of the traces of which a coin per line leaves something, nearly none is whole",
    measured=whole,
    at_most=0.1,
    limit=True,
)
claim(
    "D5",
    "a tail-based sample that is counted without its weights overstates the failures",
    measured=rates["tail, as it lies there"] / rates["all traces (truth)"],
    at_least=5,
    limit=True,
)
claim(
    "D5",
    "with its weights a tail-based sample gives the rate of failures back, on average",
    measured=rates["tail, weighted"] / rates["all traces (truth)"],
    between=(0.8, 1.25),
    limit=True,
)

# %% [markdown]
# **Why.** A coin that knows nothing of what happened takes its share of everything, and of rare
# things a small share is next to nothing. And a coin per line has to fall well for every line of a
# trace. Where it did for one line, the second of a pair is still as unlikely as any.
#
# **Where it stops being true.** Tail-based sampling keeps what you told it to look for. A failure
# that answers with status 200 (a wrong score, say) goes with the rest. It must
# hold every trace until it ends, with the lines of all services at one place, and needs to be told
# beforehand what slow is; here that was taken from the whole log.
#
# ## Whose log is it?
#
# **The question.** Every line that the service itself writes of a request names its user. To count
# users and to follow one from day to day you need *some* id. Does it have to be theirs?
#
# First, where people are named at all. The field `user` is plain to see; `msg` is not. (The
# simulator planted some; the patterns do not know where.)

# %%
PERSONAL = {
    "e-mail address": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "telephone number": r"\+\d[\d ]{7,}\d",
    "user id": r"\bu\d{6}\b",
}
messages = calls["msg"].fillna("")
found = {name: messages[messages.str.contains(pattern)] for name, pattern in PERSONAL.items()}
pd.Series({name: len(lines) for name, lines in found.items()}).to_frame("messages")

# %% [markdown]
# A colleague replaces every user id by its SHA-256, a hash that nobody can turn round.
#
# **The wrong way.** Nobody turns a hash round. You hash every id that there can be, and look up
# which one comes out. A user id has six digits.


# %%
def sha256(user):
    return hashlib.sha256(user.encode()).hexdigest()


users = calls["user"].dropna().unique()
published = {sha256(user) for user in users}

reversed_ids = {}
for number in range(1_000_000):
    if (digest := sha256(f"u{number:06d}")) in published:
        reversed_ids[digest] = f"u{number:06d}"
named = len(reversed_ids) / len(published)
print(f"{len(published):,} hashes published, {len(reversed_ids):,} ids recovered: {named:.0%}")

# %% [markdown]
# **The right way** is a hash with a secret **key** (HMAC, RFC 2104). Without the key you cannot
# compute the hash of anybody, so there is nothing to look up. The same user still gets the same
# pseudonym, in the field and in the message, so joins and counts work as before. The trace gets one
# too: it would join the log straight back to the one with names. (So would the exact time with the
# latency. Whoever has that log needs neither.)

# %%
KEY = b"kept apart from the log, and changed every month"


def pseudonym(text, key=KEY):
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def scrub(message):
    message = re.sub(PERSONAL["e-mail address"], "<e-mail>", message)
    message = re.sub(PERSONAL["telephone number"], "<telephone>", message)
    return re.sub(PERSONAL["user id"], lambda found: pseudonym(found[0]), message)


safe = calls.copy()
for column in ("user", "trace"):
    safe[column] = safe[column].map(pseudonym, na_action="ignore")
safe["msg"] = safe["msg"].map(scrub, na_action="ignore")

# %%
planted = np.zeros(len(log.frame), bool)
planted[np.array(log.incident("personal_data")["lines"]) - 1] = True
planted = planted[calls.index]
changed = (safe["msg"] != calls["msg"]).fillna(False).to_numpy(bool)
print(f"users before and after: {len(users):,} and {safe['user'].nunique():,}")
print(
    f"messages in which somebody was planted: {planted.sum()}; scrubbed: {changed[planted].sum()}"
)
print(f"others that were changed: {changed[~planted].sum()}")

with_key = {pseudonym(f"u{number:06d}") for number in range(200_000)}  # all people of the city
leaked = safe["user"].dropna().isin(with_key).mean()
print(f"lines whose user is recovered once the key leaks: {leaked:.0%}")

# %% [markdown]
# Without the key, and without the old log, nobody is named, and the joins hold. Is it anonymous
# now? A witness saw somebody pay, and again at other times, and knows the minutes. Whoever is the
# only user in the log to fit them all is *singled out*: everything else that the log holds of them
# is now known too.
#
# Take users who were there in at least five different minutes.
#
# **Your guess.** After how many known minutes are most users singled out?

# %%
my_guess = 6  # known minutes, edit me


# %%
MOST = 5  # minutes that a witness may know
seen = safe.dropna(subset="user").assign(minute=lambda lines: lines["ts"].dt.floor("min"))
seen = seen.drop_duplicates(["user", "minute"])
at = {minute: set(users) for minute, users in seen.groupby("minute")["user"]}
when = seen.groupby("user")["minute"].agg(list)
often = when[when.str.len() >= MOST]


def alone(minutes):
    return len(set.intersection(*[at[minute] for minute in minutes])) == 1


rng = np.random.default_rng([SEED, 2])
known = [rng.permutation(minutes) for minutes in often.sample(300, random_state=rng)]
unique = pd.Series(
    {points: 100 * np.mean([alone(k[:points]) for k in known]) for points in range(1, MOST + 1)}
)
print(f"{len(often) / len(when):.0%} of users were there in at least {MOST} different minutes")

# %%
fig, ax = figures.new(
    title="A pseudonym hides the name, not the person",
    xlabel="requests of which the minute is known",
    ylabel="users singled out (%)",
)
bars = ax.bar(unique.index, unique, 0.5, color=figures.BLUE)
ax.bar_label(bars, fmt="%.0f", fontsize=9, padding=2)
ax.set(xticks=unique.index, ylim=(0, 118), xlim=(0.5, max(MOST, my_guess) + 0.5))
ax.grid(axis="x", visible=False)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"Of 300 users who came often, each known minute taken at random: "
    f"{unique[1]:.0f} % are alone in one minute, {unique[2]:.0f} % in two, {unique[4]:.0f} % in "
    f"four. Most are singled out after {unique[unique > 50].index[0]}.",
    alt="Five bars: the share of users who are singled out rises from next to none at one known "
    "minute to nearly everybody at five.",
)

# %%
finding(
    "without a key, hashed ids are recovered by trying them all",
    measured=named,
    equals=1.0,
)
finding(
    "whoever has the key recovers every pseudonym",
    measured=leaked,
    equals=1.0,
)
finding(
    "every message in which somebody was planted is scrubbed, and no other",
    measured=int((changed != planted).sum()),
    equals=0,
)
finding(
    "four known minutes single out most of those who came often, pseudonym or not",
    measured=unique[4],
    at_least=60,
    unit="%",
)

# %% [markdown]
# **Why.** A pseudonym ties all that one person did together, and few people do the same things at
# the same minutes. The law does not call it anonymous either: under the GDPR (Article 4(5) and
# Recital 26) data that can be attributed to a person with additional information, such as the key,
# stay *personal data*, at least for whoever can get at it.
#
# **Where it stops being true.** Change the key every month, and nobody can be followed for longer;
# joins then end with the month as well. Coarser times single out fewer. What is deleted after a
# stated time (*retention*) cannot leak at all. And patterns find what has a pattern: a name in a
# message stays.
#
# ## What you measured

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    [
        ("D5", f"calls saved by {PLACES} places, predicted from the log", f"{curve[PLACES]:.0%}"),
        ("D5", "calls saved, measured", f"{saved:.0%}"),
        (
            "D5 limit",
            "failures kept by a head-based 1 %",
            f"{left.loc['failed', 'head']:.1f} %",
        ),
        (
            "D5 limit",
            "failures kept by tail-based sampling",
            f"{left.loc['failed', 'tail']:.0f} %",
        ),
        ("D5 limit", "lines that it keeps for that", f"{left.loc['lines', 'tail']:.1f} %"),
        ("", "users recovered behind a hash without key", f"{named:.0%}"),
        ("", "frequent users singled out by four minutes", f"{unique[4]:.0f} %"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")

# %% [markdown]
# **At work.**
#
# | you want to | keep | for |
# |---|---|---|
# | find what broke | whole traces: failed, slow, and a share of the rest; weights | weeks |
# | see trends | counts and latency sketches per minute, without users | years |
# | try a change on paper | the order of keys, under pseudonyms | as long as the change is open |
# | answer a customer | their lines, behind a key that few people have | as the law says |
#
# Ask of each field who reads it. What nobody reads need not be written.
#
# **How sure are these checks?** The claims of the live part count calls and compare no clocks. The
# gap between promise and measurement may be five standard errors wide, so the check sees that the
# promise was kept, and does not see a slip in the rule by which entries leave. The simulated part
# has a fixed seed, so you see the same numbers as everybody; the bounds held under twenty other
# seeds.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/06_improving_from_logs.ipynb) has three tasks:
# replay a cache, sample by the tail with weights, and scrub a log so that its joins survive.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 3, "Data Engineering
#   Fundamentals": system-generated data and what its volume costs.
# - Benjamin Sigelman and others, "Dapper, a large-scale distributed systems tracing
#   infrastructure", Google technical report, 2010: traces, and sampling them by the head.
# - OpenTelemetry on [sampling](https://opentelemetry.io/docs/concepts/sampling/): head and tail.
# - Yves-Alexandre de Montjoye and others, "Unique in the crowd: the privacy bounds of human
#   mobility", *Scientific Reports* 3, 1376, 2013: how few points single a person out.
# - H. Krawczyk, M. Bellare and R. Canetti,
#   [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104), 1997: HMAC.
