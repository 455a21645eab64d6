# %% [markdown]
# # Exercise: every dataset is a sample
#
# You build a lottery and have it tested, compute the interval that it earns, find out who can
# never be in a sample, and take the error of a sample apart.
#
# Save, then run `python3 course.py check 03_training_data/01` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 45 minutes. **Before this** the lesson
# [Every dataset is a sample](../../chapters/03_training_data/01_every_dataset_is_a_sample.ipynb).

# %%
import math

import numpy as np

# %% [markdown]
# ## How a sampler is tested
#
# A sampler hands you one sample, and any sample could have come from a fair lottery. So a check
# draws 6,000 of them and counts. The first function below counts for each person how many samples
# they are in, and for each *pair* of persons how many samples hold both. The second says how far a
# count lies from what the lottery leads you to expect, in standard errors. The others help the
# checks below. You need not change anything here.


# %%
def times_together(samples, N):
    """Return counts [N, N]: of samples that hold both i and j; on the diagonal, that hold i."""
    table = np.zeros((len(samples), N))
    for row, sample in zip(table, samples, strict=True):
        row[sample] = 1
    return table.T @ table


def standard_errors(count, chance, repeats):
    """Return how far counts lie from repeats * chance, in their standard deviations."""
    return np.abs(count - repeats * chance) / np.sqrt(repeats * chance * (1 - chance))


class Watched(np.random.Generator):
    """A generator that notes whether its `choice` was called."""

    chosen = False

    def choice(self, *arguments, **options):
        self.chosen = True
        return super().choice(*arguments, **options)


def one_after_the_other(samples):
    """Return a sampler that gives these samples in turn, and a list of what it is called with."""
    generators = []

    def draw(rng):
        generators.append(rng)
        return samples[(len(generators) - 1) % len(samples)]

    return draw, generators


# %% [markdown]
# ## Task 1: Draw by lot
#
# Write the lottery of the lesson. In a **simple random sample** of n out of N people, every set of
# n people is equally likely. Two things follow from it. Every *person* has the chance n / N of
# being in. And every *pair* has the same chance of being in together, which is n (n - 1) out of
# N (N - 1). A sampler can have the first and not the second, so the check counts both.
#
# `rng.choice(N, n, replace=False)` does all this. Here you build your own, so `choice` is not
# allowed, and every set must come up equally often. Use `rng.random`, `rng.integers` or
# `rng.permutation`, whichever you like.
#
# <details><summary>How sure is this check?</summary>
#
# It lets a count be off by up to six standard errors, for a town of 12 and another one. A right
# answer fails it by bad luck with a probability of at most 4 in ten million, by the exact binomial
# distribution of every count. Each mistake that it is made to find passes by good luck with a
# probability below 1e-20. The seeds are fixed, so the same answer meets the same draws each time.
# </details>


# %% solution="lottery"
def simple_random_sample(N, n, rng):
    """Return n different ids out of 0, 1, ..., N - 1, drawn by lot.

    N: how many people there are, at least 1. n: how many to draw, from 0 to N.
    rng: a numpy.random.Generator, the only source of chance.
    The ids come as an array or a list, in any order.

    Example: simple_random_sample(4, 2, rng) gives each of the six pairs {0, 1}, {0, 2}, {0, 3},
    {1, 2}, {1, 3} and {2, 3} in a sixth of all draws. simple_random_sample(4, 4, rng) always holds
    all four, and simple_random_sample(4, 0, rng) nobody.
    """
    ### BEGIN SOLUTION
    ticket = rng.random(N)
    return np.argsort(ticket)[:n]
    ### END SOLUTION


# %% check="lottery"
rng = Watched(np.random.PCG64(1))
samples = [list(simple_random_sample(12, 4, rng)) for _ in range(6_000)]
assert not rng.chosen, (
    "Your function calls choice; expected a lottery of your own making. See hint 1."
)
sizes = sorted({len(sample) for sample in samples})
assert sizes == [4], (
    f"6,000 samples of 4 out of 12 have the sizes {sizes}; expected 4 in each. See hint 1."
)
ids = np.unique(samples)
assert ids.dtype.kind in "iu", (
    f"Your ids have the type {ids.dtype}; expected integers. `np.zeros(n, dtype=int)` holds some."
)
assert ids[0] >= 0 and ids[-1] <= 11, (
    f"Your ids go from {ids[0]} to {ids[-1]}; expected 0 to 11: see the docstring's first line."
)
twice = sum(len(set(sample)) < 4 for sample in samples)
assert twice == 0, (
    f"{twice:,} of the 6,000 samples hold the same person twice; expected four different ones:"
    " whoever is drawn does not go back into the hat. See hint 1."
)
assert len({tuple(sample) for sample in samples}) > 1, (
    "All 6,000 samples are the same; expected different ones: make no generator of your own, draw"
    " from `rng`. See hint 2."
)
together = times_together(samples, 12)
persons = together.diagonal()
who = standard_errors(persons, 4 / 12, 6_000).argmax()
assert standard_errors(persons[who], 4 / 12, 6_000) <= 6, (
    f"Person {who} is in {persons[who]:,.0f} of the 6,000 samples of 4 out of 12; expected about"
    " 2,000, as for everybody. Who has a better chance than others, and why? See hint 2 or hint 3."
)
one, other = np.triu_indices(12, 1)
pairs = together[one, other]
worst = standard_errors(pairs, 4 * 3 / (12 * 11), 6_000).argmax()
assert standard_errors(pairs[worst], 4 * 3 / (12 * 11), 6_000) <= 6, (
    f"Persons {one[worst]} and {other[worst]} are together in {pairs[worst]:,.0f} of the 6,000"
    " samples; expected about 545, as for every pair. Each person has the right chance, but who is"
    " drawn decides who comes along. See hint 4."
)

# %% hidden="lottery"
### BEGIN HIDDEN TESTS
first, again = (sorted(simple_random_sample(1_000, 10, np.random.default_rng(5))) for _ in range(2))
assert first == again, (
    "Two generators with the same seed led to different samples; expected the same: let `rng` be"
    " the only source of chance. See hint 2."
)
census = [int(i) for i in simple_random_sample(5, 5, np.random.default_rng(2))]
assert sorted(census) == [0, 1, 2, 3, 4], (
    f"Five out of five gave {census}; expected everybody once, the census. See hint 1."
)
nobody = [int(i) for i in simple_random_sample(5, 0, np.random.default_rng(3))]
assert nobody == [], f"None out of five gave {nobody}; expected an empty sample. See hint 1."

rng = np.random.default_rng(4)
samples = [list(simple_random_sample(9, 6, rng)) for _ in range(6_000)]
faulty = sum(
    len(sample) != 6 or not set(range(9)).issuperset(sample) or len(set(sample)) < 6
    for sample in samples
)
assert faulty == 0, (
    f"{faulty:,} of 6,000 samples of 6 out of 9 are not six different ids from 0 to 8; expected"
    " that of all. See hint 1."
)
together = times_together(samples, 9)
persons = together.diagonal()
who = standard_errors(persons, 6 / 9, 6_000).argmax()
assert standard_errors(persons[who], 6 / 9, 6_000) <= 6, (
    f"Person {who} is in {persons[who]:,.0f} of the 6,000 samples of 6 out of 9; expected about"
    " 4,000, as for everybody. See hint 2 or hint 3."
)
one, other = np.triu_indices(9, 1)
pairs = together[one, other]
worst = standard_errors(pairs, 6 * 5 / (9 * 8), 6_000).argmax()
assert standard_errors(pairs[worst], 6 * 5 / (9 * 8), 6_000) <= 6, (
    f"Persons {one[worst]} and {other[worst]} are together in {pairs[worst]:,.0f} of the 6,000"
    " samples of 6 out of 9; expected about 2,500, as for every pair. See hint 4."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Put everybody into a queue whose order is left to chance. The sample is the first n in it. Nobody
# stands in a queue twice, the first 0 are nobody, and the first N are everybody.
# </details>
#
# <details><summary>Hint 2: a queue by lot</summary>
#
# Give each of the N people a ticket with a random number, `rng.random(N)`, all in the same manner.
# Then put the people in the order of their tickets: `np.argsort` gives you their ids.
# </details>
#
# <details><summary>Hint 3: swapping in a list</summary>
#
# This is another way. Put everybody into a list, and fill its places 0 to n - 1, one by one. For
# place i draw a person from those who have no place yet, and swap the two: `rng.integers(i, N)`
# says where that person stands. The end N does not count.
# </details>
#
# <details><summary>Hint 4: why pairs?</summary>
#
# Start at a random person and take n in a row. Everybody has the chance n / N, and yet neighbours
# always come together. Each further person has to be drawn anew, from all who are left.
# </details>

# %% [markdown] tags=["solution-only"]
# The tickets are independent and alike, so all orders of the queue are equally likely, and so are
# all sets of n at its front. It costs a sort. `rng.permutation(N)[:n]` is the same without it. The
# partial Fisher-Yates shuffle fills n places, each from those who are left. Knuth's algorithm S
# (*The Art of Computer Programming* 2, section 3.4.2) goes through the people once and takes each
# with the chance of (places left) / (people left).
#
# What usually goes wrong: `rng.integers(N, size=n)` puts people back. An end that is taken to count
# (`rng.integers(i, N - 1)`) leaves out the last person, for ever. Swapping with *any* place makes
# some more likely than others. A block from a random start, or every k-th person, is fair to each
# person and unfair to pairs: among neighbours who are alike, such a sample is worth far less than
# its n. In 6,000 samples these errors cannot hide. The pair that a block never holds is 24 standard
# errors off, and the swap with any place would pass with a probability below 1e-60.

# %% [markdown]
# ## Task 2: The honest interval
#
# The lottery earns an interval. For the values of a simple random sample of n out of N people,
# compute the 95 % confidence interval of the lesson,
#
# $$\text{mean} \pm 1.96 \sqrt{\frac{s^2}{n}\Bigl(1 - \frac{n}{N}\Bigr)}$$
#
# where $s$ is the standard deviation of the sample, with $n - 1$ under the squared deviations. The
# bracket is the finite population correction. You keep to 1.96 here, whatever n is.


# %% solution="interval"
def interval(values, N):
    """Return (low, high), the ends of the 95 % confidence interval for the mean of N people.

    values: array [n], from a simple random sample of n of them, 2 <= n <= N. Do not round the ends.

    Example: interval(np.array([2, 2, 8]), 4) is (2.04, 5.96). The mean is 4. The squared
    deviations 4, 4 and 16 make s^2 = 24 / 2 = 12, s^2 / n is 4, and the bracket is 1/4. So the
    root is 1, and the interval reaches 1.96 to either side.
    """
    ### BEGIN SOLUTION
    n = len(values)
    variance = np.var(values, ddof=1) / n * (1 - n / N)
    reach = 1.96 * np.sqrt(variance)
    return np.mean(values) - reach, np.mean(values) + reach
    ### END SOLUTION


# %% check="interval"
three = np.array([2.0, 2, 8])
got = interval(three, 4)
assert np.shape(got) == (2,), (
    f"Your function returns {got}. Return two numbers, (low, high). See hint 3."
)
low, high = got
assert low <= high, f"You return {low:.3f} and {high:.3f}; expected the lower end first."
assert math.isclose((low + high) / 2, 4, rel_tol=1e-9), (
    f"The middle of the interval for 2, 2 and 8 is {(low + high) / 2:.4f}; expected their mean, 4."
    " See hint 3."
)
endless = 10**12  # people; 9,000 of them are next to nobody
many = np.tile([1.0, 7.0], 4_500)  # s is 3
wide = np.diff(interval(many, endless))[0]
ratio = np.diff(interval(many, 12_000))[0] / wide
said = f"From 9,000 of 12,000 people it is {ratio:.4g} times as wide as from 9,000 of 10^12;"
assert ratio <= 1.001, (
    f"{said} expected 0.5 times: the variance is divided by n, not by N, and the bracket is the"
    " share that you have *not* asked. See hint 2."
)
assert ratio < 0.999, (
    f"{said} expected 0.5 times: apply the finite population correction. See hint 2."
)
assert math.isclose(ratio, 0.5, rel_tol=1e-3), (
    f"{said} expected 0.5 times: the bracket is 1/4 and stands under the square root. See hint 2."
)
times = wide / 2 / (3 / math.sqrt(9_000))
assert math.isclose(times, 1.96, rel_tol=1e-2), (
    f"The interval reaches {times:.4g} standard errors to either side; expected 1.96. A standard"
    " error is s divided by the square root of n: is it s squared under the root? See hint 1."
)
got = np.diff(interval(three, endless))[0] / 2
said = f"From 2, 2 and 8 out of 10^12 the interval reaches {got:.3f}; expected 3.920:"
assert got > 3.9, f"{said} divide the squared deviations by n - 1, which is 2 here. See hint 3."
assert got < 3.95, f"{said} divide s^2 by n, and keep to 1.96, whatever n is. See hint 1."
assert math.isclose(low, 2.04, rel_tol=1e-3) and math.isclose(high, 5.96, rel_tol=1e-3), (
    f"The interval for 2, 2 and 8 out of 4 is {low:.3f} to {high:.3f}; expected 2.040 to 5.960:"
    " the bracket is 1 - 3/4. See hint 2."
)

# %% hidden="interval"
### BEGIN HIDDEN TESTS
low, high = interval(np.array([11.0, 16.0, 10.0, 19.0]), 5)
assert math.isclose(low, 12.1406, rel_tol=1e-4) and math.isclose(high, 15.8594, rel_tol=1e-4), (
    f"The interval for 11, 16, 10 and 19 out of 5 is {low:.3f} to {high:.3f}; expected 12.141 to"
    " 15.859. See hint 3."
)
few = np.array([-4.0, 0.0, 1.0])
low, high = interval(few, 10)
assert math.isclose(low, -3.504917, rel_tol=1e-4) and math.isclose(high, 1.504917, rel_tol=1e-4), (
    f"The interval for -4, 0 and 1 out of 10 is {low:.3f} to {high:.3f}; expected -3.505 to 1.505:"
    " values, and ends, may lie below 0. See hint 3."
)
assert few.tolist() == [-4, 0, 1], (
    f"After your function has run, the caller's values are {few}; expected [-4, 0, 1]: leave what"
    " you are given as it is. See hint 1."
)
low, high = interval(np.array([3.0, 7.0, 5.0]), 3)
assert math.isclose(low, 5, abs_tol=1e-6) and math.isclose(high, 5, abs_tol=1e-6), (
    f"From all three of three people the interval is {low:.3f} to {high:.3f}; expected 5 to 5:"
    " nothing is left to be unsure of. See hint 2."
)
low, high = interval(np.repeat([0.0, 1.0], [70, 30]), 100_000)
assert math.isclose(low, 0.2097742, rel_tol=1e-4) and math.isclose(high, 0.3902258, rel_tol=1e-4), (
    f"With 30 ones in 100 out of 100,000 the interval is {low:.4f} to {high:.4f}; expected 0.2098"
    " to 0.3902. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the order of steps</summary>
#
# First the variance of the values, $s^2$, then divide by n, then the bracket, then the root, then
# 1.96.
# </details>
#
# <details><summary>Hint 2: the bracket</summary>
#
# n / N is the share that you have asked, 1 - n / N the share that you have not. When you have
# asked everybody, it is 0, and so is the reach. It belongs to the variance: multiply before you
# take the root.
# </details>
#
# <details><summary>Hint 3: s squared in NumPy, and the two ends</summary>
#
# NumPy divides by n unless you say otherwise: `np.var(values, ddof=1)` is $s^2$ with n - 1. Take
# the reach off the mean for one end and add it for the other.
# </details>

# %% [markdown] tags=["solution-only"]
# The bracket is often written into the sum, as $s^2 (1/n - 1/N)$, which is the same. What usually
# goes wrong: the correction is left out, which is harmless at 2,000 of 200,000 and not at 9,000 of
# 12,000; it is put outside the root; or n / N stands in place of 1 - n / N, and then n cancels:
# the interval is as wide for ten people as for ten thousand. `np.std` divides by n. For three
# people the interval is then too narrow by 18 %, for 2,000 nobody could tell.
#
# The function will take any numbers. Whether the promise of 95 % holds is decided before it is
# called, by how the values were drawn.

# %% [markdown]
# ## Task 3: Who can never be in
#
# A colleague hands you a sampler: a function `draw` that takes a generator and returns the ids of
# one sample. You do not know what it does inside. Draw again and again, and find out for each of
# the N people in how large a **share** of the samples they are. It estimates their inclusion
# probability. Then list those who were in none.
#
# A sampler may name a person more than once in one sample, for example when each person asked names
# a friend. Such a person is *in* that sample, once.
#
# <details><summary>How sure is this check?</summary>
#
# Most of it counts along, on samples prepared in advance. Where it draws by lot, with fixed seeds,
# a right answer fails by bad luck with a probability below 3 in a hundred million. The mistakes
# that it is made to find fail for certain.
# </details>


# %% solution="inclusion"
def inclusion(draw, N, repeats, rng):
    """Return (share, never) over `repeats` samples.

    draw: a function; draw(rng) returns an integer array of ids from 0 to N - 1, some perhaps more
    than once, perhaps none at all.
    rng: a numpy.random.Generator, for draw.
    share: array [N], the share of the samples that person i is in.
    never: array of the ids that are in no sample, ascending.

    Example: with N = 3 and four samples [0, 2], [2, 2], [] and [0], share is [0.5, 0, 0.5] and
    never is [1]. Person 2 is in two samples of four.
    """
    ### BEGIN SOLUTION
    count = np.zeros(N)
    for _ in range(repeats):
        count[np.unique(draw(rng))] += 1
    return count / repeats, np.flatnonzero(count == 0)
    ### END SOLUTION


# %% check="inclusion"
prepared = [np.array(ids) for ids in ([0, 4, 4, 4], [1, 2], [2], [2, 1])]
said = "The samples are [0, 4, 4, 4], [1, 2], [2] and [2, 1],"
draw, generators = one_after_the_other(prepared)
given = np.random.default_rng(1)
got = inclusion(draw, 6, 4, given)
called = len(generators)
assert called == 4, f"With repeats = 4 you called draw {called} times; expected 4. See hint 1."
assert all(rng is given for rng in generators), (
    "You called draw with a generator of your own; expected the one that you are given. A generator"
    " made anew from one seed draws the same sample every time: hand on `rng`. See hint 1."
)
assert isinstance(got, tuple | list) and len(got) == 2, (
    "Your function returns something else. Return two things, (share, never). See hint 2."
)
share, never = got
assert np.shape(share) == (6,), (
    f"share has the shape {np.shape(share)}; expected (6,): one share for each of the"
    " N = 6 people. See hint 1."
)
assert math.isclose(share[0], 0.25), (
    f"{said} and the share of person 0 came out as {share[0]:.3f}; expected 0.250: in one of 4"
    " samples. Divide by the number of samples. See hint 2."
)
assert math.isclose(share[4], 0.25), (
    f"{said} and the share of person 4 came out as {share[4]:.3f}; expected 0.250: one sample names"
    " them three times, and it is one sample. See hint 3."
)
assert np.allclose(share, [0.25, 0.5, 0.75, 0, 0.25, 0]), (
    f"{said} and share is {share}; expected [0.25, 0.5, 0.75, 0, 0.25, 0]. See hint 1."
)
assert np.ndim(never) == 1, (
    f"never has the shape {np.shape(never)}; expected a plain row of ids: np.flatnonzero gives ids;"
    " np.where gives a tuple. See hint 2."
)
assert list(never) == [3, 5], (
    f"{said} and never is {never}; expected [3, 5], the ids of those who are in none of them."
    " See hint 2."
)

# %% hidden="inclusion"
### BEGIN HIDDEN TESTS
prepared = [np.array(ids, int) for ids in ([], [3, 3], [1, 3, 1], [], [3])]
draw, _ = one_after_the_other(prepared)
share, never = inclusion(draw, 5, 5, np.random.default_rng(1))
assert np.allclose(share, [0, 0.2, 0, 0.6, 0]), (
    f"The samples are [], [3, 3], [1, 3, 1], [] and [3], and share is {share}; expected"
    " [0, 0.2, 0, 0.6, 0]: an empty sample is a sample, too. See hint 2."
)
assert list(never) == [0, 2, 4], (
    f"For the same five samples never is {never}; expected [0, 2, 4]. See hint 2."
)

# Three of 40 people name a friend. Whoever k people would name is in, unless all three asked are
# among the other 40 - k.
friend = (np.arange(40) ** 2 + 7) % 40
namers = np.bincount(friend, minlength=40)
chance = 1 - np.array([math.comb(40 - int(k), 3) for k in namers]) / math.comb(40, 3)
share, never = inclusion(
    lambda rng: friend[rng.permutation(40)[:3]], 40, 4_000, np.random.default_rng(3)
)
assert list(never) == np.flatnonzero(namers == 0).tolist(), (
    f"Three of 40 people name a friend, 4,000 times, and you find {len(never)} people in no sample;"
    f" expected {(namers == 0).sum()}, those whom nobody names. See hint 2."
)
can = np.flatnonzero(namers)
share = np.asarray(share)
off = standard_errors(4_000 * share[can], chance[can], 4_000)
assert off.max() <= 6, (
    f"Three of 40 people name a friend, and the share of person {can[off.argmax()]} came out as"
    f" {share[can][off.argmax()]:.3f}; expected about {chance[can][off.argmax()]:.3f}. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Start with N zeros. In each of `repeats` rounds call `draw(rng)` once, with the generator that you
# were given, and add 1 for whoever is in the sample.
# </details>
#
# <details><summary>Hint 2: from counts to shares</summary>
#
# A person's share is their count divided by `repeats`. Those whose count is still 0 after the last
# round are the ones you look for: `np.flatnonzero` turns a condition into ids.
# </details>
#
# <details><summary>Hint 3: named twice</summary>
#
# `np.unique(ids)` holds each id once. With it, `count[np.unique(ids)] += 1` adds 1 for each person
# in the sample, however often they are named.
# </details>

# %% [markdown] tags=["solution-only"]
# `count[ids] += 1` does it as well: NumPy reads, adds and writes each place once, even where an id
# comes twice. `np.add.at` and `np.bincount` do count repeats, and an inclusion probability must
# not. Dividing by all ids drawn gives shares of the crowd, which add up to 1; inclusion
# probabilities add up to the mean size of a sample. And a generator made inside the loop from one
# seed repeats one sample `repeats` times: all shares are 0 or 1.
#
# Never *drawn* is not the same as can never *be* drawn. Whoever is in with the chance p is missed
# in all R samples with the chance (1 - p)^R. After R samples without a person you can say, with
# 95 % confidence, that their chance is below about 3 / R, and no more. And you could only count
# because you had the sampler, and could draw as often as you liked. Of a dataset you have one draw.

# %% [markdown]
# ## Task 4: Take an error apart
#
# The mean of a sample is off by some number of crowns. Why? Write 1 for everybody who is in the
# sample and 0 for the others. The lesson's identity (Meng, 2018) says that
#
# $$\text{error} = \rho \times \sqrt{\frac{1-f}{f}} \times \sigma$$
#
# where the error is the mean of the sample minus the mean of everybody, $\rho$ the correlation
# between being in and the value, $f$ the share of everybody that is in, and $\sigma$ the standard
# deviation of the values. Both $\rho$ and $\sigma$ are taken over all
# N people, and $\sigma$ divides by N, because everybody is there. Compute the three. The first is
# about who comes, the second about how many, and the third says how much the values differ.


# %% solution="parts"
def take_apart(included, values):
    """Return (rho, factor, sigma), whose product is the error of the sample's mean.

    included: array [N], True or 1 for whoever is in the sample, else False or 0. Somebody is in,
    somebody is not.
    values: array [N] of numbers, the value of everybody, in the sample or not; not all are equal.
    factor is the square root in the middle.

    Example: with included [0, 0, 0, 0, 1] and values [0, 0, 0, 0, 5] it is (1.0, 2.0, 2.0). The
    sample's mean is 5, everybody's is 1, and the error is 4 = 1 * 2 * 2.
    """
    ### BEGIN SOLUTION
    rho = np.corrcoef(included, values)[0, 1]
    f = np.mean(included)
    return rho, np.sqrt((1 - f) / f), np.std(values)
    ### END SOLUTION


# %% check="parts"
values = np.array([10.0, 20, 30, 40, 50, 60, 70, 80])
included = np.isin(values, [60, 80])
got = take_apart(included, values)
assert isinstance(got, tuple | list | np.ndarray) and len(got) == 3, (
    "Your function returns something else. Return three things, (rho, factor, sigma), and not"
    " their product."
)
rho, factor, sigma = got
assert np.ndim(rho) == 0, (
    f"rho has the shape {np.shape(rho)}. rho is one number: take [0, 1] of what corrcoef gives."
    " See hint 1."
)
assert math.isclose(rho, 0.6299408, rel_tol=1e-6), (
    f"With the values 10, 20, ..., 80 and 60 and 80 in the sample rho came out as {rho:.4f};"
    " expected 0.6299, the correlation of eight ones and zeros with eight values. See hint 1."
)
upside_down = np.isclose(factor, [1 / 3, math.sqrt(1 / 3)]).any()
assert not upside_down, (
    f"With 2 of 8 people in the sample the factor came out as {factor:.4f}; expected 1.7321: few"
    " people make it large. Is the fraction upside down? See hint 2."
)
assert math.isclose(factor, 1.7320508, rel_tol=1e-6), (
    f"With 2 of 8 people in the sample the factor came out as {factor:.4f}; expected 1.7321: f is"
    " 1/4 here, and the factor is the square root of 3/4 divided by 1/4. Mind the brackets:"
    " (1 - f) / f. See hint 2."
)
assert math.isclose(sigma, 22.912878, rel_tol=0.1), (
    f"With the values 10, 20, ..., 80 sigma came out as {sigma:.3f}; expected 22.913: take all"
    " eight, in the sample or not. See hint 3."
)
assert math.isclose(sigma, 22.912878, rel_tol=1e-6), (
    f"With the values 10, 20, ..., 80 sigma came out as {sigma:.3f}; expected 22.913: everybody is"
    " there, so divide by N, not by N - 1. See hint 3."
)

# %% hidden="parts"
### BEGIN HIDDEN TESTS
rho, factor, sigma = take_apart(np.array([0, 1, 1, 1, 0]), np.array([5.0, 2, 4, 1, 8]))
assert rho < 0, (
    f"With 2, 4 and 1 in the sample and 5 and 8 not, rho came out as {rho:.4f}; expected -0.8333:"
    " the sample is too low, and rho has a sign. See hint 1."
)
assert math.isclose(rho, -0.8333333, rel_tol=1e-6), (
    f"With 2, 4 and 1 in the sample and 5 and 8 not, rho came out as {rho:.4f}; expected -0.8333,"
    " the correlation of the numbers, not of their ranks. `included` holds ones and zeros here,"
    " which are no ids. See hint 1."
)
assert math.isclose(factor, 0.8164966, rel_tol=1e-6), (
    f"With 3 of 5 people in the sample the factor came out as {factor:.4f}; expected 0.8165."
    " See hint 2."
)
assert math.isclose(sigma, 2.4494897, rel_tol=1e-6), (
    f"With the values 5, 2, 4, 1 and 8 sigma came out as {sigma:.4f}; expected 2.4495. See hint 3."
)
rho, factor, sigma = take_apart(np.array([True, False, True, False]), np.array([1.0, 2, 3, 2]))
assert math.isclose(rho, 0, abs_tol=1e-9), (
    f"With 1 and 3 in the sample and 2 and 2 not, rho came out as {rho:.4f}; expected 0: this"
    " sample has no error. See hint 1."
)
rng = np.random.default_rng(6)
values = rng.lognormal(7, 0.8, size=2_000)
included = rng.random(2_000) < 0.1 + 0.2 * (values > 1_500)
product = math.prod(take_apart(included, values))
error = values[included].mean() - values.mean()
assert math.isclose(product, error, rel_tol=1e-9), (
    f"In a town of 2,000 the product of your three is {product:.3f}; expected the error, which is"
    f" {error:.3f}. See hint 4."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: rho</summary>
#
# `np.corrcoef(a, b)[0, 1]` is the correlation of two arrays of the same length. Give it `included`
# and `values`, whole. Within the sample everybody is in, and there is nothing to correlate.
# </details>
#
# <details><summary>Hint 2: the factor</summary>
#
# The mean of zeros and ones is the share of ones, so `np.mean(included)` is f. A small f makes the
# factor large.
# </details>
#
# <details><summary>Hint 3: sigma</summary>
#
# The standard deviation of `values`, all N of them. You do not estimate it from a sample here, so
# there is no n - 1: NumPy's `np.std` divides by N, pandas' `.std()` by N - 1.
# </details>
#
# <details><summary>Hint 4: test it yourself</summary>
#
# Compute the error directly, as the mean of the sample minus the mean of everybody. It must equal
# the product of your three, sign included, up to rounding.
# </details>

# %% [markdown] tags=["solution-only"]
# The identity is algebra: the covariance of `included` and `values`, over N, is f times the error,
# and the standard deviation of zeros and ones is the root of f (1 - f). It holds for every sample,
# but only with the same N under all sums: with N - 1 in sigma the product is a little too large.
# What usually goes wrong besides: sigma or rho from the sample alone, (1 - f) / f upside down or
# without its root, and `values[included]` where `included` holds ones and zeros, which reads the
# values of persons 1 and 0 again and again.
#
# A lottery's rho is about 1 / sqrt(N), with either sign, whatever n is. So its error falls as the
# factor does. When people choose themselves, rho grows as more of them come, nearly as fast as the
# factor falls, and the error stays until nearly everybody is in. Nobody who has a sample alone can
# compute rho or sigma: the values of the others are missing.
