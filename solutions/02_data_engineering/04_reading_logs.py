# %% [markdown]
# # Exercise: reading logs
#
# You write a parser that loses no line, find the jobs that went wrong whatever they say, and tell
# who is alive from lines alone.
#
# Save, then run `python3 course.py check 02_data_engineering/04` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 45 minutes. **Before this** the lesson
# [Reading logs](../../chapters/02_data_engineering/04_reading_logs.ipynb).

# %%
import json
import re

import numpy as np
import pandas as pd

from labkit.riverton.captured import shipped

# %% [markdown]
# ## What the checks use
#
# A function that makes a table of runs. You need not change anything here.


# %%
def runs(**jobs):
    """A frame of runs: for each job a list of (level, rows read, rows written)."""
    rows = [(job, *run) for job, listed in jobs.items() for run in listed]
    frame = pd.DataFrame(rows, columns=["job", "level", "rows_read", "rows_written"])
    return frame.assign(run=np.arange(len(frame)) + 1, index=7).set_index("index")


# %% [markdown]
# ## Task 1: A parser that loses no line
#
# A line of this log is whole if it has these five fields, in this order, one blank between them,
# and nothing before or after:
#
#     ts=2026-03-02T08:00:01.250Z instance=scorer-1 endpoint=/predict status=200 latency_ms=12.5
#
# The time always has three decimals and a Z, the status three digits, the latency exactly one
# decimal. So the last digit is the end mark: a line that was cut shows it. Instances consist of
# letters, digits and hyphens; endpoints of a slash and letters. Any other line is rejected.


# %% solution="parser"
def parse_log(lines):
    """Return (records, rejected), so that every line is in one of them.

    lines: a list of bytes, one line each, without line ends; they may be no UTF-8.
    records: a list of dicts, in the order of the lines, with ts, instance and endpoint (text),
    status (int) and latency_ms (float).
    rejected: a list of pairs (number, reason), in order: the number of the line, the first being 1,
    and in your own words why it is no record (text that is not empty).

    Example: parse_log([b"ts=2026-03-02T08:00:01.250Z instance=a-1 endpoint=/x status=200 "
    b"latency_ms=12.5", b"ts=2026-"]) is ([{"ts": "2026-03-02T08:00:01.250Z", "instance": "a-1",
    "endpoint": "/x", "status": 200, "latency_ms": 12.5}], [(2, "cut short")]).
    """
    ### BEGIN SOLUTION
    whole = re.compile(
        r"ts=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) instance=([A-Za-z0-9-]+) "
        r"endpoint=(/[A-Za-z]+) status=(\d{3}) latency_ms=(\d+\.\d)"
    )
    records, rejected = [], []
    for number, line in enumerate(lines, start=1):
        try:
            found = whole.fullmatch(line.decode())
        except UnicodeDecodeError:
            rejected.append((number, "not UTF-8"))
            continue
        if not found:
            rejected.append((number, "not five whole fields"))
            continue
        ts, instance, endpoint, status, latency_ms = found.groups()
        records.append(
            {
                "ts": ts,
                "instance": instance,
                "endpoint": endpoint,
                "status": int(status),
                "latency_ms": float(latency_ms),
            }
        )
    return records, rejected
    ### END SOLUTION


# %% check="parser"
start = b"ts=2026-03-02T08:00:01.250Z instance=scorer-1 endpoint=/predict "
good = start + b"status=200 latency_ms=12.5"
slow = start.replace(b"-1", b"-2") + b"status=503 latency_ms=812.0"
lines = [good, b"Traceback (most recent call last):", slow, good[:-2], good]
records, rejected = parse_log(lines)
assert len(records) + len(rejected) == len(lines), (
    f"Of {len(lines)} lines you parse {len(records)} and reject {len(rejected)}; expected all of"
    " them in one of the two. What becomes of a line that is no record? See hint 1."
)
assert [number for number, _ in rejected] != [1, 3], (
    "You reject the lines [1, 3]; expected [2, 4]: the first line is 1, not 0."
)
assert [number for number, _ in rejected] == [2, 4], (
    f"You reject the lines {[number for number, _ in rejected]}; expected [2, 4]. Line 4 is cut"
    " after the point of its latency. See hint 2."
)
assert all(isinstance(reason, str) and reason for _, reason in rejected), (
    "A rejected line is a pair of its number and a reason in words; expected text, not empty."
)
expected = {
    "ts": "2026-03-02T08:00:01.250Z",
    "instance": "scorer-2",
    "endpoint": "/predict",
    "status": 503,
    "latency_ms": 812.0,
}
assert records[1] == expected, f"Your second record is {records[1]}; expected {expected}."
types = (type(records[1]["status"]).__name__, type(records[1]["latency_ms"]).__name__)
assert types == ("int", "float"), f"status and latency_ms are {types}; expected int and float."
mixed = [good[:40] + slow, good[40:], good]
records, rejected = parse_log(mixed)
assert len(records) + len(rejected) == 3, (
    f"Of three lines you parse {len(records)} and reject {len(rejected)}; expected 3 together."
)
assert [number for number, _ in rejected] == [1, 2], (
    f"Two lines were written into one another, and you reject {[n for n, _ in rejected]}; expected"
    " [1, 2]: hold the pattern to the whole line, from its first byte to its last. See hint 2."
)

# %% hidden="parser"
### BEGIN HIDDEN TESTS
start = b"ts=2026-03-04T23:59:59.999Z instance=bureau-12 endpoint=/credit "
whole = start + b"status=404 latency_ms=0.3"
records, rejected = parse_log([whole[:cut] for cut in range(len(whole))] + [whole])
assert (len(records), len(rejected)) == (1, len(whole)), (
    f"A line cut in every place, and whole: you parse {len(records)} lines and reject"
    f" {len(rejected)}; expected 1 and {len(whole)}. See hints 1 and 2."
)
odd = {
    "a byte that is no UTF-8": whole.replace(b"bureau", b"bur\xffau"),
    "nothing in it": b"",
    "something before": b"INFO " + whole,
    "a status of four digits": whole.replace(b"404", b"4040"),
    "a field missing": whole.replace(b" endpoint=/credit", b""),
    "a time without decimals": whole.replace(b".999Z", b"Z"),
    "an instance with an underscore": whole.replace(b"bureau-12", b"bureau_12"),
    "an endpoint with a digit": whole.replace(b"credit", b"credit2"),
    "two blanks between fields": whole.replace(b" status", b"  status"),
    "a blank at the end": whole + b" ",
    "a line end at the end": whole + b"\n",
}
long = whole.replace(b"=0.3", b"=1234.5")
records, rejected = parse_log([*odd.values(), whole, long])
numbers = [number for number, _ in rejected]
assert len(records) + len(rejected) == len(odd) + 2, (
    f"Of {len(odd) + 2} lines you parse {len(records)} and reject {len(rejected)}; expected every"
    " line in one of the two. Bytes that are no UTF-8 are a reason, too. See hint 3."
)
taken = [what for number, what in enumerate(odd, start=1) if number not in numbers]
assert not taken, (
    f"You accept a line with {' and one with '.join(taken)}; expected it to be rejected, as the"
    " task says of each field and of the blanks. See hints 2 and 3."
)
assert [record["latency_ms"] for record in records] == [0.3, 1234.5], (
    f"Of two whole lines you parse the latencies {[r['latency_ms'] for r in records]}; expected"
    " [0.3, 1234.5]: before the point may stand any number of digits."
)
assert parse_log([]) == ([], []), "Of no lines there are no records and none rejected."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through `enumerate(lines, start=1)`, and let every way through the loop end in one `append`: to
# `records` or to `rejected`.
# </details>
#
# <details><summary>Hint 2: the whole line</summary>
#
# `re.fullmatch` holds a pattern to the whole of a line; `search` and `match` are content with a
# part. Say what each field is made of (`\d{3}`, `[A-Za-z0-9-]+`), and never `.*`.
# </details>
#
# <details><summary>Hint 3: bytes</summary>
#
# `line.decode()` raises UnicodeDecodeError for bytes that are no UTF-8. Catch it inside the loop,
# for that one line. With `errors="ignore"` the bad bytes vanish, and the line looks whole.
# </details>

# %% [markdown] tags=["solution-only"]
# The conservation law is worth more than the pattern: whatever the pattern is, `parsed + rejected =
# read` says that nobody has to wonder.
#
# What usually goes wrong: `except: continue`, which loses the line; one `try` around the whole
# loop, which loses all lines after the first bad one; `search` with `.*`, which takes lines that
# were cut or written into one another; `errors="ignore"`, which repairs a line into one that nobody
# wrote.

# %% [markdown]
# ## Task 2: The jobs that went wrong
#
# A run went wrong if it says so (its level is "error"), or if it wrote less than half of what is
# usual for its job. Usual is the median of `rows_written` over all runs of that job.


# %% solution="audit"
def audit(jobs):
    """Return the runs that went wrong, as a list of their run ids in ascending order.

    jobs: a DataFrame with a row per run and the columns run (int, an id), job (text), level
    ("info" or "error"), rows_read and rows_written (int). Its index means nothing.

    Example: of four runs of one job that wrote 100, 98, 9 and 101 rows, all with level "info", the
    median is 99, and the third went wrong.
    """
    ### BEGIN SOLUTION
    usual = jobs.groupby("job")["rows_written"].transform("median")
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < usual / 2)
    return sorted(int(run) for run in jobs.loc[wrong, "run"])
    ### END SOLUTION


# %% check="audit"
payments = [("info", 40_000, n) for n in (39_800, 40_100, 4_050, 39_700, 40_300)]
reminders = [("info", 900, n) for n in (890, 900, 880, 895)]
features = [("info", 200_000, n) for n in (199_000, 198_500, 201_000)]
features.append(("error", 200_000, 0))
suspects = [("info", 100_000, n) for n in (910, 880, 900)]  # a filter: reads much, keeps little
table = runs(payments=payments, reminders=reminders, features=features, suspects=suspects)
found = list(audit(table))
assert found != [13], (
    "You find the run that says that it failed, [13]; expected [3, 13]: run 3 says info and wrote a"
    " tenth of the usual. Do not take a job's word for it. See hint 1."
)
assert found != [7, 7], "You find [7, 7], which is the index; expected run ids: the column run."
assert not {6, 7, 8, 9} & set(found), (
    f"You find {found}; expected [3, 13]. The runs 6 to 9 wrote what is usual for their job, which"
    " is small: hold each run against its own job. See hint 2."
)
assert not {14, 15, 16} & set(found), (
    f"You find {found}; expected [3, 13]. The runs 14 to 16 keep about 900 of 100,000 rows, as is"
    " usual for their job: hold what was written against what its job usually writes. See hint 2."
)
assert 3 in found, f"You find {found}; expected [3, 13]: run 3 wrote 4,050 rows of about 39,800."
assert found == [3, 13], f"You find {found}; expected [3, 13]."

# %% hidden="audit"
### BEGIN HIDDEN TESTS
rows = pd.DataFrame(
    [
        (11, "a", "info", 50, 50),
        (5, "b", "info", 90_000, 30_000),
        (12, "a", "error", 50, 49),
        (7, "b", "info", 90_000, 88_000),
        (1, "a", "info", 50, 3),
        (9, "b", "info", 90_000, 91_000),
        (3, "a", "info", 50, 48),
        (4, "a", "info", 50, 25),
    ],
    columns=["run", "job", "level", "rows_read", "rows_written"],
)
found = list(audit(rows))
assert 12 in found, f"You find {found}; expected run 12 as well, which says that it failed."
assert {1, 5} <= set(found), (
    f"You find {found}; expected [1, 5, 12]: run 1 wrote 3 rows of about 48, and run 5 wrote 30,000"
    " of about 88,000. Hold each run against its own job. See hint 2."
)
assert not {7, 9, 3, 4, 11} & set(found), (
    f"You find {found}; expected [1, 5, 12]: the others wrote at least half of what is usual for"
    " their job. See hint 2."
)
assert found == [1, 5, 12], f"You find {found}; expected [1, 5, 12], in ascending order."
burst = [("info", 10, n) for n in (10, 10, 10, 10, 1_000)]
found = list(audit(runs(burst=burst)))
assert found == [], (
    f"Four runs that wrote 10 rows and one that wrote 1,000: you find {found}; expected []. One"
    " large run moves a mean, not the median."
)
shaky = [("error", 200, 10)] * 3 + [("info", 200, n) for n in (100, 100, 30)]
found = list(audit(runs(shaky=shaky)))
assert found == [1, 2, 3], (
    f"Three runs with level error wrote 10 rows, three others 100, 100 and 30: you find {found};"
    " expected [1, 2, 3]. Usual is the median, 20, over all runs of the job, failed ones included."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Two conditions, joined by `|`. One is about the level, the other about the rows.
# </details>
#
# <details><summary>Hint 2: its own job</summary>
#
# `jobs.groupby("job")["rows_written"].transform("median")` gives, for each run, the median of the
# job that it belongs to.
# </details>

# %% [markdown] tags=["solution-only"]
# A job's line is a statement by the job. Its level says whether the program ended well, and not
# whether its result is any good.
#
# What usually goes wrong: the level alone, which misses the silent failure; a fixed number of rows,
# or one median for all jobs, which accuse small jobs and miss large ones; half of what was read,
# which accuses a job that filters; a mean for "usual", which one bad or one large run moves.

# %% [markdown]
# ## Task 3: Who is alive
#
# An instance writes a line when it starts, lines while it runs, and a line when it stops, unless it
# is killed: then it falls silent. At a time t an instance is **alive** if, looking only at lines up
# to and including t,
#
# - its last line is not an `instance_stop`,
# - and that line is not older than `silence` seconds.


# %% solution="alive"
def alive_at(lines, t, silence):
    """Return the names of the instances that are alive at t, as a sorted list.

    lines: a list of triples (seconds, instance, event), in any order; no two lines of one instance
    have the same time. An instance that has stopped may start again.
    t, silence: seconds.

    Example: with the lines (0, "a", "instance_start"), (1, "a", "resource"), (5, "b",
    "instance_start"), alive_at(lines, 2, 3) is ["a"] and alive_at(lines, 5, 3) is ["b"]: a was last
    heard of four seconds before.
    """
    ### BEGIN SOLUTION
    last = {}
    for seconds, instance, event in sorted(lines):
        if seconds <= t:
            last[instance] = (seconds, event)
    return sorted(
        instance
        for instance, (seconds, event) in last.items()
        if event != "instance_stop" and t - seconds <= silence
    )
    ### END SOLUTION


# %% check="alive"
story = [
    (0, "a", "instance_start"),
    (0.5, "b", "instance_start"),
    (1, "a", "resource"),
    (1.5, "b", "request"),
    (2, "a", "resource"),
    (2.5, "b", "instance_stop"),
    (4, "c", "instance_start"),
    (5, "c", "resource"),
]
assert list(alive_at(story, 2, 1)) == ["a", "b"], (
    f"At 2 s you say {alive_at(story, 2, 1)}; expected ['a', 'b']: c starts later. Look only at"
    " lines up to t. See hint 1."
)
assert "b" not in alive_at(story, 2.7, 1), (
    f"At 2.7 s you say {alive_at(story, 2.7, 1)}; expected ['a']: b has said that it stops. Starts"
    " alone do not tell. See hint 1."
)
assert list(alive_at(story, 5, 1)) == ["c"], (
    f"At 5 s you say {alive_at(story, 5, 1)}; expected ['c']: a wrote no stop, and has been silent"
    " for 3 s. It is dead. See hint 2."
)
short = [(0, "a", "instance_start"), (1, "a", "resource"), (5, "b", "instance_start")]
found = [list(alive_at(short, t, 3)) for t in (2, 5)]
assert found == [["a"], ["b"]], (
    f"Docstring: you say {found}; expected [['a'], ['b']]: lines up to and including t count."
)
log = [json.loads(line) for line in shipped().logs[0].read_bytes().splitlines()]
times = pd.to_datetime([line["ts"] for line in log])
since = (times - times.min()).total_seconds()
captured = {}
for s, line in zip(since, log, strict=True):
    if line["instance"].startswith("scorer"):
        captured[(float(s), line["instance"])] = line["event"]
lines = [(s, instance, event) for (s, instance), event in captured.items()]
end = max(s for s, instance, event in lines if event == "request")
assert list(alive_at(lines, end, 1.0)) == ["scorer-3", "scorer-4"], (
    f"At the last request of the captured log you say {alive_at(lines, end, 1.0)}; expected"
    " ['scorer-3', 'scorer-4']: scorer-1 stopped, and scorer-2 was killed. See hint 2."
)

# %% hidden="alive"
### BEGIN HIDDEN TESTS
story = [
    (9, "x", "request"),
    (6, "x", "instance_start"),
    (4, "x", "instance_stop"),
    (0, "x", "instance_start"),
    (3, "x", "request"),
    (2, "y", "instance_start"),
    (7.5, "y", "resource"),
    (5, "y", "resource"),
    (8, "z", "instance_start"),
]
assert list(alive_at(story, 4.5, 3)) == ["y"], (
    f"x starts at 0 and stops at 4, y starts at 2: at 4.5 s you say {alive_at(story, 4.5, 3)};"
    " expected ['y']. See hint 1."
)
assert list(alive_at(story, 4, 3)) == ["y"], (
    f"x stops at 4: at 4 s you say {alive_at(story, 4, 3)}; expected ['y']. A stop at t counts."
)
assert list(alive_at(story, 9, 3)) == ["x", "y", "z"], (
    f"x stops at 4 and starts again at 6: at 9 s you say {alive_at(story, 9, 3)}; expected ['x',"
    " 'y', 'z']. The last line counts, in the order of time. See hint 3."
)
assert list(alive_at(story, 11, 3)) == ["x", "z"], (
    f"At 11 s y has been silent for 3.5 s, x for 2 and z for exactly 3, of 3: you say"
    f" {alive_at(story, 11, 3)}; expected ['x', 'z']. See hint 2."
)
assert list(alive_at(story, 30, 3)) == [], (
    f"At 30 s all have been silent for long: you say {alive_at(story, 30, 3)}; expected []."
)
assert list(alive_at([], 1, 1)) == [], "Where there is no line, nobody is alive."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Throw away the lines that come after t. Of the rest, find each instance's last line.
# </details>
#
# <details><summary>Hint 2: two ways to be gone</summary>
#
# Its last line says `instance_stop`, or it lies more than `silence` before t.
# </details>
#
# <details><summary>Hint 3: nearly there</summary>
#
# Go through `sorted(lines)` and put `(seconds, event)` into a dictionary under the instance's name:
# what remains in it at the end is the last line of each.
# </details>

# %% [markdown] tags=["solution-only"]
# The last line is enough: whoever starts again has a later line than their stop.
#
# What usually goes wrong: counting starts, or starts minus stops, which keeps the killed alive for
# ever; lines from after t, which a monitor does not have; taking the order of the list for the
# order of time.
