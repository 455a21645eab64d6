# %% [markdown]
# # Exercise: batching
#
# You fit a batch curve from two measurements, write a batching policy on a virtual clock, compute
# what waiting costs, and choose a batch limit for a latency bound. Nothing here depends on the
# speed of your machine.
#
# Run the check below each task as you go. Then save, and run `python3 course.py check 03_batching`
# in a terminal in the course's folder: a task counts as done when it says passed, for it tries more
# cases.
#
# **Time** 40 minutes. **Before this** the lesson
# [Batching](../../chapters/01_ml_in_production/03_batching.ipynb).

# %%
import math

# %% [markdown]
# ## Task 1: Fit a batch curve
#
# A colleague has timed a model twice: a batch of 1 takes 1479 microseconds, a batch of 32 takes
# 5373. The time of a batch of *b* rows is a straight line,
#
# S(b) = alpha + beta b,
#
# where alpha is paid once per call and beta for every row. Write two functions. `fit_cost` finds
# alpha and beta from two measurements. `largest_gain` says how many times cheaper a row gets,
# against a row alone, as the batch grows without end. With both you can tell your colleague what
# a batch of 8 would take, and what batching is worth at most, before anybody builds it.


# %% solution="fit"
def fit_cost(first, second):
    """Return (alpha, beta) of the line S(b) = alpha + beta * b through two measurements.

    Each measurement is a pair (rows in the batch, time of the batch); the two have different
    numbers of rows. alpha and beta are in the unit of the times.

    Example: fit_cost((2, 30), (4, 50)) is (10.0, 10.0).
    """
    ### BEGIN SOLUTION
    (rows, time), (more_rows, more_time) = first, second
    beta = (more_time - time) / (more_rows - rows)
    return time - beta * rows, beta
    ### END SOLUTION


def largest_gain(alpha, beta):
    """Return S(1) divided by the least time that a row can cost, in a batch without end.

    Example: largest_gain(90, 10) is 10.0: a row alone costs 100, the floor is 10.
    """
    ### BEGIN SOLUTION
    return (alpha + beta) / beta
    ### END SOLUTION


# %% check="fit"
alpha, beta = fit_cost((1, 1479), (32, 5373))
assert not math.isclose(alpha, 125.613, rel_tol=1e-5), (
    f"alpha came out as {alpha:.1f}, which is beta: expected (alpha, beta), in this order."
    " See hint 2."
)
assert math.isclose(beta, 125.613, rel_tol=1e-5), (
    f"beta came out as {beta:.1f}; expected 125.6: 31 more rows take 5373 - 1479 microseconds"
    " more. See hint 1."
)
assert math.isclose(alpha, 1353.387, rel_tol=1e-5), (
    f"alpha came out as {alpha:.1f}; expected 1353.4. A batch of 1 also pays for its one row."
    " See hint 2."
)
eight = alpha + 8 * beta
assert math.isclose(eight, 2358.29, rel_tol=1e-4), (
    f"Your line gives {eight:.0f} microseconds for a batch of 8; expected 2358. See hint 2."
)
gain = largest_gain(alpha, beta)
assert math.isclose(gain, 11.774, rel_tol=1e-4), (
    f"The largest gain came out as {gain:.2f}; expected 11.77. A row alone costs S(1), which is"
    " alpha and one beta. See hint 3."
)

# %% hidden="fit"
### BEGIN HIDDEN TESTS
alpha, beta = fit_cost((4, 7.0), (16, 13.0))
assert math.isclose(beta, 0.5), (
    f"From S(4) = 7 and S(16) = 13 beta came out as {beta:.3f}; expected 0.5. See hint 1."
)
assert math.isclose(alpha, 5.0), (
    f"From S(4) = 7 and S(16) = 13 alpha came out as {alpha:.3f}; expected 5: take off what the 4"
    " rows cost, not the cost of one. See hint 2."
)
alpha, beta = fit_cost((64, 80.0), (16, 20.0))
assert abs(alpha) < 1e-9, (
    f"From S(64) = 80 and S(16) = 20 alpha came out as {alpha:.3f}; expected 0, whichever comes"
    " first. See hint 2."
)
gain = largest_gain(0.0, 1.25)
assert math.isclose(gain, 1.0), (
    f"Without a cost per call the largest gain came out as {gain:.2f}; expected 1: a batch saves"
    " nothing. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The two batches pay the same alpha. So the difference of their times is what the additional rows
# cost, and nothing else.
# </details>
#
# <details><summary>Hint 2: alpha</summary>
#
# With beta known, take what the rows of either batch cost off its time. What remains is alpha.
# </details>
#
# <details><summary>Hint 3: the largest gain</summary>
#
# In a batch of b rows a row costs S(b) / b = alpha / b + beta. As b grows, the first part goes to
# 0. Divide what a row alone costs by what is left.
# </details>

# %% [markdown] tags=["solution-only"]
# Two points fix a line. The usual slip is to read alpha off a batch of 1: S(1) holds one beta as
# well, and leaving it out makes the largest gain alpha / beta, which is too low by exactly 1. For
# a scorer that works row by row alpha is 0 and the gain is 1: batching has nothing to share. With
# measured times you would take more than two points, and least squares.

# %% [markdown]
# ## Task 2: A batching policy on a virtual clock
#
# The server of the lesson takes one batch at a time, and its policy says when a batch may start.
# Write that server as a function on a *virtual clock*: no threads and no waiting, time is a
# number that you move forward. Then a policy can be checked exactly, and a day of traffic takes a
# second.
#
# The rules:
#
# - Queries are served in the order of their arrival, each exactly once. Query 0 arrives first.
# - A batch holds up to `max_batch` queries.
# - A batch may start as soon as `max_batch` queries wait, or when the oldest of those that wait
#   has waited for `window`, whichever comes first.
# - The server works on one batch at a time. A batch of b queries keeps it busy for `cycle(b)`.
#   What arrives meanwhile waits.
# - When a batch starts, it takes all queries that have arrived by then (one that arrives at that
#   very moment counts), but no more than `max_batch`, the oldest first.


# %% solution="policy"
def serve(arrivals, max_batch, window, cycle):
    """Return the batches, in order: a list of pairs (start, queries).

    arrivals: times in ms, ascending; query i arrives at arrivals[i].
    max_batch: the most queries in a batch, at least 1.
    window: how long (ms) the oldest query waits for company; 0 is the policy "greedy".
    cycle: cycle(b) is the time (ms) for which a batch of b queries keeps the server busy.
    `start` is a time in ms, `queries` the list of the query numbers in the batch. Each pair is a
    tuple.

    Example: serve([0, 4, 50], 8, 10, lambda b: 5) is [(10, [0, 1]), (60, [2])].
    Query 0 waits 10 ms, and query 1 joins it. Nobody joins query 2.
    """
    ### BEGIN SOLUTION
    batches = []
    oldest, free = 0, 0.0
    while oldest < len(arrivals):
        ready = arrivals[oldest] + window
        last = oldest + max_batch - 1
        if last < len(arrivals):
            ready = min(ready, arrivals[last])
        start = max(free, ready)
        queries = []
        while oldest < len(arrivals) and arrivals[oldest] <= start and len(queries) < max_batch:
            queries.append(oldest)
            oldest += 1
        batches.append((start, queries))
        free = start + cycle(len(queries))
    return batches
    ### END SOLUTION


# %% check="policy"
batches = serve([0, 2, 3, 40, 45, 46, 47, 100], 4, 20, lambda b: 2 + b)
as_asked = isinstance(batches, list) and all(
    isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], list) for pair in batches
)
assert as_asked, (
    f"Your function returns {batches}; expected a list of tuples (start, queries), in which queries"
    " is a list of numbers. See the docstring's example."
)
served = [query for _, queries in batches for query in queries]
assert sorted(served) == list(range(8)), (
    f"The queries served are {sorted(served)}; expected each of 0 to 7 once. See hint 4."
)
assert served == sorted(served), (
    f"The queries were served in the order {served}; expected the order of arrival. See hint 4."
)
starts = [start for start, _ in batches]
assert starts[0] == 20, (
    f"The first batch started at {starts[0]} ms; expected 20: the window counts from the oldest"
    " query, which arrived at 0. See hint 2."
)
assert starts[1] == 47, (
    f"The second batch started at {starts[1]} ms; expected 47, when the fourth query of 4 arrived:"
    " a full batch waits no longer. See hint 2."
)
assert batches[1:] == [(47, [3, 4, 5, 6]), (120, [7])], (
    f"Then come {batches[1:]}; expected [(47, [3, 4, 5, 6]), (120, [7])]: who arrives at the very"
    " moment of the start is in, and a last query waits for its window. See hint 4."
)
batches = serve([0, 1, 2, 3, 4, 5], 2, 10, lambda b: 30)
sizes = [len(queries) for _, queries in batches]
assert max(sizes) == 2, f"The batches hold {sizes} queries; expected 2 at most. See hint 4."
assert [start for start, _ in batches] == [1, 31, 61], (
    f"With a cycle of 30 ms the batches started at {[start for start, _ in batches]}; expected"
    " [1, 31, 61]: a full batch waits for a server that is busy. See hint 3."
)

# %% hidden="policy"
### BEGIN HIDDEN TESTS
batches = serve([0, 10, 11, 12, 13], 8, 0, lambda b: 20 + b)
assert [queries for _, queries in batches][1:] == [[1, 2, 3, 4]], (
    f"serve([0, 10, 11, 12, 13], 8, 0, lambda b: 20 + b) is {batches}; expected query 0 and then"
    " [1, 2, 3, 4]: a batch takes all that have arrived when it starts. See hint 4."
)
assert batches == [(0, [0]), (21, [1, 2, 3, 4])], (
    f"Greedy (window 0) served {batches}; expected [(0, [0]), (21, [1, 2, 3, 4])]: what came while"
    " the server was busy goes together, at once. See hint 3."
)
batches = serve([0, 3, 6, 9, 12, 15], 8, 10, lambda b: 1)
assert batches == [(10, [0, 1, 2, 3]), (22, [4, 5])], (
    f"serve([0, 3, 6, 9, 12, 15], 8, 10, lambda b: 1) is {batches}; expected"
    " [(10, [0, 1, 2, 3]), (22, [4, 5])]: later queries do not extend the window. See hint 2."
)
batches = serve([0, 1, 5, 6, 30], 2, 10, lambda b: 12 * b)
assert batches == [(1, [0, 1]), (25, [2, 3]), (49, [4])], (
    f"serve([0, 1, 5, 6, 30], 2, 10, lambda b: 12 * b) is {batches}; expected [(1, [0, 1]),"
    " (25, [2, 3]), (49, [4])]: a window that ran out meanwhile is over. See hint 3."
)
batches = serve([0.25, 0.5, 3.75], 2, 1.5, lambda b: 0.25 * b)
assert batches == [(0.5, [0, 1]), (5.25, [2])], (
    f"serve([0.25, 0.5, 3.75], 2, 1.5, lambda b: 0.25 * b) is {batches}; expected [(0.5, [0, 1]),"
    " (5.25, [2])]: move the clock to the next event and not by steps of 1. See hint 1."
)
assert serve([], 4, 20, lambda b: 5) == [], "Without queries there are no batches. See hint 4."
arrivals = [7] * 10
batches = serve(arrivals, 4, 20, lambda b: 2)
assert arrivals == [7] * 10, f"You changed the caller's arrivals to {arrivals}. See hint 1."
assert [(start, len(queries)) for start, queries in batches] == [(7, 4), (9, 4), (27, 2)], (
    f"Ten queries at 7 ms, at most 4 in a batch, went as {batches}; expected 4 at 7 ms, 4 at 9, 2"
    " at 27: the last two are no full batch, and wait for their window. See hint 4."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Keep two numbers: the oldest query that waits, and the time from which the server is free. One
# turn of a loop makes one batch.
# </details>
#
# <details><summary>Hint 2: when may a batch start?</summary>
#
# Two times matter. The window of the oldest query ends at `arrivals[oldest] + window`. The batch
# is full when query number `oldest + max_batch - 1` arrives, if there is such a query. The
# earlier of the two counts.
# </details>
#
# <details><summary>Hint 3: and when does it start?</summary>
#
# Not before the server is free: `start = max(free, ready)`. After it, the server is busy for
# `cycle(...)` of the number of queries that the batch really holds.
# </details>
#
# <details><summary>Hint 4: whom does it take?</summary>
#
# Move `oldest` forward while its query has arrived by `start` and the batch has room. Go on until
# no query is left; the last batch need not be full.
# </details>

# %% [markdown] tags=["solution-only"]
# Each batch has three times: when it may start, when the server is free, and the later of the
# two, when it starts. What usually goes wrong: the window is served out although the batch is
# full; it counts from the last arrival, so that steady traffic puts the start off again and
# again; it starts anew when the server gets free; the server works on two batches at once; the
# last, incomplete batch is lost. The labkit batcher asks the same question with real time: see
# `Policy.ready_at` in the lesson.

# %% [markdown]
# ## Task 3: What waiting for a full batch costs
#
# Under the policy `full` a batch of b starts when its last query arrives. Queries arrive at
# `rate` per second on average. The server is idle, so nobody waits for it. Write a function for
# the average time that a query waits before its batch starts.


# %% solution="waiting"
def mean_wait_ms(batch, rate):
    """Return the average wait (ms) before service when `batch` queries must come together.

    `batch` is at least 1, `rate` is in queries per second.
    Example: mean_wait_ms(3, 100) is 10.0. The gaps are 10 ms on average, so the three wait for
    20, 10 and 0 ms.
    """
    ### BEGIN SOLUTION
    return 1e3 * (batch - 1) / (2 * rate)
    ### END SOLUTION


# %% check="waiting"
wait = mean_wait_ms(8, 40)
assert not math.isclose(wait, 0.0875), (
    f"At 40 per second a query in a batch of 8 waits {wait:.4f} on average; expected 87.5: yours is"
    " in seconds, and ms are asked for. See hint 2."
)
assert math.isclose(wait, 87.5), (
    f"At 40 per second a query in a batch of 8 waits {wait:.1f} ms on average; expected 87.5: the"
    " first waits for 7 gaps, the last for none. See hint 1."
)

# %% hidden="waiting"
### BEGIN HIDDEN TESTS
wait = mean_wait_ms(1, 40)
assert abs(wait) < 1e-9, (
    f"A batch of 1 waits {wait:.1f} ms; expected 0: it is full when its only query arrives."
    " See hint 1."
)
wait = mean_wait_ms(32, 500)
assert math.isclose(wait, 31.0), (
    f"At 500 per second a query in a batch of 32 waits {wait:.1f} ms; expected 31. See hint 2."
)
wait = mean_wait_ms(4, 300)
assert math.isclose(wait, 5.0), (
    f"At 300 per second a query in a batch of 4 waits {wait:.3f} ms; expected 5: a gap of 3.33 ms"
    " is not to be rounded. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write down how many gaps each query waits for: the first of 8 for 7, the second for 6, the last
# for 0. What is the average of these numbers?
# </details>
#
# <details><summary>Hint 2: nearly there</summary>
#
# A gap is 1000 / rate ms on average, and the average number of gaps is (batch - 1) / 2.
# </details>

# %% [markdown] tags=["solution-only"]
# The average of 0, 1, ..., b - 1 is (b - 1) / 2, and averages add up, so the shape of the
# arrivals does not matter: Poisson arrivals give the same. Common slips: b / (2 rate), which
# makes a batch of 1 wait, and (b - 1) / rate, which is the wait of the first query alone. Half
# the traffic means twice the wait: a policy that waits for a full batch is worst at night.

# %% [markdown]
# ## Task 4: The cheapest limit within a latency bound
#
# A larger batch is cheaper per row and slower to answer. Your service runs greedy batching with
# the measured cycle S(b) = alpha + beta b, and it has promised a latency. At a busy time a query
# that has barely missed a batch waits for that whole batch, then for its own. Assume that both
# are full. Find the largest batch limit, `max_batch`, that keeps the promise, and what a million
# predictions cost in full batches of that size.


# %% solution="cheapest"
def cheapest_limit(alpha, beta, bound, price_per_hour):
    """Return (limit, price): the largest `max_batch` within `bound` and the price of a million.

    alpha, beta: the cycle S(b) = alpha + beta * b, in ms; beta is above 0.
    bound: the latency (ms) promised to a query that has barely missed a full batch.
    price_per_hour: of the server. Full batches follow one another without a gap.
    None if not even batches of 1 keep the promise.

    Example: cheapest_limit(4, 1, 20, 3.60) is (6, 1.6666...). Two batches of 6 take 20 ms. A row
    takes 10 / 6 ms, so a million take 1,667 s. 3.60 per hour is 0.001 per second.
    """
    ### BEGIN SOLUTION
    limit = math.floor((bound / 2 - alpha) / beta + 1e-9)
    if limit < 1:
        return None
    row_ms = (alpha + beta * limit) / limit
    hours = 1e6 * row_ms / 3.6e6
    return limit, hours * price_per_hour
    ### END SOLUTION


# %% check="cheapest"
limit, price = cheapest_limit(2.0, 0.25, 21.0, 0.90)
assert limit == 34, (
    f"The limit for a bound of 21 ms is {limit}; expected 34: two cycles of S(34) = 10.5 ms. A"
    " query waits for the batch that it missed, and then for its own. See hint 1."
)
assert math.isclose(price, 0.0772059, rel_tol=1e-4), (
    f"A million predictions cost {price:.4f}; expected 0.0772: a row takes S(34) / 34, and an hour"
    " has 3,600,000 ms. See hint 3."
)

# %% hidden="cheapest"
### BEGIN HIDDEN TESTS
limit, price = cheapest_limit(1.5, 0.5, 11.5, 3.60)
assert limit == 8, (
    f"With alpha 1.5, beta 0.5 and a bound of 11.5 ms the limit is {limit}; expected 8: two"
    " batches of 9 take 12 ms, which is too long. See hint 2."
)
assert math.isclose(price, 0.6875, rel_tol=1e-4), (
    f"With alpha 1.5 and beta 0.5 a million in batches of 8 cost {price:.4f}; expected 0.6875: a"
    " row takes S(8) / 8. See hint 3."
)
nothing = cheapest_limit(5.0, 1.0, 10.0, 1.0)
assert nothing is None, (
    f"With alpha 5, beta 1 and a bound of 10 ms you return {nothing}; expected None: two batches"
    " of 1 take 12 ms. See hint 2."
)
nothing = cheapest_limit(8.0, 1.0, 10.0, 1.0)
assert nothing is None, (
    f"With alpha 8, beta 1 and a bound of 10 ms you return {nothing}; expected None: there is no"
    " batch of fewer than 1. See hint 2."
)
limit, price = cheapest_limit(1.0, 0.01, 10.005, 3.60)
assert limit == 400, (
    f"With alpha 1, beta 0.01 and a bound of 10.005 ms the limit is {limit}; expected 400, however"
    " large that is. See hint 2."
)
one = cheapest_limit(4.0, 1.0, 11.0, 3.60)
assert one is not None and one[0] == 1, (
    f"With alpha 4, beta 1 and a bound of 11 ms you return {one}; expected a limit of 1: two"
    " batches of 1 take 10 ms. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The service time is only half of what the query goes through. How long may one cycle be, if two
# of them must fit into the bound?
# </details>
#
# <details><summary>Hint 2: the limit</summary>
#
# Solve 2 (alpha + beta b) = bound for b and round down. A limit below 1 is no limit: return None.
# You may instead try 1, 2, 3, ... while the promise holds.
# </details>
#
# <details><summary>Hint 3: the price</summary>
#
# A batch of b takes S(b), so a row takes S(b) / b ms. A million rows take a million times that;
# divide by 3,600,000 ms to get hours.
# </details>

# %% [markdown] tags=["solution-only"]
# The price per row falls as the batch grows, so the cheapest limit is the largest that keeps the
# promise. The usual slip is to compare S(b) itself with the bound: the model's time is taken for
# the latency, and the wait is forgotten. The limit then comes out more than twice as large, and
# the promise is broken at every busy hour. The rule is for planning. It takes batches to be full
# and the queue to be no longer than a batch; for a percentile under random arrivals simulate, as
# the lesson does.
