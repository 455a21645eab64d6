# %% [markdown]
# # Exercise: finding what broke
#
# You measure the p99 of a service that runs as several instances, cut a log into sessions, tell
# which endpoint a deploy broke, and tell a leak from the tide.
#
# Save, then run `python3 course.py check 02_data_engineering/05` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 45 minutes. **Before this** the lesson
# [Finding what broke](../../chapters/02_data_engineering/05_finding_what_broke.ipynb).

# %%
import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

# %% [markdown]
# ## What the checks use
#
# A request of the log, and two small logs. All of it is made up, so what is true is known. You
# need not change anything here.


# %%
class Request(NamedTuple):
    """A request: times in seconds; status and latency_ms are None where no answer came."""

    ts: float  # when it happened
    arrived: float  # when the line reached you
    status: int | None
    latency_ms: float | None


def answered(seconds, latencies, late=1.0, status=200):
    """Return requests that were answered, their lines `late` seconds behind."""
    pairs = zip(seconds, latencies, strict=True)
    return [Request(float(s), float(s) + late, status, float(ms)) for s, ms in pairs]


def a_watch(begin, end, leak, seed, each=2.0):
    """Return (hours, mb, load) once a minute: memory that follows the load, and may leak.

    The load has a tide, low at night and high in the afternoon. Memory holds `each` MB for each
    request per second, and a leak adds `leak` MB per hour.
    """
    rng = np.random.default_rng(seed)
    hours = np.arange(begin, end, 1 / 60)
    load = 50 - 40 * np.cos(2 * np.pi * (hours - 2) / 24) + rng.normal(0, 5, len(hours))
    mb = 300 + each * load + leak * (hours - begin) + rng.normal(0, 0.3, len(hours))
    return hours, mb, load


# %%
def one(*times):
    """Return events of ann at these times, all written by s1."""
    return [("ann", ts, "s1") for ts in times]


def asked(version, endpoint, total, failures, status=500):
    """Return `total` requests, of which the first `failures` end with that status."""
    return [(version, endpoint, status if i < failures else 200) for i in range(total)]


def overall_rates(requests, new):
    """Return the rates of failures of the new version and of all others, endpoints mixed."""
    failed = {True: [], False: []}
    for version, _, status in requests:
        failed[version == new].append(status is None or status >= 500)
    return sum(failed[True]) / len(failed[True]), sum(failed[False]) / len(failed[False])


# %% [markdown]
# ## Task 1: One p99 from many instances
#
# Every instance writes its own log. Give the p99 latency of the whole service for each window of
# time.
#
# - The p99 of n latencies is a value that occurred: in order, counted from 0, the one at the
#   place floor(0.99 (n - 1)).
# - A window goes by when a request *happened*, not by when its line reached you.
# - A request that failed was a request. One that got no answer counts as infinitely slow.


# %% solution="p99"
def p99_by_window(parts, seconds):
    """Return {start of the window: p99 of the latency in ms}, over all instances together.

    parts: one list of Request for each instance; it may be empty, and is in any order.
    seconds: length of a window; windows start at multiples of it. One that holds no request is
    left out. The p99 is math.inf where it falls on a request that got no answer.

    Example: p99_by_window([[Request(3, 4, 200, 20.0)], [Request(61, 62, 500, 7.0)]], 60) is
    {0: 20.0, 60: 7.0}.
    """
    ### BEGIN SOLUTION
    windows = {}
    for part in parts:
        for request in part:
            start = request.ts // seconds * seconds
            ms = math.inf if request.latency_ms is None else request.latency_ms
            windows.setdefault(start, []).append(ms)
    return {start: sorted(ms)[99 * (len(ms) - 1) // 100] for start, ms in windows.items()}
    ### END SOLUTION


# %% check="p99"
fast = answered(np.arange(200) / 4, 10 + np.arange(200) % 20)
slow = answered(np.arange(20) * 2, 419 - np.arange(20))
got = p99_by_window([fast, slow], 60)
assert isinstance(got, dict) and list(got) == [0], (
    f"For 220 requests of the first minute you return {got!r}; expected a dictionary with one key,"
    " 0, the start of their window. See hint 1."
)
assert abs(got[0] - 223.5) > 1e-6, (
    f"The p99 of the two instances together is {got[0]}; expected 416.0. You averaged the p99 of"
    " one instance, 29, and that of the other, 418. A percentile is no sum: put the latencies"
    " together first. See hint 2."
)
assert got[0] == 416, (
    f"The p99 of 200 requests of 10 to 29 ms and 20 of 400 to 419 ms is {got[0]}; expected 416.0,"
    " the one at place floor(0.99 x 219) = 216 of all 220 in order. See hint 2."
)
late = answered([58, 59], [90, 30], late=5) + answered([61], [10])
got = p99_by_window([late], 60)
assert got == {0: 30, 60: 10}, (
    "Two requests happened at 58 s and 59 s and reached you after 60 s; a third happened at 61 s."
    f" You give {got}; expected {{0: 30, 60: 10}}. Windows go by `ts`, not by `arrived`."
    " See hint 1."
)
lost = [Request(float(i), float(i) + 1, None, None) for i in range(6)]
got = p99_by_window([answered(np.arange(200) / 4, [10] * 200), lost], 60)
assert got == {0: math.inf}, (
    f"Of 206 requests six got no answer, and you give {got}; expected {{0: inf}}: who waits for"
    " ever is not left out, and did not take 0 ms. See hint 3."
)

# %% hidden="p99"
### BEGIN HIDDEN TESTS
fine = answered(np.arange(100) / 4, 1 + np.arange(100))
failed = answered(np.arange(100) / 4, 2_000 + np.arange(100), status=504)
got = p99_by_window([fine + failed], 60)
assert got == {0: 2_097}, (
    "A hundred requests were answered and a hundred failed after 2,000 ms and more. You give"
    f" {got}; expected {{0: 2097}}: a request that failed was a request. See hint 3."
)
instant = answered(np.arange(100) / 4, [0] * 100)
got = p99_by_window([instant], 60)
assert got == {0: 0}, (
    f"A hundred requests were answered in 0 ms, and you give {got}; expected {{0: 0}}: 0 ms is a"
    " latency, not a missing one. Ask `is None`. See hint 3."
)
few = [[], answered([125], [33]), answered([121, 5], [40, 8])]
got = p99_by_window(few, 60)
assert got == {0: 8, 120: 33}, (
    f"For requests at 5, 121 and 125 s, in three lists of which one is empty, you give {got};"
    " expected {0: 8, 120: 33}: a window without a request is left out. See hint 1."
)
got = p99_by_window([answered(np.arange(100) / 10, np.arange(100))], 5)
assert got == {0: 48, 5: 98}, (
    f"In windows of 5 s, a hundred requests in 10 s give {got}; expected {{0: 48, 5: 98}}."
)
shares = [answered(np.arange(n) / 20, np.arange(n) * 1.5 + n) for n in (7, 150, 301, 40)]
together = sorted(request.latency_ms for part in shares for request in part)
backwards = [part[::-1] for part in shares]
got = p99_by_window(backwards, 3_600)[0]
assert got == together[99 * 497 // 100], (
    f"Of 498 requests of four instances, each list backwards, the p99 is {got}; expected"
    f" {together[99 * 497 // 100]}. See hint 2."
)
assert backwards == [part[::-1] for part in shares], (
    "Your function changed the lists that it was given, perhaps by sorting them in place; expected"
    " them untouched. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: windows</summary>
#
# Go through all parts and all their requests, and keep a dictionary from the start of a window to
# a list of latencies. The start is `request.ts // seconds * seconds`.
# </details>
#
# <details><summary>Hint 2: together, then in order</summary>
#
# One list per window, for all instances. Sort it once at the end and take the place
# `99 * (n - 1) // 100`.
# </details>
#
# <details><summary>Hint 3: who counts</summary>
#
# Every request, whatever its status. Where `latency_ms` is None, put `math.inf` into the list: it
# sorts behind all numbers.
# </details>

# %% [markdown] tags=["solution-only"]
# A percentile needs the order of all values, and the p99s of the parts no longer have it. Where
# the latencies of a day do not fit, keep a sketch per instance and window: sketches add.
#
# What usually goes wrong: the mean of the instances' p99s, plain or weighted by their requests;
# the largest of them. Windows by arrival, which blames the minute after a delay. Dropping errors
# and requests without an answer, so that the p99 improves while the service dies.

# %% [markdown]
# ## Task 2: Sessions
#
# A **session** is what one user did without a break longer than `gap`. The break counts from the
# user's event before. Lines come in the order in which they arrived, and some instances have a
# clock that is ahead of the others.


# %% solution="sessions"
def sessions(events, gap, ahead):
    """Return a list of sessions (user, start, number of events), by user, then by start.

    events: tuples (user, ts, instance) in order of arrival; ts in seconds, by the clock of the
    instance that wrote the line.
    gap: a session ends where the break is longer than this, in seconds.
    ahead: {instance: seconds by which its clock is ahead of the right time}; below 0 where it is
    behind. An instance that is not in it is right. `start` is in the right time.

    Example: sessions([("ann", 0, "s1"), ("ann", 50, "s1"), ("ann", 9, "s2")], 30, {"s2": 2}) is
    [("ann", 0, 2), ("ann", 50, 1)]. The right times are 0, 50 and 7, and of the breaks 7 and 43
    the second is longer than 30.
    """
    ### BEGIN SOLUTION
    ordered = sorted((user, ts - ahead.get(instance, 0)) for user, ts, instance in events)
    found, before = [], None
    for user, ts in ordered:
        if before is None or user != before[0] or ts - before[1] > gap:
            found.append([user, ts, 0])
        found[-1][2] += 1
        before = user, ts
    return [tuple(session) for session in found]
    ### END SOLUTION


# %% check="sessions"
got = sessions(one(0, 1_000), 1_800, {})
assert [tuple(session) for session in got] == [("ann", 0, 2)], (
    f"For two events of ann, at 0 and 1,000 s, you give {got}; expected [('ann', 0, 2)]: user,"
    " start, number of events."
)
got = [tuple(session) for session in sessions(one(0, 1_000, 2_000, 3_000), 1_800, {})]
assert got == [("ann", 0, 4)], (
    f"For events each 1,000 s after the other, with a gap of 1,800, you give {got}; expected one"
    " session of 4: a break counts from the event before, not from the session's start."
    " See hint 2."
)
got = [tuple(session) for session in sessions(one(0, 4_000, 1_500, 3_000), 1_800, {})]
assert got == [("ann", 0, 4)], (
    f"For the times 0, 4,000, 1,500 and 3,000, as they arrived, you give {got}; expected one"
    " session of 4: none of the breaks is longer than 1,800 once they are in order. See hint 1."
)
got = [tuple(s) for s in sessions([*one(0), ("bo", 1_000, "s1"), *one(2_500)], 1_800, {})]
assert got == [("ann", 0, 1), ("ann", 2_500, 1), ("bo", 1_000, 1)], (
    f"For ann at 0 and 2,500 and bo at 1,000 you give {got}; expected two sessions of ann and one"
    " of bo: what bo does does not end ann's break. See hint 1."
)
got = [tuple(s) for s in sessions([*one(0), ("ann", 2_400, "s2")], 1_800, {"s2": 900})]
assert got == [("ann", 0, 2)], (
    f"The clock of s2 is 900 s ahead, so the event that it logs at 2,400 happened at 1,500. You"
    f" give {got}; expected one session of 2. See hint 3."
)

# %% hidden="sessions"
### BEGIN HIDDEN TESTS
got = [tuple(session) for session in sessions(one(0, 1_800), 1_800, {})]
assert got == [("ann", 0, 2)], (
    f"For a break of exactly 1,800 with a gap of 1,800 you give {got}; expected one session: only"
    " a *longer* break ends it. See hint 2."
)
behind = [("ann", 100, "s1"), ("ann", 150, "s2"), ("ann", 2_000, "s1")]
got = [tuple(session) for session in sessions(behind, 1_800, {"s2": 900})]
assert got == [("ann", -750, 2), ("ann", 2_000, 1)], (
    f"s2 is 900 s ahead. For ann at 100 (s1), 150 (s2) and 2,000 (s1) you give {got}; expected"
    " [('ann', -750, 2), ('ann', 2000, 1)]: mend the times before you sort. See hint 3."
)
got = [tuple(s) for s in sessions([("ann", 10, "s3"), ("ann", 700, "s1")], 300, {"s3": -600})]
assert got == [("ann", 610, 2)], (
    f"s3 is 600 s behind (ahead: -600), so what it logs at 10 happened at 610. You give {got};"
    " expected [('ann', 610, 2)]. See hint 3."
)
assert list(sessions([], 1_800, {})) == [], "Without events there is no session; expected []."
got = [tuple(session) for session in sessions(one(5, 5, 5), 0, {})]
assert got == [("ann", 5, 3)], (
    f"For three events at the same moment and a gap of 0 you give {got}; expected one session of"
    " 3: equal events are several all the same, so keep them in a list, not in a set. See hint 1."
)
mixed = [(f"u{i % 7}", (i * 7_919) % 50_000, f"s{i % 3}") for i in range(400)]
given = list(mixed)
got = [tuple(session) for session in sessions(mixed, 1_200, {"s1": 333, "s2": -40})]
right = {}
for user, ts, instance in given:
    right.setdefault(user, []).append(ts - {"s0": 0, "s1": 333, "s2": -40}[instance])
number = sum(
    1 + sum(b - a > 1_200 for a, b in pairwise(times))
    for times in (sorted(times) for times in right.values())
)
assert (len(got), sum(count for _, _, count in got)) == (number, 400), (
    f"Of 400 events of seven users you make {len(got)} sessions with"
    f" {sum(count for _, _, count in got)} events; expected {number} with 400."
)
assert mixed == given, "Your function changed the list that it was given; expected it untouched."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: one user, in order</summary>
#
# Sort by user and, for each user, by time. Python sorts tuples (user, time) that way.
# </details>
#
# <details><summary>Hint 2: when a session begins</summary>
#
# At a user's first event, and where the time since the same user's event before is longer than
# the gap. Keep the time of the event before, and move it on at *every* event.
# </details>
#
# <details><summary>Hint 3: clocks</summary>
#
# A clock that is 900 s ahead shows 900 s too much: `ts - ahead.get(instance, 0)`. Do this before
# you sort, because it changes the order.
# </details>

# %% [markdown] tags=["solution-only"]
# Mend, sort, cut: in this order. Each step needs the one before.
#
# What usually goes wrong: reading in the order of arrival, where a late line makes a break that
# nobody took; all users in one row, so that a busy site has one endless session; a break counted
# from the session's start; a clock mended with the wrong sign, or after sorting.

# %% [markdown]
# ## Task 3: Blame a deploy
#
# A new version runs beside the old ones. At which endpoints does it fail more often? Unlike in the
# lesson, every status from 500 on counts as a failure, and so does no answer. Compare each
# endpoint with itself, by the **risk ratio**: the new version's share of failures over the share
# of all other versions together. With a failures of n on the new side and c of m on the other,
# its 95 % interval by Katz runs from $r\,e^{-1.96 s}$ to $r\,e^{+1.96 s}$ with
#
# $$r = \frac{a/n}{c/m}, \qquad s = \sqrt{\frac1a - \frac1n + \frac1c - \frac1m}.$$
#
# Where a or c is 0, add 0.5 to all four, a, n, c and m, first.


# %% solution="blame"
def blame(requests, new):
    """Return {endpoint: (risk ratio, low, high)} of the version `new` against all others.

    requests: tuples (version, endpoint, status). A request failed if its status is 500 or more,
    or None (no answer came).
    Endpoints that were not asked on both sides are left out.

    Example: with 30 failures of 100 requests at /score in version 2 and 10 of 100 in version 1,
    blame(requests, "2") is {"/score": (3.0, 1.551, 5.804)}, rounded here to three places.
    """
    ### BEGIN SOLUTION
    counts = {}
    for version, endpoint, status in requests:
        side = counts.setdefault(endpoint, {True: [0, 0], False: [0, 0]})[version == new]
        side[0] += status is None or status >= 500
        side[1] += 1
    found = {}
    for endpoint, sides in counts.items():
        (a, n), (c, m) = sides[True], sides[False]
        if n and m:
            if 0 in (a, c):
                a, n, c, m = (count + 0.5 for count in (a, n, c, m))
            ratio = (a / n) / (c / m)
            s = math.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
            found[endpoint] = ratio, ratio * math.exp(-1.96 * s), ratio * math.exp(1.96 * s)
    return found
    ### END SOLUTION


# %% check="blame"
got = blame(asked("2", "/score", 100, 30) + asked("1", "/score", 100, 10), "2")
assert isinstance(got, dict) and list(got) == ["/score"] and len(got["/score"]) == 3, (
    f"You return {got!r}; expected one key, '/score', with three numbers: ratio, low, high."
)
ratio, low, high = got["/score"]
assert abs(ratio - 0.2) > 1e-6, (
    "You give 0.2, the difference of the rates 0.30 and 0.10; expected their ratio, 3.0."
    " See hint 2."
)
assert math.isclose(ratio, 3, rel_tol=1e-6), (
    f"With 30 of 100 failed against 10 of 100 your ratio is {ratio:.3f}; expected 3.000."
    " See hint 2."
)
assert math.isclose(low, 1.551, rel_tol=2e-3) and math.isclose(high, 5.804, rel_tol=2e-3), (
    f"Your interval goes from {low:.3f} to {high:.3f}; expected 1.551 to 5.804. It is made on the"
    " logarithm of the ratio, and then taken back. See hint 3."
)
# The new version got most of the requests at the quiet endpoint, where little fails anyway.
hidden_by_the_mix = [
    *asked("2", "/quiet", 900, 9), *asked("1", "/quiet", 100, 1),
    *asked("2", "/busy", 100, 30), *asked("1", "/busy", 900, 90),
]  # fmt: skip
got = blame(hidden_by_the_mix, "2")
newer, older = overall_rates(hidden_by_the_mix, "2")
assert set(got) == {"/quiet", "/busy"}, (
    f"You give {sorted(got)}; expected /busy and /quiet, each compared with itself. See hint 1."
)
assert all(math.isclose(got[e][0], r, rel_tol=1e-6) for e, r in [("/busy", 3), ("/quiet", 1)]), (
    f"The ratios are {got['/busy'][0]:.3f} at /busy and {got['/quiet'][0]:.3f} at /quiet; expected"
    f" 3.000 and 1.000. Over all endpoints the new version fails *less* often, {newer:.3f} against"
    f" {older:.3f}: its requests went elsewhere. See hint 1."
)

# %% hidden="blame"
### BEGIN HIDDEN TESTS
several = asked("3", "/a", 200, 8) + asked("1", "/a", 150, 2) + asked("2", "/a", 250, 2)
ratio, low, high = blame(several, "3")["/a"]
assert math.isclose(ratio, 4, rel_tol=1e-6), (
    f"With 8 of 200 against 2 of 150 and 2 of 250 the ratio is {ratio:.3f}; expected 4.000, the"
    " other versions together: 4 of 400. See hint 1."
)
lost = asked("2", "/a", 100, 20, None) + asked("1", "/a", 100, 5, 503)
ratio = blame(lost, "2")["/a"][0]
assert math.isclose(ratio, 4, rel_tol=1e-6), (
    f"With 20 of 100 without an answer against 5 of 100 with status 503 the ratio is {ratio:.3f};"
    " expected 4.000: None and everything from 500 on is a failure. See hint 1."
)
refused = asked("2", "/a", 100, 20) + asked("2", "/a", 100, 90, 422) + asked("1", "/a", 200, 5)
ratio = blame(refused, "2")["/a"][0]
assert math.isclose(ratio, 4, rel_tol=1e-6), (
    f"With 20 of 200 failed and 90 refused (422) against 5 of 200 the ratio is {ratio:.3f};"
    " expected 4.000: below 500 the service did not fail. See hint 1."
)
ratio, low, high = blame(asked("2", "/a", 20, 20) + asked("1", "/a", 100, 10), "2")["/a"]
expected = (10, 5.554, 18.00)
off = [abs(got / right - 1) for got, right in zip((ratio, low, high), expected, strict=True)]
assert max(off) <= 4e-3, (
    f"With 20 of 20 failed against 10 of 100 you give {ratio:.3f}, {low:.3f} to {high:.2f};"
    " expected 10.000, 5.554 to 18.00: 0.5 is added only where nothing failed on a side."
    " See hint 3."
)
got = blame(asked("2", "/a", 50, 5) + asked("1", "/b", 50, 5), "2")
assert dict(got) == {}, (
    f"An endpoint that only one side was asked has no ratio. You give {got}; expected {{}}."
)
ratio, low, high = blame(asked("2", "/a", 20, 6) + asked("1", "/a", 10, 0), "2")["/a"]
expected = (6.659, 0.4136, 107.2)
off = [abs(got / right - 1) for got, right in zip((ratio, low, high), expected, strict=True)]
assert max(off) <= 4e-3, (
    f"With 6 of 20 against 0 of 10 you give {ratio:.3f}, {low:.3f} to {high:.1f}; expected"
    " 6.659, 0.414 to 107.2: 0.5 is added to failures *and* totals. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: four counts for each endpoint</summary>
#
# For each endpoint count failures and requests of the new version, and failures and requests of
# all others. `status is None or status >= 500` is a failure.
# </details>
#
# <details><summary>Hint 2: the ratio</summary>
#
# (a / n) / (c / m): the new version's share of failures over the others' share.
# </details>
#
# <details><summary>Hint 3: the interval</summary>
#
# First the zeros: if a or c is 0, add 0.5 to a, n, c and m. Then s by the formula above,
# and `ratio * math.exp(-1.96 * s)` and `ratio * math.exp(1.96 * s)`.
# </details>

# %% [markdown] tags=["solution-only"]
# Where low is above 1, chance alone hardly explains it; where the interval holds 1, you do not
# know yet. With many endpoints, one in forty healthy ones has a low above 1 by chance: look at how
# far above it is, and whether the next hour repeats it.
#
# What usually goes wrong: all requests before against all after, which the mix of endpoints can
# turn around; a difference of rates without an interval, by which an endpoint with four requests
# looks worst; an interval that is symmetric around the ratio, and reaches below 0.

# %% [markdown]
# ## Task 4: Leak or tide
#
# Memory that follows the load rises every morning and falls every night. A leak adds to it and
# never gives back. Say how much memory gains per hour *beside* what the load explains. Unlike in
# the lesson, memory here follows exactly the load that you are given, and no siblings are known.


# %% solution="leak"
def leak(hours, mb, load):
    """Return what memory gains per hour beside what it holds for the load, in MB per hour.

    hours [n], mb [n], load [n]: NumPy arrays of floats, in any order: when, memory, requests per
    second. Memory is a constant + some MB for each unit of load + the leak x hours + small noise.
    With 60 readings and more the answer is within 20 % of the truth, and between -0.5 and 0.5
    where nothing leaks.

    Example: with hours 0, 1, 2, 3, load 10, 30, 20, 40 and mb 125, 170, 155, 200 the leak is 5 MB
    per hour: mb = 105 + 2 load + 5 hours.
    """
    ### BEGIN SOLUTION
    columns = np.column_stack([np.ones(len(hours)), hours, load])
    return np.linalg.lstsq(columns, mb, rcond=None)[0][1]
    ### END SOLUTION


# %% check="leak"
exact = leak(np.arange(4.0), np.array([125.0, 170, 155, 200]), np.array([10.0, 30, 20, 40]))
assert math.isclose(exact, 5, rel_tol=1e-3), (
    f"For the example of the docstring you give {exact:.3f} MB per hour; expected 5.000: 105 MB,"
    " 2 MB per unit of load, and 5 MB per hour explain every reading. See hint 2."
)
morning = leak(*a_watch(6, 9, leak=0, seed=1))
assert abs(morning) <= 0.5, (
    f"From 6 to 9 o'clock nothing leaks, and you give {morning:.1f} MB per hour; expected 0 within"
    " 0.5. The load rises in the morning, and memory with it. See hint 1."
)
sick = leak(*a_watch(6, 9, leak=8, seed=2))
assert abs(sick - 8) <= 1.6, (
    f"With a leak of 8 MB per hour in the morning you give {sick:.1f}; expected 8 within 20 %."
    " See hint 2."
)

# %% hidden="leak"
### BEGIN HIDDEN TESTS
evening = leak(*a_watch(17, 21, leak=6, seed=3))
assert abs(evening - 6) <= 1.2, (
    f"From 17 to 21 o'clock the load falls and hides a leak of 6 MB per hour. You give"
    f" {evening:.1f}; expected 6 within 20 %. See hint 1."
)
night = leak(*a_watch(22, 27, leak=0, seed=4))
assert abs(night) <= 0.5, (
    f"From 22 to 3 o'clock nothing leaks, and you give {night:.1f} MB per hour; expected 0 within"
    " 0.5. See hint 1."
)
other = leak(*a_watch(6, 9, leak=0, seed=7, each=5.0))
assert abs(other) <= 0.5, (
    "Where memory holds 5 MB for each unit of load, and not 2, nothing leaks from 6 to 9 o'clock,"
    f" and you give {other:.1f} MB per hour; expected 0 within 0.5: what a unit of load costs is"
    " for the fit to find. See hint 2."
)
small = leak(np.arange(4.0), np.array([70.0, 130.25, 100.5, 160.75]), np.array([10.0, 30, 20, 40]))
assert math.isclose(small, 0.25, rel_tol=1e-3), (
    f"Where mb is exactly 40 + 3 load + 0.25 hours you give {small:.3f} MB per hour; expected"
    " 0.250, not rounded. See hint 2."
)
watch = a_watch(0, 24, leak=3, seed=5)
day = leak(*watch)
assert abs(day - 3) <= 0.6, (
    f"With a leak of 3 MB per hour over a whole day you give {day:.1f}; expected 3 within 20 %."
)
order = np.random.default_rng(6).permutation(len(watch[0]))
again = leak(*(values[order] for values in watch))
assert math.isclose(again, day, rel_tol=1e-3), (
    f"With the same readings in another order you give {again:.3f} instead of {day:.3f}; expected"
    " the same: the lines of a log may come in any order."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: what rises with what</summary>
#
# In the morning both the clock and the load rise. A slope over time alone gives the leak and the
# tide in one number. Explain memory by *both*.
# </details>
#
# <details><summary>Hint 2: two explanations at once</summary>
#
# Least squares with three columns: ones, hours, load. `np.linalg.lstsq(columns, mb, rcond=None)`
# returns the coefficients first; that of the hours is the leak.
# </details>

# %% [markdown] tags=["solution-only"]
# Within a minute the load jumps up and down while the clock hardly moves. From these jumps the fit
# learns what a request costs in memory, and takes the tide off. It can do so because memory follows
# the jumps, too. In the lesson memory followed the smooth tide, and there the same fit failed.
#
# What usually goes wrong: the last reading minus the first, over the hours between, or a straight
# line through a morning: both measure the tide. With a falling tide they miss a real leak. To
# divide memory by the load is no way out, for the part that is constant then looks like one.
