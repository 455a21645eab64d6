# %% [markdown]
# # Exercise: improving from logs
#
# You replay a cache from a log, thin a log out so that failures stay and totals still come out
# right, and take people's names out of a log without breaking its joins.
#
# Save, then run `python3 course.py check 02_data_engineering/06` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 35 minutes. **Before this** the lesson
# [Improving from logs](../../chapters/02_data_engineering/06_improving_from_logs.ipynb).

# %%
import copy
import hashlib
import hmac
import re

import numpy as np
import pandas as pd

# %% [markdown]
# ## What the tasks use
#
# `ticket` decides by a trace's id, `some_log` makes a log up, and `LINES` is a log of four lines.
# You need not change anything here.


# %%
def ticket(trace):
    """Return a number in [0, 1) that depends on the trace's id alone."""
    digest = hashlib.blake2b(trace.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def some_log(traces, seed):
    """Return a log of so many traces, about two lines each, of which one in twenty-five fails."""
    rng = np.random.default_rng(seed)
    names = [value.tobytes().hex() for value in rng.integers(2**63, size=traces)]
    trace = np.repeat(names, rng.integers(1, 4, traces))
    status = np.where(rng.random(len(trace)) < 0.02, 502, 200)
    log = pd.DataFrame(
        {"trace": trace, "status": status, "latency_ms": rng.exponential(20, len(trace))}
    )
    return log.sample(frac=1, random_state=rng).reset_index(drop=True)


# %%
USER_ID = r"\bu\d{6}\b"
EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"


def plain_hash(user):
    """What you should not use: anybody can hash all ids and look yours up."""
    return hashlib.sha256(user.encode()).hexdigest()[:16]


LINES = [
    {"trace": "t1", "user": "u000017", "status": 200, "msg": "answered"},
    {
        "trace": "t2",
        "user": "u204518",
        "status": 200,
        "msg": "receipt sent to pay-desk@shop.example",
    },
    {"trace": "t3", "user": "u000017", "status": 500, "msg": "u000017 and u204518 share a card"},
    {"trace": "t4", "status": 200, "msg": "bureau answered"},
]


# %% [markdown]
# ## Task 1: What a cache would save
#
# A cache with room for `places` keys stands before a slow service. A key that is in the cache is
# answered from it (a *hit*). A key that is not is asked for, and put into the cache; if that makes
# one too many, the key that was *used* least recently leaves. A hit is a use. The cache starts
# empty. Replay a log through it.


# %% solution="hits"
def hit_rate(keys, places):
    """Return the share of requests that a cache answers, from 0 to 1.

    keys: the keys of the requests in order of time, a list of strings; 0.0 if it is empty.
    places: how many keys the cache has room for, 0 or more.

    Example: hit_rate(["a", "b", "a", "c", "a", "b"], 2) is 2/6. The third request (a) is a hit, and
    a is now used last; so c throws out b; then a is a hit again, and b is not.
    """
    ### BEGIN SOLUTION
    kept, hits = {}, 0  # a dict keeps the order in which keys were put in
    for key in keys:
        if key in kept:
            hits += 1
            del kept[key]
        kept[key] = True
        if len(kept) > places:
            del kept[next(iter(kept))]
    return hits / len(keys) if len(keys) else 0.0
    ### END SOLUTION


# %% check="hits"
share = hit_rate(["a", "a"], 1)
assert 0 <= share <= 1, f"Of a, a you return {share}; expected a share from 0 to 1, here 0.5."
share = hit_rate(["a", "b", "c", "d"], 4)
assert share == 0, (
    f"Of a, b, c, d you count {share:.0%} hits; expected none: the cache starts empty, so the first"
    " request for a key is never a hit. See hint 1."
)
share = hit_rate(["a", "b", "c", "a", "b", "c"], 2)
assert share == 0, (
    f"Of a, b, c, a, b, c with 2 places you count {share:.0%} hits; expected none: when c comes,"
    " one has to leave, and a was used longest ago; then a comes, and so on. See hints 2 and 3."
)
share = hit_rate(["a", "b", "a", "c", "a", "b"], 2)
assert abs(share - 2 / 6) < 1e-12, (
    f"Of a, b, a, c, a, b with 2 places you count {share:.0%} hits; expected 2 of 6, 33%. A hit is"
    " a use: after it, the key is the last that should leave. See hint 3."
)

# %% hidden="hits"
### BEGIN HIDDEN TESTS
for keys, places, expected in [
    (["a", "a", "a"], 0, 0.0),
    (["a", "a", "a", "b"], 1, 0.5),
    (["a", "b", "c", "b", "d", "b", "a"], 3, 2 / 7),
    (["a", "b", "b", "b", "c", "a"], 2, 2 / 6),
]:
    share = hit_rate(keys, places)
    assert abs(share - expected) < 1e-12, (
        f"hit_rate({keys}, {places}) is {share:.3f}; expected {expected:.3f}. See hints 2 and 3."
    )
try:
    share = hit_rate([], 3)
except ZeroDivisionError:
    share = "a division by zero"
assert share == 0, f"Of an empty log you make {share}; expected 0.0."
users = [f"u{int(n):03d}" for n in 200 * np.random.default_rng(3).random(2_000) ** 3]
share = hit_rate(users, 20)
assert abs(share - 666 / 2_000) < 1e-9, (
    f"On 2,000 requests of about 200 users, with 20 places, you count {share:.1%} hits;"
    " expected 666 of them, 33.3%. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the keys once. Ask first whether the key is in the cache, count, and only then put it
# in.
# </details>
#
# <details><summary>Hint 2: what leaves</summary>
#
# After a key was put in, there may be one more than there are places. Then exactly one leaves. With
# no places at all, it is the key that came last.
# </details>
#
# <details><summary>Hint 3: the order of use</summary>
#
# Keep the keys in the order in which they were last used. A dict remembers the order in which keys
# were put in: take a key out and put it in again, and it is the last. `next(iter(kept))` is the
# first. `collections.OrderedDict` has `move_to_end` for this.
# </details>

# %% [markdown] tags=["solution-only"]
# The answer needs the order of the keys and nothing else, so a log under pseudonyms is as good as
# one with names.
#
# What usually goes wrong: the key that came *in* first leaves (FIFO), although it was used a moment
# ago; the cache never gets full; the first request for each key counts as a hit. The last two
# promise too much, and somebody builds a cache on that promise.

# %% [markdown]
# ## Task 2: Keep what matters, and its weight
#
# Sample a log by the tail. A trace is kept *whole* if any of its lines has a status of 500 or more;
# of all other traces, those are kept whose `ticket` is below `share`. Each kept line gets the
# `weight` of its trace: 1 over the chance with which that trace was kept.


# %% solution="tail"
def tail_sample(log, share):
    """Return the lines of `log` that are kept, with their index, and a column `weight`.

    log: a DataFrame with the columns `trace` (text) and `status` (whole number), and others, which
    stay as they are. The lines of a trace need not stand together. `log` itself is not changed.
    share: the chance with which a trace is kept that did not fail, above 0 and at most 1.

    Example: if share is .01, a trace with the status 200, 502, 200 is kept whole with weight 1; one
    with 200, 200 is kept whole with weight 100 if its ticket is below .01, and gone if not.
    """
    ### BEGIN SOLUTION
    failed = log["status"].ge(500).groupby(log["trace"]).transform("any")
    drawn = log["trace"].map(ticket) < share
    kept = log[failed | drawn].copy()
    kept["weight"] = np.where(failed[kept.index], 1.0, 1 / share)
    return kept
    ### END SOLUTION


# %% check="tail"
log = some_log(3_000, seed=1)
kept = tail_sample(log.copy(), 0.1)
failed = log.groupby("trace")["status"].max().ge(500)
lines = log.groupby("trace").size()
have = kept.groupby("trace").size()
lost = sum(failed[failed].index.isin(have.index) == 0)
assert lost == 0, (
    f"{lost} of {failed.sum()} failed traces are gone; expected that every one is kept. See hint 1."
)
torn = (have != lines[have.index]).sum()
assert torn == 0, (
    f"{torn} of {len(have)} kept traces miss some of their lines; expected whole traces. Decide by"
    " trace, not by line. See hint 2."
)
quiet = {trace for trace in failed[~failed].index if ticket(trace) < 0.1}
strange = len(quiet ^ (set(have.index) - set(failed[failed].index)))
assert strange == 0, (
    f"For {strange} traces that did not fail your decision differs from `ticket(trace) < share`:"
    " every service has to decide alike. See hint 2."
)
assert "weight" in kept, "There is no column `weight`. See hint 3."
weights = set(kept.loc[kept["trace"].isin(failed[failed].index), "weight"])
assert weights == {1}, (
    f"Lines of failed traces have the weights {sorted(weights)}; expected 1 for all of them: such a"
    " trace is kept for certain, whatever its ticket. See hint 3."
)
estimate = kept.loc[kept["status"] < 500, "weight"].sum()
truth = (log["status"] < 500).sum()
assert abs(estimate / truth - 1) < 0.15, (
    f"By the weights the log had {estimate:,.0f} lines that did not fail; it had {truth:,}. A"
    " weight is 1 over the chance that the trace had. See hint 3."
)

# %% hidden="tail"
### BEGIN HIDDEN TESTS
log = some_log(500, seed=2)
before = log.copy()
kept = tail_sample(log, 0.25)
assert log.equals(before), (
    "Your function changes the log that it is given; expected a new frame: work on a copy."
)
assert kept["latency_ms"].tolist() == log.loc[kept.index, "latency_ms"].tolist(), (
    "The kept lines do not have the index and the other columns that they had. See hint 1."
)
assert kept.index.is_monotonic_increasing, (
    "The kept lines stand in another order than in the log; expected the same order."
)
failed = log.groupby("trace")["status"].transform("max").ge(500)
expected = failed | log["trace"].map(ticket).lt(0.25)
assert kept.index.equals(log.index[expected]), (
    f"You keep {len(kept)} lines; expected {expected.sum()}. See hints 1 and 2."
)
weights = np.where(failed[kept.index], 1, 4)
assert np.allclose(kept["weight"], weights), (
    "Some weights are off; expected 1 where the trace failed, and 1 / share elsewhere. See hint 3."
)
assert list(kept) == [*log, "weight"], (
    f"The result has the columns {list(kept)}; expected those of the log and `weight`."
)
third = tail_sample(log, 0.3)["weight"].max()
assert abs(third - 1 / 0.3) < 1e-9, f"At a share of .3 a weight is {third}; expected 1 / .3."
nothing = tail_sample(log[:0], 0.25)
assert len(nothing) == 0 and "weight" in nothing, (
    "Of an empty log expected an empty frame with a column `weight`."
)
edge = pd.DataFrame({"trace": ["a", "a", "b"], "status": [500, 200, 499]})
kept = tail_sample(edge, 1e-9)
assert kept["trace"].tolist() == ["a", "a"], (
    f"Of statuses 500, 200 (trace a) and 499 (trace b) you keep {kept['trace'].tolist()}; expected"
    " both lines of a: it failed with 500, and 499 is no failure here."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# First find out, for each *line*, whether its *trace* failed: `groupby("trace")` and `transform`
# give a column as long as the log. Then keep rows by a condition, as in `log[condition].copy()`.
# </details>
#
# <details><summary>Hint 2: the decision</summary>
#
# `log["trace"].map(ticket) < share` is the same for all lines of a trace, and for all who ask. Keep
# a line if its trace failed *or* its trace is drawn.
# </details>
#
# <details><summary>Hint 3: the weight</summary>
#
# A trace that failed was kept with chance 1. Any other had the chance `share`. A failed trace whose
# ticket is low would have been kept anyway: its chance is still 1.
# </details>

# %% [markdown] tags=["solution-only"]
# The weight belongs to the *design*, not to how a trace happened to get in: a failed trace has
# weight 1 even if its ticket was low. With that, sums of weights estimate totals without bias, as
# Horvitz and Thompson showed for every sample with known chances.
#
# What usually goes wrong: keeping the failing *line* and losing the lines that say why; drawing
# lines, so that no trace is whole; a coin of one's own instead of the ticket, so that two services
# keep different traces; no weights, or the same for all.

# %% [markdown]
# ## Task 3: Take the names out
#
# A log is to be given to people who need its joins and not its names. Replace what names a person:
# the value of `user` by its pseudonym under `key`, every user id inside `msg` by the same
# pseudonym, and every e-mail address inside `msg` by `<e-mail>`.


# %% solution="scrub"
def scrub(lines, key):
    """Return the lines without names: a list of new records, one for each, in order.

    lines: a list of dicts; `user` (text such as "u000017") and `msg` (text) may be missing. All
    other fields stay as they are. Neither the list nor its records are changed.
    key: bytes, the secret. The pseudonym of a user is the first 16 hexadecimal digits of
    HMAC-SHA256 of the id under the key: hmac.new(key, user.encode(), hashlib.sha256).

    Example: of {"user": "u000017", "msg": "u000017 wrote from a@b.example"} comes
    {"user": p, "msg": p + " wrote from <e-mail>"} with p the pseudonym of u000017.
    """

    ### BEGIN SOLUTION
    def pseudonym(user):
        return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:16]

    safe = []
    for line in lines:
        line = dict(line)
        if "user" in line:
            line["user"] = pseudonym(line["user"])
        if "msg" in line:
            msg = re.sub(EMAIL, "<e-mail>", line["msg"])
            line["msg"] = re.sub(USER_ID, lambda found: pseudonym(found[0]), msg)
        safe.append(line)
    return safe
    ### END SOLUTION


# %% check="scrub"
safe = scrub(copy.deepcopy(LINES), b"spring")
assert len(safe) == 4, (
    f"Of 4 lines you return {len(safe)}; expected every one: lines without a user stay, too."
)
assert all("user" in line for line in safe[:3]), (
    "The field `user` is gone; expected a pseudonym in its place, or nobody can count users."
)
left = [line["user"] for line in safe[:3] if re.search(USER_ID, line["user"])]
assert not left, f"The field `user` still names {left[0]}. See hint 1."
assert safe[0]["user"] == safe[2]["user"] != safe[1]["user"], (
    "Lines 1 and 3 are of one user and line 2 of another; their pseudonyms do not say so. The same"
    " user gets the same pseudonym. See hint 1."
)
assert safe[0]["user"] != plain_hash("u000017"), (
    "The pseudonym of u000017 is its SHA-256 without the key: whoever hashes all ids finds it. See"
    " hint 1."
)
assert safe[0]["user"] == hmac.new(b"spring", b"u000017", hashlib.sha256).hexdigest()[:16], (
    f"The pseudonym of u000017 is {safe[0]['user']!r}; expected the first 16 digits of its HMAC"
    " under the key. See hint 1."
)
assert "@" not in safe[1]["msg"], f"A message still has an e-mail address: {safe[1]['msg']!r}."
assert not re.search(USER_ID, safe[2]["msg"]), (
    f"A message still names somebody: {safe[2]['msg']!r}. See hint 2."
)
assert safe[2]["msg"].split()[0] == safe[2]["user"], (
    f"In {safe[2]['msg']!r} the user is not called by the pseudonym of the field `user`, so the"
    " join from message to user is lost. See hint 2."
)

# %% hidden="scrub"
### BEGIN HIDDEN TESTS
lines = [
    {"msg": "to a.b+c@mail.shop.example and u000001@x.example", "user": "u999999", "n": [1, 2]},
    {"msg": "order u1234567 of u000001, u000001", "auc": 0.8},
    {"user": "u000001", "trace": "u000001", "path": "/a@b.example"},
    {},
]
given = copy.deepcopy(lines)
safe = scrub(given, b"other")
assert given == lines, "Your function changes the lines that it is given; expected new records."


def name(user):
    return hmac.new(b"other", user.encode(), hashlib.sha256).hexdigest()[:16]


assert safe[2]["user"] == name("u000001"), "You do not use the key that is given as `key`."
assert safe[0]["msg"] == "to <e-mail> and <e-mail>", (
    f"Of 'to a.b+c@mail.shop.example and u000001@x.example' you make {safe[0]['msg']!r}; expected"
    " two times <e-mail>: the whole address goes, whatever it begins with."
)
assert safe[1]["msg"] == f"order u1234567 of {name('u000001')}, {name('u000001')}", (
    f"Of 'order u1234567 of u000001, u000001' you make {safe[1]['msg']!r}; expected the two user"
    " ids replaced, and the number of the order (seven digits) left. See hint 2."
)
assert (
    safe[0]["n"] == [1, 2]
    and safe[1]["auc"] == 0.8
    and safe[2] | {"user": ""} == lines[2] | {"user": ""}
), "A field other than `user` and `msg` is not what it was."
assert safe[3] == {}, f"Of a record without user and msg you make {safe[3]}; expected it as it was."
assert scrub([], b"other") == [], "Of no lines expected an empty list."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the pseudonym</summary>
#
# `hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:16]`, in a small function of its own,
# as you need it twice.
# </details>
#
# <details><summary>Hint 2: in a message</summary>
#
# `re.sub(pattern, function, text)` calls the function for each place it finds, and puts in what
# comes back; `found[0]` is the text of that place. `USER_ID` has `\b` on both sides, so longer
# numbers are left alone.
# </details>

# %% [markdown] tags=["solution-only"]
# The same pseudonym in the field and in the message keeps the join between them. It is still
# personal data: whoever has the key, or knows enough of somebody's doings, can go back.
#
# What usually goes wrong: the user is deleted, and with them every count; a hash without key, which
# is undone by trying all ids; a random name per line, which breaks the joins; `msg` is forgotten,
# though that is where people do not look.
