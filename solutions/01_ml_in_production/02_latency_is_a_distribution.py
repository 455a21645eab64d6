# %% [markdown]
# # Exercise: latency is a distribution
#
# You write a percentile that counts errors, replay one stall through an open and through a closed
# loop, pool the percentiles of several servers, and say what fan-out does and how many requests a
# sure bound needs. Nothing here depends on the speed of your machine.
#
# Run the check below each task as you go. Then save, and run
# `python3 course.py check 02_latency_is_a_distribution` in a terminal in the course's folder: a
# task counts as done when it says passed, for it tries more cases.
#
# **Time** 40 minutes. **Before this** the lesson [Latency is a
# distribution](../../chapters/01_ml_in_production/02_latency_is_a_distribution.ipynb).

# %%
import math

# %% [markdown]
# ## Task 1: A percentile that counts errors
#
# A log has a latency and an HTTP status for each request. Status 200 is an answer. Every other one
# is an error: 503 is a refusal, 0 means that no answer came. A refusal is fast, and a customer who
# got one was not served. So an error counts as slower than every answer, whatever its latency says.
#
# Write the percentile by the *nearest rank*: of *n* requests, sorted, it is number r, where r is
# the least whole number that is at least q *n* / 100. It is never a value between two measured
# ones.


# %% solution="percentile"
def percentile(latencies, statuses, q):
    """Return the latency within which q % of all requests were answered; math.inf if fewer were.

    latencies: one number (ms) for each request; that of an error means nothing and may be math.nan.
    statuses: one for each request; 200 is an answer, all others are errors.
    q: above 0 and at most 100.
    Raises ValueError if there are no requests. The arguments are left as they are.

    Examples: percentile([30, 10, 40, 20], [200, 200, 200, 200], 50) is 20: two of four, half,
    were answered within 20 ms. percentile([30, 1, 40, 20], [200, 503, 200, 200], 50) is 30.
    """
    ### BEGIN SOLUTION
    if len(latencies) == 0:
        raise ValueError("no requests: there is no percentile")
    counted = [
        latency if status == 200 else math.inf
        for latency, status in zip(latencies, statuses, strict=True)
    ]
    return sorted(counted)[math.ceil(q * len(counted) / 100) - 1]
    ### END SOLUTION


# %% check="percentile"
ten = [70, 20, 100, 30, 10, 60, 90, 40, 80, 50]
found = percentile(ten, [200] * 10, 50)
assert found != 55, (
    "The p50 of 10, 20, ..., 100 came out as 55, which nobody measured; expected 50: take the"
    " nearest rank and do not interpolate. See hint 1."
)
assert found == 50, (
    f"The p50 of 10, 20, ..., 100 came out as {found}; expected 50, the fifth of ten in ascending"
    " order. See hint 1."
)
found = percentile(ten, [200] * 10, 99)
assert found == 100, (
    f"The p99 of ten requests came out as {found}; expected 100: rank 9.9 is rounded up to 10."
    " See hint 1."
)
found = percentile([5, 1, 7, 6], [200, 503, 200, 200], 50)
assert found != 5, (
    "With one refusal among four the p50 came out as 5; expected 6: the refusal was fast and counts"
    " as the slowest. See hint 2."
)
assert found == 6, (
    f"With one refusal among four the p50 came out as {found}; expected 6. See hint 2."
)
found = percentile([5, 1, 7, 6], [200, 503, 200, 200], 90)
assert found == math.inf, (
    f"With one refusal among four the p90 came out as {found}; expected infinity: 90 % were never"
    " answered. Errors stay in the count. See hint 2."
)
try:
    found = percentile([], [], 99)
except ValueError:
    found = "a ValueError"
except Exception as error:
    found = f"a {type(error).__name__}"
assert found == "a ValueError", (
    f"Without requests you give {found}; expected a ValueError: nothing was measured. See hint 3."
)

# %% hidden="percentile"
### BEGIN HIDDEN TESTS
found = percentile([70, 20, 100, 30, 10, 60, 90, 40, 80, 50], [200] * 10, 91)
assert found == 100, (
    f"The p91 of ten requests came out as {found}; expected 100: rank 9.1 is rounded up to 10, not"
    " to the nearest. See hint 1."
)
many = list(range(1000, 0, -1))
found = percentile(many, [200] * 1000, 99)
assert found == 990, (
    f"The p99 of 1000, 999, ..., 1 came out as {found}; expected 990: ten of a thousand are slower."
    " See hint 1."
)
assert many == list(range(1000, 0, -1)), "You sorted the caller's list. See hint 3."
found = percentile([3, math.nan, 2, 9, 1], [200, 0, 200, 500, 200], 80)
assert found == math.inf, (
    f"With two errors among five the p80 came out as {found}; expected infinity. See hint 2."
)
for status in (204, 302, 404):
    found = percentile([5, 1, 7, 6], [200, status, 200, 200], 50)
    assert found == 6, (
        f"With a status {status} among four the p50 came out as {found}; expected 6: only 200 is an"
        " answer. See hint 2."
    )
try:
    found = percentile([1, 2], [503, 0], 50)
except Exception as error:
    found = f"a {type(error).__name__}"
assert found == math.inf, (
    f"With two requests, both errors, you give {found}; expected infinity: there were requests, and"
    " nobody was answered. See hints 2 and 3."
)
times, statuses = [4, 1, 3], [200, 503, 200]
percentile(times, statuses, 50)
assert times == [4, 1, 3] and statuses == [200, 503, 200], (
    f"After the call the caller's lists are {times} and {statuses}; expected [4, 1, 3] and"
    " [200, 503, 200]: work on a list of your own. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the rank</summary>
#
# Sort. The rank is `math.ceil(q * n / 100)`, counted from 1, and Python counts from 0.
# </details>
#
# <details><summary>Hint 2: errors</summary>
#
# Make a new list in which each error has the latency `math.inf`. It sorts behind all others, and
# the number of requests stays what it was.
# </details>
#
# <details><summary>Hint 3: no requests, and the caller's lists</summary>
#
# Look at the length first and `raise ValueError(...)`. `sorted(...)` makes a new list, `.sort()`
# changes the one that it is called on.
# </details>

# %% [markdown] tags=["solution-only"]
# Dropping errors rewards a service for refusing: the more it turns away, the better its percentiles
# look. Interpolation, the default of `numpy.percentile`, is harmless in the middle and misleading
# at the end, where the next value may be ten times as far: it reports a latency that nobody had,
# and with one infinite value it has no answer at all.

# %% [markdown]
# The next task runs on a virtual clock. `make_server` gives you a server that takes `service`
# seconds for a request, any number at a time, and stalls once: what is under way then is answered
# after the stall. You call it with the time at which a request is sent, and get the time at which
# it is done.


# %%
def make_server(stall_from, stall_until, service):
    """Return answer(sent) -> done, all times in s."""

    def answer(sent):
        done = sent + service
        if sent < stall_until and done > stall_from:
            done = stall_until + service
        return done

    return answer


# %% [markdown]
# ## Task 2: One stall, two records
#
# Write two load tools. Both send to `answer`, the server above.
#
# - `open_loop` has a timetable, `due`, and a number of connections. Each connection carries one
#   request at a time. If none is free when a request is due, the request waits in the tool and is
#   sent as soon as one is; the order stays. Its latency counts from the time when it was *due*.
# - `closed_loop` has clients. Each sends its first request at time 0, waits for the reply and sends
#   the next at that very moment, as long as the time is below `seconds`.


# %% solution="loops"
def open_loop(due, connections, answer):
    """Return the latency (ms) of each request, in the order of `due`.

    due: times (s), ascending. connections: at least 1. answer(sent) is the time (s) when a request
    that is sent at `sent` is done.

    Example: open_loop([0, 0.1], 1, lambda sent: sent + 0.25) is [250, 400] (up to rounding): the
    second waits 150 ms for the connection.
    """
    ### BEGIN SOLUTION
    free = [0.0] * connections
    latency = []
    for time in due:
        first = min(range(connections), key=free.__getitem__)
        free[first] = answer(max(time, free[first]))
        latency.append(1e3 * (free[first] - time))
    return latency
    ### END SOLUTION


def closed_loop(clients, seconds, answer):
    """Return the latency (ms) of all requests of all clients, in any order.

    Example: closed_loop(2, 0.5, lambda sent: sent + 0.25) is [250, 250, 250, 250]: two requests
    from each of two clients, sent at 0 and 0.25 s.
    """
    ### BEGIN SOLUTION
    latency = []
    for _ in range(clients):
        now = 0.0
        while now < seconds:
            done = answer(now)
            latency.append(1e3 * (done - now))
            now = done
    return latency
    ### END SOLUTION


# %% check="loops"
stalled = make_server(1.0, 1.4, service=0.005)  # 0.4 s
due = [i / 60 for i in range(180)]  # 60 per second for 3 s
latency = list(open_loop(due, 100, stalled))
assert len(latency) == 180, (
    f"180 requests were due and your open loop returns {len(latency)} latencies. See hint 1."
)
assert max(latency) > 1, (
    f"The largest latency is {max(latency):.3f}; expected about 405: give ms. See hint 1."
)
touched = sum(ms > 6 for ms in latency)
assert touched == 24, (
    f"With 100 connections the stall touches {touched} of 180 requests; expected 24, which is 13 %:"
    " 60 per second were due for 0.4 s. See hint 1."
)
late = sum(ms > 110 for ms in latency)
assert late == 18, (
    f"With 100 connections {late} of 180 requests take more than 110 ms; expected 18, which is"
    " 10 %. See hint 1."
)
latency = list(open_loop(due, 2, stalled))
late = sum(ms > 110 for ms in latency)
assert late != 2, (
    "With 2 connections your open loop has 2 requests above 110 ms; expected 21. It counts from the"
    " sending: the others waited in the tool, and their customers waited there. See hint 2."
)
assert late == 21, (
    f"With 2 connections {late} of 180 requests take more than 110 ms; expected 21: after the stall"
    " those that waited go out two at a time. See hint 2."
)
latency = list(closed_loop(2, 3.002, stalled))
slow = sum(ms > 110 for ms in latency)
assert slow == 2, (
    f"In the log of a closed loop of 2 there are {slow} requests above 110 ms; expected 2, one for"
    " each client. See hint 3."
)
assert len(latency) == 1040, (
    f"In 3.002 s the closed loop of 2 makes {len(latency)} requests; expected 1040: each client"
    " sends again as soon as it is answered. See hint 3."
)

# %% hidden="loops"
### BEGIN HIDDEN TESTS
latency = open_loop([0, 0.125, 0.25, 2.0], 1, lambda sent: sent + 0.5)
expected = [500, 875, 1250, 500]
assert all(math.isclose(a, b) for a, b in zip(latency, expected, strict=True)), (
    f"One connection, requests due at 0, 0.125, 0.25 and 2 s, half a second each: you return"
    f" {list(latency)}; expected {expected}. See hint 2."
)
held = make_server(0.5, 2.5, service=0.25)
latency = open_loop([0.0, 0.375, 1.0, 1.5, 3.5], 2, held)
expected = [250, 2375, 1750, 1500, 250]
assert all(math.isclose(a, b) for a, b in zip(latency, expected, strict=True)), (
    f"Two connections and a stall from 0.5 to 2.5 s: you return {list(latency)}; expected"
    f" {expected}. See hint 2."
)
latency = open_loop([0.0, 0.125, 0.5, 0.75], 2, lambda sent: sent + (0.25 if sent else 2))
expected = [2000, 250, 250, 250]
assert all(math.isclose(a, b) for a, b in zip(latency, expected, strict=True)), (
    f"Two connections, one of them busy for 2 s: you return {list(latency)}; expected {expected}: a"
    " request takes the connection that is free first. See hint 2."
)
assert list(open_loop([], 2, held)) == [], "Without requests there are no latencies. See hint 1."
latency = sorted(closed_loop(3, 3.0, held))
assert len(latency) == 12, (
    f"Three clients and 3 s with a stall from 0.5 to 2.5 s: you make {len(latency)} requests;"
    " expected 12: each client sends at 0, 0.25, 0.5 and 2.75, and no longer at 3. See hint 3."
)
expected = [250] * 9 + [2250] * 3
assert all(math.isclose(a, b) for a, b in zip(latency, expected, strict=True)), (
    f"Three clients and 3 s with a stall from 0.5 to 2.5 s: you log {latency}; expected {expected}."
    " See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: enough connections</summary>
#
# If a connection is always free, a request is sent when it is due. It is done at `answer(time)`,
# and its latency is the difference, times 1000.
# </details>
#
# <details><summary>Hint 2: few connections</summary>
#
# Keep a list with the time from which each connection is free, at first 0. A request takes the one
# that is free first and is sent at `max(time, free)`; then that one is free again when the request
# is done. What you subtract from this is `time`, when it was due.
# </details>
#
# <details><summary>Hint 3: the closed loop</summary>
#
# The clients do not disturb each other here. One client: `now = 0`; while `now < seconds`, ask
# `answer(now)`, note the difference, and go on at the time of the reply.
# </details>

# %% [markdown] tags=["solution-only"]
# The same stall touches 24 of 180 requests of the open loop and 2 of more than a thousand of the
# closed one. If you count the open loop of two connections from the sending, it tells the closed
# loop's story: two slow requests. Where this goes wrong in practice: a client library with a pool
# of connections starts its clock when it has got one.

# %% [markdown]
# ## Task 3: The p99 of several servers
#
# Each server keeps a histogram: how many of its requests fell into each bin of latency. All use the
# same bins. Bin i goes up to `edges[i]`, which belongs to it; errors are counted in the last bin,
# whose edge is `math.inf`. Write a function for the percentile of all requests of all servers. From
# a histogram you cannot tell more than the bin, so return the bin's upper edge: nobody in it was
# slower.


# %% solution="pooled"
def pooled_percentile(edges, histograms, q):
    """Return the upper edge (ms) of the bin that holds the q-th percentile of all requests.

    edges: the bins' upper ends, ascending. histograms: one for each server, a list of counts as
    long as `edges`; there is at least one request in all. q: above 0 and at most 100. Nearest rank,
    as in task 1. The arguments are left as they are.

    Example: pooled_percentile([10, 20, 50], [[3, 1, 0], [0, 0, 4]], 50) is 20: of eight requests
    the fourth lies in the second bin.
    """
    ### BEGIN SOLUTION
    counts = [sum(of_bin) for of_bin in zip(*histograms, strict=True)]
    rank = math.ceil(q * sum(counts) / 100)
    seen = 0
    for edge, count in zip(edges, counts, strict=True):
        seen += count
        if seen >= rank:
            return edge
    ### END SOLUTION


# %% check="pooled"
edges = [10, 20, 50, 100, 200, 500, math.inf]
fast = [880, 15, 5, 0, 0, 0, 0]
stalls = [60, 10, 0, 0, 0, 30, 0]
assert pooled_percentile(edges, [fast], 99) == 20, (
    f"The p99 of one server, {fast}, came out as {pooled_percentile(edges, [fast], 99)}; expected"
    " 20: rank 891 of 900 lies in the second bin. See hint 2."
)
found = pooled_percentile(edges, [fast, stalls], 99)
assert found != 260, (
    "The p99 of both came out as 260, the mean of 20 and 500; expected 500. Percentiles do not"
    " average: add the counts first. See hint 1."
)
assert found == 500, (
    f"The p99 of both servers came out as {found}; expected 500: 30 of 1000 requests were that"
    " slow. See hint 1."
)
assert fast == [880, 15, 5, 0, 0, 0, 0], f"You changed the caller's counts to {fast}. See hint 1."
found = pooled_percentile(edges, [[9 * count for count in fast], stalls], 99)
assert found != 500, (
    "With nine times as many fast requests the p99 came out as 500, the p99 of the slower server;"
    " expected 20: only 30 of 8200 requests were that slow. See hint 1."
)
assert found == 20, (
    f"With nine times as many fast requests the p99 came out as {found}; expected 20: rank 8118 of"
    " 8200. See hint 2."
)

# %% hidden="pooled"
### BEGIN HIDDEN TESTS
found = pooled_percentile([1, 2, 4], [[99, 0, 0], [0, 1, 0]], 99)
assert found == 1, (
    f"99 requests in the first bin, 1 in the second: the p99 came out as {found}; expected 1: rank"
    " 99 is the last of the first bin. See hint 2."
)
found = pooled_percentile([1, 2, math.inf], [[50, 0, 0], [40, 8, 2]], 99)
assert found == math.inf, (
    f"With 2 errors among 100 requests the p99 came out as {found}; expected infinity. See hint 2."
)
found = pooled_percentile([5, 10, 20, 40], [[0, 0, 7, 0], [0, 2, 0, 0], [1, 0, 0, 0]], 30)
assert found == 10, (
    f"One at 5, two at 10, seven at 20: the p30 came out as {found}; expected 10. See hint 2."
)
found = pooled_percentile([5, 10, 20], [[1, 0, 0], [0, 1, 1]], 50)
assert found == 10, (
    f"One each at 5, 10 and 20: the p50 came out as {found}; expected 10: rank 1.5 is rounded up."
    " See hint 2."
)
found = pooled_percentile([5, 10, 20, 40], [[0, 0, 0, 4], [3, 3, 0, 0]], 61)
assert found == 40, (
    f"Three each at 5 and 10, four at 40: the p61 came out as {found}; expected 40: rank 6.1 is"
    " rounded up, not to the nearest. See hint 2."
)
found = pooled_percentile([5, 10, 20, 40], [[0, 0, 0, 1], [1, 0, 0, 0]], 100)
assert found == 40, f"One at 5, one at 40: the p100 came out as {found}; expected 40. See hint 2."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: what adds up?</summary>
#
# Counts do. Add the servers' counts, bin by bin, into a new list: `zip(*histograms)` gives you the
# bins one after the other.
# </details>
#
# <details><summary>Hint 2: the rank</summary>
#
# The rank is `math.ceil(q * n / 100)` for *n* requests in all. Walk through the bins and sum up the
# counts until the sum reaches the rank.
# </details>

# %% [markdown] tags=["solution-only"]
# The mean of the p99s gives a server of a hundred requests the same say as one of nine thousand,
# and weights do not mend it: a percentile is no sum. The larger of the p99s is only an upper bound.
# Prometheus keeps histograms for this reason, and its summaries, which keep percentiles, cannot be
# pooled.

# %% [markdown]
# ## Task 4: Fan-out, and a sure bound
#
# Three short functions. A request that makes several calls is slow if at least one of them is.
# `slow_if_independent` computes how often that happens if calls know nothing of each other.
# `slow_requests` counts it in a trace, in which they may know of each other. And `requests_needed`
# says how many independent requests you must measure so that the slowest of them is, with
# the chance `sure`, no less than the q-th percentile.


# %% solution="fan_out"
def slow_if_independent(p, n):
    """Return the chance that at least one of n independent calls is slow; each is with chance p.

    Example: slow_if_independent(0.5, 2) is 0.75.
    """
    ### BEGIN SOLUTION
    return 1 - (1 - p) ** n
    ### END SOLUTION


def slow_requests(trace):
    """Return the share of requests with at least one slow call.

    trace: a row for each request, with True for each call that was slow and False for the others;
    at least one row.

    Example: slow_requests([[True, True], [False, False]]) is 0.5.
    """
    ### BEGIN SOLUTION
    return sum(any(calls) for calls in trace) / len(trace)
    ### END SOLUTION


def requests_needed(sure, q):
    """Return the least number of independent requests of which, with a chance of at least `sure`,
    one or more belong to the slowest 100 - q %.

    sure and q: above 0, sure below 1 and q below 100.
    Example: requests_needed(0.9, 50) is 4: all four are among the faster half in 1 of 16 runs.
    """
    ### BEGIN SOLUTION
    return math.ceil(math.log(1 - sure) / math.log(q / 100))
    ### END SOLUTION


# %% check="fan_out"
slow = slow_if_independent(0.01, 100)
assert slow < 1, (
    f"100 calls at 1 % came out as {slow:.2f}; expected 0.634: chances of calls that can be slow"
    " together do not add up. See hint 1."
)
assert math.isclose(slow, 0.63397, rel_tol=1e-4), (
    f"100 calls at 1 % came out as {slow:.4f}; expected 0.6340. See hint 1."
)
together = [[True, True, True]] + [[False, False, False]] * 9
turns = [[True, False, False], [False, True, False], [False, False, True]] + [[False] * 3] * 7
found = slow_requests(together)
assert math.isclose(found, 0.1), (
    f"Three calls that are slow together in 1 of 10 requests: you return {found:.3f}; expected 0.1."
    " Count requests in the trace; the formula does not know of it. See hint 2."
)
found = slow_requests(turns)
assert math.isclose(found, 0.3), (
    f"Three calls that are slow in turns, each in 1 of 10 requests: you return {found:.3f};"
    " expected 0.3. See hint 2."
)
n = requests_needed(0.99, 99)
assert n == 459, (
    f"To be 99 % sure for the p99 you say {n} requests; expected 459: n requests all miss the"
    " slowest 1 % with a chance of 0.99 to the power of n. See hint 3."
)
n = requests_needed(0.95, 99)
assert n == 299, f"To be 95 % sure for the p99 you say {n} requests; expected 299. See hint 3."

# %% hidden="fan_out"
### BEGIN HIDDEN TESTS
slow = slow_if_independent(0.2, 3)
assert math.isclose(slow, 0.488), (
    f"3 calls at 20 % came out as {slow:.3f}; expected 0.488. See hint 1."
)
slow = slow_if_independent(0.2, 1)
assert math.isclose(slow, 0.2), f"1 call at 20 % came out as {slow:.3f}; expected 0.2. See hint 1."
found = slow_requests([[True, False], [True, True], [False, False], [False, False]])
assert math.isclose(found, 0.5), (
    f"Two of four requests have a slow call, one of them has two: you return {found:.3f}; expected"
    " 0.5: count a request once. See hint 2."
)
n = requests_needed(0.99, 99.9)
assert n == 4603, f"To be 99 % sure for the p99.9 you say {n}; expected 4603. See hint 3."
n = requests_needed(0.75, 50)
assert n == 2, (
    f"To be 75 % sure for the median you say {n}; expected 2: two reach it in exactly 75 of 100"
    " runs. See hint 3."
)
n = requests_needed(0.8, 50)
assert n == 3, (
    f"To be 80 % sure for the median you say {n}; expected 3: two reach it in 75 of 100 runs only."
    " See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: at least one</summary>
#
# Turn it around: what is the chance that *none* of them is slow?
# </details>
#
# <details><summary>Hint 2: the trace</summary>
#
# `any(calls)` says whether a request has a slow call. Count such requests and divide by all.
# </details>
#
# <details><summary>Hint 3: how many?</summary>
#
# All *n* miss the slowest with a chance of (q / 100) to the power of *n*. That has to be at most
# 1 - sure. Try 1, 2, 3, ... or take logarithms and round up.
# </details>

# %% [markdown] tags=["solution-only"]
# Both traces have calls that are slow in 1 of 10 cases, and the formula says 0.271 for both. One
# lies below it and one above. n times p is the largest that can happen, p the least. Rounding 458.2
# to the nearest number gives 458, which is barely not enough; and a queue's requests are not
# independent, so in practice 459 is a floor.
