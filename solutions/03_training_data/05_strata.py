# %% [markdown]
# # Exercise: strata
#
# You share a sample out so that no stratum is lost, compute the mean and the standard error that
# strata earn, and split data for training and test so that each class keeps its share.
#
# Save, then run `python3 course.py check 03_training_data/05` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 35 minutes. **Before this** the lesson
# [Strata](../../chapters/03_training_data/05_strata.ipynb).

# %%
import math

import numpy as np

# %% [markdown]
# ## How a split is tested
#
# The functions below help the check of task 3. The first counts in how many test sets each person
# is, and each pair of persons together. The second says how far counts lie from what the design
# leads you to expect, in standard errors. You need not change anything.


# %%
def counted(tests, N):
    """Return (persons [N], one, other, pairs): how many test sets hold i; hold one and other."""
    table = np.zeros((len(tests), N))
    for row, test in zip(table, tests, strict=True):
        row[np.asarray(test)] = 1
    together = table.T @ table
    one, other = np.triu_indices(N, 1)
    return together.diagonal(), one, other, together[one, other]


def standard_errors(count, chance, repeats):
    """Return how far counts lie from repeats * chance, in their standard deviations."""
    return np.abs(count - repeats * chance) / np.sqrt(repeats * chance * (1 - chance))


# %% [markdown]
# ## Task 1: Places for every stratum
#
# Share n places out among strata, in proportion to their people, so that the total is n and no
# stratum is lost. A stratum's **share** is n times its people over all people. It is seldom a whole
# number. The rule:
#
# 1. Start each stratum at the whole part of its share, but not below **two**, since a variance
#    needs two. A stratum of one person gets one, for it holds no more.
# 2. While there are too few places in all, give one to the stratum that is furthest *below* its
#    share.
# 3. While there are too many, take one from the stratum that is furthest *above* its share, of
#    those that stay at two or more.
#
# The second step is known as the method of largest remainders. The first alone can make the total
# too large, and then the third mends it.


# %% solution="allocate"
def allocate(size, n):
    """Return places, one whole number per stratum, that sum to n.

    size: how many people each stratum holds, array or list of whole numbers, at least 1 each.
    n: places in all. Raises ValueError where n is more than all people, or too few for two in each
    stratum (one in a stratum of one).

    Examples: allocate([55, 33, 12], 20) is [11, 7, 2]. The shares are 11, 6.6 and 2.4, their whole
    parts make 19, and the stratum with 6.6 is furthest below its share.
    allocate([900, 90, 10], 20) is [16, 2, 2]. The shares are 18, 1.8 and 0.2. The start is 18, 2
    and 2, which is 22, and two places are taken from the first.
    """
    ### BEGIN SOLUTION
    size = np.asarray(size)
    lowest = np.minimum(2, size)
    if not lowest.sum() <= n <= size.sum():
        raise ValueError(f"{n} places do not fit strata of {size.tolist()} people")
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), lowest)
    while places.sum() < n:
        places[np.argmax(share - places)] += 1
    while places.sum() > n:
        above = np.where(places > lowest, places - share, -np.inf)
        places[np.argmax(above)] -= 1
    return places
    ### END SOLUTION


# %% check="allocate"
got = allocate([55, 33, 12], 20)
assert np.shape(got) == (3,), (
    f"For three strata your function returns {got}; expected three places. See hint 1."
)
assert np.asarray(got).dtype.kind in "iu", (
    f"Your places are of the type {np.asarray(got).dtype}; expected whole numbers, as"
    " `astype(int)` makes them. See hint 1."
)
got = [int(k) for k in allocate([2530, 2520, 2510, 2440], 10)]
said = f"The shares 2.53, 2.52, 2.51 and 2.44 became {got}, which makes {sum(got)};"
assert sum(got) <= 10, (
    f"{said} expected 10 in all. To round each share by itself does not keep the total. See hint 1."
)
assert sum(got) == 10, (
    f"{said} expected 10 in all: give the places that are left to somebody. See hint 2."
)
assert got == [3, 3, 2, 2], (
    f"{said} expected [3, 3, 2, 2]: the places that are left go one each to those furthest below"
    " their share. See hint 2."
)
got = [int(k) for k in allocate([900, 90, 10], 20)]
said = f"20 places for 900, 90 and 10 people became {got};"
assert min(got) > 0, f"{said} expected two in each: a stratum with 0 places is lost. See hint 1."
assert min(got) > 1, f"{said} expected two in each: one person has no variance. See hint 1."
assert sum(got) == 20, (
    f"{said} expected a total of 20, not {sum(got)}: what the small ones get has to be taken from"
    " others. See hint 3."
)
assert got == [16, 2, 2], f"{said} expected [16, 2, 2]. See hint 3."
got = [int(k) for k in allocate([90, 9, 1], 10)]
said = f"10 places for 90, 9 and 1 people became {got};"
assert got[2] <= 1, (
    f"{said} expected one in the last: a stratum cannot get more places than it holds. See hint 1."
)
assert got == [7, 2, 1], f"{said} expected [7, 2, 1]. See hint 3."

# %% hidden="allocate"
### BEGIN HIDDEN TESTS
city = [46040, 36594, 34895, 29352, 7127, 9648, 10650, 17039, 1791, 1945, 2024, 2895]
got = [int(k) for k in allocate(np.array(city), 50)]
assert sum(got) == 50 and min(got) == 2, (
    f"50 places for Riverton's twelve cells became {got}; expected two at least and 50 in all."
    " See hint 3."
)
assert got == [11, 8, 8, 6, 2, 2, 2, 3, 2, 2, 2, 2], (
    f"50 places for Riverton's twelve cells became {got}; expected"
    " [11, 8, 8, 6, 2, 2, 2, 3, 2, 2, 2, 2]: take each time from whoever is then furthest above"
    " its share, of those that have more than two. See hint 3."
)
rng = np.random.default_rng(1)
for _ in range(200):
    size = rng.integers(1, 200, size=8)
    n = int(rng.integers(16, size.sum() + 1))
    got = np.array(allocate(size, n))
    said = f"{n} places for strata of {size.tolist()} people became {got.tolist()};"
    assert got.sum() == n, f"{said} expected {n} in all, not {got.sum()}. See hint 3."
    assert (got <= size).all(), (
        f"{said} expected no more than each holds. Who was raised is above the share. See hint 2."
    )
    assert (got >= np.minimum(2, size)).all(), f"{said} expected two in each. See hint 1."
for size, n, want in (
    ([55, 33, 12], 20, [11, 7, 2]),
    ([60, 40, 20], 5, "a ValueError"),
    ([60, 40, 20], 121, "a ValueError"),
    ([5, 5], 4, [2, 2]),
    ([90, 9, 1], 5, [2, 2, 1]),
    ([5, 5], 10, [5, 5]),
):
    try:
        got = [int(k) for k in allocate(size, n)]
    except ValueError:
        got = "a ValueError"
    assert got == want, f"{n} places for {size} people became {got}; expected {want}. See hint 4."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Compute the shares as fractions and keep them. `np.floor(share).astype(int)` is the whole part.
# The lowest number of places is `np.minimum(2, size)`, and `np.maximum` raises the rest to it.
# </details>
#
# <details><summary>Hint 2: too few</summary>
#
# `share - places` says how far each is below its share, and `np.argmax` which one is furthest. Give
# it one place, compute the difference anew, and go on until the total is n.
# </details>
#
# <details><summary>Hint 3: too many</summary>
#
# `places - share` says how far each is above its share. Those at their lowest cannot give, so put
# minus infinity in their place, `np.where(places > lowest, places - share, -np.inf)`, before you
# look for the largest. Take one place at a time.
# </details>
#
# <details><summary>Hint 4: what cannot be</summary>
#
# Before anything else compare n with `lowest.sum()` and with `size.sum()`, and `raise ValueError`
# where it is outside. Both ends are allowed: two each, and everybody.
# </details>

# %% [markdown] tags=["solution-only"]
# The whole parts never exceed n, and each remainder is below one, so step 2 ends with each stratum
# rounded up or down. Step 3 is at work only where a stratum was raised to two. Whatever it takes,
# the weights give back: a stratum's mean counts for its people, not for its places.
#
# What usually goes wrong: `round` of each share misses the total by several, in either direction,
# and gives a share below a half nobody; Python also rounds 2.5 to 2 and 3.5 to 4. Floors lose up to
# one place per stratum. The rest all given to the largest, or to the last, is no longer
# proportional. And a stratum of one person that is allotted two makes `choice` fail, or ask the
# same person twice.

# %% [markdown]
# ## Task 2: What strata earn
#
# Compute the stratified mean and its standard error, from a sample in which each stratum h was
# drawn by lot:
#
# $$\text{mean} = \sum_h W_h \bar y_h \qquad
# \text{standard error} = \sqrt{\sum_h W_h^2\, \frac{s_h^2}{n_h} \Bigl(1 - \frac{n_h}{N_h}\Bigr)}$$
#
# $W_h = N_h / N$ is the stratum's share of the *population*, $\bar y_h$ the mean of the $n_h$
# people drawn from it, and $s_h$ their standard deviation, with $n_h - 1$ under the squares.


# %% solution="estimate"
def stratified_mean(values, stratum, size):
    """Return (mean, standard_error) of a stratified sample.

    values: array [n], what each person of the sample answered.
    stratum: array [n] of whole numbers from 0, the stratum of each, in any order.
    size: array [H], how many people of the population each stratum holds.
    In the sample are at least two people of each stratum, or it raises ValueError: a stratum of
    which nobody was drawn is lost, and one person has no variance. (A stratum that holds only one
    person is merged with another before the draw, and is not tried here.)

    Example: with values [1, 3, 10, 10, 16], stratum [0, 0, 1, 1, 1] and size [4, 6] it is
    (8.0, 0.894). The strata have the shares 0.4 and 0.6 and the means 2 and 12. Their s^2 is 2 and
    12, so the variance is 0.16 * 2/2 * 1/2 + 0.36 * 12/3 * 1/2 = 0.8.
    """
    ### BEGIN SOLUTION
    mean = variance = 0
    for h, N_h in enumerate(size):
        mine = values[stratum == h]
        if len(mine) < 2:
            raise ValueError(f"the sample holds {len(mine)} people of stratum {h}")
        W = N_h / np.sum(size)
        mean += W * mine.mean()
        variance += W**2 * mine.var(ddof=1) / len(mine) * (1 - len(mine) / N_h)
    return mean, math.sqrt(variance)
    ### END SOLUTION


# %% check="estimate"
values, stratum = np.array([1.0, 3, 10, 10, 16]), np.array([0, 0, 1, 1, 1])
got = stratified_mean(values, stratum, np.array([3000, 1000]))
assert np.shape(got) == (2,), (
    f"Your function returns {got}. Return two numbers, (mean, standard_error). See hint 1."
)
said = f"For 3,000 and 1,000 people whose samples have the means 2 and 12 you say {got[0]:.4g};"
assert not math.isclose(got[0], 8, rel_tol=1e-6), (
    f"{said} expected 4.5: that is the mean of all five values, as if all had had the same chance."
    " Weight each stratum by its share of the population. See hint 1."
)
assert math.isclose(got[0], 4.5, rel_tol=1e-9), (
    f"{said} expected 4.5, which is 3/4 of 2 and 1/4 of 12. See hint 1."
)
wide = stratified_mean(values, stratum, np.array([3e12, 1e12]))[1]
want = math.sqrt(9 / 16 * 2 / 2 + 1 / 16 * 12 / 3)  # 0.9014
said = f"From 5 people of very many the standard error came out as {wide:.4f}; expected {want:.4f}:"
assert not math.isclose(wide, want**2, rel_tol=1e-3), f"{said} take the root. See hint 2."
assert not math.isclose(wide, 1.25, rel_tol=1e-3), f"{said} add up variances. See hint 2."
assert not math.isclose(wide, math.sqrt(9 / 16 * 2 / 5 + 1 / 16 * 12 / 5), rel_tol=1e-3), (
    f"{said} divide s_h^2 by the people drawn from stratum h, not by all. See hint 2."
)
assert not math.isclose(wide, math.sqrt(3 / 4 * 1 + 1 / 4 * 4), rel_tol=1e-3), (
    f"{said} the shares W_h are squared. See hint 2."
)
assert not math.isclose(wide, math.sqrt(9 / 16 * 1 / 2 + 1 / 16 * 8 / 3), rel_tol=1e-3), (
    f"{said} divide the squared deviations by n_h - 1, `ddof=1`. See hint 2."
)
assert math.isclose(wide, want, rel_tol=1e-3), (
    f"{said} take s_h within each stratum, about that stratum's own mean. See hint 2."
)
got = stratified_mean(values, stratum, np.array([4, 6]))
said = f"For 4 and 6 people you return {got[0]:.3f} and {got[1]:.4f}; expected 8.000 and 0.8944:"
assert not np.isclose(got[1], math.sqrt(1.6), rtol=1e-3), (
    f"{said} apply the finite population correction, 1 - n_h / N_h. See hint 3."
)
assert not np.isclose(got[1], math.sqrt(1.6) / 2, rtol=1e-3), (
    f"{said} the correction stands under the root. See hint 3."
)
assert np.allclose(got, [8, math.sqrt(0.8)], rtol=1e-6), f"{said} see hint 3."

# %% hidden="estimate"
### BEGIN HIDDEN TESTS
values, stratum = np.array([1.0, 3, 10, 10, 16]), np.array([0, 0, 1, 1, 1])
order = np.array([4, 0, 3, 1, 2])
got = stratified_mean(values[order], stratum[order], np.array([4, 6]))
assert np.allclose(got, [8, math.sqrt(0.8)], rtol=1e-6), (
    f"With the same people in another order you return {got[0]:.3f} and {got[1]:.4f}; expected"
    " 8.000 and 0.8944: look at each person's stratum. See hint 1."
)
rows = np.array([7.0, 9, 0, 4, 5, 1, 1, 4]), np.array([2, 2, 0, 0, 0, 1, 1, 1])
got = stratified_mean(*rows, np.array([10, 60, 3]))
want = np.array([174 / 73, 0.8203562])
assert np.allclose(got, want, rtol=1e-5), (
    f"For three strata of 10, 60 and 3 people you return {got[0]:.4f} and {got[1]:.4f}; expected"
    f" {want[0]:.4f} and {want[1]:.4f}: each stratum has its own correction. See hint 3."
)
got = stratified_mean(np.array([1.0, 2, 6, 8]), np.array([0, 0, 1, 1]), np.array([2, 2]))
assert math.isclose(got[1], 0, abs_tol=1e-9), (
    f"With everybody asked the standard error is {got[1]:.3f}; expected 0. See hint 3."
)
for few, what in (([0, 0, 2, 2, 2], "nobody"), ([0, 0, 1, 2, 2], "one person")):
    try:
        got = stratified_mean(values, np.array(few), np.array([4, 6, 5]))
    except ValueError:
        continue
    raise AssertionError(
        f"With {what} of stratum 1 in the sample you return {got}; expected a ValueError: that"
        " stratum is lost, or has no variance. See hint 4."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: stratum by stratum</summary>
#
# Go through the strata, `for h, N_h in enumerate(size)`. The values drawn from it are
# `values[stratum == h]`. Add up `N_h / np.sum(size)` times their mean.
# </details>
#
# <details><summary>Hint 2: the variance</summary>
#
# In the same loop add up $W_h^2$ times `mine.var(ddof=1) / len(mine)`. The root comes last, after
# the loop.
# </details>
#
# <details><summary>Hint 3: the correction</summary>
#
# Each term has a factor of its own, `1 - len(mine) / N_h`. Where a stratum was asked whole it is 0.
# </details>
#
# <details><summary>Hint 4: lost strata</summary>
#
# In the loop, `raise ValueError` where `len(mine)` is below 2. A loop over the strata that the
# *sample* holds would never notice.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: the mean of all values, which is right for proportional places alone;
# shares of the *sample* in place of shares of the population, which is the same mistake in other
# words; one variance for all, which keeps the differences *between* strata that the design has
# removed; n for $n_h$; shares that are not squared; and the correction left out, which matters
# where a small stratum is asked whole.
#
# `labkit.sampling.estimate.variance_of_mean` gives the same number by another road (linearisation):
# within a stratum the weighted deviations differ as the values do.

# %% [markdown]
# ## Task 3: Split so that classes keep their shares
#
# Split people into a training and a test set, by lot *within each class*. The test set gets a given
# share of everybody, rounded to a whole number. Each class has as many in it as its share says,
# rounded up or down.
#
# Beware of splitting first and stratifying afterwards. Once everybody has been dealt into the two
# parts at random, the classes' counts have been dealt as well.
#
# <details><summary>How sure is this check?</summary>
#
# It draws 4,000 splits of ten people, and of another ten, and counts persons and pairs, up to six
# standard errors. A right answer fails by bad luck with a probability of at most 4 in ten million,
# by the exact binomial distribution of every count. Each mistake that it is made to find passes by
# good luck with a probability below one in a million. The seeds are fixed.
# </details>


# %% solution="split"
def stratified_split(label, share, rng):
    """Return (train, test), the ids of the two parts.

    label: array [N] of whole numbers, the class of each person; any numbers, such as 7 and 2.
    share: the test set's share of everybody, between 0 and 1. The test set has round(share * N)
    people, and of each class with N_h people either the whole number below share * N_h or the one
    above (or share * N_h itself, where it is whole).
    rng: a numpy.random.Generator, the only source of chance. Within a class every set of people is
    equally likely, whoever comes from the other classes.
    The ids are whole numbers from 0 to N - 1, each in one of the parts, in any order.

    Example: with label [0, 0, 0, 0, 1, 1, 1, 1, 1, 1] and share 0.5 the test set holds two of the
    first four people and three of the last six, each with the same chance.
    """
    ### BEGIN SOLUTION
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted).astype(int)
    rest = round(share * len(label)) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    test = [
        rng.choice(np.flatnonzero(code == h), places[h], replace=False) for h in range(len(classes))
    ]
    test = np.concatenate(test)
    return np.setdiff1d(np.arange(len(label)), test), test
    ### END SOLUTION


# %% check="split"
label = np.array([7, 2, 7, 2, 7, 2, 7, 2, 7, 7])
rng = np.random.default_rng(1)
got = [stratified_split(label, 0.5, rng) for _ in range(4_000)]
assert all(len(parts) == 2 for parts in got), (
    "Your function returns something else. Return two things, (train, test). See hint 1."
)
trains, tests = ([np.asarray(parts[k]).tolist() for parts in got] for k in (0, 1))
both = sum(bool(set(train) & set(test)) for train, test in zip(trains, tests, strict=True))
assert both == 0, (
    f"In {both:,} of 4,000 splits somebody is in both parts; expected nobody: training is for"
    " those who are not in the test set. See hint 3."
)
whole = sum(sorted(a + b) == list(range(10)) for a, b in zip(trains, tests, strict=True))
assert whole == 4_000, (
    f"In {4_000 - whole:,} of 4,000 splits the two parts are not the ten people, once each;"
    " expected them to be. See hint 3."
)
held = sorted({(int((label[t] == 7).sum()), int((label[t] == 2).sum())) for t in tests})
assert held == [(3, 2)], (
    f"Of six people of class 7 and four of class 2 your test sets hold {held}; expected half of"
    " each every time, [(3, 2)]. Draw within each class. See hint 1."
)
assert len({tuple(sorted(test)) for test in tests}) > 1, (
    "All 4,000 splits are the same; expected different ones: who is in the test set is up to"
    " `rng`. See hint 2."
)
persons, one, other, pairs = counted(tests, 10)
off = standard_errors(persons, 1 / 2, 4_000)
assert off.max() <= 6, (
    f"Person {off.argmax()} is in {persons[off.argmax()]:,.0f} of 4,000 test sets; expected about"
    " 2,000, as for everybody. See hint 2."
)
chance = np.where(label[one] != label[other], 1 / 4, np.where(label[one] == 7, 1 / 5, 1 / 6))
off = standard_errors(pairs, chance, 4_000)
assert off.max() <= 6, (
    f"Persons {one[off.argmax()]} and {other[off.argmax()]} are together in"
    f" {pairs[off.argmax()]:,.0f} of 4,000 test sets; expected about"
    f" {4_000 * chance[off.argmax()]:,.0f}: who is drawn must not decide who comes along. See"
    " hint 2."
)

# %% hidden="split"
### BEGIN HIDDEN TESTS
label = np.repeat([0, 1, 2], [30, 20, 10])
first, again = (stratified_split(label, 0.5, np.random.default_rng(4))[1] for _ in range(2))
assert sorted(np.asarray(first).tolist()) == sorted(np.asarray(again).tolist()), (
    "Two generators with the same seed led to different splits; expected the same: let `rng` be"
    " the only source of chance. See hint 2."
)
rng = np.random.default_rng(2)
cases = [((13, 11, 9, 7), 0.3), ((5, 5, 5, 5), 0.3), ((40, 3, 2), 0.2)]
for counts, share in [*cases, ((5, 4), 0.3), ((6, 5), 0.3)]:
    label = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    test = np.asarray(stratified_split(label, share, rng)[1])
    held = np.bincount(label[test], minlength=len(counts))
    said = f"For classes of {counts} people and a share of {share} the test set holds {held};"
    total = round(share * sum(counts))
    assert held.sum() != sum(counts) - total, f"{said} return (train, test) in this order."
    assert held.sum() == total, (
        f"{said} expected round({share * sum(counts):.4g}) = {total} people in all, not"
        f" {held.sum()}; and to round each class by itself misses the total. See hint 4."
    )
    assert (np.abs(held - share * np.array(counts)) < 1).all(), (
        f"{said} expected each class's share rounded up or down, or itself if whole. See hint 4."
    )
label = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 1])
tests = [stratified_split(label, 0.4, rng)[1] for _ in range(4_000)]
persons, one, other, pairs = counted(tests, 10)
assert standard_errors(persons, 0.4, 4_000).max() <= 6, (
    f"Ten people in two classes of five are in {persons} of 4,000 test sets of four; expected"
    " about 1,600 each. See hint 2."
)
chance = np.where(label[one] != label[other], 4 / 25, 1 / 10)
off = standard_errors(pairs, chance, 4_000)
assert off.max() <= 6, (
    f"Persons {one[off.argmax()]} and {other[off.argmax()]} are together in"
    f" {pairs[off.argmax()]:,.0f} of 4,000 test sets; expected about"
    f" {4_000 * chance[off.argmax()]:,.0f}. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the classes, `np.unique(label)`. The people of class c are
# `np.flatnonzero(label == c)`. Draw the test people of that class from among them, and collect.
# </details>
#
# <details><summary>Hint 2: by lot within the class</summary>
#
# `rng.choice(people, k, replace=False)` makes every set of k equally likely. Use the `rng` that you
# are given, for all classes one after the other. A generator made anew for each class gives them
# all the same draws.
# </details>
#
# <details><summary>Hint 3: the other part</summary>
#
# Training is everybody who is not in the test set: `np.setdiff1d(np.arange(N), test)`. Do not draw
# it as well.
# </details>
#
# <details><summary>Hint 4: whole people</summary>
#
# Take the whole part of share times the people of each class. The test set then lacks a few of its
# `round(share * N)`. Give one more to the classes with the largest remainders.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: a random split whose halves are sorted or resampled by class afterwards,
# which no longer mends the counts; the first rows of each class, which are the oldest, or the
# richest, or all from one hospital; `round` per class, which misses the total; training people
# drawn by a lottery of their own, some of whom are in the test set as well; and a generator with
# the same seed for each class. A block of neighbours gives each person the right chance and pairs
# the wrong one.
#
# `train_test_split(..., stratify=label)` of scikit-learn does all this. It refuses a class of one
# person, and a class of few may get nobody in the test set.
