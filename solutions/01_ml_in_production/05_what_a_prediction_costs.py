# %% [markdown]
# # Exercise: what a prediction costs
#
# You price the predictions that kept their objective, replay a trace of queries on a cache, find
# the share of askers from which a nightly job pays, and steer a batch limit. Nothing here depends
# on the speed of your machine.
#
# Run the check below each task as you go. Then save, and run
# `python3 course.py check 05_what_a_prediction_costs` in a terminal in the course's folder: a task
# counts as done when it says passed, for it tries more cases.
#
# **Time** 40 minutes. **Before this** the lesson
# [What a prediction costs](../../chapters/01_ml_in_production/05_what_a_prediction_costs.ipynb).

# %%
import math

# %% [markdown]
# ## Task 1: The price of a good prediction
#
# A load test ran for some seconds on a machine that is paid by the hour. For each query that came
# you have its latency in ms, or None where no answer came: the server refused it, failed, or was
# not done when the test ended. A prediction is *good* if its answer came within the objective.
#
# Write a function that returns the goodput, as a share of all queries that came, and the price of a
# million good predictions.


# %% solution="good"
def price_good(latencies, objective, seconds, price_per_hour):
    """Return (goodput, price of a million good predictions).

    latencies: one entry for each query that came, at least one: ms, or None for no answer.
    objective: ms; an answer that takes exactly so long is still good.
    seconds: how long the machine was rented for the test.
    price_per_hour: of the machine, in money.
    Where no prediction is good the price is math.inf.

    Example: price_good([10, 20, 90, None], 50, 3.6, 1000) is (0.5, 500000.0).
    Two of four are good. 3.6 s cost 1, so a good prediction costs 0.5.
    """
    ### BEGIN SOLUTION
    good = sum(one is not None and one <= objective for one in latencies)
    paid = price_per_hour * seconds / 3600
    return good / len(latencies), 1e6 * paid / good if good else math.inf
    ### END SOLUTION


# %% check="good"
goodput, price = price_good([12, 30, 80, 50, None], 50, 1.8, 2)
assert not math.isclose(goodput, 0.75), (
    "The goodput came out as 0.75: a query without an answer came as well. Expected 0.6, that is 3"
    " good ones of 5 that came. See hint 1."
)
assert not math.isclose(goodput, 0.4), (
    "The goodput came out as 0.4; expected 0.6: an answer after exactly 50 ms is within 50 ms."
    " See hint 1."
)
assert math.isclose(goodput, 0.6), (
    f"The goodput came out as {goodput}; expected 0.6: of 5 queries 12, 30 and 50 ms are within"
    " the objective. See hint 1."
)
assert not math.isclose(price, 250), (
    "The price came out as 250, which is that of a million answers: the late one is not good."
    " Expected 333.33. See hint 2."
)
assert not math.isclose(price, 200), (
    "The price came out as 200, which is that of a million queries: only 3 of the 5 are good."
    " Expected 333.33. See hint 2."
)
assert math.isclose(price, 1000 / 3), (
    f"The price came out as {price}; expected 1000 / 3, not rounded: 1.8 s at 2 per hour cost"
    " 0.001, for 3 good predictions. See hint 2."
)

# %% hidden="good"
### BEGIN HIDDEN TESTS
try:
    goodput, price = price_good([None, 70, None], 50, 10, 1)
except ZeroDivisionError:
    goodput, price = 0, "a division by zero"
assert price == math.inf, (
    f"With no answer in time the price came out as {price}; expected math.inf. See hint 3."
)
assert goodput == 0, (
    f"With no answer in time the goodput came out as {goodput}; expected 0. See hint 1."
)
goodput, price = price_good([8, 60, None], 50, 36, 1)
assert math.isclose(goodput, 1 / 3), (
    f"With 1 good one of 3 the goodput came out as {goodput}; expected 1 / 3, not rounded."
    " See hint 1."
)
goodput, price = price_good([0.0, 5.5, None, None, None, None, None, None], 5.5, 36, 1)
assert math.isclose(goodput, 0.25), (
    f"With 2 good ones of 8 the goodput came out as {goodput}; expected 0.25: a latency of 0 is an"
    " answer, and 5.5 is within 5.5. See hint 1."
)
assert math.isclose(price, 5000), (
    f"36 s at 1 per hour for 2 good predictions came out as {price:.6g} per million; expected 5000."
    " See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: goodput</summary>
#
# Count the latencies that are not None and at most the objective. Divide by all that came, with an
# answer or without: `len(latencies)`.
# </details>
#
# <details><summary>Hint 2: the price</summary>
#
# The test cost `price_per_hour * seconds / 3600`, whatever came of it. Divide that by the number of
# good predictions, and take it a million times.
# </details>
#
# <details><summary>Hint 3: none</summary>
#
# Ask for zero before you divide.
# </details>

# %% [markdown] tags=["solution-only"]
# The usual slips all make an overloaded service look better than it is: errors and unanswered
# queries dropped from the denominator, and the hour divided over answers that came too late for
# anybody. A service that refuses most queries and answers the rest fast has a perfect goodput by
# the first, and by the second a service that answers everything late is cheap.

# %% [markdown]
# ## Task 2: A cache on a trace
#
# A cache in front of the model keeps up to `size` answers. Each query of the trace names the
# version of the model that is deployed when it comes, and the row it asks about. Queries come one
# after the other, so that an answer is there before the next query comes.
#
# - An answer that is kept and that this version gave is a hit.
# - Everything else reaches the model, and its answer is kept.
# - Where there is no room, the answer that was least recently used goes (LRU). An answer is used
#   when it is put in, and at each hit.
# - A deployment does not empty the cache. Old answers stay until they make room.


# %% solution="cache"
def replay(trace, size):
    """Return (hits, calls) of an LRU cache, empty at first.

    trace: a list of pairs (version, row); both are strings.
    size: the most answers it keeps, at least 1.
    hits: how many queries were answered from the cache.
    calls: the list of the pairs that reached the model, in order.

    Example: replay([("v1", "a"), ("v1", "b"), ("v1", "a"), ("v2", "a")], 10) is
    (1, [("v1", "a"), ("v1", "b"), ("v2", "a")]).
    """
    ### BEGIN SOLUTION
    kept = {}  # from the least to the most recently used
    calls = []
    for query in trace:
        if query in kept:
            del kept[query]
        else:
            calls.append(query)
            if len(kept) == size:
                del kept[next(iter(kept))]
        kept[query] = True
    return len(trace) - len(calls), calls
    ### END SOLUTION


# %% check="cache"
hits, calls = replay([("v1", row) for row in "abab"], 2)
assert hasattr(calls, "__len__"), (
    f"The calls came out as {calls!r}; expected the list of the pairs that reached the model,"
    " not their number. See hint 1."
)
assert (hits, list(calls)) == (2, [("v1", "a"), ("v1", "b")]), (
    f"The rows a b a b with room for 2 gave {hits} hits and the calls {calls}; expected 2 hits, and"
    " the calls of the first a and b. See hint 1."
)
hits, calls = replay([("v1", "a"), ("v2", "a")], 2)
assert hits == 0, (
    "Version v2 was given the answer of v1: expected 0 hits. The version belongs in the key."
    " See hint 3."
)
hits, calls = replay([("v1", row) for row in "abca"], 2)
assert hits == 0, (
    f"The rows a b c a with room for 2 gave {hits} hits; expected 0: c takes the place of a. Does"
    " your cache let something go? See hint 2."
)
hits, calls = replay([("v", row) for row in "abbba"], 2)
assert hits == 3, (
    f"a b b b a with room for 2 gave {hits} hits; expected 3: an answer that is hit again takes no"
    " second place. See hint 2."
)
rows = "".join(row for _, row in replay([("v1", row) for row in "abacab"], 2)[1])
assert rows != "abcab", (
    "Of the rows a b a c a b the calls are a b c a b, which is first in, first out. Expected"
    " a b c b: the hit on a makes b the least recently used. See hint 2."
)
assert rows == "abcb", (
    f"Of the rows a b a c a b with room for 2 the calls are {' '.join(rows)}; expected a b c b."
    " See hint 2."
)

# %% hidden="cache"
### BEGIN HIDDEN TESTS
hits, calls = replay([("v", row) for row in "aaabcb"], 2)
assert hits == 3, (
    f"a a a b c b with room for 2 gave {hits} hits; expected 3: a was asked for most often, but it"
    " is the least recently used when c comes. See hint 2."
)
hits, calls = replay([("v", row) for row in "abcabdeabcde"], 4)
rows = "".join(row for _, row in calls)
assert rows == "abcdecde", (
    f"Of a b c a b d e a b c d e with room for 4 the calls are {' '.join(rows)}; expected"
    " a b c d e c d e. See hint 2."
)
assert hits == 4, f"Of the same 12 queries {hits} were hits; expected 4. See hint 1."
trace = [("v1", row) for row in "aab"] + [("v2", row) for row in "ab"] + [("v1", "b")]
hits, calls = replay(trace, 3)
assert hits == 2, (
    f"v1:a v1:a v1:b v2:a v2:b v1:b with room for 3 gave {hits} hits; expected 2: old answers stay"
    " until they make room, and serve their own version. See hint 3."
)
assert list(calls) == [("v1", "a"), ("v1", "b"), ("v2", "a"), ("v2", "b")], (
    f"The calls came out as {calls}; expected v1:a, v1:b, v2:a and v2:b. See hint 3."
)
trace = [("v2", "x"), ("v1", "a"), ("v2", "y"), ("v1", "a"), ("v2", "x")]
before = list(trace)
hits, calls = replay(trace, 2)
assert hits == 1, (
    f"v2:x v1:a v2:y v1:a v2:x with room for 2 gave {hits} hits; expected 1: all versions share the"
    " places, and whatever was used longest ago goes, of any version. See hint 2."
)
assert trace == before, (
    f"Of 5 queries {len(trace)} are left in the caller's trace; expected no change. See hint 1."
)
hits, calls = replay([("v1", "1a"), ("v11", "a")], 4)
assert hits == 0, (
    "Version v1 with row 1a was taken for version v11 with row a; expected two different keys."
    " See hint 3."
)
assert replay([], 3) == (0, []), "Without queries: expected no hits and no calls. See hint 1."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the trace once. A query whose key is kept is a hit; any other is a call, and is kept
# from then on. Each query is one or the other.
# </details>
#
# <details><summary>Hint 2: who goes?</summary>
#
# A dict remembers the order in which keys were put in. If you delete a key at each hit and put it
# in again, the first key is always the least recently used: `next(iter(kept))`. A
# `collections.OrderedDict` has `move_to_end` and `popitem(last=False)` for the same.
# </details>
#
# <details><summary>Hint 3: the key</summary>
#
# Take the whole pair (version, row) as the key. Then a new version never finds an old answer, and
# the old ones fall out when nobody uses them.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: the row alone as the key, so that a new model is deployed and never
# asked; first in, first out, which lets the most popular answer go because it is old; a cache
# without a limit, which passes every test and fills the memory in a month. A real cache adds a time
# after which an answer is no longer used, for what an answer depends on and its key does not show.

# %% [markdown]
# ## Task 3: When a nightly job pays
#
# A job scores `rows` customers `runs` times a day, at `night` ms a row. In the day a share of the
# customers ask, each once. For each of them the job's answer is looked up, at `look` ms. Without
# the job each is scored on request, at `request` ms.
#
# Write a function for the price of a prediction that is used, and one for the share of askers from
# which the job is the cheaper way.


# %% solution="nightly"
def price_per_use(share, night, look, runs=1):
    """Return the ms that the job costs for each customer who asks, lookup included.

    share: of the customers who ask, above 0 and at most 1.
    Example: price_per_use(0.1, 2, 1) is 21.0: ten rows are scored for one that is used.
    """
    ### BEGIN SOLUTION
    return runs * night / share + look
    ### END SOLUTION


def break_even(night, look, request, runs=1):
    """Return the share of askers at which job and requests cost the same.

    None where the job is the cheaper way for no share up to 1. (At exactly 1 they tie: return 1.)
    Example: break_even(2, 1, 21) is 0.1.
    """
    ### BEGIN SOLUTION
    if request <= look:
        return None
    share = runs * night / (request - look)
    return share if share <= 1 else None
    ### END SOLUTION


# %% check="nightly"
price = price_per_use(0.05, 0.2, 0.5)
assert not math.isclose(price, 0.7), (
    "At a share of 5 % the price came out as 0.7, a row and a lookup; expected 4.5: the rows of"
    " those who never ask are paid for as well. See hint 1."
)
assert not math.isclose(price, 14), (
    "At a share of 5 % the price came out as 14; expected 4.5: only those who ask are looked up."
    " See hint 1."
)
assert math.isclose(price, 4.5), (
    f"At a share of 5 % the price came out as {price}; expected 4.5: 20 rows at 0.2 ms and one"
    " lookup of 0.5. See hint 1."
)
share = break_even(0.2, 0.5, 2.5)
assert share is not None and not math.isclose(share, 0.08), (
    f"The break-even came out as {share}; expected 0.1: a request that is saved still costs its"
    " lookup. See hint 2."
)
assert math.isclose(share, 0.1), f"The break-even came out as {share}; expected 0.1. See hint 2."
none = break_even(0.2, 0.5, 0.6)
assert none is None, (
    f"With requests at 0.6 ms and lookups at 0.5 the break-even came out as {none}; expected None:"
    " a share above 1 is more than everybody. See hint 3."
)

# %% hidden="nightly"
### BEGIN HIDDEN TESTS
price = price_per_use(0.5, 0.3, 0.1, runs=4)
assert math.isclose(price, 2.5), (
    f"With 4 runs a day, a share of 0.5, 0.3 ms a row and 0.1 a lookup the price came out as"
    f" {price}; expected 2.5: every run scores every row, and nobody looks up 4 times. See hint 1."
)
share = break_even(0.3, 0.1, 2.5, runs=4)
assert share is not None and math.isclose(share, 0.5), (
    f"With 4 runs a day the break-even came out as {share}; expected 0.5. See hint 2."
)
none = break_even(0.2, 0.5, 0.4)
assert none is None, (
    f"With lookups that cost more than requests the break-even came out as {none}; expected None:"
    " no share pays. See hint 3."
)
none = break_even(0.2, 0.5, 0.5)
assert none is None, (
    f"With lookups that cost as much as requests the break-even came out as {none}; expected None."
    " See hint 3."
)
share = break_even(0.5, 0.25, 0.75)
assert share == 1, (
    f"Where everybody has to ask the break-even came out as {share}; expected 1. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# For one customer who asks, 1 / share customers are scored, `runs` times each. And one answer is
# looked up.
# </details>
#
# <details><summary>Hint 2: the break-even</summary>
#
# Set `price_per_use(share, ...)` equal to `request` and solve for the share.
# </details>
#
# <details><summary>Hint 3: where there is none</summary>
#
# Two cases: a lookup costs as much as a request or more, and a share that comes out above 1.
# </details>

# %% [markdown] tags=["solution-only"]
# The price of a row of the job is near the floor, and the price of a row that is *used* is that
# divided by the share. What usually goes wrong: comparing a row of the job with a request, as if
# every row were used; and a lookup that counts as free, although it goes through the same network
# and server. Where requests share batches, `request` falls, and with it the case for the job.

# %% [markdown]
# ## Task 4: A batch limit that finds itself
#
# A server starts with a `max_batch` of `first`. After each batch it compares the time that the
# batch took with a bound, and sets the next limit by additive increase and multiplicative decrease
# (AIMD):
#
# - kept (at most the bound): the limit grows by `step`, but never above `most`;
# - missed: the limit becomes `factor` times what it is, rounded down, but never less than 1.
#
# The queue is never empty, so that each batch is as large as the limit. The time of a batch is
# given as a function of its size and its number, because a machine does not always take the same.


# %% solution="aimd"
def steer(first, batches, took, bound, step, factor, most):
    """Return the limits under which the batches ran: a list of `batches` whole numbers.

    first, most: limits, at least 1, `first` at most `most`.   step: a whole number, at least 1.
    took(size, number): the time (ms) of batch `number` (0 is the first) of `size` queries.
    bound: ms.   factor: above 0 and below 1.
    `took` is called once for each batch, in order.

    Example: steer(1, 6, lambda size, number: 2 * size, 6, 1, 0.5, 64) is [1, 2, 3, 4, 2, 3].
    The batch of 3 takes 6 ms and is within the bound, the batch of 4 is not.
    """
    ### BEGIN SOLUTION
    limits, limit = [], first
    for number in range(batches):
        limits.append(limit)
        if took(limit, number) <= bound:
            limit = min(most, limit + step)
        else:
            limit = max(1, math.floor(factor * limit))
    return limits
    ### END SOLUTION


# %% check="aimd"
limits = steer(1, 8, lambda size, number: 3 + size, 10, 2, 0.5, 64)
assert len(limits) == 8, (
    f"8 batches ran under {len(limits)} limits: {limits}; expected one limit for each. See hint 1."
)
assert limits[0] == 1, f"The first batch ran under {limits[0]}; expected 1, `first`. See hint 1."
assert limits[:5] == [1, 3, 5, 7, 9], (
    f"The limits began {limits[:5]}; expected [1, 3, 5, 7, 9]: a batch of 7 takes exactly 10 ms,"
    " which keeps the bound. See hint 2."
)
assert limits[5] != 7, (
    f"After the batch of 9 missed the bound the limit was {limits[5]}; expected 4, half of it: the"
    " decrease is by a factor. See hint 2."
)
assert limits[5:] == [4, 6, 8], (
    f"After the batch of 9 missed the bound came {limits[5:]}; expected [4, 6, 8]: half of 9,"
    " rounded down, and up again by 2. See hint 2."
)

# %% hidden="aimd"
### BEGIN HIDDEN TESTS
limits = steer(11, 4, lambda size, number: size, 10, 1, 0.8, 64)
assert limits == [11, 8, 9, 10], (
    f"From 11 with a factor of 0.8 the limits were {limits}; expected [11, 8, 9, 10]: 8.8 is"
    " rounded down. See hint 2."
)
limits = steer(6, 5, lambda size, number: 1, 10, 4, 0.5, 12)
assert limits == [6, 10, 12, 12, 12], (
    f"With `most` 12 and every bound kept the limits were {limits}; expected [6, 10, 12, 12, 12]."
    " See hint 3."
)
limits = steer(3, 5, lambda size, number: 99, 10, 1, 0.5, 64)
assert limits == [3, 1, 1, 1, 1], (
    f"With every bound missed the limits were {limits}; expected [3, 1, 1, 1, 1]: a batch holds at"
    " least one. See hint 3."
)
calls = []


def slow_once(size, number):
    calls.append((size, number))
    return 50 if number == 2 else size


limits = steer(7, 6, slow_once, 10, 1, 0.9, 64)
numbers = [number for _, number in calls]
assert numbers == list(range(6)), f"`took` got {numbers}; expected 0 to 5, each once. See hint 1."
assert limits == [7, 8, 9, 8, 9, 10], (
    f"With one slow batch, number 2, and a factor of 0.9 the limits were {limits}; expected"
    " [7, 8, 9, 8, 9, 10]: 0.9 x 9 = 8.1 is rounded down. See hint 2."
)
assert all(type(limit) is int for limit in limits), (
    f"The limits are {limits}; expected whole numbers (int). See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# One turn of a loop is one batch: note the limit, ask `took` once, set the next limit.
# </details>
#
# <details><summary>Hint 2: the two moves</summary>
#
# Kept: `limit + step`. Missed: `math.floor(factor * limit)`. A batch that takes exactly the bound
# keeps it.
# </details>
#
# <details><summary>Hint 3: the ends</summary>
#
# `min(most, ...)` above and `max(1, ...)` below.
# </details>

# %% [markdown] tags=["solution-only"]
# The limit climbs until it misses, so it misses again and again: the sawtooth is the price of
# finding out. What usually goes wrong: subtracting instead of multiplying, which takes as long to
# leave a bad place as it took to get there; a limit that falls to 0, so that the server stops for
# good; and `round`, which can leave a small limit where it is for ever.
