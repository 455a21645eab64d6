# %% [markdown]
# # Exercise: what a model learns from a sample
#
# You report a model group by group, split and oversample in the order that does not leak, and take
# probabilities back to the city after oversampling.
#
# Save, then run `python3 course.py check 03_training_data/08` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 30 minutes. **Before this** the lesson [What a model learns from a
# sample](../../chapters/03_training_data/08_what_a_model_learns_from_a_sample.ipynb).

# %%
import math

import numpy as np

# %% [markdown]
# ## Task 1: Group by group
#
# A lender refuses whoever has a probability of default *above* a threshold. Report for each group
# what the model does to it:
#
# - `flagged`: the share of the group that is refused,
# - `fpr`, the false-positive rate: of those in the group who would have paid, the share that is
#   refused,
# - `precision`: of those in the group who are refused, the share that would have defaulted.
#
# Each is a share *of somebody else*: of all, of the payers, of the refused. Recall is not among
# them. A model that refuses everybody in a group has a recall of 1, and its false-positive rate
# shows what that costs.


# %% solution="by_group"
def by_group(p, default, group, threshold):
    """Return for each group what a model does to it: {name: {"flagged", "fpr", "precision"}}.

    p: array [n], probability of default of each person. default: array [n] of True or False, who
    would default. group: array [n] of names. threshold: a number; above it a person is refused,
    at it not. In each group somebody would pay. precision is math.nan where nobody is refused.

    Example: with p [0.3, 0.1, 0.2, 0.3], default [True, False, False, False], group
    ["A", "A", "A", "A"] and threshold 0.1 three of four are refused, two of the three payers are,
    and one of the three refused would have defaulted: {"A": {"flagged": 0.75, "fpr": 0.667,
    "precision": 0.333}}, not rounded.
    """
    ### BEGIN SOLUTION
    refused = p > threshold
    report = {}
    for name in np.unique(group):
        here = group == name
        caught = default[here & refused]
        report[name] = {
            "flagged": refused[here].mean(),
            "fpr": refused[here & ~default].mean(),
            "precision": caught.mean() if len(caught) else math.nan,
        }
    return report
    ### END SOLUTION


# %% check="by_group"
# Ten people in A, of whom six would pay; six in C, of whom four would pay.
p = np.array(
    [0.02, 0.2, 0.05, 0.1, 0.03, 0.01, 0.5, 0.3, 0.05, 0.04, 0.2, 0.4, 0.6, 0.07, 0.9, 0.3]
)
default = np.repeat([False, True, False, True], [6, 4, 4, 2])
group = np.repeat(["A", "C"], [10, 6])
report = by_group(p, default, group, 0.1)
assert isinstance(report, dict) and {str(name) for name in report} == {"A", "C"}, (
    f"Your function returns {report}; expected a dictionary with the keys A and C. See hint 1."
)
flagged, fpr, precision = (report["A"][key] for key in ("flagged", "fpr", "precision"))
assert not math.isclose(flagged, 0.4), (
    "In A 4 of 10 are flagged; expected 3: one has a probability of exactly the threshold, and only"
    " those above it are refused. See hint 1."
)
assert math.isclose(flagged, 0.3), (
    f"In A a share of {flagged:.4g} is flagged; expected 0.3: 3 of the 10 in A, not of all 16."
    " See hint 1."
)
assert not math.isclose(fpr, 0.5), (
    "In A fpr is 0.5, which is the recall: 2 of the 4 defaulters. Expected 1/6: 1 of the 6 payers."
    " See hint 2."
)
assert not math.isclose(fpr, 1 / 3), (
    "In A fpr is 0.333: 1 of the 3 refused would have paid. Expected 1/6: of the 6 payers 1 is"
    " refused. See hint 2."
)
assert math.isclose(fpr, 1 / 6), (
    f"In A fpr is {fpr:.6g}; expected 1/6, not rounded: of the 6 who would have paid 1 is refused."
    " What do you divide by? See hint 2."
)
assert math.isclose(precision, 2 / 3), (
    f"In A precision is {precision:.4g}; expected 2/3: of the 3 refused 2 would have defaulted."
    " (1/2 is the recall: of the 4 defaulters 2 are refused.) See hint 3."
)
got = [round(float(report["C"][key]), 4) for key in ("flagged", "fpr", "precision")]
assert got == [0.8333, 0.75, 0.4], (
    f"In C you report {got}; expected [0.8333, 0.75, 0.4]: 5 of 6, 3 of 4 payers, 2 of 5 refused."
)

# %% hidden="by_group"
### BEGIN HIDDEN TESTS
default = np.array([False, False, False, True, False, True, False])
group = np.array(["C", "C", "C", "C", "B", "B", "B"])
p = np.array([0.9, 0.9, 0.9, 0.9, 0.1, 0.2, 0.0])
report = by_group(p, default, group, 0.5)
assert {str(name) for name in report} == {"B", "C"}, (
    f"Where the groups are B and C you report {list(report)}; expected both names, taken from"
    " `group`. See hint 1."
)
got = [round(float(report["C"][key]), 4) for key in ("flagged", "fpr", "precision")]
assert got == [1, 1, 0.25], (
    f"A model that refuses all of C gets {got} there; expected [1, 1, 0.25]: every payer is"
    " refused, and of the refused no more would default than of C. See hint 2."
)
nobody = report["B"]
assert isinstance(nobody["precision"], float) and math.isnan(nobody["precision"]), (
    f"Where nobody is refused precision is {nobody['precision']}; expected math.nan: there is"
    " nobody of whom to take a share. See hint 3."
)
rng = np.random.default_rng(8)
group = rng.choice(["east", "north", "south"], 3_000, p=[0.1, 0.6, 0.3])
p = rng.beta(1, 6, 3_000).round(2)
default = rng.random(3_000) < p
kept = p.copy()
report = by_group(p, default, group, 0.2)
for name in ("east", "north", "south"):
    rows = [(x > 0.2, bad) for x, bad, g in zip(p, default, group, strict=True) if g == name]
    refused = sum(flag for flag, _ in rows)
    payers = sum(flag and not bad for flag, bad in rows)
    expected = refused / len(rows), payers / sum(not bad for _, bad in rows), 1 - payers / refused
    got = tuple(report[name][key] for key in ("flagged", "fpr", "precision"))
    assert np.allclose(got, expected, rtol=1e-9), (
        f"In a town of 3,000 you report {np.round(got, 7)} for {name}; expected"
        f" {np.round(expected, 7)}, not rounded: flagged, fpr, precision. See hint 2 and hint 3."
    )
assert np.array_equal(p, kept), (
    "After your function has run, the caller's p is changed; expected it as it was. See hint 1."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: masks</summary>
#
# `refused = p > threshold` and `here = group == name` are arrays of True and False. The mean of
# such an array is a share: `refused[here].mean()` is the share of the group that is refused. Go
# through `np.unique(group)`.
# </details>
#
# <details><summary>Hint 2: of whom?</summary>
#
# The word after "of" says what you divide by. For the false-positive rate pick the payers of the
# group first, `here & ~default`, and then ask how many of them are refused.
# </details>
#
# <details><summary>Hint 3: precision</summary>
#
# Pick the refused of the group first, `here & refused`, and then ask how many of *them* would have
# defaulted. If there are none, return `math.nan`.
# </details>

# %% [markdown] tags=["solution-only"]
# Picking first and asking then keeps the denominators apart: each share has its own "of whom". What
# usually goes wrong: recall in place of the false-positive rate, because both are rows of the same
# confusion matrix; refused payers over the *refused*, which is one minus precision; shares of the
# whole city instead of the group; `>=`, which matters where probabilities are rounded. A precision
# of 0 where nobody is refused would say that all refusals were wrong.
#
# Refusing everybody in C gives a recall of 1 and looks perfect. Here it gives a false-positive rate
# of 1, and a precision that equals C's own share of defaulters: the model knows nothing.

# %% [markdown]
# ## Task 2: A split that does not leak
#
# One way to oversample is to repeat rows of the rare group. People do it before they split, because
# then the data is "balanced" once and for all. The same row then stands on both sides, the model is
# tested on rows that it has seen, and the test part holds a share of the rare group that the city
# does not have.
#
# Write it in the order that does not leak. The test part is drawn by lot from all rows, each of
# them once. The training part is all the others, and those of the rare group stand in it several
# times.
#
# <details><summary>How sure is this check?</summary>
#
# It splits 3,000 times and counts how often each row is tested. A count may be off by up to six
# standard errors, so a right answer fails by bad luck with a probability below one in a million,
# and the mistakes that are about chance pass with a probability below 1e-20. All other mistakes are
# found by counting rows, without chance. The seeds are fixed.
# </details>


# %% solution="split"
def split_then_oversample(rare, test_size, times, rng):
    """Return (train, test), two arrays or lists of row numbers from 0 to n - 1.

    rare: array [n] of True or False, who is in the rare group. test_size: how many rows are tested,
    drawn by lot from all n, each at most once. times: in train every rare row stands this many
    times, every other row once. rng: a numpy.random.Generator, the only source of chance. The order
    of rows is free.

    Example: with rare [True, False, False, True], test_size 1 and times 3, test is [0] in a quarter
    of all draws, and train then holds 1, 2, 3, 3 and 3.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(rare))
    test, train = order[:test_size], order[test_size:]
    return np.repeat(train, np.where(rare[train], times, 1)), test
    ### END SOLUTION


# %% check="split"
rare = np.arange(40) % 5 == 2  # eight of forty
rng = np.random.default_rng(2)
splits = [split_then_oversample(rare, 10, 5, rng) for _ in range(3_000)]
splits = [[[int(row) for row in part] for part in (train, test)] for train, test in splits]
both = max(len(set(train) & set(test)) for train, test in splits)
assert both == 0, (
    f"Up to {both} rows are in both parts; expected 0. Split first, then repeat rows of the"
    " training part alone. See hint 1."
)
twice = max(len(test) - len(set(test)) for _, test in splits)
assert twice == 0, (
    "The test part holds rows more than once; expected each once: the test part stays as the city"
    " is. See hint 2."
)
sizes = {(len(set(train)), len(test)) for train, test in splits}
assert sizes == {(30, 10)}, (
    f"The parts hold {sizes} different rows; expected 30 to train and 10 to test. See hint 1."
)
times = [(row, train.count(row)) for train, _ in splits[:50] for row in set(train)]
common = sorted({count for row, count in times if not rare[row]})
assert common == [1], (
    f"Rows that are not rare stand {common} times in the training part; expected once. See hint 3."
)
often = sorted({count for row, count in times if rare[row]})
assert often == [5], (
    f"Rare rows stand {often} times in the training part; expected 5 each, the first included."
    " See hint 3."
)
assert len({tuple(sorted(test)) for _, test in splits}) > 1, (
    "3,000 splits test the same rows; expected different ones: draw from `rng`. See hint 2."
)
tested = np.bincount([row for _, test in splits for row in test], minlength=40)
off = np.abs(tested - 750) / math.sqrt(3_000 * 0.25 * 0.75)
assert off.max() <= 6, (
    f"Row {off.argmax()} is tested in {tested[off.argmax()]:,} of 3,000 splits; expected about 750,"
    " as for every row. See hint 2."
)

# %% hidden="split"
### BEGIN HIDDEN TESTS
rare = np.arange(60) % 10 == 3
rng = np.random.default_rng(3)
tested, wrong = np.zeros(60), 0
for _ in range(3_000):
    train, test = (np.asarray(x) for x in split_then_oversample(rare, 20, 4, rng))
    copies = np.bincount(train, minlength=60)
    expected = np.where(rare, 4, 1)
    expected[test] = 0
    wrong += (
        len(test) != 20 or len(set(test.tolist())) != 20 or not np.array_equal(copies, expected)
    )
    tested[test] += 1
assert wrong == 0, (
    f"{wrong:,} of 3,000 splits of another town do not hold each row on one side, once in the test"
    " part, and 4 times in the training part where it is rare; expected 0. See hint 3."
)
off = np.abs(tested - 1_000) / math.sqrt(3_000 / 3 * 2 / 3)
assert off.max() <= 6, (
    f"Row {off.argmax()} of another town is tested in {tested[off.argmax()]:,.0f} of 3,000 splits;"
    " expected about 1,000, as for every row. See hint 2."
)
block = np.arange(60) >= 50
held = [block[np.asarray(split_then_oversample(block, 20, 2, rng)[1])].sum() for _ in range(3_000)]
by_lot = 20 * (1 / 6) * (5 / 6) * 40 / 59  # variance of the hypergeometric distribution
assert 0.7 * by_lot <= np.var(held) <= 1.3 * by_lot, (
    f"The number of rare rows that are tested varies with a variance of {np.var(held):.2f};"
    f" expected about {by_lot:.2f}: draw row by row, not a block of rows, and from all at once, not"
    " from the rare and the others apart. See hint 2."
)
train, test = split_then_oversample(np.array([True, False, True]), 0, 2, np.random.default_rng(5))
assert len(test) == 0 and sorted(int(row) for row in train) == [0, 0, 1, 2, 2], (
    f"With nobody to test you return {train} and {test}; expected all rows to train. See hint 3."
)
first, again = (split_then_oversample(block, 9, 2, np.random.default_rng(6)) for _ in range(2))
assert sorted(first[1]) == sorted(again[1]), (
    "Two generators with one seed led to different splits; let `rng` be the only source of chance."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the order</summary>
#
# First decide for each of the n rows on which side it is. Only then touch the training part. A row
# is known by its number, so work with row numbers.
# </details>
#
# <details><summary>Hint 2: by lot</summary>
#
# `rng.permutation(n)` puts all rows in random order. The first `test_size` of them are the test
# part. Leave it as it is: it has to look like the city, in which rare is rare.
# </details>
#
# <details><summary>Hint 3: repeat</summary>
#
# `np.repeat(train, counts)` repeats each row as often as `counts` says. The counts are
# `np.where(rare[train], times, 1)`.
# </details>

# %% [markdown] tags=["solution-only"]
# The split decides about rows while each is there once, so no row can be on both sides. Then
# repeating is harmless. What usually goes wrong: oversampling first, so that copies of one row end
# up on both sides and the score counts what was learned by heart; oversampling the test part as
# well, so that precision and calibration are those of a city that does not exist; taking the rare
# rows for training from the whole data; adding `times` copies to the row that is there already.
#
# The same holds for everything that is learned from rows: means and deviations for scaling,
# selected columns, synthetic neighbours. Split first.

# %% [markdown]
# ## Task 3: Back to the city
#
# A model was trained on a sample in which a share s of the rows default, drawn through the outcome.
# In the city the share is c. Its probabilities are those of the sample. Take them back.
#
# The **odds** of a probability are $p / (1 - p)$. Drawing through the outcome multiplies
# everybody's odds by the same number, the odds of s over the odds of c. So divide them by it:
#
# $$\frac{q}{1 - q} = \frac{p}{1 - p} \times \frac{c / (1 - c)}{s / (1 - s)}$$
#
# and solve for q. In log-odds this is the shift of the lesson.


# %% solution="prior"
def prior_shift(p, in_sample, in_city):
    """Return the probabilities [n] that belong to the city.

    p: array [n] of probabilities from 0 to 1, of a model of the sample. in_sample, in_city: the
    shares that default, above 0 and below 1. A probability of 0 stays 0, and 1 stays 1.

    Example: prior_shift(np.array([0.5, 0.8]), 0.5, 0.1) is [0.1, 0.3077]. Odds of 1 and 4 are
    multiplied by (1/9) / 1.
    """
    ### BEGIN SOLUTION
    default = p * in_city / in_sample
    pay = (1 - p) * (1 - in_city) / (1 - in_sample)
    return default / (default + pay)
    ### END SOLUTION


# %% check="prior"
p = np.array([0.5, 0.8, 0.3])
got = np.asarray(prior_shift(p, 0.5, 0.1), float)
assert got.shape == (3,), (
    f"For three probabilities you return the shape {got.shape}; expected three numbers."
)
assert not np.allclose(got, p * 0.2), (
    "0.8 becomes 0.16: you multiply the probability by c / s. Expected 0.3077: multiply the odds."
    " See hint 1."
)
assert not np.allclose(got, [1 / 6, 4 / 9, 6 / 76], atol=1e-3), (
    "0.5 becomes 0.1667; expected 0.1: the payers' side changes as well, by (1 - c) / (1 - s)."
    " See hint 2."
)
assert not np.allclose(got, [0.9, 0.973, 0.794], atol=1e-3), (
    "0.5 becomes 0.9; expected 0.1: defaults are rarer in the city than in the sample. Is the"
    " fraction upside down? See hint 1."
)
assert np.allclose(got, [0.1, 0.3076923, 0.0454545], atol=1e-6), (
    f"From 0.5, 0.8 and 0.3 you get {got.round(4)}; expected [0.1, 0.3077, 0.0455]. See hint 1 for"
    " the odds and hint 3 for the way back."
)
same = np.asarray(prior_shift(p, 0.3, 0.3), float)
assert np.allclose(same, p), (
    f"With equal shares {p} becomes {same.round(4)}; expected no change. See hint 2."
)

# %% hidden="prior"
### BEGIN HIDDEN TESTS
p = np.array([0.0, 0.4, 1.0])
got = np.asarray(prior_shift(p, 0.2, 0.05), float)
assert math.isclose(got[0], 0, abs_tol=1e-9) and math.isclose(got[2], 1, abs_tol=1e-9), (
    f"0 and 1 become {got[0]:.4g} and {got[2]:.10g}; expected 0 and 1: whoever is certain stays"
    " so. Instead of clipping, avoid dividing by 1 - p. See hint 3."
)
assert np.allclose(got, [0, 0.1230769, 1], atol=1e-6), (
    f"With s = 0.2 and c = 0.05 the probabilities 0, 0.4 and 1 become {got.round(4)}; expected"
    " [0, 0.1231, 1]. If the ends are missing, avoid dividing by 1 - p. See hint 3."
)
assert p.tolist() == [0, 0.4, 1], (
    "After your function has run, the caller's p is changed; expected it as it was. See hint 3."
)
got = np.asarray(prior_shift(np.array([0.1, 0.6]), 0.1, 0.5), float)
assert np.allclose(got, [0.5, 0.9310345], atol=1e-6), (
    f"The other way, from s = 0.1 to c = 0.5, 0.1 and 0.6 become {got.round(4)}; expected [0.5,"
    " 0.931]. See hint 1."
)
# Three kinds of people; the sample takes every defaulter and one payer in eight.
kinds, people = np.array([0.02, 0.1, 0.4]), np.array([5_000, 2_000, 500])
bad, good = kinds * people, (1 - kinds) * people / 8
in_sample = bad.sum() / (bad.sum() + good.sum())
in_city = (kinds * people).sum() / people.sum()
got = np.asarray(prior_shift(bad / (bad + good), in_sample, in_city), float)
assert np.allclose(got, kinds, rtol=1e-6), (
    f"Three kinds of people default with 0.02, 0.1 and 0.4 in a city; from its sample you get"
    f" {got.round(4)}. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: three steps</summary>
#
# From p to odds, $p / (1 - p)$; multiply by the odds of the city over the odds of the sample; back
# from odds to a probability.
# </details>
#
# <details><summary>Hint 2: both sides</summary>
#
# Of the sample's defaulters each stands for c / s of the city, and of its payers each stands for
# (1 - c) / (1 - s). Both change. With c = s neither does.
# </details>
#
# <details><summary>Hint 3: the way back</summary>
#
# A probability from odds o is o / (1 + o). Where p is 1 the odds are infinite. It is safer to scale
# the two sides, `p * c / s` and `(1 - p) * (1 - c) / (1 - s)`, and to divide the first by their
# sum.
# </details>

# %% [markdown] tags=["solution-only"]
# This is Bayes' rule: the two sides are what each outcome weighs in the city, and they must sum to
# one again. What usually goes wrong: multiplying p by c / s, nearly right for tiny p alone;
# scaling the defaulters and not the payers, which leaves everybody too high; the fraction upside
# down.
#
# The correction moves everybody's log-odds by the same amount. It never changes the ranking, and so
# no AUC. It takes for granted that within each outcome the rows were drawn by lot. Where they were
# not, as among approved customers, no shift can mend it.
