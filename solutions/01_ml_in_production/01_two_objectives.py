# %% [markdown]
# # Exercise: two objectives
#
# You score runs in three scenarios, find the rate that a service sustains, tell latency from one
# over throughput, and blend two wishes without training again. Nothing here depends on the speed of
# your machine.
#
# Run the check below each task as you go. Then save, and run
# `python3 course.py check 01_two_objectives` in a terminal in the course's folder: a task counts as
# done when it says passed, for it tries more cases.
#
# **Time** 40 minutes. **Before this** the lesson
# [Two objectives](../../chapters/01_ml_in_production/01_two_objectives.ipynb).

# %%
import math

import numpy as np  # noqa: F401  (for those who like arrays; lists will do)

# %% [markdown]
# ## Task 1: Offline and SingleStream
#
# Score two runs as MLPerf does. In *Offline* all queries were sent at time 0, and the score is the
# number of answers per second, from the start to the last answer. In *SingleStream* each query was
# sent when the one before was answered, and the score is the 90th percentile of the latency.
#
# A percentile is a latency that was measured, the *nearest rank*: of n latencies in ascending order
# the 90th percentile is number 0.9 n, rounded up and counted from 1. A query without an answer has
# `None` for its time, and counts as slower than all others.


# %% solution="scores"
def offline_score(done_s):
    """Return the answers per second of a run in which all queries were sent at time 0.

    done_s: for each query the time (s) of its answer, in the order of sending; None where there
    was none. At least one was answered.

    Example: offline_score([1.0, 2.0, 2.0, 4.0]) is 1.0: four answers in four seconds.
    """
    ### BEGIN SOLUTION
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)
    ### END SOLUTION


def single_stream_score(latency_ms):
    """Return the 90th percentile (ms) of the latencies, by the nearest rank.

    latency_ms: one per query, in any order; None where there was no answer. At least one query.
    If the percentile is a query without an answer, it is infinite (math.inf).

    Example: single_stream_score([5, 1, 3]) is 5: 0.9 x 3 is 2.7, so the third of three.
    """
    ### BEGIN SOLUTION
    ordered = sorted(math.inf if ms is None else ms for ms in latency_ms)
    rank = -(-9 * len(ordered) // 10)
    return ordered[rank - 1]
    ### END SOLUTION


# %% check="scores"
score = offline_score([0.5, 2.0, 1.0, 1.5, 2.0, 1.0])
assert not math.isclose(score, 0.944444, rel_tol=1e-5), (
    f"The Offline score came out as {score:.2f}, the mean of one over each time; expected 3.0: six"
    " answers in two seconds. See hint 1."
)
assert math.isclose(score, 3.0), (
    f"The Offline score came out as {score:.2f}; expected 3.0: six answers, the last after two"
    " seconds, and the last to come need not be the last that was sent. See hint 1."
)
score = offline_score([1.0, None, 2.0, None])
assert math.isclose(score, 1.0), (
    f"Two of four queries were answered, the last after two seconds. The score came out as"
    f" {score:.2f}; expected 1.0: answers are counted, not queries. See hint 1."
)
score = single_stream_score([7, 3, 9, 1, 5, 2, 8, 4, 10, 6])
assert score == 9, (
    f"Of the latencies 1 to 10 ms the 90th percentile came out as {score:g}; expected 9: the ninth"
    " of ten, a latency that was measured. See hint 2."
)
try:
    score = single_stream_score([4, None, 2, 3])
except TypeError as error:
    score = f"a TypeError ({error})"
assert score == math.inf, (
    f"One of four queries got no answer, and the 90th percentile came out as {score}; expected"
    " math.inf: it counts as slower than all others. See hint 3."
)

# %% hidden="scores"
### BEGIN HIDDEN TESTS
score = offline_score([4.0, 0.5, None, 0.25])
assert math.isclose(score, 0.75), (
    f"offline_score([4.0, 0.5, None, 0.25]) is {score:.3f}; expected 0.75: three answers in four"
    " seconds. See hint 1."
)
latencies = list(range(100, 0, -1))
score = single_stream_score(latencies)
assert score == 90, (
    f"Of the latencies 1 to 100 ms the 90th percentile came out as {score:g}; expected 90."
    " See hint 2."
)
assert latencies == list(range(100, 0, -1)), (
    "You changed the order of the caller's latencies. See hint 2."
)
score = single_stream_score([6])
assert score == 6, f"Of a single latency of 6 ms you return {score}; expected 6. See hint 2."
score = single_stream_score([1.5] * 9 + [None])
assert score == 1.5, (
    f"Nine of ten took 1.5 ms and one got no answer. The 90th percentile came out as {score};"
    " expected 1.5, the ninth of ten. See hint 3."
)
score = single_stream_score([1, 2, 3, 4, 5, 6])
assert score == 6, (
    f"Of the latencies 1 to 6 ms the 90th percentile came out as {score}; expected 6: 0.9 x 6 is"
    " 5.4, and the rank is rounded up, not to the nearest. See hint 2."
)
score = single_stream_score([0, 0, 0])
assert score == 0, (
    f"Three latencies of 0 ms gave {score}; expected 0: a latency of 0 is an answer, and only None"
    " is none. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: Offline</summary>
#
# The run is over when the last answer is there: the largest time, wherever it stands in the list.
# Leave out what is None before you count and before you take the largest.
# </details>
#
# <details><summary>Hint 2: the nearest rank</summary>
#
# `sorted(...)` makes a new list in ascending order. The rank is `math.ceil(0.9 * n)`, counted from
# 1, so its place in the list is one less.
# </details>
#
# <details><summary>Hint 3: no answer</summary>
#
# Put `math.inf` where the latency `is None`, then sort: None cannot be compared with a number, and
# infinity is larger than every number.
# </details>

# %% [markdown] tags=["solution-only"]
# The mean of 1 / time is not a rate of anything: in Offline the queries share the machine, and the
# last one waits for all others. That is latency taken for one over throughput. A percentile that is
# interpolated between two ranks is a latency that nobody had, and at ten queries the difference is
# large. The solution rounds up with whole numbers, since 0.9 x n can be off in its last digit.

# %% [markdown]
# ## Task 2: The rate that is sustained
#
# In the *Server* scenario a service is run at several rates, and the score is the largest rate
# that it sustains: going up from the lowest rate, the last one before the first at which p99 breaks
# the bound. A higher rate that kept the bound all the same does not count: it was luck, or a policy
# that keeps its promise only when it is busy.


# %% solution="sustained"
def sustained_rate(runs, bound_ms):
    """Return the largest rate that is sustained, or 0 if the lowest one is not.

    runs: pairs (rate, latencies), in any order; the rate is per second, all rates differ.
    latencies: ms, one per query; None where there was no answer, which counts as too slow.
    A run keeps the bound if its p99 (the nearest rank) is at most `bound_ms`.

    Example: sustained_rate([(20, [9]), (10, [4]), (30, [5])], 6) is 10: at 20 p99 is 9 ms.
    """
    ### BEGIN SOLUTION
    sustained = 0
    for rate, latencies in sorted(runs, key=lambda run: run[0]):
        ordered = sorted(math.inf if ms is None else ms for ms in latencies)
        rank = -(-99 * len(ordered) // 100)
        if ordered[rank - 1] > bound_ms:
            break
        sustained = rate
    return sustained
    ### END SOLUTION


# %% check="sustained"
rate = sustained_rate([(10, [4] * 50), (20, [5] * 50), (30, [9] * 50)], 6)
assert rate == 20, (
    f"With a p99 of 4, 5 and 9 ms at rates of 10, 20 and 30 and a bound of 6 ms the rate came out"
    f" as {rate}; expected 20. See hint 1."
)
rate = sustained_rate([(10, [4] * 50), (20, [9] * 50), (30, [5] * 50)], 6)
assert rate != 30, (
    "At 20 per second the bound is broken, at 30 it is kept, and the rate came out as 30; expected"
    " 10, the last before the first failure, not the largest that passed. See hint 1."
)
assert rate == 10, (
    f"At 20 per second the bound is broken, and the rate came out as {rate}; expected 10."
    " See hint 1."
)
rate = sustained_rate([(10, [4] * 98 + [None] * 2)], 6)
assert rate == 0, (
    f"Two of 100 queries got no answer, and the rate came out as {rate}; expected 0: they count as"
    " too slow, and p99 is number 99 of 100. See hint 2."
)
rate = sustained_rate([(10, [4] * 99 + [None])], 6)
assert rate == 10, (
    f"One of 100 queries got no answer, and the rate came out as {rate}; expected 10: number 99 of"
    " 100 took 4 ms. See hint 2."
)
rate = sustained_rate([(30, [9] * 50), (10, [4] * 50), (20, [5] * 50)], 6)
assert rate == 20, (
    f"With the runs in the order 30, 10, 20 the rate came out as {rate}; expected 20: climb from"
    " the lowest. See hint 3."
)
rate = sustained_rate([(10, [4] * 90 + [50] * 10)], 20)
assert rate == 0, (
    f"A tenth of the queries took 50 ms, and under a bound of 20 ms the rate came out as {rate};"
    " expected 0: the mean is 8.6 ms, but p99 is 50. See hint 2."
)

# %% hidden="sustained"
### BEGIN HIDDEN TESTS
rate = sustained_rate([(40, [6] * 200), (80, [7] * 200)], 6)
assert rate == 40, (
    f"With a p99 of 6 ms at 40, 7 ms at 80 and a bound of 6 ms you return {rate}; expected 40: at"
    " most 6 ms includes 6 ms. See hint 1."
)
rate = sustained_rate([(40, [6] * 198 + [4000] * 2)], 20)
assert rate == 40, (
    f"198 of 200 queries took 6 ms and two took 4000 ms; you return {rate}, expected 40: the"
    " nearest rank is number 198, and nothing lies between two ranks. See hint 2."
)
rate = sustained_rate([(40, [None] * 10), (80, [1] * 10)], 20)
assert rate == 0, (
    f"At the lowest rate nobody got an answer, and you return {rate}; expected 0. See hint 1."
)
rate = sustained_rate([(10, [4]), (20, [9]), (30, [4]), (40, [9])], 6)
assert rate == 10, (
    f"The bound is broken at 20 and at 40, and kept at 10 and 30. You return {rate}; expected 10:"
    " the first failure ends the climb, not the last. See hint 1."
)
rate = sustained_rate([(10, [4] * 59 + [9])], 6)
assert rate == 0, (
    f"One of 60 queries was too slow, and you return {rate}; expected 0: 0.99 x 60 is 59.4, and the"
    " rank is rounded up, to 60. See hint 2."
)
rate = sustained_rate([(10, [4] * 119 + [9])], 6)
assert rate == 10, (
    f"One of 120 queries was too slow, and you return {rate}; expected 10: 0.99 x 120 is 118.8, and"
    " number 119 took 4 ms. See hint 2."
)
runs = [(9, [3]), (1, [30, 2, 1]), (5, [2])]
rate = sustained_rate(runs, 30)
assert rate == 9, f"Three runs that all keep the bound give {rate}; expected 9. See hint 3."
assert runs == [(9, [3]), (1, [30, 2, 1]), (5, [2])], (
    "You changed the order of the caller's runs or latencies. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Keep the answer in a variable that begins at 0. Go from the lowest rate upwards; stop at the first
# run whose p99 is above the bound.
# </details>
#
# <details><summary>Hint 2: p99</summary>
#
# As in Task 1, with 0.99 for 0.9: infinity for None, sort, and take number `math.ceil(0.99 * n)`,
# counted from 1.
# </details>
#
# <details><summary>Hint 3: the order</summary>
#
# `sorted(runs, key=lambda run: run[0])` goes by the rate and leaves the caller's list as it is.
# </details>

# %% [markdown] tags=["solution-only"]
# Errors that are dropped are the most expensive slip here: a service that refuses half of its
# queries then looks fast, for those that it answers are. The largest rate that passed is what a
# loop with `max` returns. In the lesson `full` shows why that is wrong: its p99 falls with the
# rate, so a bound that is loose enough is kept at the top and broken below it. Then a promise holds
# in the evening and breaks at night.

# %% [markdown]
# ## Task 3: Rate, latency, and the number under way
#
# "It takes 10 ms, so it answers 100 per second." Write the function that says what it answers, and
# one that finds all three figures in a trace. The number under way is an average over time: from
# the first query sent to the last answer, how many were sent and not yet answered?


# %% solution="little"
def answers_per_second(under_way, latency_ms):
    """Return the rate (per second) of a service with so many queries under way on average.

    Example: answers_per_second(1, 10) is 100.0, and with 5 under way it is 500.0.
    """
    ### BEGIN SOLUTION
    return 1e3 * under_way / latency_ms
    ### END SOLUTION


def three_figures(sent_s, done_s):
    """Return (answers per second, mean latency in ms, mean number under way) as a tuple.

    sent_s, done_s: for each query the times (s) at which it was sent and answered, in the order of
    sending; all were answered. The time that counts runs from the first query sent to the last
    answer.

    Example: three_figures([0, 0], [1, 2]) is (1.0, 1500.0, 1.5): two answers in 2 s. For one
    second two queries are under way, and for one second one is.
    """
    ### BEGIN SOLUTION
    seconds = max(done_s) - min(sent_s)
    latencies = [done - sent for sent, done in zip(sent_s, done_s, strict=True)]
    rate = len(latencies) / seconds
    mean_s = sum(latencies) / len(latencies)
    return rate, 1e3 * mean_s, rate * mean_s
    ### END SOLUTION


# %% check="little"
rate = answers_per_second(10, 10)
assert not math.isclose(rate, 100), (
    "With 10 under way and a latency of 10 ms the rate came out as 100, one over the latency;"
    " expected 1000: ten at a time. See hint 1."
)
assert math.isclose(rate, 1000), (
    f"With 10 under way and a latency of 10 ms the rate came out as {rate:g}; expected 1000 per"
    " second. See hint 1."
)
rate, latency, under_way = three_figures([10, 11, 12, 14], [14, 12, 15, 18])
assert math.isclose(rate, 0.5), (
    f"Four answers from second 10 to second 18 gave a rate of {rate:g}; expected 0.5: the time"
    " runs from the first query sent to the last answer. See hint 2."
)
assert math.isclose(latency, 3000), (
    f"Latencies of 4, 1, 3 and 4 s gave a mean of {latency:g}; expected 3000 ms. See hint 2."
)
assert math.isclose(under_way, 1.5), (
    f"The number under way came out as {under_way:g}; expected 1.5: over 8 s, the queries were"
    " under way for 12 s in all. See hint 3."
)

# %% hidden="little"
### BEGIN HIDDEN TESTS
rate = answers_per_second(3, 250)
assert math.isclose(rate, 12), (
    f"With 3 under way and a latency of 250 ms you return {rate:g}; expected 12. See hint 1."
)
rate = answers_per_second(1, 3)
assert math.isclose(rate, 1000 / 3), (
    f"With 1 under way and a latency of 3 ms you return {rate}; expected 333.33...: a rate need not"
    " be a whole number, so nothing is rounded. See hint 1."
)
figures = three_figures([0, 1, 2], [5, 3, 4])
assert isinstance(figures, tuple) and len(figures) == 3, (
    f"You return {figures}; expected a tuple of three numbers. See the docstring's example."
)
rate, latency, under_way = figures
assert math.isclose(rate, 0.6), (
    f"Three answers from second 0 to second 5 gave a rate of {rate:g}; expected 0.6: the last"
    " answer need not belong to the last query. See hint 2."
)
assert math.isclose(latency, 3000), (
    f"Latencies of 5, 2 and 2 s gave a mean of {latency:g}; expected 3000 ms. See hint 2."
)
assert math.isclose(under_way, 1.8), (
    f"The number under way came out as {under_way:g}; expected 1.8, an average over 5 s."
    " See hint 3."
)
rate, latency, under_way = three_figures([0.25, 0.5], [0.5, 0.75])
assert math.isclose(rate, 4) and math.isclose(latency, 250) and math.isclose(under_way, 1), (
    f"Two queries of a quarter of a second, one after the other, gave {rate:g} per second,"
    f" {latency:g} ms and {under_way:g} under way; expected 4, 250 and 1. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Little's law: rate x latency = number under way. Solve it for the rate, and mind that the latency
# is in ms.
# </details>
#
# <details><summary>Hint 2: rate and latency</summary>
#
# The time is `max(done_s) - min(sent_s)`. A latency is an answer's time less its query's, and 1 s
# is 1000 ms.
# </details>
#
# <details><summary>Hint 3: the number under way</summary>
#
# Add up for how long each query was under way and divide by the time that counts. It is the same
# as rate x latency, with both in seconds.
# </details>

# %% [markdown] tags=["solution-only"]
# That the sum of the latencies, divided by the time, is the mean number under way is the whole
# proof of Little's law for a trace that begins and ends empty: draw each query as a bar and count
# the area once by rows and once by columns. One over the latency is right for one query under way,
# and for no other number. What usually goes wrong beside that: seconds and milliseconds in one
# product, and the time measured from first to last query sent, which leaves the last answers out.

# %% [markdown]
# ## Task 4: Two wishes, one list
#
# One model says how likely each applicant is to default, another what each would bring. The desks
# that use them agree on a weight, and change it often. Write the function that makes the list from
# the two models' scores, so that nothing has to be trained again.
#
# The scores have different units, so each is put into *standard units* first: less its mean,
# divided by its standard deviation. The blend is weight x revenue - (1 - weight) x risk, both in
# standard units.


# %% solution="blend"
def best(risk, revenue, weight, k):
    """Return the places of the k applicants with the highest blend, the highest first, as a list.

    risk: probability of default, one per applicant; less is better.
    revenue: crowns per month, one per applicant; more is better.
    weight: 0 (only risk counts) to 1 (only revenue counts).
    Neither list has all values equal, and no two applicants have the same blend.

    Example: best([0.1, 0.2, 0.3], [10, 30, 20], 1, 2) is [1, 2], and with weight 0 it is [0, 1].
    """

    ### BEGIN SOLUTION
    def standard(values):
        mean = sum(values) / len(values)
        sd = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
        return [(v - mean) / sd for v in values]

    pairs = zip(standard(risk), standard(revenue), strict=True)
    blend = [weight * gain - (1 - weight) * loss for loss, gain in pairs]
    return sorted(range(len(blend)), key=lambda place: -blend[place])[:k]
    ### END SOLUTION


# %% check="blend"
risk = [0.02, 0.30, 0.05, 0.12, 0.21]
revenue = [100, 900, 400, 650, 150]
chosen = [int(place) for place in best(risk, revenue, 1, 2)]
assert chosen != [0, 4], (
    "With weight 1 you return the two with the lowest revenue; expected [1, 3], the highest first."
    " See hint 3."
)
assert chosen == [1, 3], (
    f"With weight 1 you return {chosen}; expected [1, 3]: only revenue counts. See hint 2."
)
chosen = [int(place) for place in best(risk, revenue, 0, 2)]
assert chosen != [1, 4], (
    "With weight 0 you return the two most likely to default; expected [0, 2]: less risk is"
    " better. See hint 2."
)
assert chosen == [0, 2], (
    f"With weight 0 you return {chosen}; expected [0, 2]: only risk counts. See hint 2."
)
chosen = [int(place) for place in best(risk, revenue, 0.5, 3)]
assert chosen[0] != 1, (
    f"With weight 0.5 you return {chosen}; expected [3, 2, 0]. With 1 in front it is the crowns"
    " that decide: they are the larger numbers. See hint 1."
)
assert chosen != [0, 2, 3], (
    "With weight 0.5 you return the right three in the order of their places; expected [3, 2, 0],"
    " the highest blend first. See hint 3."
)
assert chosen == [3, 2, 0], (
    f"With weight 0.5 you return {chosen}; expected [3, 2, 0]: each score less its mean, divided by"
    " its standard deviation. No ranges, no ranks and no logarithms. See hint 1."
)

# %% hidden="blend"
### BEGIN HIDDEN TESTS
risk = [0.90, 0.92, 0.94, 0.96]
revenue = [5000, 1000, 6000, 9000]
chosen = [int(place) for place in best(risk, revenue, 0.5, 4)]
assert chosen == [0, 3, 2, 1], (
    f"best({risk}, {revenue}, 0.5, 4) is {chosen}; expected [0, 3, 2, 1]: in standard units only"
    " the differences count, not how large the numbers are. See hint 1."
)
risk = [0.37, 0.32, 0.27, 0.25, 0.41, 0.08]
revenue = [5000, 500, 400, 500, 400, 500]
chosen = [int(place) for place in best(risk, revenue, 0.5, 6)]
assert chosen == [5, 0, 3, 2, 1, 4], (
    f"best({risk}, {revenue}, 0.5, 6) is {chosen}; expected [5, 0, 3, 2, 1, 4]: the unit is the"
    " standard deviation, not the range from lowest to highest. See hint 1."
)
risk = [0.26, 0.33, 0.40, 0.27, 0.10, 0.55]
revenue = [9000, 300, 4900, 4400, 1100, 3700]
chosen = [int(place) for place in best(risk, revenue, 0.5, 6)]
assert chosen == [0, 4, 3, 2, 1, 5], (
    f"best({risk}, {revenue}, 0.5, 6) is {chosen}; expected [0, 4, 3, 2, 1, 5]. Standard units are"
    " not rounded: 4 and 3 lie close together. See hint 1."
)
risk = [0.5, 0.1, 0.4, 0.2]
revenue = [8000, 1000, 6500, 5000]
chosen = [int(place) for place in best(risk, revenue, 0.2, 2)]
assert chosen == [1, 3], (
    f"best({risk}, {revenue}, 0.2, 2) is {chosen}; expected [1, 3]: the weight 0.2 goes to the"
    " revenue, 0.8 to the risk. See hint 2."
)
assert risk == [0.5, 0.1, 0.4, 0.2] and revenue == [8000, 1000, 6500, 5000], (
    "You changed the caller's lists. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: standard units</summary>
#
# Write a small function: the mean, the standard deviation, and `(value - mean) / sd` for each.
# Whether you divide by n or by n - 1 changes no order, as both lists have the same n.
# </details>
#
# <details><summary>Hint 2: the blend</summary>
#
# Add the revenue with the weight, and take off the risk with one minus the weight.
# </details>
#
# <details><summary>Hint 3: the list</summary>
#
# `sorted(range(n), key=...)` sorts places by their blend; with a minus the highest comes first.
# Return the first k.
# </details>

# %% [markdown] tags=["solution-only"]
# Without standard units the crowns decide alone: a revenue of hundreds beside a risk below one.
# Whoever then "sets the weight to one half" has set it to all. A model trained on a mixed target
# would need a new training, and a new test, each time the desks agree anew. The blend needs
# neither, but someone has to decide on the weight, and to say who did.
