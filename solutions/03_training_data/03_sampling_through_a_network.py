# %% [markdown]
# # Exercise: sampling through a network
#
# You write a scraper, find out whom it can never find, and compute the estimate that is fair to
# people with few friends.
#
# Save, then run `python3 course.py check 03_training_data/03` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 30 minutes. **Before this** the lesson
# [Sampling through a network](../../chapters/03_training_data/03_sampling_through_a_network.ipynb).

# %%
import copy
import math

# %% [markdown]
# ## A network to work on
#
# A network is a dictionary here: for each account, the list of those that it *follows*. Every
# account has an entry, also one that follows nobody. Ann follows Bo and Cem, Cem follows Ann, and
# so on. Nobody follows Fay. Gus and Hana follow each other and nobody else.

# %%
FOLLOWS = {
    "ann": ["bo", "cem"],
    "bo": ["eli", "dee"],
    "cem": ["ann", "ivo"],
    "dee": [],
    "eli": ["bo", "ann"],
    "fay": ["ann", "gus"],
    "gus": ["hana"],
    "hana": ["gus"],
    "ivo": ["jo"],
    "jo": ["eli"],
}

# %% [markdown]
# ## Task 1: Wave by wave
#
# Write the scraper of the lesson. The seeds are wave 0. Read the accounts in the order in which
# they were found, and take those that each of them follows, in the order of its list. Whoever is
# new is found, one wave after the account that led to them. Stop as soon as n accounts are found,
# seeds included, or when nobody is new.


# %% solution="recruit"
def recruit(follows, seeds, n):
    """Return the accounts that a scrape finds, with the wave of each, as a dictionary.

    follows: dictionary, account -> list of the accounts that it follows; every account has an
    entry.
    seeds: list of different accounts, at most n. n: how many accounts to find, seeds included.
    Returns a dictionary, account -> wave, with at most n accounts.

    Example: with follows = {"a": ["b", "c"], "b": ["d"], "c": [], "d": ["a"]},
    recruit(follows, ["a"], 3) is {"a": 0, "b": 1, "c": 1}, and
    recruit(follows, ["a"], 9) is {"a": 0, "b": 1, "c": 1, "d": 2}.
    """
    ### BEGIN SOLUTION
    wave = dict.fromkeys(seeds, 0)
    waiting = list(seeds)
    for account in waiting:
        for followed in follows[account]:
            if followed not in wave and len(wave) < n:
                wave[followed] = wave[account] + 1
                waiting.append(followed)
    return wave
    ### END SOLUTION


# %% check="recruit"
small = {"a": ["b", "c"], "b": ["d"], "c": [], "d": ["a"]}
got = recruit(small, ["a"], 9)
assert small == {"a": ["b", "c"], "b": ["d"], "c": [], "d": ["a"]}, (
    f"After your function has run, the network that it was given is {small}; expected it as it was:"
    " read the lists of follows, and take nothing out of them. See hint 1."
)
assert isinstance(got, dict), (
    f"Your function returns a {type(got).__name__}; expected a dictionary, account -> wave."
)
assert got.get("a") is not None, (
    f"recruit(follows, ['a'], 9) is {got}; expected the seed in it, in wave 0. See hint 1."
)
assert got["a"] == 0, (
    f"Seed a is in wave {got['a']}; expected 0: seeds are wave 0, also where somebody follows them."
    " See hint 1 and hint 3."
)
alone = recruit(small, ["c"], 9)
assert alone == {"c": 0}, (
    f"c follows nobody, and recruit(follows, ['c'], 9) is {alone}; expected c alone: go from the"
    " follower to the followed, and stop when nobody is new. See hint 2."
)
assert got == {"a": 0, "b": 1, "c": 1, "d": 2}, (
    f"recruit(follows, ['a'], 9) is {got}; expected a 0, b 1, c 1, d 2. See hint 1."
)
got = recruit(FOLLOWS, ["ann"], 99)
expected = {"ann": 0, "bo": 1, "cem": 1, "eli": 2, "dee": 2, "ivo": 2, "jo": 3}
assert got == expected, (
    f"From ann the waves are {got}; expected {expected}: go on until nobody is new, whoever is"
    " found keeps the first wave, and all of a wave are read before the next. See hints 2 and 3."
)
for n in range(1, 7):
    got = recruit(FOLLOWS, ["ann"], n)
    assert len(got) == n, (
        f"With n = {n} you find {len(got)} accounts from ann; expected {n}, seeds included."
        " See hint 4."
    )
    assert set(got) == set(list(expected)[:n]), (
        f"With n = {n} you find {list(got)} from ann; expected {list(expected)[:n]}: wave by wave,"
        " and in the order of the lists. See hint 2."
    )

# %% hidden="recruit"
### BEGIN HIDDEN TESTS
before = copy.deepcopy(FOLLOWS)
seeds = ["fay", "dee"]
got = recruit(FOLLOWS, seeds, 99)
expected = {
    "fay": 0, "dee": 0, "ann": 1, "gus": 1, "bo": 2, "cem": 2, "hana": 2, "eli": 3, "ivo": 3,
    "jo": 4,
}  # fmt: skip
assert got == expected, (
    f"From fay and dee you find {got}; expected {expected}: several seeds grow side by side."
    " See hint 3."
)
assert before == FOLLOWS and seeds == ["fay", "dee"], (
    "After your function has run, the caller's network or seeds have changed; expected them as"
    " they were. See hint 1."
)
kims = ["sam", "eva", "pia", "gil", "uma", "ben", "lou", "zoe"]
abes = ["doe", "rik", "fia", "max", "ida", "tom"]
town = {name: [] for name in sorted([*kims, *abes])} | {"kim": kims, "abe": ["kim", *abes]}
order = ["kim", "abe", *kims, *abes]
for n in range(2, 17):
    got = recruit(town, ["kim", "abe"], n)
    assert set(got) == set(order[:n]), (
        f"Where kim follows {', '.join(kims)}, and abe kim, {', '.join(abes)}, you find"
        f" {', '.join(got)} with n = {n} from kim and abe; expected {', '.join(order[:n])}: kim's"
        " before abe's, and in the order of the lists. See hints 2 and 4."
    )
ring = {i: [(i + 1) % 60, (i + 7) % 60] for i in range(60)}
got = recruit(ring, [5], 60)
waves = {(5 + i) % 60: i // 7 + i % 7 for i in range(60)}
wrong = [i for i in ring if got.get(i) != waves[i]]
assert not wrong, (
    f"In a ring where everybody follows the next and the seventh, account {wrong[0]} is in wave"
    f" {got.get(wrong[0])} from account 5; expected {waves[wrong[0]]}. See hint 3."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: what to keep</summary>
#
# One dictionary, account -> wave, filled with the seeds at 0 first. It also answers the question
# whether somebody is new: `account not in wave`. Keep a list of your own of those still to be read;
# `list(seeds)` is a copy. Nothing is ever taken out of `follows`.
# </details>
#
# <details><summary>Hint 2: the loop</summary>
#
# Read the accounts from the front of the list. For each, go through `follows[account]`. Whoever is
# new goes to the *end* of the list. When the list is read to its end, nobody is new any more.
# A Python list may grow while a `for` loop reads it. Neither sort what you found nor put it into a
# set, which has no order: where n ends within a wave, the order decides who is in.
# </details>
#
# <details><summary>Hint 3: waves</summary>
#
# The new account's wave is the wave of the account that led to it, plus one. If you take the next
# account from the *end* of the list, you go deep before you go wide, and the waves come out too
# large. Whoever has a wave keeps it.
# </details>
#
# <details><summary>Hint 4: n</summary>
#
# Look at the number found before you add *each* account, not once per account that is read: the
# last list may be longer than the room that is left.
# </details>

# %% [markdown] tags=["solution-only"]
# This is breadth-first search, the oldest way through a graph: first in, first out. With a stack
# (last in, first out) it is depth-first, and an account two steps away may be labelled with wave 9.
# What usually goes wrong besides: the direction, since a dictionary of followers looks the same as
# one of followings; the seeds, which come again as somebody's friend and get a new wave; n,
# looked at once per account read, so that the last list is taken whole; and the order, lost where a
# wave is sorted or kept in a set, so that n lets in others.
#
# Once the seeds are there, nothing is left to chance. Draw again from the same seeds and you get
# the same sample. Its spread over new seeds is all the spread there is.

# %% [markdown]
# ## Task 2: Out of reach
#
# The scraper may run for as long as it likes. Whom will it never find? Write a function that says
# so before anything is scraped. Two kinds of accounts are out of reach: those that nobody follows,
# and those whose followers are out of reach themselves. A seed is never out of reach.


# %% solution="reach"
def out_of_reach(follows, seeds):
    """Return the set of accounts that no scrape from these seeds ever finds.

    follows: dictionary, account -> list of the accounts that it follows; every account has an
    entry.
    seeds: list of accounts.

    Example: with follows = {"a": ["b"], "b": [], "c": ["a"], "d": ["e"], "e": ["d"]},
    out_of_reach(follows, ["a"]) is {"c", "d", "e"}: nobody follows c, and d and e are followed by
    each other alone. out_of_reach(follows, ["c", "d"]) is the empty set.
    """
    ### BEGIN SOLUTION
    reached = set(seeds)
    waiting = list(seeds)
    while waiting:
        new = set(follows[waiting.pop()]) - reached
        reached |= new
        waiting += new
    return set(follows) - reached
    ### END SOLUTION


# %% check="reach"
small = {"a": ["b"], "b": [], "c": ["a"], "d": ["e"], "e": ["d"]}
got = out_of_reach(small, ["c", "d"])
assert isinstance(got, set | frozenset | list | tuple), (
    f"Your function returns a {type(got).__name__}; expected a set of accounts."
)
got = set(got)
assert not got & {"c", "d"}, (
    f"With seeds c and d you say that {sorted(got & {'c', 'd'})} is out of reach; expected that no"
    " seed is: seeds are in the sample, followed or not. See hint 1."
)
assert got == set(), (
    f"With seeds c and d you say that {sorted(got)} is out of reach; expected nobody: c leads to a,"
    " and a to b. See hint 2."
)
got = set(out_of_reach(small, ["a"]))
assert "b" not in got, (
    "With seed a you say that b is out of reach; expected that a finds b: b is followed, and need"
    " not follow anybody. See hint 2."
)
assert "c" in got, (
    "With seed a you find c; expected c to be out of reach: c follows a, and nobody follows c."
    " Links lead one way. See hint 2."
)
assert got == {"c", "d", "e"}, (
    f"With seed a you say that {sorted(got)} is out of reach; expected c, d and e: d and e are"
    " followed, but by each other alone. See hint 3."
)
got = set(out_of_reach(FOLLOWS, ["ann"]))
assert got == {"fay", "gus", "hana"}, (
    f"From ann you say that {sorted(got)} is out of reach; expected fay, gus and hana. Did you go"
    " on to the last wave? See hint 2."
)

# %% hidden="reach"
### BEGIN HIDDEN TESTS
before = copy.deepcopy(FOLLOWS)
seeds = ["dee", "gus"]
got = set(out_of_reach(FOLLOWS, seeds))
expected = set(FOLLOWS) - {"dee", "gus", "hana"}
assert got == expected, (
    f"From dee and gus you say that {sorted(got)} is out of reach; expected {sorted(expected)}:"
    " dee follows nobody. See hint 2."
)
assert before == FOLLOWS and seeds == ["dee", "gus"], (
    "After your function has run, the caller's network or seeds have changed; expected them as"
    " they were. If you call your function of task 1, it may be that one. See hint 1."
)
got = set(out_of_reach(FOLLOWS, []))
assert got == set(FOLLOWS), (
    f"Without seeds you say that {sorted(got)} is out of reach; expected everybody. See hint 1."
)
chain = {i: [i + 1] for i in range(300)} | {300: []}
got = set(out_of_reach(chain, [100]))
assert got == set(range(100)), (
    f"In a chain of 301 accounts, each following the next, {len(got)} are out of reach from"
    " account 100; expected the 100 before it. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Turn the question round: first find everybody who *is* reached, seeds included, then take them
# away from `set(follows)`. Work on copies.
# </details>
#
# <details><summary>Hint 2: who is reached?</summary>
#
# Whoever a reached account follows is reached as well. Repeat until nobody is new. You may call
# your function of task 1 with an n that is large enough.
# </details>
#
# <details><summary>Hint 3: why counting followers is not enough</summary>
#
# An account without followers is out of reach. But two accounts that follow each other have
# followers, and no path leads to them from anywhere else.
# </details>

# %% [markdown] tags=["solution-only"]
# `set(follows) - set(recruit(follows, seeds, len(follows)))` is as good. What usually goes wrong:
# counting followers, which misses the islands; counting followings, which is the other direction;
# one wave instead of all; ties taken both ways, which makes everything look reachable; and seeds
# that nobody follows, which are in the sample because you put them there. A function that calls
# itself meets Python's limit in a chain of a thousand.
#
# You could answer because the whole network was in front of you. A scraper sees the accounts that
# it has found and nothing of the others. It cannot even count them.

# %% [markdown]
# ## Task 3: One over the degree
#
# Long random walks come to people in proportion to their number of friends, their degree. Compute
# the RDS-II estimate of a mean from such a walk,
#
# $$\frac{\sum y_i / d_i}{\sum 1 / d_i}$$
#
# Some people answer that they have 0 friends. They came through one, so the answer is wrong, and
# the weight would be infinite. Do not guess: raise a `ValueError`.


# %% solution="rds"
def rds_mean(values, degrees):
    """Return the RDS-II estimate of the mean of `values`.

    values: list or array [n] of numbers, n at least 1. degrees: list or array [n], the number of
    friends of each; a person who came twice stands there twice.
    Raises ValueError if a degree is not above 0.

    Example: rds_mean([10, 40], [1, 2]) is 20. The weights are 1 and 1/2, the weighted sum is
    10 + 20 = 30, and 30 / 1.5 = 20.
    """
    ### BEGIN SOLUTION
    degrees = list(degrees)
    if min(degrees) <= 0:
        raise ValueError("everybody who came through a friend has at least one")
    weights = [1 / degree for degree in degrees]
    weighted = sum(w * value for w, value in zip(weights, values, strict=True))
    return weighted / sum(weights)
    ### END SOLUTION


# %% check="rds"
got = rds_mean([10, 40], [1, 2])
said = f"rds_mean([10, 40], [1, 2]) is {got};"
assert isinstance(got, int | float) or getattr(got, "ndim", 1) == 0, (
    f"{said} expected one number, 20."
)
assert not math.isclose(got, 25), (
    f"{said} expected 20: 25 is the plain mean. Weight each value by one over the degree."
    " See hint 1."
)
assert not math.isclose(got, 30), (
    f"{said} expected 20: weighted by the degree, people with many friends count even more."
    " Weight by one over it. See hint 1."
)
assert not math.isclose(got, 15), (
    f"{said} expected 20: divide by the sum of the weights, 1.5, not by the number of people."
    " See hint 2."
)
assert math.isclose(got, 20), f"{said} expected 20. See hint 2."
got = rds_mean([7, 7, 7], [3, 1, 12])
assert math.isclose(got, 7), (
    f"Three people with the value 7 have the estimate {got}; expected 7: weights add up to the"
    " number that you divide by, and / divides where // drops the rest. See hint 2."
)
try:
    got = rds_mean([1, 2, 3], [4, 0, 2])
except ValueError:
    pass
except ZeroDivisionError:
    raise AssertionError(
        "With a degree of 0 your function raises ZeroDivisionError; expected a ValueError, raised"
        " by you before you divide. See hint 3."
    ) from None
else:
    raise AssertionError(
        f"With degrees 4, 0 and 2 your function returns {got}; expected a ValueError: a weight of"
        " 1/0 means nothing, and leaving the person out is a guess. See hint 3."
    )

# %% hidden="rds"
### BEGIN HIDDEN TESTS
import numpy as np

got = rds_mean(np.array([1, 0, 0, 1, 1]), np.array([2, 4, 5, 20, 20]))
assert math.isclose(got, 0.5714285714, rel_tol=1e-6), (
    f"With values 1, 0, 0, 1, 1 and degrees 2, 4, 5, 20, 20 the estimate is {got:.4f}; expected"
    " 0.5714: 0.6 / 1.05. See hint 2."
)
got = rds_mean([5], [9])
assert math.isclose(got, 5), f"One person with the value 5 has the estimate {got}; expected 5."
values, degrees = [3, 8], [6, 2]
got = rds_mean(values, degrees)
assert math.isclose(got, 6.75), (
    f"rds_mean([3, 8], [6, 2]) is {got}; expected 6.75, which is 4.5 / (2 / 3). See hint 2."
)
assert values == [3, 8] and degrees == [6, 2], (
    "After your function has run, the caller's lists have changed; expected them as they were."
)
# A walk at rest: person i of a small town comes in proportion to the degree, exactly.
town_degree, town_value = [1, 2, 3, 6], [10, 0, 20, 40]
walk = [i for i, d in enumerate(town_degree) for _ in range(d)]
got = rds_mean([town_value[i] for i in walk], [town_degree[i] for i in walk])
assert math.isclose(got, 17.5), (
    f"On a walk that visits four people in exact proportion to their degrees the estimate is"
    f" {got:.3f}; expected the town's mean, 17.5. See hint 1."
)
for zero in (np.array([0, 3]), [2, -1]):
    try:
        rds_mean([1.0, 2.0], zero)
    except ValueError:
        continue
    raise AssertionError(
        f"With degrees {list(map(int, zero))} your function raises no ValueError; expected one, for"
        " lists and arrays, and for any degree that is not above 0. See hint 3."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Somebody with ten friends comes ten times as often as somebody with one. What does each visit
# have to count, so that both count alike in the end?
# </details>
#
# <details><summary>Hint 2: a weighted mean</summary>
#
# Multiply each value by its weight and add up. Then divide by the sum of the *weights*. With NumPy:
# `np.average(values, weights=...)`.
# </details>
#
# <details><summary>Hint 3: zeros</summary>
#
# Test before you divide: NumPy divides by zero without an error. `min(degrees) <= 0` asks all at
# once.
# </details>

# %% [markdown] tags=["solution-only"]
# The mean of the weights estimates one over the mean degree, so the estimate is Hajek's weighted
# mean with chances known up to a factor. What usually goes wrong: dividing by n, which mixes up the
# scale; weighting *by* the degree; or dropping those who answered 0, who are the ones with few
# friends and would count most. NumPy turns 1/0 into infinity, and the estimate into nan.
#
# The formula takes any values and any degrees. A long walk brings people in proportion to their
# degree. A snowball may do so as well, and still be full of the kind of its seeds: if that kind has
# few friends, these very weights make it worse.
