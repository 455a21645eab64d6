# %% [markdown]
# # Project: an incident report
#
# You get a log that nobody has read yet, find what broke in it, and write the report that your
# colleagues will decide by.
#
# The log is yours alone: it is simulated from your own number, and so are the two or three
# incidents in it. You read it, draw a timeline, say what broke, where and since when, and whom it
# hit. Five tasks are checked; the report is marked by hand.
#
# Save, then run `python3 course.py check 02_data_engineering/09` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries your code on other logs, too, and
# on yours.
#
# **Time** 3 to 4 hours. **Before this** the chapter's lessons on
# [reading logs](../../chapters/02_data_engineering/04_reading_logs.ipynb) and on
# [finding what broke](../../chapters/02_data_engineering/05_finding_what_broke.ipynb).

# %%
import functools
import json
import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from IPython.display import Markdown, display

from labkit.lesson import figures
from labkit.riverton.unseen_log import KINDS, hand_out, unseen

# %% [markdown]
# ## Your log
#
# Set `SEED` to the digits of your student number, or to any whole number that is yours. Leave the
# rest of this section as it is.

# %%
SEED = 1012

# %%
folder = tempfile.TemporaryDirectory()
path = hand_out(SEED, folder.name)
print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB of JSON lines")

# %% [markdown]
# What you know about the service, as its operator:
#
# - It runs as `scorer-1` to `scorer-4`. For customers it answers `/predict`, `/quote`, `/limit` and
#   `/pay`; only those lines have a `user`. For `/predict` and `/quote` it calls the `bureau`, for
#   `/pay` the `ledger`. These write their own lines, with the same `trace` and without a `user`.
# - A request that fails ends with status 500, or with 503 where the service turns it away. 422 is
#   the customer's mistake. A client may try again: `attempt` counts from 1.
# - `event` is request, resource (memory and processor of an instance), deploy, instance_start,
#   instance_stop, batch_job or training.
# - Load has a tide. On the first morning a harmless version 2.4.1 was rolled out everywhere.
# - A line's place in the file is when it *arrived*. `ts` says when it was written; some lines come
#   minutes late.
#
# The checks use the functions below. You need not change anything here.


# %%
def as_frame(records):
    """Return records (dicts) as a table; ts is a time, a field that is missing is NaN."""
    frame = pd.DataFrame.from_records(records)
    frame["ts"] = pd.to_datetime(frame["ts"], format="ISO8601")
    return frame


def practice(seed, *kinds):
    """Return (table, incidents) of another log, with incidents of these kinds."""
    return opened(unseen(seed, kinds))


def opened(log):
    """Return (table, incidents) of a simulated log; numbers that are missing are NaN."""
    frame = log.frame
    numbers = {name: "float64" for name, kind in frame.dtypes.items() if kind == "Int64"}
    return frame.astype(numbers), [i for i in log.truth["incidents"] if i["kind"] in KINDS]


def row(second, status=200, latency_ms=10.0, user="u1", attempt=1, **more):
    """Return a record of a customer's request, so many seconds after ten o'clock."""
    ts = (pd.Timestamp("2026-03-02T10:00Z") + pd.Timedelta(seconds=second)).isoformat()
    asked = {"user": user, "status": status, "latency_ms": latency_ms, "attempt": attempt}
    about = {"event": "request", "instance": "scorer-1", "endpoint": "/limit"}
    return {"ts": ts, "trace": f"t{second}", **about, **asked, **more}


# %%
WHERE = {
    "memory_leak": lambda i: i["instance"],
    "slow_dependency": lambda i: i["downstream"],
    "bad_deploy": lambda i: (i["version"], i["endpoint"]),
    "retry_storm": lambda i: "scorer",
    "silent_job": lambda i: i["job"],
}
HOURS_OFF = {kind: 6 if kind == "memory_leak" else 1 for kind in KINDS}


def judged(found, incidents):
    """Return (kinds that are right, findings that are not): what, where and when must fit."""
    right, false = {}, []
    for finding in found:
        kind, where, start = (finding.get(name) for name in ("kind", "where", "start"))
        where = tuple(where) if isinstance(where, list) else where
        for truth in incidents:
            if truth["kind"] == kind and kind not in right and WHERE[kind](truth) == where:
                off = abs(pd.Timestamp(start) - pd.Timestamp(truth["start"]))
                if off <= pd.Timedelta(hours=HOURS_OFF[kind]):
                    right[kind] = finding
                    break
        else:
            false.append(finding)
    return set(right), false


# %%
def off(found, incidents, right):
    """Return, in words, the findings of which only the start is wrong."""
    said = []
    for finding in found:
        kind, where = finding.get("kind"), finding.get("where")
        where = tuple(where) if isinstance(where, list) else where
        for truth in incidents:
            if truth["kind"] == kind and kind not in right and WHERE[kind](truth) == where:
                gap = abs(pd.Timestamp(finding["start"]) - pd.Timestamp(truth["start"]))
                hours = gap / pd.Timedelta(hours=1)
                said.append(f"{where} is right; its start is {hours:.1f} h off")
    return said


def told(found):
    """Return a few findings in short, for a message."""
    return [tuple(str(f.get(key))[:30] for key in ("kind", "where", "start")) for f in found[:4]]


# %% [markdown]
# ## Task 1: Read every line
#
# Some lines of the file are broken: cut short, written into one another, no JSON at all, or not
# UTF-8. Read the file so that each line is either a record or rejected with a reason. Nothing may
# be lost, and nothing guessed.
#
# <details><summary>How sure are these checks?</summary>
#
# The checks of tasks 1, 2 and 5 compare numbers that do not depend on chance. Those of tasks 3 and
# 4 use logs with fixed seeds, so the same answer meets the same logs each time, and your own log.
# On the logs of 300 other seeds the model solution missed no incident, and in one log it named one
# that had not happened. Should yours be such a log, take another number.
# </details>


# %% solution="read_log"
def read_log(path):
    """Return (records, rejected) of a file of JSON lines.

    path: of the file; a line ends with a newline byte, which the last one may lack.
    records: a list of dicts, in the order of the file: the lines that are UTF-8, JSON, an object,
    and have the keys ts and event.
    rejected: a list of (number of the line, reason), in order. Lines count from 1. The reason is
    "not_utf8" where the bytes are no UTF-8, else "not_json" where they are no JSON (an empty line
    is none), else "not_a_record"; your log may have none of a kind. len(records) + len(rejected)
    is the number of lines.

    Example: of the two lines {"ts": "2026-03-02T10:00:00Z", "event": "request"} and {"ts": "20 it
    gives ([{"ts": "2026-03-02T10:00:00Z", "event": "request"}], [(2, "not_json")]).
    """
    ### BEGIN SOLUTION
    records, rejected = [], []
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line.decode("utf-8"))
            except UnicodeDecodeError:
                rejected.append((number, "not_utf8"))
            except ValueError:
                rejected.append((number, "not_json"))
            else:
                if isinstance(record, dict) and "ts" in record and "event" in record:
                    records.append(record)
                else:
                    rejected.append((number, "not_a_record"))
    return records, rejected
    ### END SOLUTION


# %% check="read_log"
good = b'{"ts": "2026-03-02T10:00:00Z", "event": "request", "msg": "a"}'
lines = [good, good[:30], b"", good + good, b"[1, 2]", good.replace(b'"a"', b'"\xff"'), good]
(Path(folder.name) / "small.jsonl").write_bytes(b"\n".join(lines) + b"\n")
got = read_log(Path(folder.name) / "small.jsonl")
assert isinstance(got, tuple | list) and len(got) == 2, (
    "Your function returns something else. Return two lists, (records, rejected). See hint 1."
)
records, rejected = got
assert len(records) + len(rejected) == 7, (
    f"Of 7 lines you give {len(records)} records and {len(rejected)} rejected lines; expected 7 in"
    " all: a line that is dropped in silence is lost for good. See hint 1."
)
assert all(isinstance(record, dict) for record in records), (
    "A record is not a dict: the line [1, 2] is JSON and no record. See hint 3."
)
assert len(records) == 2, (
    f"You accept {len(records)} of the 7 lines; expected 2. Of the others one is cut short, one"
    " empty, one holds two records, one is a list and one is no UTF-8. See hint 2."
)
expected = [(2, "not_json"), (3, "not_json"), (4, "not_json"), (5, "not_a_record"), (6, "not_utf8")]
assert [tuple(pair) for pair in rejected] == expected, (
    f"You reject {rejected}; expected {expected}. Lines count from 1. See hint 2."
)

# %% hidden="read_log"
### BEGIN HIDDEN TESTS
with tempfile.TemporaryDirectory() as other:
    file = Path(other) / "odd.jsonl"
    odd = '{"ts": "2026-03-02T10:00:00Z", "event": "request", "msg": "one\u2028two\x85three"}'
    missing = '{"ts": "2026-03-02T10:00:00Z", "msg": "no event"}'
    file.write_bytes(f"{odd}\n17\n{missing}\n{odd}".encode())
    records, rejected = read_log(file)
    assert all("event" in record for record in records if isinstance(record, dict)), (
        "You accept an object that has no event; expected (3, 'not_a_record') for it. See hint 3."
    )
    assert len(records) == 2 and records[0]["msg"] == "one\u2028two\x85three", (
        f"Of a file whose messages hold other marks for a line's end you read {len(records)}"
        " records; expected 2. Only a newline byte ends a line, and the last line may lack it."
        " See hint 1."
    )
    assert [tuple(pair) for pair in rejected] == [(2, "not_a_record"), (3, "not_a_record")], (
        f"A number and an object without an event are rejected as {rejected}; expected"
        " [(2, 'not_a_record'), (3, 'not_a_record')]. See hint 3."
    )
    log = unseen(SEED + 1)
    records, rejected = read_log(log.write(other))
    truth = next(i for i in log.truth["incidents"] if i["kind"] == "broken_lines")["lines"]
    broken = sorted(number for numbers in truth.values() for number in numbers)
    assert len(records) + len(rejected) == 100_000, (
        f"Of a log of 100,000 lines you account for {len(records) + len(rejected):,}. See hint 1."
    )
    assert [number for number, _ in rejected] == broken, (
        f"In a log with {len(broken)} broken lines you reject {len(rejected)}; expected just those."
        " See hint 2."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: every line once</summary>
#
# Open the file in binary mode, `Path(path).open("rb")`, and go through it with
# `enumerate(file, start=1)`: it is cut at newline bytes and nowhere else. (`str.splitlines` cuts at
# other marks, too.) Each line goes to one of two lists.
# </details>
#
# <details><summary>Hint 2: two ways to fail</summary>
#
# `line.decode("utf-8")` raises UnicodeDecodeError, and `json.loads` raises ValueError. The first is
# a kind of the second, so catch it first. Do not pass `errors="ignore"`: it makes up a line that
# nobody wrote.
# </details>
#
# <details><summary>Hint 3: JSON that is no record</summary>
#
# `17` and `[1, 2]` are JSON. Ask whether the value is a dict that holds `ts` and `event`.
# </details>

# %% [markdown] tags=["solution-only"]
# Each line takes exactly one way out, so nothing can be lost.
#
# What usually goes wrong: `except: continue`, after which nobody knows that a part of the log is
# missing, or which part; `errors="ignore"`; `splitlines()`, which makes two lines of one.


# %%
@functools.cache
def my_log():
    """Return the log that you were given as a frame; your `read_log` reads it once."""
    records, rejected = read_log(path)
    print(f"{len(records) + len(rejected):,} lines read")
    return as_frame(records)


frame = my_log()

# %% [markdown]
# ## Task 2: A timeline
#
# Cut the three days into windows of some minutes by the time at which a request was *written*, and
# say for each how many requests there were, what share failed, and how slow the slowest were.
#
# - Count customers' requests: lines of event request with a `user`. Each attempt counts.
# - Failed is a status of 500 and more. 422 is not.
# - The p99 of n latencies is one that occurred: in order, counted from 0, the one at place
#   floor(0.99 (n - 1)). Failed requests count.


# %% solution="timeline"
def timeline(frame, minutes):
    """Return a table with a row per window, in order of time.

    frame: a table of records in any order; columns event, ts, user, status, latency_ms and others.
    minutes: length of a window. Windows start at multiples of it, counted from midnight (UTC).
    The index is the window's start. Columns: requests (a count), error_rate (a share, 0 to 1) and
    p99_ms. From the first request's window to the last one's there is a row for every window; one
    without requests has 0 requests and NaN for the rest.

    Example: requests at 10:00:01 (status 200, 10 ms), 10:00:02 (status 500, 30 ms) and 10:02:05
    (200, 20 ms) give, with minutes=1, at 10:00 2 requests, error_rate 0.5 and p99_ms 10.0; at
    10:01 0, NaN and NaN; at 10:02 1, 0.0 and 20.0.
    """
    ### BEGIN SOLUTION
    asked = frame[(frame["event"] == "request") & frame["user"].notna()]
    windows = asked.assign(failed=asked["status"] >= 500).groupby(
        pd.Grouper(key="ts", freq=f"{minutes}min")
    )
    return pd.DataFrame(
        {
            "requests": windows.size(),
            "error_rate": windows["failed"].mean(),
            "p99_ms": windows["latency_ms"].quantile(0.99, interpolation="lower"),
        }
    )
    ### END SOLUTION


# %% check="timeline"
small = as_frame(
    [
        row(1),
        row(125, latency_ms=20.0),
        row(2, status=500, latency_ms=30.0),
        row(3, user=None, latency_ms=900.0),
        row(126, status=422),
    ]
)
got = timeline(small, 1)
assert set(got.columns) >= {"requests", "error_rate", "p99_ms"}, (
    f"Your table has the columns {list(got.columns)}; expected requests, error_rate and p99_ms."
)
assert len(got) == 3, (
    f"From 10:00 to 10:02 you give {len(got)} windows of a minute; expected 3. One without a"
    " request is a row, too. See hint 3."
)
assert list(got["requests"]) == [2, 0, 2], (
    f"You count {list(got['requests'])} requests; expected [2, 0, 2]. A line that arrives late"
    " belongs to the window in which it was written, and a line without a user is no customer's"
    " request. See hint 1."
)
rates = list(got["error_rate"])
assert rates[0] == 0.5 and rates[2] == 0 and math.isnan(rates[1]), (
    f"The error rates are {rates}; expected [0.5, nan, 0.0]: 500 has failed, 422 has not, and of no"
    " request no share has failed. See hint 2."
)
assert list(got["p99_ms"])[::2] == [10, 10], (
    f"The p99s are {list(got['p99_ms'])}; expected [10.0, nan, 10.0]: of two latencies the one at"
    " place floor(0.99 x 1) = 0. See hint 4."
)
fast = [row(i / 10, latency_ms=10.0 + i % 20) for i in range(200)]
slow = [row(i, latency_ms=419.0 - i, instance="scorer-2") for i in range(20)]
p99 = timeline(as_frame(fast + slow), 1)["p99_ms"].iloc[0]
assert abs(p99 - 223.5) > 1, (
    f"The p99 of two instances together is {p99}; expected 416.0. You averaged the p99 of one, 29,"
    " and that of the other, 418: a percentile of percentiles is none. See hint 4."
)
assert p99 == 416, f"The p99 of the two instances together is {p99}; expected 416.0. See hint 4."

# %% hidden="timeline"
### BEGIN HIDDEN TESTS
errors = [row(i, latency_ms=10.0) for i in range(180)]
errors += [row(i, status=503, latency_ms=800.0) for i in range(20)]
got = timeline(as_frame(errors), 5)
assert list(got["p99_ms"]) == [800], (
    f"Of 200 requests 20 failed after 800 ms, and the p99 is {list(got['p99_ms'])}; expected"
    " [800.0]: a request that failed was a request. See hint 4."
)
assert list(got["error_rate"]) == [0.1], (
    f"Of 200 requests 20 ended with 503, and the error rate is {list(got['error_rate'])}; expected"
    " [0.1]. See hint 2."
)
table, _ = practice(3)
asked = table[table["user"].notna()]
got = timeline(table, 30)
assert got["requests"].sum() == len(asked), (
    f"In a log of {len(asked):,} requests your windows hold {got['requests'].sum():,}; expected"
    " all, each attempt once."
)
begin = pd.Timestamp("2026-03-02T19:30Z")
inside = asked[(asked["ts"] >= begin) & (asked["ts"] < begin + pd.Timedelta(minutes=30))]
window = got.loc[begin]
assert window["requests"] == len(inside), (
    f"From 19:30 to 20:00 you count {window['requests']:.0f} requests; expected {len(inside)},"
    " those that were written then, whenever they arrived. See hint 1."
)
ordered = sorted(inside["latency_ms"])
place = 99 * (len(ordered) - 1) // 100
assert math.isclose(window["p99_ms"], ordered[place]), (
    f"From 19:30 to 20:00 the p99 is {window['p99_ms']}; expected {ordered[place]}, the latency at"
    f" place {place} of {len(ordered)}. See hint 4."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: which lines, which window</summary>
#
# First keep the lines of event request whose `user` is there (`notna()`). Then group by `ts`, not
# by the place in the table.
# </details>
#
# <details><summary>Hint 2: a share</summary>
#
# The mean of a column of true and false is the share of true.
# </details>
#
# <details><summary>Hint 3: empty windows</summary>
#
# `groupby(pd.Grouper(key="ts", freq="5min"))` makes a group for each window from the first to the
# last. Grouping by `ts.dt.floor` makes none for a window that is empty.
# </details>
#
# <details><summary>Hint 4: the p99</summary>
#
# `quantile(0.99, interpolation="lower")` is the one asked for. Take it over all requests of the
# window at once, of all instances and all endpoints, failed or not.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: counting in the order of the file, where late lines fall into the wrong
# window; a mean of the instances' p99s, which hides the one that is slow; leaving out failed
# requests, which are often the slowest; windows that vanish when nothing came, so that an outage
# cannot be seen.

# %%
busy = timeline(my_log(), 30)
fig, axes = figures.new(
    title="Your three days, half an hour at a time", size=(10.5, 3.2), columns=3
)
for ax, (name, unit) in zip(
    axes,
    {"requests": "requests", "error_rate": "share failed", "p99_ms": "p99, ms"}.items(),
    strict=True,
):
    ax.plot(np.arange(len(busy)) / 2, busy[name])
    ax.set(xlabel="hours since the log begins", ylabel=unit)
    ax.set_ylim(bottom=0)
figures.show(
    fig,
    caption="Requests, failures and slow answers in event time. Draw more: by endpoint, by version,"
    " by instance, and the memory.",
    alt="Three lines over three days: requests with a daily tide, share failed, p99 latency.",
)

# %% [markdown]
# ## Task 3: What broke for a while
#
# Write a function that finds, in a log like yours, each incident of three kinds. Two logs never
# hold the same, so it has to look for all of them and name those that it sees.
#
# - `slow_dependency`: for 40 minutes and more a service answers three times as slowly as usual, or
#   worse. Where: `"bureau"` or `"ledger"`. Start: when it began.
# - `retry_storm`: for 10 to 30 minutes most requests are turned away, and clients ask again and
#   again. Where: `"scorer"`. Start: when it began.
# - `silent_job`: a batch job says that it is done and wrote less than half of the rows that it
#   read. Where: the job. Start: when it ran.
#
# The start may be off by an hour. One incident, one finding. A finding of what did not happen
# sends somebody out of bed: it counts as much as one that is missing.


# %% solution="for_a_while"
def for_a_while(frame):
    """Return a list of dicts {"kind": ..., "where": ..., "start": ...}, one for each incident.

    frame: a table of records as `as_frame` gives it, in order of arrival. Columns include event,
    ts, level, user, status, attempt, downstream, downstream_ms, job, rows_read, rows_written, msg.
    kind, where: as in the list above. start: a time with its zone, such as frame["ts"].min()
    (`.values` loses the zone).
    Nothing that stands out: an empty list.

    Example: [{"kind": "slow_dependency", "where": "ledger",
    "start": pd.Timestamp("2026-03-03T14:00Z")}] is the answer for a log in which the ledger was
    slow from about two o'clock on the second day, and nothing else happened.
    """
    ### BEGIN SOLUTION
    asked, found = frame[frame["user"].notna()], []

    jobs = frame[(frame["event"] == "batch_job") & (frame["level"] == "info")]
    for job in jobs[jobs["rows_written"] < 0.5 * jobs["rows_read"]].itertuples():
        found.append({"kind": "silent_job", "where": job.job, "start": job.ts})

    tries = asked.groupby(asked["ts"].dt.floor("10min"))["attempt"].agg(["mean", "size"])
    storm = tries[(tries["mean"] > 1.3) & (tries["size"] >= 20)]
    if len(storm):
        found.append({"kind": "retry_storm", "where": "scorer", "start": storm.index[0]})

    for service, calls in asked.groupby("downstream"):
        waits = calls.groupby(calls["ts"].dt.floor("15min"))["downstream_ms"]
        usual, waits = calls["downstream_ms"].median(), waits.agg(["median", "size"])
        slow = waits[(waits["median"] > 2 * usual) & (waits["size"] >= 10)]
        if len(slow):
            found.append({"kind": "slow_dependency", "where": service, "start": slow.index[0]})
    return found
    ### END SOLUTION


# %% check="for_a_while"
table, incidents = practice(5, *KINDS)
found = for_a_while(table)
assert isinstance(found, list) and all(isinstance(finding, dict) for finding in found), (
    "Your function returns something else. Return a list of dicts with kind, where and start."
)
right, false = judged(found, incidents)
named, only = told(found), off(found, incidents, right)
assert "silent_job" in right, (
    f"You name {named}; expected also the job that says done and wrote a tenth of its rows."
    " Compare rows_written with rows_read, not the level. See hint 1."
)
assert "retry_storm" in right, (
    f"You name {named}; expected also the retry storm. Many lines are the tide; many attempts for"
    " each request are not. See hint 2."
)
assert not only, (
    f"{only[0]}; expected at most 1 h: the first quarter of an hour that is slow against the same"
    " service's usual. See hint 3."
)
assert "slow_dependency" in right, (
    f"You name {named}; expected also the service that was slow for an hour or two. Compare each"
    " quarter of an hour with the same service's usual. See hint 3."
)
assert not false, (
    f"Right so far, but {len(false)} of your findings did not happen, or name an incident twice:"
    f" {told(false)} among them. See hint 4."
)
found = for_a_while(practice(20)[0])
assert not found, (
    f"In a log in which nothing broke you name {told(found)}. What you see there is the tide, a"
    " late line or chance in small numbers. See hint 4."
)

# %% hidden="for_a_while"
### BEGIN HIDDEN TESTS
for seed, kinds in [(31, KINDS), (44, ["slow_dependency"]), (52, ["memory_leak"])]:
    table, incidents = practice(seed, *kinds)
    right, false = judged(for_a_while(table), incidents)
    missing = set(kinds) & {"slow_dependency", "retry_storm", "silent_job"} - right
    assert not missing, (
        f"In a log that you have not seen {sorted(missing)} happened, and you do not name it, or"
        " not where and when it was. Look at what your function takes for granted about place, time"
        " or size."
    )
    assert not false, (
        f"In a log that you have not seen {len(false)} of your findings did not happen, or name one"
        f" twice: {told(false)} among them. See hint 4."
    )
table, incidents = opened(unseen(SEED))
here = {i["kind"] for i in incidents} & {"slow_dependency", "retry_storm", "silent_job"}
right, false = judged(for_a_while(table), incidents)
assert right == here and not false, (
    f"In your own log you find {len(right)} of the incidents of these kinds, where and when they"
    f" happened; expected {len(here)}. Of your findings {len(false)} did not happen. See hint 4."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a job that says done</summary>
#
# Of the lines of event batch_job take those of level info with `rows_written` below half of
# `rows_read`.
# </details>
#
# <details><summary>Hint 2: a storm</summary>
#
# In each window of ten minutes take the mean of `attempt`. It is close to 1 in all weathers but
# one. Ask for some 20 lines at least: at night one retry in three lines is no storm.
# </details>
#
# <details><summary>Hint 3: a slow service</summary>
#
# Go through `groupby("downstream")`. In each window of a quarter of an hour take the median of
# `downstream_ms`, and compare it with the median over all three days. The first window in which it
# is more than double is the start. Ask for ten calls at least.
# </details>
#
# <details><summary>Hint 4: false alarms</summary>
#
# For each finding of yours that did not happen, print the numbers that it rests on. A difference at
# four in the morning rests on a handful of requests. One incident covers several windows: name the
# first.
# </details>

# %% [markdown] tags=["solution-only"]
# Each detector compares like with like: attempts with requests, a service with its own usual, rows
# written with rows read. Each asks for enough cases before it speaks.
#
# What usually goes wrong: the number of lines taken for a storm, which the evening tide brings
# every day; one limit in ms for both services, when one answers in a third of the other's time;
# only jobs of level error; a finding for every slow window.

# %% [markdown]
# ## Task 4: What broke in one place
#
# Two more kinds. They last for a day and more, and in the service as a whole they hardly show. You
# see them where you compare one part with the others.
#
# - `bad_deploy`: one version fails (status 500, not 503) on one endpoint at least three times as
#   often as the other versions do on the same endpoint, beyond chance. Where: the pair
#   `(version, endpoint)`. Start: when that version began to run, within 1 hour.
# - `memory_leak`: an instance of the scorer holds more and more memory, 10 to 40 MB more every
#   hour, until it is restarted. Where: the instance. Start: when it began to grow, within 6 hours.
#
# There are a dozen pairs of a version and an endpoint, so one of them looks odd in many a log by
# chance: ask for eight failures at least, and for an interval of the ratio that lies above 1 at
# 99.9 %.


# %% solution="in_one_place"
def in_one_place(frame):
    """Return a list of dicts {"kind": ..., "where": ..., "start": ...}, one for each incident.

    frame: a table of records as `as_frame` gives it, in order of arrival. Columns include event,
    ts, instance, version, user, endpoint, status and rss_mb.
    kind, where: as in the list above. start: a time with its zone, such as frame["ts"].min()
    (`.values` loses the zone).
    Nothing that stands out: an empty list.

    Example: [{"kind": "bad_deploy", "where": ("2.5.0", "/pay"),
    "start": pd.Timestamp("2026-03-03T07:00Z")}] is the answer for a log in which version 2.5.0,
    which came on the second day at seven, failed on /pay, and no memory leaked.
    """
    ### BEGIN SOLUTION
    asked, found = frame[frame["user"].notna()], []
    failed = (asked["status"] == 500).groupby([asked["endpoint"], asked["version"]])
    counts = failed.agg(["sum", "size"])
    for (endpoint, version), (a, n) in counts.iterrows():
        b, m = counts.loc[endpoint].drop(version).sum()
        ratio = ((a + 0.5) / (n + 1)) / ((b + 0.5) / (m + 1))
        error = math.sqrt(1 / (a + 0.5) - 1 / (n + 1) + 1 / (b + 0.5) - 1 / (m + 1))
        if a >= 8 and ratio > 3 and math.log(ratio) > 3.29 * error:
            start = asked["ts"][asked["version"] == version].min()
            found.append({"kind": "bad_deploy", "where": (version, endpoint), "start": start})

    own = frame[(frame["event"] == "resource") & frame["instance"].str.startswith("scorer")]
    hourly = own.groupby([own["ts"].dt.floor("h"), "instance"])["rss_mb"].mean().unstack()
    above = hourly.sub(hourly.median(axis=1), axis=0)
    for instance in above.columns[above.max() > 100]:
        rise = above[instance][: above[instance].idxmax()]
        start = rise.index[rise < 20][-1]
        found.append({"kind": "memory_leak", "where": instance, "start": start})
    return found
    ### END SOLUTION


# %% check="in_one_place"
table, incidents = practice(5, *KINDS)
found = in_one_place(table)
assert isinstance(found, list) and all(isinstance(finding, dict) for finding in found), (
    "Your function returns something else. Return a list of dicts with kind, where and start."
)
right, false = judged(found, incidents)
only = off(found, incidents, right)
assert not only, (
    f"{only[0]}; expected at most 1 h for a deploy, whose start is when the version began to run,"
    " and 6 h for a leak, which begins where it is still small. See hint 3."
)
assert "bad_deploy" in right, (
    f"You name {told(found)}; expected also the version that fails on one endpoint. Its overall"
    " error rate is low, because it is given mostly requests that hardly ever fail: compare by"
    " version and endpoint. Count 500 only: 503 is the service turning everyone away. See hint 1."
)
assert "memory_leak" in right, (
    f"You name {told(found)}; expected also the instance whose memory grows for a day and falls at"
    " its restart. From the first value to the last there is little to see: compare it with the"
    " other instances at the same hour. See hint 3."
)
assert not false, (
    f"Right so far, but {len(false)} of your findings did not happen, or name an incident twice:"
    f" {told(false)} among them. See hint 4."
)
found = in_one_place(practice(20)[0])
assert not found, (
    f"In a log in which nothing broke you name {told(found)}. What you see there is the tide, or"
    " chance in small numbers. See hint 4."
)

# %% hidden="in_one_place"
### BEGIN HIDDEN TESTS
for seed, kinds in [(31, KINDS), (44, ["memory_leak"]), (52, ["bad_deploy", "retry_storm"])]:
    table, incidents = practice(seed, *kinds)
    right, false = judged(in_one_place(table), incidents)
    missing = set(kinds) & {"memory_leak", "bad_deploy"} - right
    assert not missing, (
        f"In a log that you have not seen {sorted(missing)} happened, and you do not name it, or"
        " not where and when it was. Look at what your function takes for granted about place, time"
        " or size."
    )
    assert not false, (
        f"In a log that you have not seen {len(false)} of your findings did not happen, or name one"
        f" twice: {told(false)} among them. See hint 4."
    )
table, incidents = opened(unseen(SEED))
here = {i["kind"] for i in incidents} & {"memory_leak", "bad_deploy"}
right, false = judged(in_one_place(table), incidents)
assert right == here and not false, (
    f"In your own log you find {len(right)} of the incidents of these kinds, where and when they"
    f" happened; expected {len(here)}. Of your findings {len(false)} did not happen. See hint 4."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: like with like</summary>
#
# For each endpoint and version count the requests and those with status 500. Compare each version
# with all other versions together *at the same endpoint*.
# </details>
#
# <details><summary>Hint 2: beyond chance</summary>
#
# With a failures of n, and b of m for the others, the logarithm of the ratio (a/n)/(b/m) has the
# standard error sqrt(1/a - 1/n + 1/b - 1/m). Add a half to a and b and 1 to n and m, so that none
# is 0. At 99.9 % the logarithm should exceed 3.29 standard errors.
# </details>
#
# <details><summary>Hint 3: a leak</summary>
#
# Take the mean of `rss_mb` for each hour and scorer instance, as a table with a column per instance
# (`unstack`). Subtract the median of the four from each: the tide is in all of them and goes away.
# What then rises by more than 100 MB is a leak. It began at the last hour before the peak at which
# the difference was still small.
# </details>
#
# <details><summary>Hint 4: false alarms</summary>
#
# For each finding of yours that did not happen, print the numbers that it rests on. A ratio of 3
# from two failures is chance. An old version that ran for one night has few requests, so as the
# other side of a comparison it says little.
# </details>

# %% [markdown] tags=["solution-only"]
# A version is held against other versions at the same endpoint, an instance against its siblings at
# the same hour. What is common to both sides, the mix of requests and the tide, falls out.
#
# What usually goes wrong: overall rates before and after, or by version alone, which even point the
# other way here (Simpson's paradox); the last memory value minus the first, which a restart brings
# to nothing; a threshold on a ratio of a handful of failures; naming every version and instance in
# the hope that one is right.

# %% [markdown]
# ## Task 5: Whom it hit
#
# "How bad was it?" is asked about customers, not about lines. For a span of time say how many
# requests were made, how many of them ended in failure after all attempts, and how many people met
# at least one such failure, with an interval for the rate.
#
# A request here is a `trace`: its attempts belong together, and the one with the highest `attempt`
# within the span says how it ended. The interval is Wilson's, at 95 % (z = 1.96). With k failures
# of n and p = k/n its ends are
#
# $$\frac{p + \frac{z^2}{2n} \mp z \sqrt{\frac{p(1-p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}.$$


# %% solution="impact"
def impact(frame, start, end):
    """Return a dict: requests, failed, users (counts), rate, low, high (shares) of a span of time.

    frame: a table of records in any order; columns ts, trace, user, status, attempt and others.
    Only customers' lines count (those with a user), with start <= ts < end.
    users: how many different users have a request that ended with a status of 500 and more.
    rate, low, high: failed / requests and the ends of its interval; all NaN without a request.

    Example: three requests, one of which failed twice and was then answered, one of which failed,
    and one of which was answered at once, give requests 3, failed 1, users 1, rate 0.333, low
    0.061 and high 0.792 (here rounded).
    """
    ### BEGIN SOLUTION
    asked = frame[frame["user"].notna() & (frame["ts"] >= start) & (frame["ts"] < end)]
    last = asked.sort_values("attempt").drop_duplicates("trace", keep="last")
    failed = last[last["status"] >= 500]
    n, k, z = len(last), len(failed), 1.96
    about = {"requests": n, "failed": k, "users": failed["user"].nunique()}
    if n == 0:
        return {**about, "rate": math.nan, "low": math.nan, "high": math.nan}
    p = k / n
    middle = p + z**2 / (2 * n)
    reach = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (max(0.0, (middle + side * reach) / (1 + z**2 / n)) for side in (-1, 1))
    return {**about, "rate": p, "low": low, "high": high}
    ### END SOLUTION


# %% check="impact"
small = as_frame(
    [
        row(1, trace="a", status=503, user="u1"),
        row(3, trace="a", status=200, user="u1", attempt=3),
        row(2, trace="a", status=503, user="u1", attempt=2),
        row(4, trace="b", status=500, user="u2"),
        row(5, trace="c", user="u2"),
        row(6, trace="c", user=None, status=500, attempt=2),
        row(60, trace="d", status=500, user="u3"),
    ]
)
begin = pd.Timestamp("2026-03-02T10:00Z")
got = impact(small, begin, begin + pd.Timedelta(minutes=1))
assert got["requests"] == 3, (
    f"You count {got['requests']} requests; expected 3: the traces a, b and c. Attempts of one"
    " trace are one request, and what happens at the end of the span is outside. See hint 1."
)
assert got["failed"] == 1, (
    f"You count {got['failed']} failed requests; expected 1, b. Request a was answered at its third"
    " attempt, which is not the last line that arrived; c was answered, too. See hint 2."
)
assert got["users"] == 1, (
    f"You count {got['users']} users; expected 1: u2 met a failure, u1 did not. See hint 2."
)
assert math.isclose(got["rate"], 1 / 3), f"The rate is {got['rate']}; expected 1/3."
assert math.isclose(got["low"], 0.0615, abs_tol=5e-4), (
    f"The interval begins at {got['low']:.4f}; expected 0.0615, by Wilson's formula. See hint 3."
)
assert math.isclose(got["high"], 0.7923, abs_tol=5e-4), (
    f"The interval ends at {got['high']:.4f}; expected 0.7923, by Wilson's formula. See hint 3."
)

# %% hidden="impact"
### BEGIN HIDDEN TESTS
table, incidents = practice(31, "retry_storm")
storm = incidents[0]
start, end = pd.Timestamp(storm["start"]), pd.Timestamp(storm["end"])
lines = table[table["user"].notna() & (table["ts"] >= start) & (table["ts"] < end)]
last = lines.sort_values("attempt", kind="stable").drop_duplicates("trace", keep="last")
bad = last[last["status"] >= 500]
got = impact(table, start, end)
assert got["requests"] == len(last), (
    f"In a storm of {len(lines)} lines you count {got['requests']} requests; expected {len(last)}"
    " traces. See hint 1."
)
assert got["failed"] == len(bad), (
    f"In a storm you count {got['failed']} requests that failed in the end; expected {len(bad)}."
    " See hint 2."
)
assert got["users"] == (users := bad["user"].nunique()), (
    f"In a storm you count {got['users']} users; expected {users}: one who met two failures is one."
    " See hint 2."
)
begin, long_after = pd.Timestamp("2026-03-02T10:00Z"), pd.Timestamp("2026-03-09T10:00Z")
again = [row(1, trace="a", status=500), row(60, trace="a", attempt=2), row(9, trace="b")]
again += [row(8, trace="b", status=500, attempt=2)]
got = impact(as_frame(again), begin, begin + pd.Timedelta(minutes=1))
assert got["failed"] == 2, (
    f"You count {got['failed']} failed requests; expected 2. The highest attempt within the span"
    " decides: not one after its end, and not the line written last. See hint 2."
)
calm = impact(as_frame([row(i, trace=f"t{i}") for i in range(50)]), begin, long_after)
assert abs(calm["low"]) < 1e-12 and math.isclose(calm["high"], 0.0713, abs_tol=5e-4), (
    f"With no failure of 50 the interval is {calm['low']:.4f} to {calm['high']:.4f}; expected 0 to"
    " 0.0713: none seen is not none. See hint 3."
)
none = impact(as_frame([row(1)]), begin, begin)
assert none["requests"] == 0 and math.isnan(none["rate"]), (
    f"For a span without a request you give {none}; expected 0 requests and NaN for the rate."
    " Ask before you divide."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: traces, not lines</summary>
#
# Keep the lines with a user and `start <= ts < end`. The number of requests is the number of
# different traces among them.
# </details>
#
# <details><summary>Hint 2: how a request ended</summary>
#
# Sort by `attempt` and keep the last line of each trace: `drop_duplicates("trace", keep="last")`.
# Among these look for a status of 500 and more, and count their different users.
# </details>
#
# <details><summary>Hint 3: the interval</summary>
#
# Work out the middle, p + z^2/(2n), and the reach, z times the root, and divide both by
# 1 + z^2/n. The simpler p plus or minus 1.96 sqrt(p(1-p)/n) gives 0 to 0 where nothing failed.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: counting lines, which makes a retry storm several times as bad as it was
# for the customers, and counts those as failed who got their answer; taking the line that arrived
# last for the last attempt; an interval of width 0 where nothing failed.

# %% [markdown]
# ## What your report can rest on
#
# This cell runs your functions on your log. Its counts are of all failures, everywhere, in one
# hour. Add cells of your own below it, and drill down until you could defend each sentence:
#
# - Take each incident's whole span and place. None of the tasks finds an end: look for the restart,
#   the rollback or the last slow window.
# - Subtract what fails anyway (same place, another day or version). Where nobody failed, say who
#   waited.
# - Before you give `impact` a part of the table, narrow by trace and not by line: keep every
#   attempt of the traces that touched it, for another instance may have answered the retry.
# - A line came late by `frame["ts"].cummax() - frame["ts"]`.

# %%
frame = my_log()
found = sorted(for_a_while(frame) + in_one_place(frame), key=lambda finding: finding["start"])
for finding in found:
    start = finding["start"].floor("min")
    hour = impact(frame, start, start + pd.Timedelta(hours=1))
    print(f"{start:%d %B %H:%M}  {finding['kind']}: {finding['where']}")
    print(f"    {hour['requests']} requests in the hour after, {hour['failed']} failed in the end,")
    print(f"    of {hour['users']} users; rate {abs(hour['low']):.4f} to {hour['high']:.4f}")

# %% [markdown]
# ## The report
#
# One page for people who were not there: your team, and the head of the business. They decide by it
# what to change and whom to tell. It is marked by hand:
#
# - Timeline (2 points): every incident with its begin and end in event time, in order, and how you
#   know.
# - Impact (2 points): requests and users hit, with an interval; what was not hit; people counted,
#   not lines. Hit is who failed in the end, or waited longer than a limit that you name. If no
#   customer's line shows harm, say so, with what you looked at.
# - Cause, and how sure (3 points): for each incident the narrowest place that the log supports,
#   what else would look the same, and why you rule it out or cannot.
# - What the log cannot tell (1 point): two questions that matter, and the line that would have
#   answered each; the rejected and the late lines.
# - What to change (2 points): one change per cause, and one that would have shown it sooner, with
#   its threshold and its false alarms.
#
# Points are lost for a number without its unit or span, for a cause that is only a correlation, and
# for a sentence that nobody could act on.
#
# Write it in the cell below, 300 to 600 words (tables not counted) under five headings: Timeline;
# Impact; Cause, and how sure; What the log cannot tell; What to change.

# %% [markdown] written="report"
# The model report stands below: code writes it, so that its numbers are those of the log.

# %% [markdown] tags=["solution-only"]
# A model report follows. Its numbers come from the cell, so it is right for one seed and shows the
# form for all. Read how it separates what was seen, what follows from it, and what stays open.

# %% tags=["solution-only"]
WOULD_LOOK_THE_SAME = {
    "memory_leak": "a cache that fills and then stops; this one did not stop before the restart",
    "slow_dependency": "a slow network between the two; then the service's own lines would be as"
    " fast as ever, and they are not",
    "bad_deploy": "a fault of the instance and not of the version; only one instance ran it, so the"
    " log cannot tell these two apart",
    "retry_storm": "a crowd of new customers; traces rose far less than attempts",
    "silent_job": "a day with little to write; no other run of the job wrote so small a share",
}
TO_CHANGE = {
    "memory_leak": "an alarm on an instance 100 MB above the median of its siblings",
    "slow_dependency": "a limit on the wait, and an answer that does without",
    "bad_deploy": "a canary that is given the same mix as the rest, compared by endpoint",
    "retry_storm": "clients that wait longer after each refusal, and at random",
    "silent_job": "a job that fails when it writes less than nine tenths of what it read",
}
ends = frame["ts"].min(), frame["ts"].max()


# %% tags=["solution-only"]
def span(finding):
    """Return (start, end): the end is what the log last shows of the incident."""
    kind, where, start = finding["kind"], finding["where"], finding["start"].floor("min")
    after = frame[frame["ts"] >= start]
    if kind == "memory_leak":
        shows = after[(after["event"] == "instance_stop") & (after["instance"] == where)]
    elif kind == "bad_deploy":
        shows = after[after["version"] == where[0]]
    elif kind == "retry_storm":
        shows = after[after["status"] == 503]
    elif kind == "slow_dependency":
        usual = frame["downstream_ms"][frame["downstream"] == where].median()
        calls = after[after["downstream"] == where]
        middle = calls.groupby(calls["ts"].dt.floor("15min"))["downstream_ms"].transform("median")
        shows = calls[middle > 2 * usual]
    else:
        return start, start + pd.Timedelta(hours=1)
    return start, shows["ts"].max().ceil("min")


def outside(start, end):
    """Return the table without the lines of a span of time."""
    return frame[(frame["ts"] < start) | (frame["ts"] >= end)]


# %% tags=["solution-only"]
def measured(finding):
    """Return what the log shows of an incident, in words and numbers."""
    kind, where, (start, end) = finding["kind"], finding["where"], span(finding)
    inside = frame[(frame["ts"] >= start) & (frame["ts"] < end)]
    if kind == "memory_leak":
        own = inside[(inside["event"] == "resource") & (inside["instance"] == where)]
        hours = (own["ts"] - start).dt.total_seconds() / 3600
        grows = np.polyfit(hours, own["rss_mb"], 1)[0]
        return f"{where} grew by {grows:.0f} MB an hour, its siblings under the same load did not"
    if kind == "slow_dependency":
        slow = inside[inside["downstream"] == where]["downstream_ms"].median()
        usual = frame[frame["downstream"] == where]["downstream_ms"].median()
        return f"{where} answered in {slow:.0f} ms in the median, {usual:.0f} ms over three days"
    if kind == "bad_deploy":
        here = frame[frame["endpoint"] == where[1]]
        own = here["version"] == where[0]
        rates = [(lines["status"] == 500).mean() for lines in (here[own], here[~own])]
        return (
            f"{where[0]} failed on {rates[0]:.2%} of {own.sum():,} requests for {where[1]}, other"
            f" versions on {rates[1]:.2%} of {(~own).sum():,}, so that about"
            f" {(rates[0] - rates[1]) * own.sum():.0f} failures are its own"
        )
    if kind == "retry_storm":
        storm = inside[inside["status"] == 503]
        return f"{len(storm):,} attempts of {storm['trace'].nunique():,} requests were turned away"
    run = frame[(frame["job"] == where) & (frame["ts"] == finding["start"])].iloc[0]
    return f"{where} read {run['rows_read']:,.0f} rows and wrote {run['rows_written']:,.0f}"


# %% tags=["solution-only"]
late = (frame["ts"].cummax() - frame["ts"]).dt.total_seconds() > 1
timeline_part, impact_part = [], []
for finding in found:
    start, end = span(finding)
    name = finding["kind"].replace("_", " ")
    when = f"{start:%d %B %H:%M} to {end:%d %B %H:%M}"
    timeline_part.append(f"- {when}: {name}; {measured(finding)}.")
    hit, usual = impact(frame, start, end), impact(outside(start, end), *ends)
    more = "more than" if hit["low"] > usual["high"] else "not clearly more than"
    impact_part.append(
        f"- {name}: of {hit['requests']:,} requests in its span {hit['failed']:,} failed after all"
        f" attempts, for {hit['users']:,} customers: {hit['low']:.2%} to {hit['high']:.2%}, {more}"
        f" at other times ({usual['low']:.2%} to {usual['high']:.2%})."
    )
open_part = (
    f"{len(rejected):,} lines could not be read, so what they say stays open; {late.sum():,} came"
    " late and are in. The log says who was refused and not who gave up: a line when a customer"
    " leaves would. It says how much memory was held and not by what: a sample of the allocations"
    " would."
)
parts = {
    "Timeline (UTC)": timeline_part,
    "Impact": impact_part,
    "Cause, and how sure": [
        f"- {f['kind'].replace('_', ' ')}, {str(f['where']).strip('()')}. What would look the same:"
        f" {WOULD_LOOK_THE_SAME[f['kind']]}."
        for f in found
    ],
    "What the log cannot tell": [open_part],
    "What to change": [f"- {TO_CHANGE[f['kind']]}" for f in found],
}
text = [f"**{title}**\n\n" + "\n".join(lines) for title, lines in parts.items()]
display(Markdown("\n\n".join(text)))

# %%
folder.cleanup()
