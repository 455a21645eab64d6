# %% [markdown]
# # Exercise: queues and capacity
#
# You predict a mean time by formula and single waits by recursion, read a capacity off batch
# records, and count how many queries a service holds from a log that is not finished. Nothing here
# depends on the speed of your machine.
#
# Run the check below each task as you go. Then save, and run
# `python3 course.py check 04_queues_and_capacity` in a terminal in the course's folder: a task
# counts as done when it says passed, for it tries more cases.
#
# **Time** 35 minutes. **Before this** the lesson
# [Queues and capacity](../../chapters/01_ml_in_production/04_queues_and_capacity.ipynb).

# %%
import math

# %% [markdown]
# ## Task 1: Two formulas
#
# A server takes one query at a time, first come, first served, and the arrivals are Poisson. With
# the load rho = rate x service time, the mean *wait in the queue* is
#
# - M/D/1, each service takes the same time: rho x service time / (2 (1 - rho)),
# - M/M/1, service times are exponential: twice as long.
#
# Write a function for each that returns the mean *time in the system*, which is the wait and the
# service. Both formulas hold in a steady state only. Where there is none, because the load is 1 or
# more, the time has no bound: return infinity.


# %% solution="formulas"
def md1_ms(service_ms, rate):
    """Return the mean time in the system (ms) of an M/D/1 queue; infinity without a steady state.

    service_ms: the service time in ms, above 0. rate: queries per second, at least 0.
    Example: md1_ms(4, 125) is 6.0. The load is 0.5, the wait 2 ms, the service 4 ms.
    """
    ### BEGIN SOLUTION
    load = rate * service_ms / 1e3
    if load >= 1:
        return math.inf
    return service_ms + load * service_ms / (2 * (1 - load))
    ### END SOLUTION


def mm1_ms(service_ms, rate):
    """Return the same of an M/M/1 queue, whose mean service time is service_ms.

    Example: mm1_ms(4, 125) is 8.0: the wait is 4 ms.
    """
    ### BEGIN SOLUTION
    load = rate * service_ms / 1e3
    if load >= 1:
        return math.inf
    return service_ms / (1 - load)
    ### END SOLUTION


# %% check="formulas"
md1, mm1 = md1_ms(2, 400), mm1_ms(2, 400)
assert not (math.isclose(md1, 4) or math.isclose(mm1, 8)), (
    f"At 2 ms and 400 per second you return {md1:g} and {mm1:g} ms; expected 6 and 10: 4 and 8 are"
    " the waits in the queue, and the service comes on top. See hint 2."
)
assert md1 > 0 and mm1 > 0, (
    f"At 2 ms and 400 per second you return {md1:g} and {mm1:g}; expected 6 and 10 ms: the load is"
    " 400 x 0.002 = 0.8, with the service time in seconds. See hint 1."
)
assert math.isclose(md1, 6), (
    f"M/D/1 at 2 ms and 400 per second came out as {md1:g} ms; expected 6: a wait of 4 at a load of"
    " 0.8, and 2 of service. See hint 1."
)
assert math.isclose(mm1, 10), (
    f"M/M/1 at 2 ms and 400 per second came out as {mm1:g} ms; expected 10: a wait of 8, twice that"
    " of M/D/1, and 2 of service. See hint 2."
)
over = md1_ms(2, 600), mm1_ms(2, 600)
assert over == (math.inf, math.inf), (
    f"At 2 ms and 600 per second the load is 1.2, and you return {over}; expected infinity twice:"
    " there is no steady state, and a time is never negative. See hint 3."
)

# %% hidden="formulas"
### BEGIN HIDDEN TESTS
times = md1_ms(5, 100), mm1_ms(5, 100)
assert math.isclose(times[0], 7.5) and math.isclose(times[1], 10), (
    f"At 5 ms and 100 per second you return {times}; expected 7.5 and 10. See hint 1."
)
idle = md1_ms(3, 0), mm1_ms(3, 0)
assert math.isclose(idle[0], 3) and math.isclose(idle[1], 3), (
    f"Without load you return {idle}; expected the service time, 3 ms, twice. See hint 2."
)
try:
    full = md1_ms(4, 250), mm1_ms(4, 250)
except ZeroDivisionError:
    raise AssertionError(
        "At 4 ms and 250 per second the load is 1, and you divide by 0; expected infinity."
        " See hint 3."
    ) from None
assert full == (math.inf, math.inf), (
    f"At 4 ms and 250 per second the load is 1, and you return {full}; expected infinity twice."
    " See hint 3."
)
part = md1_ms(0.75, 333), mm1_ms(0.75, 333)
assert math.isclose(part[0], 0.75 * (1 + 0.24975 / 1.5005)), (
    f"M/D/1 at 0.75 ms and 333 per second came out as {part[0]:g} ms; expected 0.874834: the load"
    " is 0.24975, and no part of it is cut off. See hint 1."
)
assert math.isclose(part[1], 0.75 / 0.75025), (
    f"M/M/1 at 0.75 ms and 333 per second came out as {part[1]:g} ms; expected 0.999667: the load"
    " is 0.24975, and no part of it is cut off. See hint 1."
)
near = md1_ms(0.5, 1999), mm1_ms(0.5, 1999)
assert math.isclose(near[0], 500.25) and math.isclose(near[1], 1000), (
    f"At 0.5 ms and 1999 per second the load is 0.9995, and you return {near}; expected 500.25 and"
    " 1000: below 1 there is a steady state, however near. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the load</summary>
#
# The rate is per second and the service time in ms: load = rate x service_ms / 1000. It has no
# unit.
# </details>
#
# <details><summary>Hint 2: the time in the system</summary>
#
# Add the service time to the wait. For M/M/1 this can be written as service_ms / (1 - load).
# </details>
#
# <details><summary>Hint 3: no steady state</summary>
#
# From a load of 1 on the formula divides by zero or gives a negative time. Test for it first, and
# return `math.inf`.
# </details>

# %% [markdown] tags=["solution-only"]
# The same mean service time, and the wait of the one is twice that of the other: what varies makes
# others wait. Common slips: the wait is taken for the time in the system; ms are multiplied by a
# rate per second; and above a load of 1 the formula is believed, which then promises a negative
# latency. A capacity plan that is fed with a formula needs this test more than anything else.

# %% [markdown]
# ## Task 2: Lindley's recursion
#
# A formula gives a mean in the long run. For a given trace, compute the wait of each query. The
# rules: one server, one query at a time, first come, first served. A query waits until the one
# before it has left, and does not wait if that is so when it arrives. The first waits for nobody.


# %% solution="waits"
def waits(arrivals, service):
    """Return how long each query waits in the queue, in the order of the arrivals.

    arrivals: times in ms, ascending. service: service[i] is how long (ms) query i is served.
    Both have the same length, which may be 0. The result has it too, as a list or an array.

    Example: waits([0, 1, 2], [3, 1, 1]) is [0, 2, 2]. Query 1 waits from 1 to 3, query 2 from 2
    to 4.
    """
    ### BEGIN SOLUTION
    found = []
    free = -math.inf  # when the server is done with the query before
    for arrival, taken in zip(arrivals, service, strict=True):
        start = max(arrival, free)
        found.append(start - arrival)
        free = start + taken
    return found
    ### END SOLUTION


# %% check="waits"
got = [float(wait) for wait in waits([0, 1, 2, 9, 10], [3, 4, 1, 2, 2])]
assert len(got) == 5, f"You return {len(got)} waits for 5 queries. See hint 1."
assert got != [3, 6, 6, 2, 3], (
    f"You return {got}, which holds the service as well; expected the wait alone: [0, 2, 5, 0, 1]."
    " See hint 2."
)
assert min(got) >= 0, (
    f"You return {got}; no wait is negative: who finds the server idle waits 0 ms. See hint 3."
)
assert got[0] == 0, f"The first query waits {got[0]:g} ms; expected 0. See hint 1."
assert got[1] == 2, (
    f"Query 1 arrives at 1 and waits {got[1]:g} ms; expected 2: query 0 is served until 3."
    " See hint 1."
)
assert got[2] == 5, (
    f"Query 2 arrives at 2 and waits {got[2]:g} ms; expected 5: query 1 waits until 3 and is served"
    " until 7. See hint 2."
)
assert got[3:] == [0, 1], (
    f"The last two wait {got[3:]} ms; expected [0, 1]: at 9 the server has been idle since 8."
    " See hint 3."
)

# %% hidden="waits"
### BEGIN HIDDEN TESTS
got = [float(wait) for wait in waits([5, 5, 5], [2, 1, 4])]
assert got == [0, 2, 3], (
    f"waits([5, 5, 5], [2, 1, 4]) is {got}; expected [0, 2, 3]: they come at once and are served in"
    " their order. See hint 2."
)
got = [float(wait) for wait in waits([0.5, 0.75, 4, 4.25], [1.5, 0.25, 0.5, 9])]
assert got == [0, 1.25, 0, 0.25], (
    f"waits([0.5, 0.75, 4, 4.25], [1.5, 0.25, 0.5, 9]) is {got}; expected [0, 1.25, 0, 0.25]."
    " See hint 2."
)
got = [float(wait) for wait in waits([0, 1, 2, 3, 4], [2, 2, 2, 2, 2])]
assert got == [0, 1, 2, 3, 4], (
    f"With a service of 2 ms and an arrival each ms you return {got}; expected [0, 1, 2, 3, 4]: the"
    " wait of the one before counts. See hint 2."
)
got = [float(wait) for wait in waits([10, 20], [10, 1])]
assert got == [0, 0], (
    f"waits([10, 20], [10, 1]) is {got}; expected [0, 0]: query 0 leaves as query 1 arrives."
    " See hint 3."
)
came, taken = [0, 1, 2], [3, 1, 1]
waits(came, taken)
assert (came, taken) == ([0, 1, 2], [3, 1, 1]), (
    f"After your function the arrivals are {came} and the services {taken}; they were [0, 1, 2] and"
    " [3, 1, 1]: leave what you are given as it is. See hint 1."
)
assert len(waits([], [])) == 0, "Without queries there are no waits. See hint 1."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the queries in their order and remember one number: when the server is free again.
# </details>
#
# <details><summary>Hint 2: the recursion</summary>
#
# A query leaves when it has arrived, waited and been served. The next one waits for what is left of
# that when it arrives: wait[i] = wait[i-1] + service[i-1] - (arrivals[i] - arrivals[i-1]).
# </details>
#
# <details><summary>Hint 3: an idle server</summary>
#
# If that number is negative the server has been idle in between: the wait is 0.
# </details>

# %% [markdown] tags=["solution-only"]
# One number carries all of the past. Common slips: the service of the query itself instead of the
# one before; the wait of the one before is left out, so that no queue ever builds up; a negative
# wait is kept, as if idle time could be saved up. Without the loop it is a running sum and its
# running minimum: with u the cumulative sum of service[i-1] less the gap, the wait is u less the
# smallest u so far.

# %% [markdown]
# ## Task 3: Capacity from batch records
#
# A service counts its batches by size, as the one of the lesson does. You get its records from a
# busy hour. How many queries per second could it have answered, in this mix of sizes, if it had
# never been idle? Do not round.


# %% solution="capacity"
def capacity(records):
    """Return the capacity in queries per second.

    records: a list of dictionaries, one for each batch size that occurred:
        batch     queries in such a batch
        batches   how many there were, at least 1
        model_ms  their mean time in the model
        cycle_ms  the mean time from the start of one until the next could start
    At least one record.

    Example: with the one record {"batch": 4, "batches": 9, "model_ms": 5, "cycle_ms": 8} it is
    500.0: 4 queries in each 8 ms.
    """
    ### BEGIN SOLUTION
    queries = sum(one["batch"] * one["batches"] for one in records)
    busy_ms = sum(one["cycle_ms"] * one["batches"] for one in records)
    return 1e3 * queries / busy_ms
    ### END SOLUTION


# %% check="capacity"
records = [
    {"batch": 1, "batches": 300, "model_ms": 1.5, "cycle_ms": 2.0},
    {"batch": 8, "batches": 100, "model_ms": 3.0, "cycle_ms": 4.0},
]
got = capacity(records)
assert not math.isclose(got, 1100 / 0.75), (
    f"The capacity came out as {got:,.0f} per second; expected 1,100: the model's time leaves out"
    " what the server does between two batches. See hint 1."
)
assert not (math.isclose(got, 1250) or math.isclose(got, 875)), (
    f"The capacity came out as {got:,.0f} per second; expected 1,100: a mean of the rates of the"
    " sizes forgets how long each of them lasts. See hint 2."
)
assert not math.isclose(got, 2000), (
    f"The capacity came out as {got:,.0f} per second; expected 1,100: yours is that of full batches"
    " alone, and three of four batches in this mix hold one query. See hint 2."
)
assert not math.isclose(got, 1500), (
    f"The capacity came out as {got:,.0f} per second; expected 1,100: you count each size once, and"
    " there were 300 batches of the one and 100 of the other. See hint 2."
)
assert not math.isclose(got, 1.1), (
    f"The capacity came out as {got:g}; expected 1,100: yours is per ms. See hint 3."
)
assert math.isclose(got, 1100), (
    f"The capacity came out as {got:,.0f} per second; expected 1,100: 1,100 queries kept the server"
    " busy for 1,000 ms. See hint 2."
)

# %% hidden="capacity"
### BEGIN HIDDEN TESTS
records = [
    {"batch": 1, "batches": 10, "model_ms": 1.0, "cycle_ms": 4.0},
    {"batch": 3, "batches": 20, "model_ms": 2.0, "cycle_ms": 5.0},
    {"batch": 16, "batches": 5, "model_ms": 8.0, "cycle_ms": 12.0},
]
got = capacity(records)
assert math.isclose(got, 750), (
    f"With batches of 1, 3 and 16 the capacity came out as {got:,.1f} per second; expected 750: 150"
    " queries in 200 ms. See hint 2."
)
got = capacity([{"batch": 32, "batches": 7, "model_ms": 3.0, "cycle_ms": 5.0}])
assert math.isclose(got, 6400), (
    f"With batches of 32 alone the capacity came out as {got:,.1f} per second; expected 6,400."
    " See hint 3."
)
got = capacity([{"batch": 3, "batches": 5, "model_ms": 2.5, "cycle_ms": 7.0}])
assert math.isclose(got, 3000 / 7), (
    f"With batches of 3 in 7 ms the capacity came out as {got:g} per second; expected 428.571 and"
    " more digits: a rate need not be whole. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the two times says when the next batch may start?
# </details>
#
# <details><summary>Hint 2: two sums</summary>
#
# Count all queries of the hour, and all the time that their batches kept the server busy. There is
# one division, at the end.
# </details>
#
# <details><summary>Hint 3: the unit</summary>
#
# A second has 1000 ms.
# </details>

# %% [markdown] tags=["solution-only"]
# A rate is a number of queries over a time, and rates are not averaged over batches: a batch of 8
# lasts longer and holds more. The usual slip is the model's time, which is what profilers and
# papers report. It promises a third too much here, and the plan fails on the day on which the
# service is full.

# %% [markdown]
# ## Task 4: Little's law in a log that is not finished
#
# A log says when each query arrived and when it left. You want to know how many queries were inside
# on average between two times, from `start` to `stop`. Some were inside before that, some left
# after it, and some have not left at all. Count only the time inside that falls between `start` and
# `stop`: then Little's law holds for any log, also in an overload.


# %% solution="inside"
def mean_inside(log, start, stop):
    """Return how many queries were inside on average between `start` and `stop`.

    log: a list of pairs (arrived, left), times in s in any order of arrival; `left` is math.inf
        for a query that has not left. It may be empty.
    start, stop: times in s, start < stop.

    Example: mean_inside([(0, 2), (1, math.inf)], 0, 4) is 1.25: 2 s and 3 s inside, in 4 s.
    """
    ### BEGIN SOLUTION
    total = sum(max(0, min(left, stop) - max(arrived, start)) for arrived, left in log)
    return total / (stop - start)
    ### END SOLUTION


# %% check="inside"
got = mean_inside([(1, 3), (2, 6), (7, 9)], 0, 10)
assert math.isclose(got, 0.8), (
    f"Of three queries that were inside for 2, 4 and 2 s in 10 s you make {got:g}; expected 0.8."
    " See hint 1."
)
got = mean_inside([(1, 3), (2, 6), (8, math.inf), (9, math.inf)], 0, 10)
assert got != math.inf, (
    "Two queries have not left, and you return infinity; expected 0.9: their time counts up to"
    " stop. See hint 2."
)
assert not math.isclose(got, 0.6), (
    f"You return {got:g}; expected 0.9: the two queries that have not left are inside as well."
    " See hint 2."
)
assert math.isclose(got, 0.9), (
    f"With two queries that have not left you return {got:g}; expected 0.9: 2, 4, 2 and 1 s in"
    " 10 s. See hint 2."
)
got = mean_inside([(1, 5), (3, 4)], 2, 4)
assert math.isclose(got, 1.5), (
    f"From 2 to 4 s, of queries inside from 1 to 5 and from 3 to 4, you make {got:g}; expected 1.5:"
    " only 2 s of the first fall between the two times. See hint 2."
)

# %% hidden="inside"
### BEGIN HIDDEN TESTS
got = mean_inside([(0, 1), (6, 7), (2, 3)], 2, 6)
assert math.isclose(got, 0.25), (
    f"Of three queries only the one from 2 to 3 is inside between 2 and 6 s; you return {got:g},"
    " expected 0.25: who has left before or comes after counts for nothing. See hint 3."
)
got = mean_inside([(0, 2), (9, math.inf)], 4, 6)
assert got == 0, (
    f"Between 4 and 6 s nobody was inside, and you return {got:g}; expected 0. See hint 3."
)
got = mean_inside([(0, math.inf)] * 3, 5, 6)
assert math.isclose(got, 3), (
    f"Three queries that came long ago and have not left make {got:g}; expected 3: they did not"
    " arrive between the two times, and yet they are inside. See hint 2."
)
got = mean_inside([(t, 2 * t) for t in range(1, 9)], 0, 8)
assert math.isclose(got, 2), (
    f"In an overload, where query t stays for t s, you make {got:g} of 0 to 8 s; expected 2: 16 s"
    " inside in 8 s. See hint 2."
)
got = mean_inside([(0, 2), (1.25, 3)], 1, 1.5)
assert math.isclose(got, 1.5), (
    f"Between 1 and 1.5 s one query was inside all the time and one for half of it; you return"
    f" {got:g}, expected 1.5: divide by the 0.5 s, not by a whole second. See hint 1."
)
assert mean_inside([], 0, 1) == 0, "An empty log has nobody inside. See hint 1."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Lambda is queries over time, W is time inside over queries. Their product is the time inside of
# all queries, divided by the time from start to stop.
# </details>
#
# <details><summary>Hint 2: the time that counts</summary>
#
# A query is inside between the two times from the later of `arrived` and `start` to the earlier of
# `left` and `stop`. This also mends infinity.
# </details>
#
# <details><summary>Hint 3: who was not there</summary>
#
# For a query that left before `start` or came after `stop` that difference is negative: count 0.
# </details>

# %% [markdown] tags=["solution-only"]
# The average of a number over time is an area: each query adds a bar as long as its stay, cut off
# at both ends. The usual slips: queries without an end are dropped, as a log of finished requests
# does by itself, and then an overload looks like a quiet hour; or the whole stay is counted, though
# most of it lies outside. In an overload that is what made the law seem to fail in the lesson.
