# %% [markdown]
# # Exercise: beyond one machine
#
# You write an aggregation that can be put together from parts, in any order; give every row of a
# skewed log a place; and count what would travel, before anything does. No cluster is needed.
#
# Save, then run `python3 course.py check 02_data_engineering/08` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 30 minutes. **Before this** the lesson
# [Beyond one machine](../../chapters/02_data_engineering/08_beyond_one_machine.ipynb).

# %%
import builtins
import copy
import math
import pickle
import zlib
from collections import Counter
from functools import reduce
from itertools import permutations

# %% [markdown]
# The checks put parts together in three ways. You need not change anything here.


# %%
def three_ways(partial, combine, finish, pieces):
    """Finish the same parts from the left, from the right, and as a tree of pairs."""
    states = [partial(list(piece)) for piece in pieces]
    pairs = [combine(states[i], states[i + 1]) for i in (0, 2, 4)]
    left = reduce(combine, states)
    right = reduce(lambda x, y: combine(y, x), reversed(states))
    return finish(left), finish(right), finish(combine(pairs[0], combine(pairs[1], pairs[2])))


# %% [markdown]
# ## Task 1: An answer from parts
#
# Three functions. `partial` runs on each part of a log and gives a **state**. `combine` makes one
# state of two. `finish` reads the answer from the last state: how many requests, their mean
# latency, and their p99.
#
# Parts arrive in any order, are combined in any grouping, and some are empty. A state stays small
# however many latencies are in it: count them in buckets of 10 ms. Bucket 0 holds 0 to 9 ms, bucket
# 1 holds 10 to 19 ms, and so on. A task may be run again with the same inputs, so `combine` leaves
# its inputs as they are.


# %% solution="parts"
def partial(latencies):
    """Return the state of one part of the log; it may hold whatever you like.

    latencies: a list of whole milliseconds, 0 to 9,999; it may be empty.
    A state takes at most 20,000 bytes, however many latencies the part has.
    """
    ### BEGIN SOLUTION
    return len(latencies), sum(latencies), Counter(ms // 10 for ms in latencies)
    ### END SOLUTION


def combine(one, other):
    """Return the state of two parts together; the two that are given stay as they are."""
    ### BEGIN SOLUTION
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
    ### END SOLUTION


def finish(state):
    """Return (requests, mean_ms, p99_ms) of a state that holds at least one latency.

    mean_ms is exact. p99_ms is the end of the bucket in which the request of rank
    ceil(0.99 * requests) lies, when all are sorted and the quickest has rank 1. Bucket 0 ends at
    10 ms.

    Example: of partial([5, 7]) and partial([12]) together, finish gives (3, 8.0, 20): the rank is
    ceil(2.97) = 3, and that request lies in bucket 1.
    """
    ### BEGIN SOLUTION
    requests, total, buckets = state
    rank, seen = math.ceil(99 * requests / 100), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            return requests, total / requests, 10 * (bucket + 1)
    ### END SOLUTION


# %% check="parts"
day, night = [20] * 98 + [15] * 98, [400, 410, 405, 900]
got = finish(combine(partial(day), partial(night)))
assert len(got) == 3, f"finish gave {got}; expected three numbers: requests, mean_ms, p99_ms."
assert got[0] == 200, f"Of parts of 196 and 4 you count {got[0]} requests; expected 200."
assert not math.isclose(got[1], (17.5 + 528.75) / 2), (
    f"The mean of both parts is {got[1]:.3f} ms; expected 27.725. That is the mean of the two"
    " means: a part of 4 requests must not weigh as much as one of 196. Keep sum and count. See"
    " hint 1."
)
assert math.isclose(got[1], 27.725), (
    f"The mean of both parts is {got[1]} ms; expected 27.725, the sum of all over 200 (hint 1);"
    " do not round it."
)
assert got[2] not in ((30 + 910) / 2, 910), (
    f"The p99 of both parts is {got[2]}; expected 410, the end of the bucket of request number 198"
    " of 200. p99s of parts cannot be averaged, nor the largest taken: keep counts by bucket."
    " See hint 2."
)
assert got[2] == 410, (
    f"The p99 of both parts is {got[2]}; expected 410: request number 198 of 200 took 405 ms, and"
    " its bucket ends at 410. See hint 3."
)
turned = finish(combine(partial(night), partial(day)))
assert turned[1] != got[1] or turned[2] == got[2], (
    f"The second part combined with the first has the p99 {turned[2]}, the first with the second"
    f" {got[2]}: go through the buckets from the lowest, not as they came in. See hint 3."
)
assert tuple(turned) == tuple(got), (
    f"The second part combined with the first gives {turned}, the first with the second {got};"
    " expected the same: parts arrive in any order. See hint 1."
)
one = finish(partial(day))
for pair in ([], day), (day, []):
    both = finish(combine(partial(pair[0]), partial(pair[1])))
    assert tuple(both) == tuple(one), (
        f"Together with an empty part, the first gives {both}; expected {one}: an empty part"
        " changes nothing. See hint 4."
    )

# %% hidden="parts"
### BEGIN HIDDEN TESTS
example = finish(combine(partial([5, 7]), partial([12])))
assert tuple(example) == (3, 8.0, 20), (
    f"The example gives {example}; expected (3, 8.0, 20). See hint 3."
)
one, other = partial([10, 20, 30]), partial([40, 50])
before = copy.deepcopy((finish(one), finish(other)))
combine(one, other)
combine(one, other)
assert (finish(one), finish(other)) == before, (
    f"After combine(one, other), finish(one) is {finish(one)}; it was {before[0]}. A task may be"
    " run again with the same inputs: make a new state, and leave both as they are. See hint 4."
)
pieces = [[3, 14, 15], [92] * 60, [], [6, 5, 35, 8_979], [32] * 40, [384]]
every = sorted(ms for piece in pieces for ms in piece)
expected = (108, sum(every) / 108, 10 * (every[math.ceil(99 * 108 / 100) - 1] // 10 + 1))
for order in list(permutations(pieces))[::60]:
    left, right, tree = three_ways(partial, combine, finish, order)
    assert math.isclose(left[1], right[1]) and math.isclose(left[1], tree[1]), (
        f"The same parts give the mean {left[1]:.3f} from the left, {right[1]:.3f} from the right"
        f" and {tree[1]:.3f} as a tree; expected the same: grouping must not matter. See hint 1."
    )
    assert math.isclose(left[1], expected[1]) and left[2] == right[2] == tree[2] == expected[2], (
        f"Six parts have the mean {left[1]:.3f} and the p99s {left[2]}, {right[2]} and {tree[2]};"
        f" expected {expected[1]:.3f} and {expected[2]} each time. See hints 1 to 3."
    )
for n, ends in ((99, 100), (100, 100), (101, 100), (200, 200), (91, 100), (90, 90)):
    got = finish(partial(list(range(n))))[2]
    assert got == ends, f"Of 0 to {n - 1} ms the p99 is {got}; expected {ends}. See hint 3."
big = reduce(combine, [partial([i * 7_919 % 10_000 for i in range(start, start + 5_000)])
                       for start in range(0, 60_000, 5_000)])  # fmt: skip
size = len(pickle.dumps(big))
assert size <= 20_000, (
    f"The state of 60,000 latencies takes {size:,} bytes; expected at most 20,000: keep counts by"
    " bucket, not the latencies. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the mean</summary>
#
# Means cannot be combined; sums and counts can. Add the sums, add the counts, and divide in
# `finish`.
# </details>
#
# <details><summary>Hint 2: the p99</summary>
#
# Count how many latencies are in each bucket, `ms // 10`. The counts of two parts are added bucket
# by bucket. `collections.Counter` does that with `+`.
# </details>
#
# <details><summary>Hint 3: reading it</summary>
#
# The rank is ceil(0.99 n); in whole numbers, `math.ceil(99 * n / 100)`. Go through the buckets from
# the lowest and add their counts. The first bucket at which you reach the rank is the one. It ends
# at 10 (bucket + 1) ms.
# </details>
#
# <details><summary>Hint 4: empty parts, and parts that are used again</summary>
#
# The state of an empty part is 0 requests, the sum 0 and no buckets: nothing is divided before
# `finish`. `Counter.update` changes the counter that it is called on; `+` makes a new one.
# </details>

# %% [markdown] tags=["solution-only"]
# A state that merges is what makes `partial` run anywhere and `combine` in any order. Adding is
# associative and commutative, and 0 is neutral: the three properties that the check tries. An array
# of 1,000 counts is a right answer, too.
#
# What usually goes wrong: dividing too early. A mean, a rate, a p99 belong into `finish`. An
# exception for an empty part appears in production on the first quiet night. A `combine` that
# updates its first argument works until a task is run again, and then counts twice.

# %% [markdown]
# ## Task 2: A place for every row
#
# Rows are shuffled by key to `workers` places, 0 to workers - 1. A few keys are *hot*: they have so
# many rows that one place cannot take them. Write the function that says where a row goes.
#
# - All rows of a key that is not hot go to one place.
# - Rows of a hot key are spread evenly over all places.
# - Keys are spread evenly over the places, whatever they look like.
# - Every process gives the same row the same place, also when its task is run again.


# %% solution="place"
def place(key, row, workers, hot):
    """Return the place of a row: an integer from 0 to workers - 1.

    key: a text. row: the row's number in the log, 0 or more; a worker may see only every tenth.
    workers: 1 or more. hot: a set of keys.

    Example: with 4 workers and hot = {"/predict"}, the rows 0 to 399 of "/predict" go to each place
    about 100 times, and all rows of "/pay" go to one.
    """
    ### BEGIN SOLUTION
    text = f"{key}/{row}" if key in hot else key
    return zlib.crc32(text.encode()) % workers
    ### END SOLUTION


# %% check="place"
calls, real_hash = [], builtins.hash
builtins.hash = lambda value: calls.append(value) or real_hash(value)
try:
    first = [place(f"user-{i:05}", i, 8, {"user-00000"}) for i in range(4_000)]
    called = len(calls)
finally:
    builtins.hash = real_hash
assert called == 0, (
    "Your function calls hash(); expected a hash of your own choice: Python's hash() of a text is"
    " another in every process, so two workers would send one key to two places. See hint 1."
)
outside = sum(p not in range(8) for p in first)
assert outside == 0, (
    f"{outside:,} of 4,000 rows get no place from 0 to 7, with 8 workers; they are lost. Expected"
    " none. See hint 2."
)
again = [place(f"user-{i:05}", i, 8, {"user-00000"}) for i in range(4_000)]
assert first == again, (
    "Asked again, the same rows get other places; expected the same: when a task is run again, its"
    " rows must go where they went before. Take the row's number, not chance. See hint 3."
)
counts = [first.count(p) for p in range(8)]
assert max(counts) <= 500 + 6 * 21, (
    f"4,000 keys user-00000 to user-03999 are placed {counts}; expected about 500 each: keys often"
    " begin alike and are of one length, so take all their characters. See hint 1."
)
cold = {place("/pay", row, 8, {"/predict"}) for row in range(300)}
assert len(cold) == 1, (
    f"The rows of /pay, which is not hot, go to {len(cold)} places; expected 1: rows of a key have"
    " to meet. Only hot keys are spread. See hint 3."
)
spread = Counter(place("/predict", row, 8, {"/predict"}) for row in range(8_000))
assert max(spread.values()) <= 1_000 + 6 * 30 and len(spread) == 8, (
    f"8,000 rows of the hot key /predict are placed {sorted(spread.items())}; expected about 1,000"
    " in each of 8 places. See hint 3."
)

# %% hidden="place"
### BEGIN HIDDEN TESTS
for workers in (1, 3, 5):
    placed = Counter(place(f"{i}-trace", 7, workers, {"x"}) for i in range(3_000))
    assert set(placed) == set(range(workers)), (
        f"3,000 keys and {workers} workers use the places {sorted(placed)}; expected 0 to"
        f" {workers - 1}. See hint 2."
    )
    most, mean = max(placed.values()), 3_000 / workers
    assert most <= mean + 6 * math.sqrt(mean), (
        f"Of 3,000 keys that end alike {most:,} go to one of {workers} places; expected about"
        f" {mean:,.0f}. See hint 1."
    )
    hot = Counter(place("k", row, workers, {"k", "l"}) for row in range(0, 30_000, 10))
    assert max(hot.values()) <= mean + 6 * math.sqrt(mean), (
        f"Of the rows 0, 10, 20, ... of a hot key {max(hot.values()):,} of 3,000 go to one of"
        f" {workers} places; expected about {mean:,.0f}: a worker may see every tenth row, so hash"
        " the row's number with the key. See hint 3."
    )
home = {key: place(key, 0, 6, set()) for key in ("a", "b", "zurück")}
moved = [key for key in home if any(place(key, row, 6, set()) != home[key] for row in range(50))]
assert not moved, (
    f"With no hot key, the rows of {moved[:1]} go to several places; expected one. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a hash that stays</summary>
#
# `zlib.crc32(text.encode())` and `hashlib.sha256(text.encode()).digest()` give the same in every
# process. They read every character.
# </details>
#
# <details><summary>Hint 2: a place</summary>
#
# A whole number `% workers` is between 0 and workers - 1.
# </details>
#
# <details><summary>Hint 3: salt</summary>
#
# For a hot key, hash a text that holds the key *and* the row's number. For all others, the key
# alone.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: Python's `hash`, which works in one process and scatters a key over a
# cluster; the first letter, by which most users of a service are one; `random`, which makes a lost
# row appear twice or not at all when its task is run again; salt for all keys, after which no key's
# rows meet. Rows of a hot key do not meet either: their places each make a state, and one more step
# combines them, as in task 1.

# %% [markdown]
# ## Task 3: What travels
#
# Before you start a job, count. Parts of a log lie on workers. Two plans give the same sums by key:
#
# 1. **Combine, then send.** Each worker combines its own parts to one state, with one entry for
#    each key that it has seen. All workers but worker 0 send their states to worker 0.
# 2. **Shuffle.** Every row goes to the home of its key. A row that is there already does not
#    travel.


# %% solution="travel"
def travels(parts, home):
    """Return (entries, rows): what travels under plan 1 and under plan 2.

    parts: a list of pairs (worker, rows by key); worker is an integer, rows by key a dict of
    counts, 0 or more. A key with 0 rows in all parts of a worker has no entry there. The dicts
    stay as they are.
    home: a dict that gives each key's worker.

    Example: travels([(0, {"a": 5}), (1, {"a": 2, "b": 1}), (1, {"a": 4})], {"a": 0, "b": 1}) is
    (2, 6): worker 1 sends two entries; under plan 2 its 6 rows of "a" travel, and "b" is at home.
    """
    ### BEGIN SOLUTION
    entries = {(worker, key) for worker, rows in parts for key, n in rows.items() if n and worker}
    moved = sum(n for worker, rows in parts for key, n in rows.items() if home[key] != worker)
    return len(entries), moved
    ### END SOLUTION


# %% check="travel"
parts = [(0, {"a": 5}), (1, {"a": 2, "b": 1}), (1, {"a": 4})]
got = travels(parts, {"a": 0, "b": 1})
assert len(got) == 2, f"You return {got}; expected two numbers, (entries, rows)."
assert got[0] != 3 or got[1] != 6, (
    "In the example you count 3 entries; expected 2. Worker 1 combines its two parts first, so it"
    " sends one entry for a and one for b; and worker 0 sends nothing. See hint 1."
)
assert got[1] != 12, (
    "In the example you count 12 rows; expected 6: a row whose key is at home on its own worker"
    " does not travel. See hint 2."
)
assert tuple(got) == (2, 6), f"The example gives {got}; expected (2, 6). See hints 1 and 2."
log = [(w, {"/predict": 700, "/pay": 200, "/limit": 100}) for w in (0, 1, 2, 3) for _ in range(6)]
got = travels(log, {"/predict": 1, "/pay": 2, "/limit": 0})
assert got[0] == 9, (
    f"24 parts with three keys on four workers: you count {got[0]} entries; expected 9, three from"
    " each of the workers 1, 2 and 3. See hint 1."
)
assert got[1] == 18_000, (
    f"Of the same 24,000 rows you let {got[1]:,} travel; expected 18,000: a quarter of each key is"
    " at home already. See hint 2."
)

# %% hidden="travel"
### BEGIN HIDDEN TESTS
got = tuple(travels([], {}))
assert got == (0, 0), f"Without parts you count {got}; expected (0, 0)."
got = tuple(travels([(2, {"a": 0, "b": 3}), (2, {"a": 0}), (0, {"a": 9})], {"a": 2, "b": 2}))
assert got == (1, 9), (
    f"Worker 2 has seen b only (a has 0 rows there), worker 0 has 9 rows of a, whose home is 2: you"
    f" count {got}; expected (1, 9). See hints 1 and 2."
)
late = [(1, {"a": 0, "b": 1}), (1, {"a": 3}), (1, {"a": 2})]
before = copy.deepcopy(late)
got = tuple(travels(late, {"a": 1, "b": 0}))
assert got == (2, 1), (
    f"Worker 1 meets a first with 0 rows, then with 3: you count {got}; expected (2, 1). A key has"
    " an entry when any part of its worker has rows of it. See hint 1."
)
assert late == before, (
    f"After your function the parts are {late}; they were {before}. A task may be run again with"
    " the same inputs: leave the dicts as they are."
)
many = [(i % 5, {f"k{j}": (i * j) % 7 for j in range(1, 12)}) for i in range(40)]
where = {f"k{j}": j % 5 for j in range(1, 12)}
seen = {w: set() for w in range(5)}
rows = 0
for w, by_key in many:
    seen[w] |= {key for key, n in by_key.items() if n > 0}
    rows += sum(n for key, n in by_key.items() if where[key] != w)
expected = (sum(len(seen[w]) for w in range(1, 5)), rows)
got = tuple(travels(many, where))
assert got == expected, f"40 parts on 5 workers give {got}; expected {expected}. See hints 1 and 2."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: entries</summary>
#
# Make the set of all pairs (worker, key) with more than 0 rows: a set holds each pair once, however
# many parts it comes from. Leave out worker 0, and count.
# </details>
#
# <details><summary>Hint 2: rows</summary>
#
# Go through all parts and keys, and add the rows whose key's home is another worker than the
# part's.
# </details>

# %% [markdown] tags=["solution-only"]
# Plan 1 grows with the number of keys and workers, plan 2 with the number of rows. Where nearly
# every row has a key of its own, as with a trace id, plan 1 sends as much as plan 2, and to one
# worker at that. Then shuffle.
#
# What usually goes wrong: counting a state for every part, though parts on one worker are combined
# there; letting rows travel that are at home; letting worker 0 send to itself.
