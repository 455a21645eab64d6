# %% [markdown]
# # Exercise: chance, evenly
#
# You write the statistic that tries a lottery, and a shuffle that is tried. You step through lists
# of any length, and find out how large a sample must be to hold one of the few.
#
# Save, then run `python3 course.py check 03_training_data/04` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 40 minutes. **Before this** the lesson
# [Chance, evenly](../../chapters/03_training_data/04_chance_evenly.ipynb).

# %%
import itertools
import math

import numpy as np
from scipy.stats import chi2

# %% [markdown]
# ## What the checks use
#
# Nothing to change here. The first is a generator that notes which of its ready-made shufflers you
# call. The second says how far counts lie from what you expect, in standard errors.


# %%
class Watched(np.random.Generator):
    """A generator that notes calls of the functions that would do the work for you."""

    called = ""

    def shuffle(self, *arguments, **options):
        self.called = "shuffle"
        return super().shuffle(*arguments, **options)

    def permutation(self, *arguments, **options):
        self.called = "permutation"
        return super().permutation(*arguments, **options)

    def permuted(self, *arguments, **options):
        self.called = "permuted"
        return super().permuted(*arguments, **options)

    def choice(self, *arguments, **options):
        self.called = "choice"
        return super().choice(*arguments, **options)


def standard_errors(count, chance, repeats):
    """Return how far counts lie from repeats * chance, in their standard deviations."""
    return np.abs(count - repeats * chance) / np.sqrt(repeats * chance * (1 - chance))


# %% [markdown]
# ## Task 1: Try a lottery
#
# Somebody has drawn n out of N people, again and again, and counted how often each was in. Compute
# the lesson's statistic for draws of a fixed size,
#
# $$\frac{N-1}{N} \sum \frac{(c - R f)^2}{R f (1-f)} \qquad f = \frac{n}{N}$$
#
# where $c$ are the counts and $R$ is the number of draws. For a fair lottery it is chi-square with
# $N - 1$ degrees of freedom.


# %% solution="statistic"
def fair_draw_statistic(counts, repeats, n, N):
    """Return the statistic of `repeats` draws of n out of N, one number.

    counts: array [N], in how many of the draws each person was. It sums to repeats * n.
    repeats: how many draws there were. n: people in each draw, from 1 to N - 1.

    Example: for the counts 5, 4, 4 and 3 of 8 draws of 2 out of 4 it is 0.75. Everybody's chance is
    1/2, so 4 is expected of 8 draws; the squared deviations sum to 2; R f (1 - f) is 2; and
    3/4 * 2/2 is 0.75.
    """
    ### BEGIN SOLUTION
    f = n / N
    squares = np.square(counts - repeats * f).sum()
    return (N - 1) / N * squares / (repeats * f * (1 - f))
    ### END SOLUTION


# %% check="statistic"
counts = np.array([13, 11, 12, 9, 15])
got = fair_draw_statistic(counts, 20, 3, 5)
assert np.ndim(got) == 0, (
    f"Your function returns something of the shape {np.shape(got)}; expected one number: add up"
    " over the N people. See hint 1."
)
said = f"For the counts 13, 11, 12, 9 and 15 of 20 draws of 3 out of 5 you get {got:.4f};"
assert not math.isclose(got, 20 / 12, rel_tol=1e-6), (
    f"{said} expected 3.3333. That is Pearson's, for a die: here a count has the variance"
    " R f (1 - f), not R f. See hint 2."
)
assert not math.isclose(got, 20 / 4.8, rel_tol=1e-6), (
    f"{said} expected 3.3333. The factor (N - 1) / N is missing: the counts have a fixed sum."
    " See hint 3."
)
assert not math.isclose(got, 20 / 4.8 * 2 / 3, rel_tol=1e-6), (
    f"{said} expected 3.3333. The factor is (N - 1) / N, made of the people there are, not of those"
    " drawn. See hint 3."
)
assert math.isclose(got, 10 / 3, rel_tol=1e-6), (
    f"{said} expected 3.3333: f is 3/5, 12 is expected of each, and the squared deviations sum to"
    " 20. See hint 1."
)
assert counts.tolist() == [13, 11, 12, 9, 15], (
    "After your function has run, the caller's counts are changed; expected them as they were."
)

# %% hidden="statistic"
### BEGIN HIDDEN TESTS
got = fair_draw_statistic(np.array([5, 4, 4, 3]), 8, 2, 4)
assert math.isclose(got, 0.75, rel_tol=1e-6), (
    f"For the counts 5, 4, 4 and 3 of 8 draws of 2 out of 4 you get {got:.4f}; expected 0.7500, as"
    " in the docstring. See hint 1."
)
got = fair_draw_statistic(np.array([3, 2, 4, 1, 4]), 7, 2, 5)
assert math.isclose(got, 68 / 21, rel_tol=1e-6), (
    f"For the counts 3, 2, 4, 1 and 4 of 7 draws of 2 out of 5 you get {got:.4f}; expected 3.2381:"
    " the expected count is 2.8, which is not rounded. See hint 1."
)
got = fair_draw_statistic(np.array([30, 22, 20, 28]), 100, 1, 4)
assert math.isclose(got, 2.72, rel_tol=1e-6), (
    f"For the counts 30, 22, 20 and 28 of 100 draws of 1 out of 4 you get {got:.4f}; expected"
    " 2.7200: with n = 1 it is Pearson's. See hint 2."
)
got = fair_draw_statistic(np.full(6, 10), 20, 3, 6)
assert math.isclose(got, 0, abs_tol=1e-9), (
    f"For six equal counts you get {got:.4f}; expected 0: nobody is off. See hint 1."
)
rng = np.random.default_rng(3)
counts = np.bincount(rng.permuted(np.tile(np.arange(30), (500, 1)), axis=1)[:, :12].ravel())
squares = ((counts - 200) ** 2).sum()
got = fair_draw_statistic(counts, 500, 12, 30)
assert math.isclose(got, squares / 120 * 29 / 30, rel_tol=1e-6), (
    f"For 500 draws of 12 out of 30 you get {got:.4f}; expected {squares / 120 * 29 / 30:.4f}."
    " See hint 1."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the order of steps</summary>
#
# First f, then the expected count R f, the same for all. Then the squared deviations from it, added
# up. Then divide, then multiply.
# </details>
#
# <details><summary>Hint 2: what to divide by</summary>
#
# In each draw a person is in with the chance f, or out. After R draws the count is binomial, with
# the variance R f (1 - f).
# </details>
#
# <details><summary>Hint 3: the factor</summary>
#
# If all but one of the counts are known, so is the last: together they make R n. One of N degrees
# of freedom is gone, and (N - 1) / N sets the mean to N - 1.
# </details>

# %% [markdown] tags=["solution-only"]
# Each term has the mean 1, so the sum has the mean N, and with the factor N - 1: that of chi-square
# with N - 1 degrees of freedom. What usually goes wrong is Pearson's statistic, which the libraries
# offer (`scipy.stats.chisquare`). Its mean is N (1 - f). At n = N / 2 that is half of what it is
# held against, and a crooked lottery gets through.
#
# The statistic is for lotteries of fixed size. Where everybody is in or out by a coin of their own,
# the counts have no fixed sum: drop the factor, and take N degrees of freedom. For systematic
# sampling it is no chi-square at all, since neighbours in the sample come and go together. There,
# judge one count at a time.

# %% [markdown]
# ## Task 2: Shuffle
#
# Whoever can shuffle can draw: the first n of a shuffled list are a simple random sample. Write the
# **Fisher-Yates shuffle**. It fills the places of a list one by one, each with an item drawn from
# those that have no place yet, by swapping. All orders must be equally likely.
#
# Use `rng.integers`. The ready-made `shuffle`, `permutation`, `permuted` and `choice` are not
# allowed.
#
# <details><summary>How sure is this check?</summary>
#
# It shuffles 4 items 12,000 times and counts the 24 orders. Each shuffle shows one order, as a die
# shows one face, so here Pearson's chi-square is the right one. The hidden check does the same with
# 5 items and 120 orders, and counts in long lists how often the next item is smaller. A right
# answer exceeds one of the three bounds with a probability below 1 in a million. A swap with any
# place keeps within them with a probability below 1e-27, and the mistakes that make orders
# impossible never do. Sorting by whole random numbers from 0 to 99, with ties left as they are,
# passes with a probability below 1e-7. With numbers from 0 to 9,999 ties are so rare that no check
# of a few seconds finds them, and neither does it find what 20 swaps of random places leave of the
# order of four items. The seeds are fixed, so the same answer meets the same draws each time.
# </details>


# %% solution="shuffle"
def shuffle(items, rng):
    """Put the items of a list into random order, in place: the list itself is changed.

    items: a list, of any length from 0. rng: a numpy.random.Generator, the only source of chance.
    Whatever your function returns is not looked at.

    Example: after items = [7, 8]; shuffle(items, rng), items is [7, 8] or [8, 7], each in half of
    all cases.
    """
    ### BEGIN SOLUTION
    for place in range(len(items) - 1):
        other = rng.integers(place, len(items))
        items[place], items[other] = items[other], items[place]
    ### END SOLUTION


# %% check="shuffle"
rng = Watched(np.random.PCG64(1))
SHUFFLES = 12_000
seen = []
for _ in range(SHUFFLES):
    items = [0, 1, 2, 3]
    shuffle(items, rng)
    seen.append(tuple(items))
assert not rng.called, (
    f"Your function calls {rng.called}; expected a shuffle of your own making. See hint 1."
)
lost = sum(sorted(order) != [0, 1, 2, 3] for order in seen)
assert lost == 0, (
    f"In {lost:,} of 12,000 shuffles of 0, 1, 2 and 3 an item is lost or doubled; expected all four"
    " each time: swap two items, do not copy one over the other. See hint 2."
)
assert len(set(seen)) > 1, (
    f"After each of 12,000 shuffles the list is {list(seen[0])}; expected all orders. Is the list"
    " itself changed, or a copy? And does all chance come from `rng`? See hint 2."
)
at = np.array([np.bincount(column, minlength=4) for column in zip(*seen, strict=True)])  # [place]
assert at.trace() > 0, (
    "In 12,000 shuffles no item was ever found in the place where it began; expected each in a"
    " quarter of them: an item may stay where it is. From where to where do you draw? See hint 3."
)
assert at.diagonal().max() < SHUFFLES, (
    f"Item {at.diagonal().argmax()} is in the same place after each of 12,000 shuffles; expected it"
    " to move: the end of rng.integers(low, high) does not count. See hint 3."
)
tally = np.array([seen.count(order) for order in itertools.permutations(range(4))])
expected = SHUFFLES / 24
statistic = ((tally - expected) ** 2 / expected).sum()
assert statistic <= chi2.isf(1e-7, 23), (
    f"Of the 24 orders the rarest came {tally.min():,} times and the most frequent"
    f" {tally.max():,} times; expected about 500 each, and a chi-square near 23, not"
    f" {statistic:,.0f}. Draw each place's item from those that have no place yet, and from no"
    " others. See hint 4."
)

# %% hidden="shuffle"
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
tally = dict.fromkeys(itertools.permutations("abcde"), 0)
for _ in range(12_000):
    items = list("abcde")
    shuffle(items, rng)
    assert tuple(items) in tally, (
        f"A shuffle of a, b, c, d and e gave {items}; expected all five, once each. See hint 2."
    )
    tally[tuple(items)] += 1
statistic = ((np.array(list(tally.values())) - 100) ** 2 / 100).sum()
assert statistic <= chi2.isf(1e-7, 119), (
    f"Of the 120 orders of five items the rarest came {min(tally.values())} times in 12,000 and the"
    f" most frequent {max(tally.values())} times; expected about 100 each, and a chi-square near"
    f" 119, not {statistic:,.0f}. See hint 4."
)
rng, smaller = np.random.default_rng(7), []
for _ in range(400):
    items = list(range(1_000))
    shuffle(items, rng)
    smaller.append(np.count_nonzero(np.diff(items) < 0))
off = (np.mean(smaller) - 999 / 2) / np.sqrt(1_001 / 12 / 400)
assert abs(off) <= 5.4, (
    f"In 400 shuffles of 0 to 999 the next item is smaller {np.mean(smaller):.1f} times on average;"
    f" expected 499.5, and this is {abs(off):.0f} standard errors off: something of the old order"
    " is left. Do ties decide, or do you swap too seldom? See hint 4."
)
one, another = list(range(50)), list(range(50))
shuffle(one, np.random.default_rng(5))
shuffle(another, np.random.default_rng(5))
assert one == another, (
    "Two generators with the same seed led to different orders; expected the same: let `rng` be the"
    " only source of chance. See hint 2."
)
for short in ([], [7]):
    kept = list(short)
    shuffle(short, np.random.default_rng(6))
    assert short == kept, f"A shuffle of {kept} gave {short}; expected {kept}. See hint 4."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the places from the first to the last. For each, draw who comes to stand there.
# </details>
#
# <details><summary>Hint 2: swap in place</summary>
#
# `items[a], items[b] = items[b], items[a]` swaps two items of the list that you were given. With
# `items = ...` you would make a new list, of which the caller knows nothing.
# </details>
#
# <details><summary>Hint 3: low and high</summary>
#
# `rng.integers(low, high)` gives a whole number from low to high - 1. For the place i the
# candidates stand in the places i to the last, so it may be i itself.
# </details>
#
# <details><summary>Hint 4: nearly there</summary>
#
# For each place i from 0: `other = rng.integers(i, len(items))`, then swap i and other. Places
# before i are filled and stay as they are. The last place has one candidate.
# </details>

# %% [markdown] tags=["solution-only"]
# For four items there are 4 ways to fill the first place, then 3, then 2, then 1: 24 ways, one for
# each order, all equally likely. (Fisher and Yates, 1938; for computers Durstenfeld, "Algorithm
# 235", 1964; Knuth's algorithm P, *The Art of Computer Programming* 2, section 3.4.2.)
#
# What usually goes wrong: swapping with *any* place gives 4 x 4 x 4 x 4 = 256 equally likely ways.
# They cannot be shared evenly among 24 orders, since 256 is no multiple of 24. Drawing from
# `i + 1` is Sattolo's algorithm: it gives cycles only, so that no item stays where it was. An end
# that is taken to count leaves out the last item, or raises. Each of them looks shuffled.

# %% [markdown]
# ## Task 3: Step through any list
#
# Write **systematic sampling** for any N and n; the lesson had the case of a whole interval. Take n
# places of a list of N, one interval of N / n apart, from a random start. The interval may be a
# fraction: with N = 10 and n = 4 it is 2.5, and from one place to the next it is then 2 or 3.
# Everybody must have exactly the chance n / N. Start in the first interval, or start anywhere and
# go on from the end of the list to its beginning.
#
# <details><summary>How sure is this check?</summary>
#
# It draws 6,000 samples from each of three lists, and lets a count of a person be off by up to six
# standard errors. A right answer fails by bad luck with a probability below 1 in ten million, by
# the exact binomial distribution of every count. Each mistake that it is made to find leaves
# somebody out for certain, has wrong steps for certain, or is off by far more: it passes with a
# probability below 1e-20.
# </details>


# %% solution="systematic"
def systematic(N, n, rng):
    """Return n places out of 0, 1, ..., N - 1, spaced N / n apart, from a random start.

    N: length of the list. n: how many to draw, from 1 to N. rng: a numpy.random.Generator.
    The n different places come as an array or a list of integers, in any order. Each of the N
    places is in a sample with probability n / N. Between neighbours in the sample the distance is
    N / n, rounded down or up; that holds also from the last place to the first, if you go on
    counting from N - 1 to 0.

    Example: systematic(4, 2, rng) is [0, 2] or [1, 3], each in half of all cases. systematic(10, 4,
    rng) may be [1, 3, 6, 8]: the steps are 2, 3 and 2, and from 8 round to 1 it is 3.
    """
    ### BEGIN SOLUTION
    interval = N / n
    start = rng.random() * interval
    return np.floor(start + interval * np.arange(n)).astype(int)
    ### END SOLUTION


# %% check="systematic"
rng = np.random.default_rng(1)
samples = [np.sort(systematic(10, 4, rng)) for _ in range(6_000)]
sizes = sorted({len(sample) for sample in samples})
assert sizes == [4], (
    f"6,000 samples of 4 out of 10 have the sizes {sizes}; expected 4 in each. See hint 1."
)
places = np.unique(samples)
assert places.dtype.kind in "iu", (
    f"Your places have the type {places.dtype}; expected integers: round down. See hint 2."
)
assert places[0] >= 0 and places[-1] <= 9, (
    f"Your places go from {places[0]} to {places[-1]}; expected 0 to 9. Round down, not to the"
    " nearest, and start within the first interval. See hint 2."
)
assert len({tuple(sample) for sample in samples}) > 1, (
    f"All 6,000 samples are {samples[0]}; expected different ones: draw the start, from `rng`."
    " See hint 1."
)
never = sorted(set(range(10)) - set(places.tolist()))
assert not never, (
    f"The places {never} are in none of 6,000 samples of 4 out of 10; expected everybody to have a"
    " chance. The interval is 2.5: is it, or the start in it, cut to a whole number? See hint 3."
)
steps = np.unique([np.diff(sample, append=sample[0] + 10) for sample in samples])
assert steps.min() >= 2 and steps.max() <= 3, (
    f"Neighbours in your samples are {steps.min()} to {steps.max()} places apart; expected 2 or 3,"
    " which is 10 / 4 rounded down or up. See hint 1."
)
count = np.bincount(np.concatenate(samples), minlength=10)
off = standard_errors(count, 4 / 10, 6_000)
assert off.max() <= 6, (
    f"Place {off.argmax()} is in {count[off.argmax()]:,} of 6,000 samples of 4 out of 10; expected"
    " about 2,400, as for each. Is every start in the interval equally likely? See hint 3."
)

# %% hidden="systematic"
### BEGIN HIDDEN TESTS
for N, n, seed in [(23, 5, 2), (12, 4, 3)]:
    rng = np.random.default_rng(seed)
    samples = np.array([np.sort(systematic(N, n, rng)) for _ in range(6_000)])
    said = f"From 6,000 samples of {n} out of {N}:"
    assert samples.shape == (6_000, n), f"{said} not all hold {n} places. See hint 1."
    assert samples.min() >= 0 and samples.max() < N, (
        f"{said} the places go from {samples.min()} to {samples.max()}; expected 0 to {N - 1}."
        " See hint 2."
    )
    steps = np.diff(samples, append=samples[:, :1] + N)
    assert steps.min() >= N // n and steps.max() <= math.ceil(N / n), (
        f"{said} neighbours are {steps.min()} to {steps.max()} places apart; expected"
        f" {N // n} to {math.ceil(N / n)}. See hint 1."
    )
    count = np.bincount(samples.ravel(), minlength=N)
    off = standard_errors(count, n / N, 6_000)
    assert off.max() <= 6, (
        f"{said} place {off.argmax()} is in {count[off.argmax()]:,}; expected about"
        f" {6_000 * n / N:,.0f}, as for each. See hint 3."
    )
census = sorted(int(place) for place in systematic(7, 7, np.random.default_rng(4)))
assert census == list(range(7)), f"Seven out of seven gave {census}; expected all. See hint 2."
rng = np.random.default_rng(5)
alone = {int(systematic(3, 1, rng)[0]) for _ in range(200)}
assert alone == {0, 1, 2}, (
    f"200 samples of 1 out of 3 hold the places {sorted(alone)}; expected 0, 1 and 2. See hint 3."
)
first, again = (sorted(systematic(900, 7, np.random.default_rng(6))) for _ in range(2))
assert first == again, (
    "Two generators with the same seed led to different samples; expected the same: let `rng` be"
    " the only source of chance. See hint 1."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# One random number is enough. It says where in the first interval you begin; the other n - 1 places
# follow, one interval after the other.
# </details>
#
# <details><summary>Hint 2: to whole places</summary>
#
# Put marks on a line from 0 to N, N / n apart. The place i is the stretch from i to i + 1, so a
# mark belongs to the place below it: `np.floor(marks).astype(int)`.
# </details>
#
# <details><summary>Hint 3: the start</summary>
#
# The first mark may be anywhere from 0 to N / n, not at whole numbers only: `rng.random() * N / n`.
# Keep the interval N / n a fraction until the marks are made, and round at the end.
# </details>

# %% [markdown] tags=["solution-only"]
# The marks of all possible starts cover the line from 0 to N once. A place is a stretch of length
# 1, so it catches a mark with probability 1 / (N / n) = n / N, wherever it stands. Computers round
# fractions, and once in a very long while a mark may come out as N itself. A version in
# whole numbers, `(rng.integers(N) + N * np.arange(n)) // n`, has no such fault.
#
# What usually goes wrong: `N // n` as the interval leaves the end of the list out for ever, here
# the places 8 and 9 of ten. A start in whole numbers with a fractional interval leaves places out
# as well, or takes some too often. And a start that is always 0 is no sampling at all: who stands
# at the other places has no chance.

# %% [markdown]
# ## Task 4: The few
#
# K of N people belong to a group. You draw n by lot, without putting anybody back. Write two
# functions: the probability that nobody of the group is in, and the smallest n with which somebody
# is in with a given confidence.
#
# Of all sets of n people, those without the group are chosen from the N - K others. With
# $\binom{N}{n}$ for the number of sets of n:
#
# $$P(\text{nobody}) = \binom{N-K}{n} \Big/ \binom{N}{n}$$


# %% solution="missing"
def chance_of_missing(N, K, n):
    """Return the probability that a simple random sample of n out of N holds none of the K.

    N: people. K: those of the group, from 0 to N. n: people drawn, from 0 to N.

    Example: chance_of_missing(5, 2, 2) is 0.3. Ten pairs can be drawn from five people, and three
    of them from the three outside the group.
    """
    ### BEGIN SOLUTION
    return math.comb(N - K, n) / math.comb(N, n)
    ### END SOLUTION


def smallest_sample(N, K, confidence):
    """Return the smallest n with which at least one of the K is drawn, with this probability.

    K: from 1 to N. confidence: above 0 and below 1; at least one is in with at least this
    probability.

    Example: smallest_sample(5, 2, 0.8) is 3. Two people hold one of the group with probability 0.7
    only, three with 0.9.
    """
    ### BEGIN SOLUTION
    n = 1
    while 1 - chance_of_missing(N, K, n) < confidence:
        n += 1
    return n
    ### END SOLUTION


# %% check="missing"
got = chance_of_missing(5, 2, 2)
assert not math.isclose(got, 0.36, rel_tol=1e-6), (
    f"The chance to miss both of 2 in 5 with a sample of 2 came out as {got:.4f}; expected 0.3000."
    " That is 3/5 twice over: the first person drawn is not put back, so the second is one of four"
    " people. See hint 1."
)
assert not math.isclose(got, 0.7, rel_tol=1e-6), (
    f"The chance to miss both of 2 in 5 with a sample of 2 came out as {got:.4f}; expected 0.3000."
    " That is the chance to have one. See hint 1."
)
assert math.isclose(got, 0.3, rel_tol=1e-6), (
    f"The chance to miss both of 2 in 5 with a sample of 2 came out as {got:.4f}; expected 0.3000,"
    " 3 of 10 pairs. See hint 1."
)
got = chance_of_missing(5, 2, 4)
assert math.isclose(got, 0, abs_tol=1e-9), (
    f"The chance to miss both of 2 in 5 with a sample of 4 came out as {got:.4f}; expected 0: only"
    " three people are outside the group. See hint 1."
)
got = smallest_sample(5, 2, 0.8)
assert got != 2, (
    "smallest_sample(5, 2, 0.8) came out as 2; expected 3: two people hold one of the group with"
    " probability 0.7, which is not enough. Is it off by one? See hint 2."
)
assert got == 3, (
    f"smallest_sample(5, 2, 0.8) came out as {got}; expected 3, with which somebody of the group is"
    " in with probability 0.9. Is it off by one, or are people put back? See hint 2."
)
got = smallest_sample(2, 1, 0.5)
assert got == 1, (
    f"smallest_sample(2, 1, 0.5) came out as {got}; expected 1: one of two is in with probability"
    " one half, and that is at least 0.5. See hint 2."
)
got = smallest_sample(5, 2, 0.35)
assert got == 1, (
    f"smallest_sample(5, 2, 0.35) came out as {got}; expected 1: one person is of the group with"
    " probability 0.4. See hint 2."
)

# %% hidden="missing"
### BEGIN HIDDEN TESTS
got = chance_of_missing(200_000, 8_655, 50)
assert math.isclose(got, 0.109455046, rel_tol=1e-6), (
    f"The chance that 50 of Riverton's 200,000 hold none of the 8,655 of group C came out as"
    f" {got:.7f}; expected 0.1094550. See hint 3."
)
got = smallest_sample(200_000, 8_655, 0.95)
assert got == 68, (
    f"To have one of 8,655 in 200,000 with probability 0.95 you draw {got}; expected 68."
    " See hint 2."
)
got = chance_of_missing(60, 6, 20)
assert math.isclose(got, 0.07666968, rel_tol=1e-6), (
    f"The chance that 20 of 60 hold none of 6 came out as {got:.6f}; expected 0.076670. See hint 1."
)
got = smallest_sample(60, 3, 0.95)
assert got == 38, (
    f"To have one of 3 in 60 with probability 0.95 you draw {got}; expected 38: in a small town"
    " each person drawn leaves fewer others. See hint 1."
)
got = smallest_sample(30, 1, 0.999)
assert got == 30, (
    f"To have the one of 1 in 30 with probability 0.999 you draw {got}; expected all 30."
    " See hint 2."
)
for N, K, n, expected in [(9, 0, 4, 1), (9, 4, 0, 1), (9, 9, 1, 0)]:
    got = chance_of_missing(N, K, n)
    assert math.isclose(got, expected, abs_tol=1e-9), (
        f"chance_of_missing({N}, {K}, {n}) came out as {got:.4f}; expected {expected}. See hint 1."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the first function</summary>
#
# `math.comb(N, n)` counts the sets, exactly, and is 0 where there are none. Or person by person:
# the first is outside the group with probability (N - K) / N, the next with
# (N - K - 1) / (N - 1), and so on, n factors in all.
# </details>
#
# <details><summary>Hint 2: the second function</summary>
#
# Try n = 1, 2, 3, ... and stop at the first with 1 - chance_of_missing(N, K, n) >= confidence.
# </details>
#
# <details><summary>Hint 3: large numbers</summary>
#
# Factorials of 200,000 do not fit into a float. `math.comb` keeps to whole numbers of any size, and
# the quotient of two of them is a float.
# </details>

# %% [markdown] tags=["solution-only"]
# The number from the group in the sample is hypergeometric, and `scipy.stats.hypergeom.pmf(0, N, K,
# n)` gives the same. What usually goes wrong: $(1 - K/N)^n$ puts people back. In a city of 200,000
# nobody could tell; in a town of 60 it asks for 59 people where 38 do. Solving for n by logarithms
# and rounding down is off by one: at that n the confidence is not reached.
#
# In a large city the answer is about $3 N / K$ for 95 %, since $e^{-3}$ is about 0.05. Whoever
# finds none of a kind in n people may turn it round: its share is, with 95 % confidence, below
# about 3 / n.
