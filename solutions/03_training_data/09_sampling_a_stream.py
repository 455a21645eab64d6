# %% [markdown]
# # Exercise: sampling a stream
#
# You build a reservoir and have it tested, write the test that sees what equal chances hide, decide
# by a hash who is in, and keep large items more often.
#
# Save, then run `python3 course.py check 03_training_data/09` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 45 minutes. **Before this** the lesson
# [Sampling a stream](../../chapters/03_training_data/09_sampling_a_stream.ipynb).

# %%
import builtins
import hashlib
import heapq
import math
from itertools import permutations

import numpy as np
from scipy.stats import chi2

# %% [markdown]
# ## What the checks use
#
# A `Stream` passes once. It notes whether it was asked for its length, and how many of its items
# are held by somebody at the same time. The functions below count samples. You need not change
# anything here.


# %%
class Item(int):
    """A number that notes how many of its kind are held in memory."""

    alive = most = 0

    def __new__(cls, value):
        Item.alive += 1
        Item.most = max(Item.most, Item.alive)
        return super().__new__(cls, value)

    def __del__(self):
        Item.alive -= 1


class Stream:
    """Gives 0, 1, ..., N - 1 once, one by one; with weights, pairs (item, weight)."""

    def __init__(self, N, weights=None):
        self.left = iter(range(N))
        self.weights = weights
        self.length, self.asked = N, False
        Item.alive = Item.most = 0

    def __iter__(self):
        return self

    def __next__(self):
        number = next(self.left)
        item = Item(number)
        return item if self.weights is None else (item, self.weights[number])

    def __len__(self):
        self.asked = True
        return self.length


# %%
def off_in_errors(samples, N, k):
    """Return (errors [N], errors [N, N]): counts of persons, of pairs, less what is expected."""
    table = np.zeros((len(samples), N))
    for row, sample in zip(table, samples, strict=True):
        row[[int(i) for i in sample]] = 1
    together, R = table.T @ table, len(samples)
    one, two = k / N, k * (k - 1) / (N * (N - 1))
    persons = (together.diagonal() - R * one) / math.sqrt(R * one * (1 - one))
    pairs = (together - R * two) / math.sqrt(R * two * (1 - two)) if k > 1 else 0 * together
    np.fill_diagonal(pairs, 0)
    return persons, pairs


def chance_of_sets(weights, k):
    """Return {set: its exact chance} when k are drawn one after the other by weight."""
    sets = {}
    for order in permutations(range(len(weights)), k):
        chance, left = 1.0, sum(weights)
        for i in order:
            chance, left = chance * weights[i] / left, left - weights[i]
        key = tuple(sorted(order))
        sets[key] = sets.get(key, 0.0) + chance
    return sets


# %%
def share_in(decide, persons, chance, salt):
    """Return how many are in, and how far that is from what is expected, in standard errors."""
    count = sum(bool(decide(person, chance, salt)) for person in persons)
    n = len(persons)
    return count, abs(count - n * chance) / math.sqrt(n * chance * (1 - chance))


def count_alike(decide, persons, salt, other):
    """Return how often persons under a salt are decided as 0, 1, ... under another salt."""
    return sum(
        bool(decide(person, 0.5, salt)) == bool(decide(i, 0.5, other))
        for i, person in enumerate(persons)
    )


def count_sets(draw, weights, k, seed):
    """Return (a faulty sample or None, statistic, limit, share of the largest, its chance)."""
    exact = chance_of_sets(weights, k)
    rng, count = np.random.default_rng(seed), dict.fromkeys(exact, 0)
    for _ in range(6_000):
        drawn = tuple(sorted(draw(iter(list(enumerate(weights))), k, rng)))
        if drawn not in count:
            return drawn, math.inf, 0, 0, 0
        count[drawn] += 1
    off = sum((count[s] - 6_000 * p) ** 2 / (6_000 * p) for s, p in exact.items())
    largest = max(range(len(weights)), key=weights.__getitem__)
    share = sum(n for s, n in count.items() if largest in s) / 6_000
    chance = sum(p for s, p in exact.items() if largest in s)
    return None, off, chi2.isf(1e-8, len(exact) - 1), share, chance


# %% [markdown]
# ## Task 1: A reservoir
#
# Keep k items of a stream, so that every set of k is equally likely, however long the stream turns
# out to be. You see each item once, and there is room for k items (and the one in your hand), not
# for all.
#
# <details><summary>How sure is this check?</summary>
#
# It draws 4,000 samples of 1 out of 10, of 3 out of 8, and of 2 out of 7, and lets a count of an
# item or a pair be off by up to six standard errors. A right answer fails by bad luck with a
# probability of at most 4 in ten million, by the exact binomial distribution of every count. The
# mistakes that it is made to find are some 12 standard errors or more off in one count, or fail for
# certain: they pass with a probability below one in a million. The seeds are fixed, so the same
# answer meets the same draws each time.
# </details>


# %% solution="reservoir"
def reservoir(stream, k, rng):
    """Return a list of k items of the stream, every set of k being equally likely.

    stream: an iterator; it can be gone through once, and its length is not known.
    k: how many to keep, 0 or more. Of a shorter stream all are kept.
    rng: a numpy.random.Generator, the only source of chance.
    The items come in any order. Items of a stream may be equal, or None; each counts by itself.

    Example: reservoir(iter("abc"), 2, rng) gives each of the sets {a, b}, {a, c} and {b, c} in a
    third of all draws. reservoir(iter("abc"), 5, rng) always holds a, b and c.
    """
    ### BEGIN SOLUTION
    kept = []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        else:
            place = rng.integers(seen)
            if place < k:
                kept[place] = item
    return kept
    ### END SOLUTION


# %% check="reservoir"
stream = Stream(200)
kept = list(reservoir(stream, 3, np.random.default_rng(1)))
assert not stream.asked, (
    "Your function asks the stream for its length (so does list(stream)); expected one pass, item"
    " by item: nobody knows how many will come. See hint 1."
)
assert len(kept) == 3, (
    f"Of a stream of 200 you keep {len(kept)} items; expected 3. A stream passes once: what has"
    " been counted is gone. See hint 1."
)
assert Item.most <= 3 + 10, (
    f"Your function held {Item.most} items at once; expected about 4: three that are kept and the"
    " one that passes. See hint 1."
)
rng = np.random.default_rng(2)
samples = [list(reservoir(iter(range(10)), 1, rng)) for _ in range(4_000)]
persons, _ = off_in_errors(samples, 10, 1)
who = np.abs(persons).argmax()
count = sum(who in sample for sample in samples)
assert abs(persons[who]) <= 6, (
    f"Item {who} is in {count:,} of 4,000 samples of 1 out of 10; expected about 400, as every"
    " item. With what chance should item number i come in, the first being number 1? See hint 3."
)
samples = [list(reservoir(iter(range(8)), 3, rng)) for _ in range(4_000)]
twice = sum(len(set(sample)) < 3 for sample in samples)
assert twice == 0, (
    f"{twice:,} of 4,000 samples hold an item twice; expected three different ones: an item takes"
    " one place. See hint 4."
)
persons, pairs = off_in_errors(samples, 8, 3)
who = np.abs(persons).argmax()
count = sum(who in sample for sample in samples)
assert abs(persons[who]) <= 6, (
    f"Item {who} is in {count:,} of 4,000 samples of 3 out of 8; expected about 1,500, as every"
    " item. Who has to leave when a new item comes in? See hint 4."
)
assert np.abs(pairs).max() <= 6, (
    f"A pair of items is {np.abs(pairs).max():.0f} standard errors from the 429 samples of 4,000"
    " that it should be in together. Who leaves is decided by lot, anew each time. See hint 4."
)

# %% hidden="reservoir"
### BEGIN HIDDEN TESTS
for N, k, expected in [(2, 3, [0, 1]), (5, 0, []), (0, 3, []), (4, 4, [0, 1, 2, 3])]:
    kept = sorted(reservoir(iter(range(N)), k, np.random.default_rng(1)))
    assert kept == expected, (
        f"Of {N} items, with {k} places, you keep {kept}; expected {expected}. See hint 2."
    )
one, again = (list(reservoir(iter(range(500)), 9, np.random.default_rng(5))) for _ in "ab")
assert one == again, (
    "Two generators with the same seed led to different samples; expected the same: let `rng` be"
    " the only source of chance."
)
rng = np.random.default_rng(3)
samples = [list(reservoir(iter(range(7)), 2, rng)) for _ in range(4_000)]
sizes = sorted({len(set(sample)) for sample in samples})
assert sizes == [2], f"Samples of 2 out of 7 hold {sizes} different items; expected 2. See hint 4."
persons, pairs = off_in_errors(samples, 7, 2)
who = np.abs(persons).argmax()
count = sum(who in sample for sample in samples)
assert abs(persons[who]) <= 6, (
    f"Item {who} is in {count:,} of 4,000 samples of 2 out of 7; expected about 1,143. See hint 3."
)
assert np.abs(pairs).max() <= 6, (
    f"A pair is {np.abs(pairs).max():.0f} standard errors from the 190 samples of 4,000 that"
    " it should be in together. See hint 4."
)
alike = [set(reservoir(iter([None, 100] * 4), 2, rng)) for _ in range(4_000)]
mixed = sum(len(sample) == 2 for sample in alike)
assert abs(mixed - 4_000 * 4 / 7) <= 6 * math.sqrt(4_000 * 12 / 49), (
    f"Of the stream None, 100, None, 100, ... {mixed:,} of 4,000 samples of two hold one of each;"
    " expected about 2,286. Each item counts by itself, even if another is equal to it, and None is"
    " an item like any other."
)
places = [next(iter(reservoir(iter(range(500)), 1, rng))) for _ in range(300)]
assert abs(np.mean(places) - 249.5) <= 6 * 144.3 / math.sqrt(300), (
    f"Of 300 samples of 1 out of 500 the mean item is {np.mean(places):.0f}; expected about 250."
    " If you draw tickets, do not round them: where two are equal, the order decides."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the stream with one `for` loop and keep a list of k items. Nothing else of the stream
# is kept, and nothing is asked of it but the next item.
# </details>
#
# <details><summary>Hint 2: the first k</summary>
#
# The first k go into the list as they come. If the stream ends before that, the list is the answer,
# and with k = 0 nobody ever goes in.
# </details>
#
# <details><summary>Hint 3: the chance of item i</summary>
#
# When item number i has come, i items have passed, itself included, and each should be in with the
# chance k / i. So let it in with that. `rng.integers(i)` gives 0 to i - 1, all equally likely.
# Below k it lies with the chance k / i.
# </details>
#
# <details><summary>Hint 4: who leaves</summary>
#
# One of the k places, each equally likely, is given to the new item. The number that you drew for
# hint 3 is such a place already, if it is below k.
# </details>

# %% [markdown] tags=["solution-only"]
# After item i everybody who has passed is in with the chance k / i: item i because it was let in
# so, the others because k / (i - 1) times 1 - 1 / i is k / i. A heap of the k lowest of random
# tickets is a right answer, too, and so is algorithm L.
#
# What usually goes wrong: counting from k instead of k + 1, which takes one part in k from the
# first k. At k = 1 the first item is never kept. At k = 100 nobody would notice, so the check draws
# 1 out of 10. Replacing the places in turn, or always the last, is fair to nobody. `list(stream)`
# works until the stream is longer than the memory.

# %% [markdown]
# ## Task 2: What pairs do beyond persons
#
# A sampler can give everybody the same chance and still not be a lottery. Write the statistic of
# the lesson that sees it. Of R samples of k out of N, let $c_{ij}$ be the number that hold both i
# and j. Under a lottery each is about $R f_2$. With
#
# $$f_2 = \frac{k(k-1)}{N(N-1)}, \quad f_3 = f_2 \frac{k-2}{N-2}, \quad f_4 = f_3 \frac{k-3}{N-3}$$
#
# take three steps:
#
# 1. $d_{ij} = c_{ij} - R f_2$ for all i other than j, and $d_{ii} = 0$;
# 2. take off what each person brings to all its pairs: $e_{ij} = d_{ij} - a_i - a_j$, where $a_i$
#    is the sum of $d_{ij}$ over j, divided by N - 2;
# 3. the statistic is the sum of $e_{ij}^2$ over all pairs i < j, divided by
#    $R (f_2 - 2 f_3 + f_4)$.
#
# For a lottery it is chi-square with N (N - 3) / 2 degrees of freedom.
#
# <details><summary>How sure is this check?</summary>
#
# It compares numbers that do not depend on chance: a right answer always passes, and the mistakes
# that it is made to find always fail.
# </details>


# %% solution="pairs"
def by_pair(samples, N):
    """Return (statistic, degrees of freedom) for samples of k out of N.

    samples: a list of R samples; each is a list of k different ids from 0 to N - 1, in any order.
    k is the same for all, 2 <= k <= N - 2. Do not round.

    Example: by_pair([[0, 1], [3, 2], [1, 0], [2, 3]], 4) is (8.0, 2). f_2 is 1/6, so each pair is
    expected in 2/3 of a sample. The pairs 01 and 23 are off by 4/3, the other four by -2/3, and
    every person's sum is 0. The squares sum to 16/3, divided by 4/6 that is 8.
    """
    ### BEGIN SOLUTION
    R, k = len(samples), len(samples[0])
    table = np.zeros((R, N))
    for row, sample in zip(table, samples, strict=True):
        row[sample] = 1
    f2 = k * (k - 1) / (N * (N - 1))
    f3 = f2 * (k - 2) / (N - 2)
    f4 = f3 * (k - 3) / (N - 3)
    d = table.T @ table - R * f2
    np.fill_diagonal(d, 0)
    a = d.sum(axis=1) / (N - 2)
    e = (d - a[:, None] - a)[np.triu_indices(N, 1)]
    return (e**2).sum() / (R * (f2 - 2 * f3 + f4)), N * (N - 3) // 2
    ### END SOLUTION


# %% check="pairs"
got = by_pair([[0, 1], [3, 2], [1, 0], [2, 3]], 4)
assert isinstance(got, tuple | list) and len(got) == 2, (
    "Your function returns something else. Return two things, (statistic, degrees of freedom)."
)
said = "For the samples 01, 32, 10 and 23 of four"
assert not math.isclose(got[0], 16, rel_tol=1e-9), (
    f"{said} the statistic is {got[0]:.3f}; expected 8.000: count each pair once, not as ij and as"
    " ji. See hint 3."
)
assert not math.isclose(got[0], 24, rel_tol=1e-9), (
    f"{said} the statistic is {got[0]:.3f}; expected 8.000: nobody is a pair with themselves, so"
    " set the diagonal to 0 before you sum the rows. See hint 2."
)
assert math.isclose(got[0], 8, rel_tol=1e-9), (
    f"{said} the statistic is {got[0]:.3f}; expected 8.000. A pair is the same in either order."
    " See hint 1."
)
assert got[1] == 2, f"{said} you give {got[1]} degrees of freedom; expected 4 x 1 / 2 = 2."
uneven = [[0, 1], [0, 2], [0, 3], [0, 4], [1, 2]]
statistic, df = by_pair(uneven, 5)
assert df == 5, f"For N = 5 you give {df} degrees of freedom; expected 5 x 2 / 2 = 5."
assert math.isclose(statistic, 1, rel_tol=1e-9), (
    f"For 01, 02, 03, 04 and 12 of five the statistic is {statistic:.4f}; expected 1.0000. Person 0"
    " is in most samples: take off what each person brings to all its pairs, once for i and once"
    " for j. See hint 2."
)
three = [[0, 1, 2], [0, 3, 4], [5, 1, 3], [2, 4, 5], [0, 1, 2]]
statistic, df = by_pair(three, 6)
assert math.isclose(statistic, 9, rel_tol=1e-9), (
    f"For 012, 034, 513, 245 and 012 of six the statistic is {statistic:.4f}; expected 9.0000:"
    " with three in a sample the pairs are tied to each other, and f_3 counts. See hint 4."
)

# %% hidden="pairs"
### BEGIN HIDDEN TESTS
start = np.arange(9)
blocks = [((start[i % 9] + np.arange(4)) % 9).tolist() for i in range(90)]
statistic, df = by_pair(blocks, 9)
assert df == 27, f"For N = 9 you give {df} degrees of freedom; expected 27."
assert math.isclose(statistic, 630, rel_tol=1e-9), (
    f"For 90 blocks of four neighbours of nine the statistic is {statistic:.3f}; expected 630.000."
    " See hint 4."
)
many = [[0, 1], [0, 1], [0, 1], [0, 2], [3, 4], [0, 5], [1, 2]] * 200
statistic, df = by_pair(many, 8)
assert math.isclose(statistic, 17_600 / 3, rel_tol=1e-9), (
    f"For 1,400 samples of two out of eight the statistic is {statistic:.6f}; expected 5866.666667."
    " Do not round, and count in whole numbers that are large enough."
)
before = [[3, 0, 1], [2, 4, 3], [0, 1, 2]]
by_pair(before, 5)
assert before == [[3, 0, 1], [2, 4, 3], [0, 1, 2]], (
    "After your function has run the samples are changed; expected them as they were."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: counting pairs</summary>
#
# Make a table of zeros with a row for each sample and a column for each person, and put a 1 where a
# person is in. `table.T @ table` holds the $c_{ij}$, in whatever order the samples name people.
# </details>
#
# <details><summary>Hint 2: persons</summary>
#
# Set the diagonal to 0 *before* you sum the rows. `d - a[:, None] - a` takes $a_i$ off each row and
# $a_j$ off each column.
# </details>
#
# <details><summary>Hint 3: each pair once</summary>
#
# `np.triu_indices(N, 1)` names the places above the diagonal.
# </details>
#
# <details><summary>Hint 4: the divisor</summary>
#
# It is $R (f_2 - 2 f_3 + f_4)$. For k = 2 both $f_3$ and $f_4$ are 0. From k = 3 on they are not.
# </details>

# %% [markdown] tags=["solution-only"]
# Step 2 is what makes this a test *beside* the one by person: what is left does not react to a
# person who is drawn too often, only to who comes with whom. The divisor is the variance of what is
# left, for one sample. Pearson's divisor, $R f_2$, is right for k = 2 and too large from there on,
# so the test goes blind, as the one by person does.

# %% [markdown]
# ## Task 3: The same id, the same decision
#
# Decide for each person whether they are in the sample, by a **hash**: a function that mixes an id
# and a *salt* into a number which looks random. The same id and salt give the same decision, today
# and next year, on this machine and on another, whoever else is asked. Another salt is another
# draw. `hashlib` of Python's standard library has good hashes.
#
# <details><summary>How sure is this check?</summary>
#
# Nothing is random here but your hash. If it mixes as well as a lottery, one of the counts that are
# looked at is off by more than six standard errors with a probability of 3 in ten million; the same
# salts are used each time. The mistakes that it is made to find are at least 12 standard errors
# off, or fail for certain, and pass with a probability below one in a million.
# </details>


# %% solution="hash"
def in_sample(person, chance, salt):
    """Return True if this person is in the sample, else False.

    person: an integer, 0 or more. chance: the share of all that should be in, from 0 to 1; nobody
    is in at 0, everybody at 1. salt: a text.
    Whoever is in with a small chance is in with every larger one, under the same salt.

    Example: of the persons 0 to 999,999 about 100,000 are in with the chance 0.1. Which they are
    depends on the salt alone.
    """
    ### BEGIN SOLUTION
    digest = hashlib.sha256(f"{salt}/{person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < chance * 2**64
    ### END SOLUTION


# %% check="hash"
calls, real_hash = [], builtins.hash
builtins.hash = lambda value: calls.append(value) or real_hash(value)
try:
    first = [bool(in_sample(person, 0.1, "spring")) for person in range(2_000)]
    called = len(calls)
finally:
    builtins.hash = real_hash
assert called == 0, (
    "Your function calls hash(); expected a hash of your own choice: Python's hash() of a text is"
    " another in every run, and that of an integer is the integer itself. See hint 1."
)
backwards = [bool(in_sample(person, 0.1, "spring")) for person in reversed(range(2_000))]
assert first == backwards[::-1], (
    "Asked in another order, the same persons get other decisions; expected the same: nothing but"
    " the id, the chance and the salt may decide. See hint 1."
)
count, off = share_in(in_sample, range(5_000), 0.1, "spring")
assert off <= 6, (
    f"Of the persons 0 to 4,999 {count:,} are in with the chance 0.1; expected about 500."
    " See hint 2."
)
count, off = share_in(in_sample, range(0, 50_000, 10), 0.1, "spring")
assert off <= 6, (
    f"Of the persons 0, 10, 20, ..., 49,990 {count:,} are in with the chance 0.1; expected about"
    " 500: ids can have a pattern, and the sample must not follow it. See hint 1."
)
both = sum(in_sample(i, 0.1, "spring") and in_sample(i, 0.1, "autumn") for i in range(5_000))
assert both <= 50 + 6 * math.sqrt(50), (
    f"With the chance 0.1, {both} of 5,000 persons are in under the salt spring and under autumn;"
    " expected about 50, a tenth of a tenth: let the salt decide as well. See hint 2."
)
lost = sum(in_sample(i, 0.1, "spring") and not in_sample(i, 0.3, "spring") for i in range(5_000))
assert lost == 0, (
    f"{lost} of 5,000 persons are in with the chance 0.1 and out with 0.3; expected none: the"
    " chance must not be mixed into the hash. See hint 3."
)

# %% hidden="hash"
### BEGIN HIDDEN TESTS
few = sum(bool(in_sample(i, 0.0001, "spring")) for i in range(160_000))
assert 1 <= few <= 45, (
    f"Of 160,000 persons {few} are in with the chance 0.0001; expected about 16: compare the whole"
    " hash, not its remainder by 100 and not one byte, which know no such small chance. See hint 3."
)
extremes = [sum(bool(in_sample(i, c, "x")) for i in range(2_000)) for c in (0, 1)]
assert extremes == [0, 2_000], (
    f"Of 2,000 persons {extremes[0]} are in with the chance 0 and {extremes[1]} with 1; expected 0"
    " and 2,000. See hint 3."
)
count, off = share_in(in_sample, range(10**9, 10**9 + 4_000), 0.5, "test set 7")
assert off <= 6, (
    f"Of 4,000 persons with ids above a billion {count:,} are in with the chance 0.5; expected"
    " about 2,000. See hint 2."
)
alike = count_alike(in_sample, [int(f"7{i}") for i in range(2_000)], "v", "v7")
assert alike <= 1_000 + 6 * math.sqrt(500), (
    f"Persons 70, 71, ... under the salt v and 0, 1, ... under v7 are decided alike in {alike:,} of"
    " 2,000 cases; expected about 1,000: put something between the salt and the id. See hint 2."
)
for one, other in [("s1000", "s1001"), ("s1001", "s1000"), ("a1", "b1")]:
    alike = count_alike(in_sample, range(1, 2_001), one, other)
    assert alike <= 1_000 + 6 * math.sqrt(500), (
        f"Person i + 1 under the salt {one} and person i under {other} are decided alike in"
        f" {alike:,} of 2,000 cases; expected about 1,000: a salt must not shift the sample. Hash"
        " salt and id in one text. See hint 2."
    )
salts = [f"s{1_000 + number}" for number in range(2_000)]
table = np.array([[int(bool(in_sample(i, 0.5, salt))) for i in range(12)] for salt in salts])
together = table.T @ table
np.fill_diagonal(together, 500)
worst = np.abs(together - 500).max() / math.sqrt(2_000 * 0.25 * 0.75)
assert worst <= 6, (
    f"Over 2,000 salts, two of the persons 0 to 11 are in together {worst:.0f} standard errors off"
    " the 500 times expected: pairs stay pairs. A checksum such as crc32 mixes too little, so do"
    " two hashes added or XORed: hash salt and id in one text. See hints 1 and 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: which hash</summary>
#
# `hashlib.sha256(text.encode()).digest()` gives 32 bytes that depend on every character of the
# text. Checksums (`zlib.crc32`) and the remainder of the id are not made to look random.
# </details>
#
# <details><summary>Hint 2: what to hash</summary>
#
# One text that holds the salt *and* the id, with a sign between them that does not stand in
# numbers: `f"{salt}/{person}"`.
# </details>
#
# <details><summary>Hint 3: from bytes to a decision</summary>
#
# `int.from_bytes(digest[:8], "big")` is a whole number from 0 to 2^64 - 1. The person is in where
# it is below chance times 2^64. The chance enters here and nowhere else.
# </details>

# %% [markdown] tags=["solution-only"]
# The threshold on one number makes samples nested: the 1 % sample lies within the 10 % sample. Two
# tables that are sampled by the same id and salt still join. A generator seeded with the text, such
# as `random.Random(f"{salt}/{person}").random() < chance`, does it too, more slowly.
#
# What usually goes wrong: Python's `hash("...")` is salted anew in every run, so the sample changes
# overnight; `hash(7)` is 7. `person % 10 == 0` is every tenth, and ids have patterns. A text
# without a sign between makes `v7` + `1` and `v` + `71` the same. crc32 only shifts with the salt:
# each person has a fair chance over all salts, and pairs do not. To a person who knows the salt,
# the sample is no secret; where that matters, use a keyed hash.

# %% [markdown]
# ## Task 4: Keep the large ones more often
#
# Now each item comes with a weight above 0, and the sample should be the same as if you drew one
# after the other, each time in proportion to the weights of those who are left. Do it in one pass:
# give each item a ticket $u^{1/w}$, and keep the k items with the highest.
#
# <details><summary>How sure is this check?</summary>
#
# Five times it draws 6,000 samples, of 2 out of 5 or of 3 out of 6, and compares how often each set
# came with its exact chance by Pearson's statistic; each draw is one set, so here that is the right
# one. A right answer fails with a probability of about 5 in a hundred million. The mistakes that it
# is made to find bring the statistic to ten times its limit and more, or fail for certain; they
# pass with a probability below one in a million.
# </details>


# %% solution="weighted"
def weighted_reservoir(stream, k, rng):
    """Return a list of k items of the stream, drawn by weight without replacement.

    stream: an iterator of pairs (item, weight), weight > 0; it can be gone through once.
    k: how many to keep, 0 or more. Of a shorter stream all are kept.
    rng: a numpy.random.Generator, the only source of chance.
    Items may be equal; each counts by itself. Only the ratio of weights counts. Weights may be as
    small as 1e-6 or as large as 1e6.

    Example: weighted_reservoir(iter([("a", 1), ("b", 3)]), 1, rng) is ["b"] in three quarters of
    all draws.
    """
    ### BEGIN SOLUTION
    heap = []
    for number, (item, weight) in enumerate(stream):
        ticket = math.log(1 - rng.random()) / weight  # the logarithm of u^(1/w)
        heapq.heappush(heap, (ticket, number, item))
        if len(heap) > k:
            heapq.heappop(heap)
    return [item for _, _, item in heap]
    ### END SOLUTION


# %% check="weighted"
stream = Stream(300, [1.0] * 300)
kept = list(weighted_reservoir(stream, 3, np.random.default_rng(1)))
assert not stream.asked, (
    "Your function asks the stream for its length (so does list(stream)); expected one pass, item"
    " by item. See hint 2."
)
assert len(kept) == 3, f"Of a stream of 300 you keep {len(kept)} items; expected 3. See hint 1."
assert Item.most <= 3 + 10, (
    f"Your function held {Item.most} items at once; expected about 4: those that are kept and the"
    " one that passes. See hint 2."
)
faulty, off, limit, share, should = count_sets(weighted_reservoir, [1, 2, 3, 4, 10], 2, 2)
assert faulty is None, (
    f"A sample of 2 out of 5 is {faulty}; expected two different items, and the items alone,"
    " without weight or ticket. See hint 1."
)
assert off <= limit, (
    f"With the weights 1, 2, 3, 4 and 10 and two places the largest is in {share:.1%} of the"
    f" samples; expected {should:.1%}. The statistic over all sets is {off:,.0f}, and a right"
    f" answer stays below {limit:.0f}. Is the ticket u to the power of 1/w, and do the highest"
    " stay? See hint 1."
)
faulty, off, limit, share, should = count_sets(weighted_reservoir, [10, 4, 3, 2, 1], 2, 3)
assert off <= limit, (
    f"With the largest first, it is in {share:.1%} of the samples; expected {should:.1%}: the order"
    f" of the stream must not matter. (Statistic {off:,.0f}, limit {limit:.0f}.) See hint 2."
)

# %% hidden="weighted"
### BEGIN HIDDEN TESTS
few = sorted(weighted_reservoir(iter([("a", 1.0), ("b", 2.0)]), 5, np.random.default_rng(1)))
assert few == ["a", "b"], f"Of two items with five places you keep {few}; expected both."
same = list(weighted_reservoir(iter([("a", 1.0)] * 5), 3, np.random.default_rng(1)))
assert same == ["a"] * 3, (
    f"Of five equal items with three places you keep {same}; expected three: each counts by itself."
)
nobody = list(weighted_reservoir(iter([("a", 1.0)]), 0, np.random.default_rng(1)))
assert nobody == [], f"With no place you keep {nobody}; expected nothing. See hint 2."
faulty, off, limit, share, should = count_sets(weighted_reservoir, [5, 1, 1, 2, 8, 3], 3, 4)
assert off <= limit, (
    f"With the weights 5, 1, 1, 2, 8 and 3 and three places the largest is in {share:.1%} of the"
    f" samples; expected {should:.1%}. (Statistic {off:,.0f}, limit {limit:.0f}.) See hint 1."
)
faulty, off, limit, share, should = count_sets(
    weighted_reservoir, [1e-6, 2e-6, 3e-6, 4e-6, 1e-5], 2, 5
)
assert off <= limit, (
    f"With the same weights divided by a million the largest is in {share:.1%} of the samples;"
    f" expected {should:.1%}, as before. u to the power of a million is 0 to a computer: compare"
    " logarithms. See hint 3."
)
faulty, off, limit, share, should = count_sets(weighted_reservoir, [1e6, 2e6, 3e6, 4e6, 1e7], 2, 6)
assert off <= limit, (
    f"With the weights times a million the largest is in {share:.1%} of the samples; expected"
    f" {should:.1%}. See hint 3."
)
one, again = (
    sorted(weighted_reservoir(iter([(i, 1.0 + i) for i in range(99)]), 9, np.random.default_rng(5)))
    for _ in range(2)
)
assert one == again, (
    "Two generators with the same seed led to different samples; expected the same: let `rng` be"
    " the only source of chance."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: tickets</summary>
#
# u is `rng.random()`, drawn anew for each item. A larger weight makes 1/w smaller and u to that
# power larger, so the *highest* tickets stay. Return the items alone.
# </details>
#
# <details><summary>Hint 2: only k of them</summary>
#
# Put (ticket, item) into a list, and when it holds more than k, take out the one with the lowest
# ticket. `heapq.heappush` and `heapq.heappop` do that quickly.
# </details>
#
# <details><summary>Hint 3: digits</summary>
#
# The logarithm of $u^{1/w}$ is log(u) / w. It has the same order and never becomes 0 by rounding.
# `rng.random()` can be 0; `1 - rng.random()` cannot.
# </details>

# %% [markdown] tags=["solution-only"]
# -log(u) / w is the waiting time until something happens that happens w times a minute. The item
# whose time is over first is i with the chance w_i / W, and after it has left, the others wait on
# as if nothing had been. So the order of tickets is the order of drawing one after the other.
#
# What usually goes wrong: u times w, which has the right direction and the wrong chances; u to the
# power of w, which keeps the small ones; w to the power of u; the lowest tickets instead of the
# highest. u ** (1 / w) itself is 0 for most items once weights are small: then the order of the
# stream decides. And remember that the chances are not k w / W: to estimate a total, keep one
# ticket more and divide by 1 - T^w.
