# %% [markdown]
# # Exercise: repairing a sample
#
# You rake a sample until all of its margins fit, post-stratify it and refuse what no weight can
# fill, and take a mean to another population together with what it is worth.
#
# Save, then run `python3 course.py check 03_training_data/07` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 30 minutes. **Before this** the lesson
# [Repairing a sample](../../chapters/03_training_data/07_repairing_a_sample.ipynb).

# %%
import math
import re

import numpy as np

# %% [markdown]
# ## How the checks work
#
# Nothing here is left to chance: every answer is a closed number, worked out beforehand. A right
# answer passes for certain, and each mistake that the checks are made to find fails for certain.
# The functions below help them. You need not change anything here.


# %%
def held(weight, classes, counts):
    """Return what each class weighs: [classes]."""
    return np.bincount(classes, np.asarray(weight, float), minlength=len(counts))


def furthest_off(weight, margins):
    """Return how far the worst class of any margin is off, as a share of the population."""
    return max(
        np.abs(held(weight, c, counts) - counts).max() / sum(counts) for c, counts in margins
    )


def shown(numbers):
    """Return numbers as text, rounded to four places."""
    return ", ".join(f"{number:.4g}" for number in np.ravel(numbers))


def refusal(function, *arguments):
    """Return the text of the ValueError that function raises, or what it returns instead."""
    try:
        return None, function(*arguments)
    except ValueError as error:
        return str(error), None


# %% [markdown]
# ## Task 1: Rake
#
# You know several margins of the population, and each person of the sample has a class in each.
# Scale the weights until *every* margin fits. Fitting one margin is a division: what a class should
# weigh, over what it weighs now. It bends the margins that you fitted before, so go round.


# %% solution="rake"
def rake(weight, margins):
    """Return new weights [n] with which every class of every margin weighs what it should.

    weight: array [n], the weights to begin with, all above 0. It is left as it is.
    margins: list of two or more pairs (classes, counts). classes: array [n], whole numbers from 0,
    the class of each person. counts: array [classes], people of the population in each class; the
    counts of each margin add up to the same total.
    Go round until no class is off by more than a millionth of that total. Every class holds
    somebody of the sample, and weights that fit exist.

    Example: four people of weight 1, with classes [0, 0, 1, 1] and counts [60, 40] in the first
    margin and classes [0, 1, 0, 1] and counts [50, 50] in the second, weigh [30, 30, 20, 20].
    """
    ### BEGIN SOLUTION
    weight = np.array(weight, float)
    off = 1.0
    while off > 1e-9:
        off = 0.0
        for classes, counts in margins:
            counts = np.asarray(counts, float)
            held = np.bincount(classes, weight, minlength=len(counts))
            off = max(off, np.abs(held - counts).max() / counts.sum())
            weight = weight * (counts / held)[classes]
    return weight
    ### END SOLUTION


# %% check="rake"
age_class, sex = np.array([[0, 0, 0, 1, 1, 1], [0, 1, 1, 0, 0, 1]])
margins = [(age_class, np.array([60.0, 40.0])), (sex, np.array([30.0, 70.0]))]
given = np.ones(6)
got = rake(given, margins)
assert got is not None and np.shape(got) == (6,), (
    f"Your function returns something of the shape {np.shape(got)}; expected (6,): one weight for"
    " each of the six people. See hint 1."
)
assert given.tolist() == [1] * 6, (
    f"After your function has run, the caller's weights are {shown(given)}; expected six ones:"
    " work on a copy, `weight * factor` and not `weight *= factor`. See hint 1."
)
said = f"The six weights add up to {np.sum(got):.4g};"
assert np.sum(got) < 1_000, (
    f"{said} expected 100, the people of the population. A factor is what a class should weigh"
    " *over* what it weighs now. See hint 1."
)
assert math.isclose(np.sum(got), 100, rel_tol=0.1), (
    f"{said} expected 100, the people of the population. See hint 1."
)
by_age, by_sex = (held(got, *margin) for margin in margins)
assert np.allclose(by_sex, [30, 70], atol=2e-3) or np.allclose(by_age, [60, 40], atol=2e-3), (
    f"The classes of the first margin weigh {shown(by_age)}, those of the second {shown(by_sex)};"
    " expected 60, 40 and 30, 70, and neither fits. Compute what a class weighs *now*, with the"
    " weights that the margin before has left. See hint 2."
)
assert np.allclose(by_age, [60, 40], atol=2e-3), (
    f"The second margin fits, but the classes of the first weigh {shown(by_age)}; expected 60, 40:"
    " mending the second has bent the first. Go round again, until both fit. See hint 2."
)
assert np.allclose(by_sex, [30, 70], atol=2e-3), (
    f"The first margin fits, but the classes of the second weigh {shown(by_sex)}; expected 30, 70:"
    " go round until both fit. See hint 2."
)
expected = np.array([11.03570, 24.48215, 24.48215, 9.48215, 9.48215, 21.03570])
assert np.allclose(got, expected, atol=2e-3), (
    f"Both margins fit, but the weights are {shown(got)}; expected {shown(expected)}: everybody in"
    " a class is scaled by the same factor, so people alike in both keep the proportion that they"
    " came with. See hint 3."
)

# %% hidden="rake"
### BEGIN HIDDEN TESTS
begun = np.array([1.0, 3, 1, 1, 2, 1])
two = [
    (np.array([0, 0, 0, 1, 1, 1]), np.array([60.0, 40.0])),
    (np.array([0, 1, 1, 0, 0, 1]), np.array([50.0, 50.0])),
]
got = rake(begun, two)
assert math.isclose(got[1] / got[2], 3, rel_tol=1e-6), (
    "Two people alike in all classes began with weights 3 and 1 and end with"
    f" {shown([got[1], got[2]])}; expected them still three to one: begin with the weights that you"
    " are given. See hint 3."
)
stubborn = [
    (np.array([0, 0, 1, 1]), np.array([50.0, 50.0])),
    (np.array([0, 1, 0, 1]), np.array([50.0, 50.0])),
]
got = rake(np.array([1, 1e-3, 1e-3, 3]), stubborn)
off = furthest_off(got, stubborn)
assert off <= 2e-6, (
    f"In a sample where the two margins nearly go together a class is still off by {off:.2g} of the"
    " population; expected at most a millionth: a fixed number of rounds is not enough, nor weights"
    " that hardly move. Go on until all classes fit. See hint 2."
)
three = [
    (np.array([0, 0, 0, 1, 1, 1] * 2), np.array([60.0, 40.0])),
    (np.array([0, 1, 1, 0, 0, 1] * 2), np.array([30.0, 70.0])),
    (np.repeat([0, 1], 6), np.array([55.0, 45.0])),
]
for margins_given in (three, three[::-1], [three[2], *three[:2]]):
    got = rake(np.ones(12), margins_given)
    off = [furthest_off(got, [margin]) for margin in margins_given]
    assert max(off) <= 2e-6, (
        f"With three margins they are off by {shown(off)} of the population; expected at most a"
        " millionth: go through all margins that you are given, and stop only after a round in"
        " which none of them was off. See hint 2."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: one margin</summary>
#
# `held = np.bincount(classes, weight)` is what each class weighs now, `counts / held` the factor of
# each class, and `(counts / held)[classes]` the factor of each person. Multiply by it, and make a
# new array of the result.
# </details>
#
# <details><summary>Hint 2: all margins</summary>
#
# In one round go through the margins one after the other, and compute `held` anew for each, from
# the weights as they are then. Repeat rounds in a `while` loop. Before you scale a margin, look how
# far its `held` is from its `counts`. When no margin of a round was off, you are done.
# </details>
#
# <details><summary>Hint 3: the weights to begin with</summary>
#
# They may come from a design with unequal chances, so they carry something. Start the loop from
# them, not from ones. Nothing but the factors of classes ever changes them.
# </details>

# %% [markdown] tags=["solution-only"]
# Each factor belongs to a class, so every weight ends as its first value times one factor per
# margin. There is one such set of weights that fits, and the rounds close in on it. How fast
# depends on the sample: where the margins are independent in it, one round is enough; where they
# nearly go together, each round takes off little. So a fixed number of rounds is a bet.
#
# What usually goes wrong: one round, after which only the last margin fits; factors computed for
# all margins from the weights at the start, which fit none; multiplying by counts without dividing
# by what a class weighs; `weight *= ...`, which rewrites the caller's array, so that the next call
# begins somewhere else. A class with nobody in it would be a division by zero, or a loop without
# end: `labkit.sampling.repair.rake` looks for one first and names it.

# %% [markdown]
# ## Task 2: Post-stratify, or refuse
#
# Each cell's mean counts in proportion to the cell's people in the population. A cell that has
# people in the population and nobody in the sample has no mean. Leaving it out in silence would
# answer for a smaller city, so refuse, and say which cell it is.


# %% solution="refuse"
def post_stratified_mean(values, cell, counts):
    """Return the mean of the population, each cell's mean weighted by the cell's people.

    values: array [n]. cell: array [n], whole numbers from 0, the cell of each person in the sample.
    counts: array [cells], people of the population in each cell; may be 0.
    Raises ValueError where a cell has people in the population and nobody in the sample. Its text
    names the cell, such as "nobody in the sample is in cell 4".

    Example: values [10, 20, 60] in the cells [0, 0, 1] with counts [30, 10] give
    (30 * 15 + 10 * 60) / 40 = 26.25. With counts [30, 10, 5] the function raises ValueError, for
    cell 2 is empty.
    """
    ### BEGIN SOLUTION
    counts = np.asarray(counts, float)
    came = np.bincount(cell, minlength=len(counts))
    empty = np.flatnonzero((came == 0) & (counts > 0))
    if len(empty):
        raise ValueError(f"nobody in the sample is in cell {empty[0]}")
    total = np.bincount(cell, values, minlength=len(counts))
    return np.average(total / np.maximum(came, 1), weights=counts)
    ### END SOLUTION


# %% check="refuse"
values, cell = np.array([4.0, 6, 8, 50]), np.array([0, 0, 0, 1])
got = post_stratified_mean(values, cell, np.array([20, 60]))
said = f"Cell 0 has 20 people and mean 6, cell 1 has 60 and mean 50. You return {got};"
assert got is not None and np.ndim(got) == 0, f"{said} expected one number. See hint 1."
assert not math.isclose(got, 17), (
    f"{said} expected 39: that is the plain mean of the sample, in which each cell counts by who"
    " came. Count it by the population. See hint 1."
)
assert not math.isclose(got, 28), (
    f"{said} expected 39: that is the mean of the two cells' means, but their people differ. See"
    " hint 1."
)
assert math.isclose(got, 39, rel_tol=1e-9), (
    f"{said} expected (20 * 6 + 60 * 50) / 80 = 39. See hint 1."
)
text, instead = refusal(post_stratified_mean, values, cell, np.array([20, 60, 20]))
assert text is not None, (
    f"With 20 more people in cell 2 and nobody of them in the sample you return {instead}; expected"
    " a ValueError: an answer for the cells that came is no answer for the population. See hint 2."
)
assert re.search(r"\b2\b", text), (
    f'Your ValueError says "{text}"; expected the number of the empty cell, 2, in it. See hint 2.'
)

# %% hidden="refuse"
### BEGIN HIDDEN TESTS
cell = np.array([3, 0, 3, 1, 0, 3])
values = np.array([-2.0, 1, 4, 0, 3, 10])
text, got = refusal(
    post_stratified_mean, np.array([-1.0, 1, 4]), np.array([0, 0, 1]), np.array([10, 30])
)
assert text is None and math.isclose(got, 3, rel_tol=1e-9), (
    f"Two people of cell 0 came, whose values -1 and 1 add up to 0; expected 3, got"
    f" {got if text is None else text!r}. Whether a cell is empty is told by who came, not by their"
    " values. See hint 2."
)
text, got = refusal(post_stratified_mean, values, cell, np.array([10, 5, 0, 5]))
assert text is None, (
    f'Cell 2 has nobody in the sample and nobody in the population, and you refuse: "{text}";'
    " expected 2, since such a cell counts for nothing. See hint 3."
)
assert math.isclose(got, 2, rel_tol=1e-9), (
    f"With a cell that has nobody in the population either, you return {got}; expected 2, since"
    " such a cell counts for nothing. See hint 3."
)
text, got = refusal(post_stratified_mean, values, cell, np.array([10, 5, 0, 0]))
said = f"you return {got}" if text is None else f'you refuse: "{text}"'
assert text is None and math.isclose(got, 4 / 3, rel_tol=1e-9), (
    f"With people of the sample in a cell that has nobody in the population, {said};"
    " expected 1.333: they count for nothing. See hint 3."
)
text, instead = refusal(post_stratified_mean, values, cell, np.array([10, 50, 0, 50, 80]))
assert text is not None, (
    f"With an empty last cell of 80 people you return {instead}; expected a ValueError. See hint 2."
)
assert re.search(r"\b4\b", text), (
    f'Your ValueError says "{text}"; expected the number of the empty cell, 4, in it. See hint 2.'
)
text, instead = refusal(post_stratified_mean, values + 1, cell, np.array([10, 50, 90, 50]))
assert text is not None and re.search(r"\b2\b", text), (
    f'With cell 2 of cells 0 to 3 empty you say "{text if text is not None else instead}"; expected'
    " a ValueError that names cell 2. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: means of cells, weights of the population</summary>
#
# `np.bincount(cell, values)` adds up the values of each cell, `np.bincount(cell)` counts its
# people. Divide for the means. Then `np.average(means, weights=counts)`.
# </details>
#
# <details><summary>Hint 2: empty cells</summary>
#
# Pass `minlength=len(counts)`, so that cells after the last one that came are counted too. Where
# the count of the sample is 0 and that of the population is not, `raise ValueError(...)` with the
# number of the cell, which `np.flatnonzero` finds.
# </details>
#
# <details><summary>Hint 3: cells without people</summary>
#
# A cell may be empty on both sides. It has no mean, and its weight is 0. But 0 times "not a number"
# is not a number: divide by `np.maximum(came, 1)`.
# </details>

# %% [markdown] tags=["solution-only"]
# The weighted sample says the same: give everybody in a cell the weight counts / came, and take the
# weighted mean. What usually goes wrong: the cells are weighted by how many of the sample are in
# them, which is the plain mean again; the empty cell drops out of a `groupby`, and the weights are
# scaled to what is left, without a word; or an empty cell makes a NaN that somebody later fills
# with 0.
#
# When it refuses there are three honest ways on: merge the cell with one that is like it, model the
# cells as in the lesson, or say for whom the answer holds.

# %% [markdown]
# ## Task 3: Another population
#
# The people of your sample were drawn with shares q, and you ask about a population in which their
# shares are p. Return the self-normalised mean and Kish's effective size,
#
# $$w = p / q, \qquad \frac{\sum w y}{\sum w}, \qquad \frac{(\sum w)^2}{\sum w^2}$$


# %% solution="importance"
def importance_mean(values, p, q):
    """Return (mean, size): the mean in the target population, and Kish's effective size.

    values: array [n] of the people drawn. q: array [n], the share with which each was drawn, above
    0. p: array [n], their share in the target population, 0 or more, not all 0. Both may be known
    up to a constant only: seven times p gives the same result.

    Example: values [0, 10] with p = [1, 3] and q = [1, 1] have the weights 1 and 3. The mean is
    30 / 4 = 7.5 and the size 16 / 10 = 1.6.
    """
    ### BEGIN SOLUTION
    weight = np.asarray(p) / np.asarray(q)
    mean = np.sum(weight * values) / np.sum(weight)
    return mean, np.sum(weight) ** 2 / np.sum(weight**2)
    ### END SOLUTION


# %% check="importance"
values = np.array([2.0, 4.0, 12.0])
p, q = np.array([0.2, 0.2, 0.6]), np.array([0.4, 0.2, 0.2])  # weights 0.5, 1 and 3
got = importance_mean(values, p, q)
assert isinstance(got, tuple | list | np.ndarray) and len(got) == 2, (
    "Your function returns something else. Return two numbers, (mean, size). See hint 1."
)
mean, size = got
said = f"With the values 2, 4, 12 and the weights 0.5, 1, 3 the mean came out as {mean:.4f};"
assert not math.isclose(mean, 12 / (2 + 1 + 1 / 3), rel_tol=1e-6), (
    f"{said} expected 9.1111. Are the weights upside down? Whoever was drawn more often than their"
    " share (a large q) has to count for less. See hint 1."
)
assert not math.isclose(mean, 41 / 3, rel_tol=1e-6), (
    f"{said} expected 9.1111: divide by the sum of the weights, not by n. See hint 1."
)
assert math.isclose(mean, 41 / 4.5, rel_tol=1e-9), (
    f"{said} expected (1 + 4 + 36) / 4.5 = 9.1111. See hint 1."
)
said = f"With the weights 0.5, 1, 3 the effective size came out as {size:.4f};"
assert not math.isclose(size, 10.25 / 4.5**2, rel_tol=1e-6), (
    f"{said} expected 1.9756. Is the fraction upside down? See hint 2."
)
assert math.isclose(size, 4.5**2 / 10.25, rel_tol=1e-9), (
    f"{said} expected 20.25 / 10.25 = 1.9756: the square of the sum, over the sum of the squares."
    " See hint 2."
)

# %% hidden="importance"
### BEGIN HIDDEN TESTS
alike = importance_mean(np.array([1.0, 2, 6, 7]), np.full(4, 0.3), np.full(4, 0.3))
assert math.isclose(alike[0], 4) and math.isclose(alike[1], 4), (
    f"Where p and q are alike you return {shown(alike)}; expected 4 and 4: the plain mean, and"
    " everybody counts in full. See hint 2."
)
values = np.array([5.0, -1.0, 3.0, 8.0, 0.0])
p, q = np.array([0.0, 2.0, 4.0, 1.0, 3.0]), np.array([1.0, 1.0, 4.0, 2.0, 1.0])
before = [values.copy(), p.copy(), q.copy()]
mean, size = importance_mean(values, p, q)
assert all(map(np.array_equal, before, [values, p, q])), (
    "After your function has run, the caller's arrays have changed; expected them as they were:"
    " make new arrays."
)
assert math.isclose(mean, 5 / 6.5, rel_tol=1e-9), (
    f"With shares known up to a constant, one p of them 0, the mean came out as {mean:.4f};"
    " expected 0.7692: where p is 0 the weight is 0. See hint 1."
)
assert math.isclose(size, 6.5**2 / 14.25, rel_tol=1e-9), (
    f"With one of five people at p = 0 the size came out as {size:.4f}; expected 2.9649: the"
    " weights alone decide it. See hint 2."
)
scaled = importance_mean(values, 7 * p, q / 3)
assert np.allclose(scaled, [mean, size], rtol=1e-9), (
    f"Seven times p and a third of q give {shown(scaled)} instead of {shown([mean, size])};"
    " expected no change: a constant cancels. See hint 1."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the mean</summary>
#
# Somebody drawn twice as often as their share in the target stands for half a person there: p over
# q. A weighted mean divides by the sum of the weights. Then the weights' unit cancels.
# </details>
#
# <details><summary>Hint 2: the size</summary>
#
# `weight.sum() ** 2 / (weight**2).sum()`. With equal weights it is n, with one weight that
# outweighs all it is 1. The values do not enter.
# </details>

# %% [markdown] tags=["solution-only"]
# Dividing by n is right only where p and q are shares in full, and then it is unbiased; the
# self-normalised mean has a small bias, which goes as n grows, and it moves with the values: add 5
# to each and the mean grows by 5. What usually goes wrong: q / p, which doubles the selection
# instead of undoing it, and a size that is taken for a promise about every question. For a rare
# event a sample with a small effective size can be the better one, as the lesson shows.
