# %% [markdown]
# # Exercise: clusters and unequal chances
#
# You estimate a mean from people who were drawn with unequal chances, give clusters the interval
# that they earn, share out chances so that nobody's is above 1, and build a sampler that is held
# to them.
#
# Save, then run `python3 course.py check 03_training_data/06` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 30 minutes. **Before this** the lesson [Clusters and unequal
# chances](../../chapters/03_training_data/06_clusters_and_unequal_chances.ipynb).

# %%
import math

import numpy as np

# %% [markdown]
# The two functions below help the check of task 4, which draws many samples and counts. You need
# not change anything here.


# %%
def times_in(samples, N):
    """Return counts [N]: how many of the samples hold each person."""
    return np.bincount(np.concatenate(samples).astype(int), minlength=N)


def standard_errors(count, chance, repeats):
    """Return how far counts lie from repeats * chance, in their standard deviations."""
    return np.abs(count - repeats * chance) / np.sqrt(repeats * chance * (1 - chance))


# %% [markdown]
# ## Task 1: One over the chance
#
# People were drawn with unequal chances, and you know the chance of everybody who is in the sample.
# A person with chance $\pi$ stands for $1/\pi$ people. Estimate the mean of all N people in both
# ways of the lesson:
#
# - Horvitz and Thompson: the sum of value $/\ \pi$, divided by N;
# - Hájek: the weighted mean, which does not use N.


# %% solution="weights"
def estimate_mean(values, chance, N):
    """Return (horvitz_thompson, hajek), two estimates of the mean of N people.

    values: array [n], of the people in the sample; may be below 0.
    chance: array [n], the inclusion probability of each of them, above 0 and at most 1.
    N: how many people there are in all.

    Example: estimate_mean(np.array([4.0, 10]), np.array([0.5, 0.25]), 8) is (6.0, 8.0). The first
    person stands for 2 people and the second for 4. So the sum is 2 * 4 + 4 * 10 = 48: divided by
    the 8 people of the city it is 6, divided by the 6 that the two stand for it is 8.
    """
    ### BEGIN SOLUTION
    weight = 1 / chance
    total = np.sum(weight * values)
    return total / N, total / weight.sum()
    ### END SOLUTION


# %% check="weights"
values, chance = np.array([10.0, 20, 60]), np.array([0.1, 0.5, 1])
said = "With the values 10, 20, 60, the chances 0.1, 0.5, 1 and N = 12"
got = estimate_mean(values, chance, 12)
assert np.shape(got) == (2,), (
    f"Your function returns {got}. Return two numbers, (horvitz_thompson, hajek). See hint 1."
)
ht, hajek = got
assert not math.isclose(ht, 30), (
    f"{said} Horvitz and Thompson's mean came out as 30, the plain mean; expected 16.667: you"
    " forgot the weights. See hint 1."
)
assert not math.isclose(ht, 200 / 3), (
    f"{said} Horvitz and Thompson's mean came out as 66.667; expected 16.667: divide by N, the"
    " people there are, not by the people in the sample. See hint 2."
)
assert not math.isclose(ht, 71 / 12) and not math.isclose(ht, 71 / 3), (
    f"{said} Horvitz and Thompson's mean came out as {ht:.3f}; expected 16.667: do not multiply by"
    " the chance, divide by it. Whoever had a small chance stands for many. See hint 1."
)
assert not math.isclose(ht, 200 / 13), (
    f"{said} your first number is 15.385, which is Hájek's; expected 16.667, Horvitz and"
    " Thompson's: are the two swapped, or did you scale the weights to sum to N? See hint 2."
)
assert math.isclose(ht, 200 / 12, rel_tol=1e-9), (
    f"{said} Horvitz and Thompson's mean came out as {ht:.3f}; expected 16.667. See hint 2."
)
assert not math.isclose(hajek, ht), (
    f"{said} both of yours are {ht:.3f}; expected 15.385 for Hájek's: it divides by the sum of the"
    " weights, not by N. See hint 3."
)
assert math.isclose(hajek, 200 / 13, rel_tol=1e-9), (
    f"{said} Hájek's mean came out as {hajek:.3f}; expected 15.385. See hint 3."
)

# %% hidden="weights"
### BEGIN HIDDEN TESTS
values, chance = np.array([-3.0, 1, 8, 0]), np.array([0.2, 0.8, 0.4, 0.5])
ht, hajek = estimate_mean(values, chance, 20)
assert math.isclose(ht, 6.25 / 20, rel_tol=1e-9), (
    f"With the values -3, 1, 8, 0, the chances 0.2, 0.8, 0.4, 0.5 and N = 20 Horvitz and Thompson's"
    f" mean came out as {ht:.4f}; expected 0.3125: N may be larger than what the sample stands for."
    " See hint 2."
)
assert math.isclose(hajek, 6.25 / 10.75, rel_tol=1e-9), (
    f"With the values -3, 1, 8, 0, the chances 0.2, 0.8, 0.4, 0.5 and N = 20 Hájek's mean came out"
    f" as {hajek:.4f}; expected 0.5814. See hint 3."
)
assert values.tolist() == [-3, 1, 8, 0] and chance.tolist() == [0.2, 0.8, 0.4, 0.5], (
    "After your function has run, what it was given has changed; expected it as it was: make a new"
    " array for the weights. See hint 1."
)
census = estimate_mean(np.array([2.0, 4, 9]), np.ones(3), 3)
assert np.allclose(census, [5, 5], rtol=1e-9), (
    f"From everybody, 2, 4 and 9, each with chance 1, your two are {census}; expected 5 and 5."
    " See hint 1."
)
# Three neighbours, one of whom is drawn: over the chances Horvitz and Thompson's mean is right.
values, chance = np.array([30.0, 60, 15]), np.array([0.5, 0.2, 0.3])
each = [estimate_mean(values[[i]], chance[[i]], 3) for i in range(3)]
expected = math.fsum(p * ht for p, (ht, _) in zip(chance, each, strict=True))
assert math.isclose(expected, 35, rel_tol=1e-9), (
    "One of three neighbours with 30, 60 and 15 is drawn with the chances 0.5, 0.2 and 0.3. Over"
    f" these chances your Horvitz-Thompson mean is {expected:.3f} on average; expected 35, the true"
    " mean: it has no bias. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Each person has a weight, how many people they stand for: `weight = 1 / chance`. Multiply the
# values by it, one by one, and add up.
# </details>
#
# <details><summary>Hint 2: Horvitz and Thompson</summary>
#
# The weighted sum estimates the total over everybody. The mean of everybody is the total divided
# by N, however many are in the sample.
# </details>
#
# <details><summary>Hint 3: Hájek</summary>
#
# The same sum, divided by the sum of the weights. `np.average(values, weights=weight)` does it.
# </details>

# %% [markdown] tags=["solution-only"]
# Horvitz and Thompson's is right on average because a person enters with chance $\pi$ and then
# counts $1/\pi$ times: once, on average. Nothing else about the design matters for that. It can be
# far off in a single sample all the same, when the weights do not happen to sum to N. Hájek's
# cannot leave the range of the values, and it is right up to a small bias that shrinks as n grows.
#
# What usually goes wrong: the weights are forgotten, so that whoever is drawn readily counts most;
# the chance is used as the weight, which makes it worse; the sum is divided by n, where the weights
# have already put every person in.

# %% [markdown]
# ## Task 2: An interval for clusters
#
# Chance drew m clusters, and the same number of people from each; each person in the city had the
# same chance. Give the mean the interval that the design earns. What did chance draw, and how many
# of them? You may take it that clusters are drawn from very many, so that nothing has to be
# corrected for.


# %% solution="interval"
def clustered_interval(values, quantile):
    """Return (low, high), the ends of the confidence interval for the mean.

    values: array [m, take], one row per cluster: take people from each of m clusters, m >= 2.
    quantile: how many standard errors to reach, from Student's t with m - 1 degrees of freedom.
    Do not round the ends.

    Example: clustered_interval(np.array([[-3, 3], [5, 7], [2, 10]]), 4.303) is (-4.606, 12.606):
    the mean is 4, and by this design its standard error is 2.
    """
    ### BEGIN SOLUTION
    means = np.mean(values, axis=1)
    reach = quantile * np.sqrt(means.var(ddof=1) / len(means))
    return means.mean() - reach, means.mean() + reach
    ### END SOLUTION


# %% check="interval"
values = np.array([[-3.0, 3], [5, 7], [2, 10]])
got = clustered_interval(values, 4.303)
assert np.shape(got) == (2,), f"You return {got}; expected two numbers, (low, high). See hint 1."
low, high = got
assert low <= high, f"You return {low:.3f} and {high:.3f}; expected the lower end first."
assert math.isclose((low + high) / 2, 4, rel_tol=1e-9), (
    f"The middle of your interval is {(low + high) / 2:.3f}; expected 4, the mean of all six."
    " See hint 1."
)
half = np.diff(clustered_interval(values, 1.0)).item()
assert math.isclose(half * 4.303, high - low, rel_tol=1e-9), (
    f"With the quantile 4.303 your interval is {(high - low) / half:.3f} times as wide as with 1;"
    " expected 4.303 times: reach `quantile` standard errors. See hint 2."
)
error = (high - low) / 2 / 4.303
said = f"For the rows (-3, 3), (5, 7) and (2, 10) the standard error came out as {error:.3f};"
assert not np.isclose(error, [np.sqrt(20 / 6), np.sqrt(100 / 36)], rtol=1e-6).any(), (
    f"{said} expected 2: this takes the six people for independent draws. Chance drew three"
    " clusters: one number for each. See hint 1."
)
assert not math.isclose(error, 8 / 3, rel_tol=1e-6), (
    f"{said} expected 2: you took the mean of each column. Clusters are the rows. See hint 1."
)
assert not np.isclose(error, [np.sqrt(12 / 6), np.sqrt(8 / 6)], rtol=1e-6).any(), (
    f"{said} expected 2: divide the variance of the cluster means by the number of clusters, not of"
    " people. See hint 2."
)
assert not np.isclose(error, np.sqrt(8 / 3), rtol=1e-6), (
    f"{said} expected 2: divide the squared deviations by m - 1, which is 2 here. See hint 2."
)
assert not np.isclose(error, [np.sqrt(12), 4], rtol=1e-6).any(), (
    f"{said} expected 2: divide the variance by m, then take the root. See hint 2."
)
inside = np.sqrt([52 / 3, 52 / 9, 52 / 18, 26 / 3, 26 / 18])
assert not np.isclose(error, inside, rtol=1e-6).any(), (
    f"{said} expected 2: this is how people differ *within* their cluster. How much do the clusters"
    " differ? See hint 1."
)
assert math.isclose(error, 2, rel_tol=1e-6), f"{said} expected 2. See hint 2."

# %% hidden="interval"
### BEGIN HIDDEN TESTS
twins = np.array([[3.0, 3, 3, 3], [9, 9, 9, 9]])
low, high = clustered_interval(twins, 12.706)
assert math.isclose(low, -32.118, rel_tol=1e-9) and math.isclose(high, 44.118, rel_tol=1e-9), (
    "In two clusters everybody is alike, four people with 3 and four with 9. With the quantile"
    f" 12.706 your interval is {low:.3f} to {high:.3f}; expected -32.118 to 44.118: eight people,"
    " two observations, whose means differ by 6. See hint 1."
)
same = np.array([[1.0, 9], [2, 8], [4, 6]])
low, high = clustered_interval(same, 4.303)
assert math.isclose(low, 5, rel_tol=1e-9) and math.isclose(high, 5, rel_tol=1e-9), (
    f"Three clusters with the same mean, 5, give {low:.3f} to {high:.3f}; expected 5 to 5: only the"
    " cluster means count. See hint 1."
)
five = np.array([[2, 4, 6], [1, 1, 4], [8, 9, 7], [0, 3, 3], [5, 5, 8]])
low, high = clustered_interval(five, 2.776)
assert math.isclose(low, 1.1626555, rel_tol=1e-5) and math.isclose(high, 7.6373445, rel_tol=1e-5), (
    f"Five clusters of three give {low:.4f} to {high:.4f} with the quantile 2.776; expected 1.1627"
    " to 7.6373. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Forget the people for a moment. Chance drew m clusters, so there are m observations: the means of
# the rows, `np.mean(values, axis=1)`.
# </details>
#
# <details><summary>Hint 2: the order of steps</summary>
#
# The variance of the m means with `ddof=1`, divided by m, then the root, then times `quantile`. It
# is the interval of a simple random sample of m numbers.
# </details>

# %% [markdown] tags=["solution-only"]
# Whatever chance did, which clusters came and who came inside them, is in the cluster means. So
# their spread is all you need, with no intraclass correlation and no formula for each stage. The
# price is that m is small, which is why t has to come in: for two clusters it is above 12.
#
# What usually goes wrong: all people are taken for independent (in clusters that are alike the
# interval is far too narrow), the means' variance is divided by the number of people, or `np.var`
# divides by m. The spread *within* clusters says next to nothing: in the first hidden case it is 0
# while the mean is as good as unknown.

# %% [markdown]
# ## Task 3: Chances that sum to n
#
# You want n people, with chances in proportion to a size that is known for everybody. n times the
# share of a large one can exceed 1, and no chance does. So whoever would get more than 1 is taken
# *for certain*, with chance 1, and the other places are shared among the others in proportion to
# their sizes. That may push somebody else above 1: go on until nobody is.


# %% solution="chances"
def inclusion_chances(size, n):
    """Return an array [N] of inclusion probabilities, none above 1, that sum to n.

    size: array [N] of numbers above 0. n: how many are to be drawn, from 1 to N.
    Those with a chance below 1 have chances in proportion to their sizes.

    Example: inclusion_chances(np.array([1.0, 2, 3, 10]), 2) is [1/6, 1/3, 1/2, 1]. In proportion
    the last would get 2 * 10 / 16, above 1. It is taken for certain, and the one place that is
    left is shared among sizes that sum to 6.
    """
    ### BEGIN SOLUTION
    size = np.asarray(size, float)
    certain = np.zeros(len(size), bool)
    while True:
        left = n - certain.sum()
        chance = np.where(certain, 1.0, left * size / max(size[~certain].sum(), 1e-300))
        if (chance <= 1 + 1e-12).all():
            return np.minimum(chance, 1.0)
        certain |= chance > 1
    ### END SOLUTION


# %% check="chances"
got = inclusion_chances(np.array([1.0, 2, 3, 4]), 2)
assert np.shape(got) == (4,), (
    f"Your function returns {got}; expected four chances, one for each. See hint 1."
)
assert np.allclose(got, [0.2, 0.4, 0.6, 0.8]), (
    f"For the sizes 1, 2, 3, 4 and n = 2 you return {np.round(got, 4)}; expected"
    " [0.2, 0.4, 0.6, 0.8]: n times each share. See hint 1."
)
got = np.asarray(inclusion_chances(np.array([1.0, 2, 3, 10]), 2))
said = f"For the sizes 1, 2, 3, 10 and n = 2 you return {np.round(got, 4)}"
assert got.max() <= 1 + 1e-9, (
    f"{said}; expected nothing above 1: nobody comes more often than always. See hint 2."
)
assert math.isclose(got.sum(), 2, rel_tol=1e-9), (
    f"{said}, which sums to {got.sum():.3f}; expected the sum 2: what is cut off above 1 goes to"
    " the others. See hint 2."
)
assert np.allclose(got, [1 / 6, 1 / 3, 1 / 2, 1]), (
    f"{said}; expected [0.1667, 0.3333, 0.5, 1]: the place that is left is shared in proportion to"
    " 1, 2 and 3. See hint 2."
)
got = np.asarray(inclusion_chances(np.array([1.0, 1, 4, 20]), 3))
assert np.allclose(got, [0.5, 0.5, 1, 1]), (
    f"For the sizes 1, 1, 4, 20 and n = 3 you return {np.round(got, 4)}; expected [0.5, 0.5, 1, 1]:"
    " once 20 is in for certain, 4 would get 2 * 4 / 6, above 1, and has to go in as well."
    " See hint 3."
)

# %% hidden="chances"
### BEGIN HIDDEN TESTS
got = np.asarray(inclusion_chances(np.array([1000.0, 1, 100, 1, 10, 1, 1]), 5))
assert np.allclose(got, [1, 0.5, 1, 0.5, 1, 0.5, 0.5]), (
    f"For the sizes 1000, 1, 100, 1, 10, 1, 1 and n = 5 you return {np.round(got, 4)}; expected"
    " [1, 0.5, 1, 0.5, 1, 0.5, 0.5]: three are in for certain, one after the other. See hint 3."
)
sizes = np.array([7.0, 2, 5])
got = np.asarray(inclusion_chances(sizes, 3))
assert np.allclose(got, 1), (
    f"Three of three give the chances {np.round(got, 4)}; expected 1 for each. See hint 3."
)
assert sizes.tolist() == [7, 2, 5], (
    f"After your function has run, the caller's sizes are {sizes}; expected [7, 2, 5]. See hint 1."
)
rng = np.random.default_rng(1)
size = rng.lognormal(0, 1.5, size=300)
got = np.asarray(inclusion_chances(size, 180))
assert got.max() <= 1 + 1e-9 and math.isclose(got.sum(), 180, rel_tol=1e-9), (
    f"For 300 sizes and n = 180 the largest chance is {got.max():.3f} and the sum {got.sum():.3f};"
    " expected at most 1, and 180. See hint 3."
)
below = got < 1 - 1e-9
per_size = got[below] / size[below]
assert np.allclose(per_size, per_size[0], rtol=1e-9), (
    "For 300 sizes and n = 180 the chances below 1 are not in proportion to the sizes. See hint 2."
)
assert (per_size[0] * size[~below] >= 1 - 1e-9).all(), (
    "For 300 sizes and n = 180 somebody is taken for certain who would have had a chance below 1."
    " See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Start with `n * size / size.sum()`. It sums to n. Look whether anything is above 1.
# </details>
#
# <details><summary>Hint 2: those for certain</summary>
#
# Keep a row of booleans, `certain`. For the others the places that are left, `n - certain.sum()`,
# are shared in proportion: `size / size[~certain].sum()`.
# </details>
#
# <details><summary>Hint 3: until nobody is above 1</summary>
#
# Put hint 2 into a loop. Each round adds those above 1 to `certain`, and shares out anew. Stop when
# a round finds nobody.
# </details>

# %% [markdown] tags=["solution-only"]
# Each round makes at least one more person certain, so it ends after N rounds at most. What usually
# goes wrong: `n * size / size.sum()` stands as it is, and a sampler that is handed a chance of 1.3
# does something of its own with it; it is clipped at 1, and then fewer than n are expected; all are
# scaled up after clipping, which lifts the certain above 1 again; or there is one round only.
#
# pandas' `sample(weights=)` raises an error in this case, and numpy's `choice(p=)` says nothing.

# %% [markdown]
# ## Task 4: A sampler that keeps its chances
#
# Now draw. You get the chances, which sum to a whole number n. Each sample has to hold n different
# people, and each person has to be in with exactly their chance. It is the second that
# `rng.choice(N, n, replace=False, p=chance / n)` fails at, as you saw in the lesson.
#
# The lesson stepped along a line. There are other ways, and any that keeps the chances is right.
# Try it without looking back; the hints rebuild it step by step.
#
# <details><summary>How sure is this check?</summary>
#
# It draws 6,000 samples from each of three towns, and lets a person's count be off by up to six
# standard errors. A right answer fails by bad luck with a probability of at most 5 in a hundred
# million, by the exact binomial distribution of every count. Each mistake that it is made to find
# passes one of the towns by good luck with a probability below 1e-10. The seeds are fixed.
# </details>


# %% solution="sampler"
def pps_sample(chance, rng):
    """Return n different ids out of 0, 1, ..., N - 1; person i is in with the chance chance[i].

    chance: array [N] of numbers from 0 to 1 that sum to the whole number n, up to rounding.
    rng: a numpy.random.Generator, the only source of chance.
    The ids come as an array or a list, in any order.

    Example: pps_sample(np.array([1.0, 0.75, 0.25]), rng) always holds 0, and with it person 1 in
    three of four samples, else person 2.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(chance))
    reached = np.cumsum(chance[order])
    marks = rng.random() + np.arange(round(reached[-1]))
    return order[np.searchsorted(reached, marks, side="right")]
    ### END SOLUTION


# %% check="sampler"
schools = 6 * np.arange(1.0, 13) / 78
rng = np.random.default_rng(1)
samples = [list(pps_sample(schools, rng)) for _ in range(6_000)]
sizes = sorted({len(sample) for sample in samples})
assert sizes not in ([5], [5, 6]), (
    f"6,000 samples with chances that sum to 6 have the sizes {sizes}; expected 6 in each. In"
    " floating point the chances sum to 6 only up to rounding: use round, not int. See hint 2."
)
assert sizes == [6], (
    f"6,000 samples with chances that sum to 6 have the sizes {sizes}; expected 6 in each: with a"
    " coin for each person the size would vary. See hint 1."
)
ids = np.unique(samples)
assert ids.dtype.kind in "iu" and ids[0] >= 0 and ids[-1] <= 11, (
    f"Your ids have the type {ids.dtype} and go from {ids[0]} to {ids[-1]}; expected integers from"
    " 0 to 11. See hint 2."
)
twice = sum(len(set(sample)) < 6 for sample in samples)
assert twice == 0, (
    f"{twice:,} of the 6,000 samples hold the same person twice; expected six different ones:"
    " whoever is drawn does not go back. See hint 1."
)
assert len({tuple(sorted(sample)) for sample in samples}) > 1, (
    "All 6,000 samples are the same; expected different ones: where does chance come in?"
    " See hint 3."
)
count = times_in(samples, 12)
off = standard_errors(count, schools, 6_000)
who = off.argmax()
assert standard_errors(count, np.full(12, 0.5), 6_000).max() > 6, (
    f"Person 11, the largest, is in {count[11]:,} of the 6,000 samples, as often as anybody;"
    f" expected about {6_000 * schools[11]:,.0f}. If you put people into random order, return the"
    " people, not their places in that order. See hint 3."
)
assert off[who] <= 6, (
    f"Person {who} is in {count[who]:,} of the 6,000 samples; expected about"
    f" {6_000 * schools[who]:,.0f}. Drawing one after the other uses the large ones up; adding or"
    " dropping people until the size fits changes chances, too, and so do marks with a fixed start."
    " See hint 1."
)

# %% hidden="sampler"
### BEGIN HIDDEN TESTS
schools = 6 * np.arange(1.0, 13) / 78
first, again = (sorted(pps_sample(schools, np.random.default_rng(5))) for _ in range(2))
assert first == again, (
    "Two generators with the same seed led to different samples; expected the same: let `rng` be"
    " the only source of chance. See hint 3."
)
for seed, town in [(2, [0.85, 0.15]), (6, [0.3, 0.9, 0.1, 0.7])]:
    chance, rng = np.array(town), np.random.default_rng(seed)
    n = round(sum(town))
    samples = [list(pps_sample(chance.copy(), rng)) for _ in range(6_000)]
    faulty = sum(len(sample) != n or len(set(sample)) < n for sample in samples)
    assert faulty == 0, (
        f"With the chances {town}, of 6,000 samples {faulty:,} do not hold {n} different people;"
        " expected that of all. See hint 2."
    )
    count = times_in(samples, len(town))
    off = standard_errors(count, chance, 6_000)
    who = off.argmax()
    assert off[who] <= 6, (
        f"With the chances {town} person {who} is in {count[who]:,} of 6,000 samples; expected"
        f" about {6_000 * town[who]:,.0f}. Near is not enough: coins thrown again until the size"
        " fits, people ranked by a random number, marks with a fixed start all change the chances."
        " See hint 3."
    )
edge = np.array([1.0, 0.5, 0, 0.5, 1])
rng = np.random.default_rng(3)
count = times_in([list(pps_sample(edge, rng)) for _ in range(400)], 5)
assert count[0] == count[4] == 400 and count[2] == 0, (
    f"With the chances 1, 0.5, 0, 0.5, 1 the five are in {count} of 400 samples; expected the first"
    " and the last in all, and the one with chance 0 in none. See hint 2."
)
ten = np.full(10, 0.3)  # in floating point they sum to a little less than 3
got = len(list(pps_sample(ten, np.random.default_rng(4))))
assert got == 3, (
    f"Ten people with a chance of 0.3 each gave a sample of {got}; expected 3: the sum is whole up"
    " to rounding, so use round, not int. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Independent coins keep the chances, but not the size. Drawing one after the other keeps the size,
# but not the chances. Marks at equal distance keep both: a piece of length 0.3 is hit by one of
# them in three of ten cases.
# </details>
#
# <details><summary>Hint 2: on the line</summary>
#
# `reached = np.cumsum(chance)` says where each piece ends. There are `round(reached[-1])` marks.
# `np.searchsorted(reached, marks, side="right")` says in which piece each mark lies.
# </details>
#
# <details><summary>Hint 3: where chance comes in</summary>
#
# In u, which is drawn anew for each sample: `rng.random()`. And in the order of people:
# `order = rng.permutation(N)`. The line then has the pieces `chance[order]`, and the k-th piece
# belongs to person `order[k]`.
# </details>

# %% [markdown] tags=["solution-only"]
# Marks stand 1 apart and no piece is longer than 1, so nobody is hit twice. A piece of length $\pi$
# is hit when u falls in a part of its own length, so the chance is $\pi$, in whatever order people
# stand. The random order is for *pairs*: without it, neighbours on the line never come together,
# and neighbours in a list tend to be alike. The check counts persons only, so it lets you pass
# without.
#
# What usually goes wrong: `choice(p=)` takes the largest too seldom, and one over the chance that
# it was asked for is then biased, for the schools of the lesson by nearly a tenth. Coins thrown
# again until the size fits (*rejective sampling*) move all chances away from the middle. Fixed
# marks make the first in a list come always. `int` of a sum like 2.9999999999999996 loses a person.
