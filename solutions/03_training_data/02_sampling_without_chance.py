# %% [markdown]
# # Exercise: sampling without chance
#
# You fill quotas at the door, find out what a lottery must cost to beat a cheap sample, and say
# what a waiting room finds before anybody sits down in it.
#
# Save, then run `python3 course.py check 03_training_data/02` in a terminal in the course's folder:
# a task counts as done when it says passed, for it tries more cases than the check below each task.
#
# **Time** 25 minutes. **Before this** the lesson
# [Sampling without chance](../../chapters/03_training_data/02_sampling_without_chance.ipynb).

# %%
import math

import numpy as np

# %% [markdown]
# ## Task 1: Fill the quotas
#
# People come to the door one after the other. Each belongs to a cell, and each cell has a number of
# places. Whoever finds a place in their cell is taken; whoever finds the cell full is sent home.
# Say who is taken.
#
# Nothing is left to chance here: the same queue leads to the same sample.
#
# <details><summary>How sure is this check?</summary>
#
# A right answer passes for certain, in any order of the ids. An answer that draws by lot within the
# cells would have to hit one of more than 1e40 samples.
# </details>


# %% solution="quotas"
def fill_quotas(queue, cell, places):
    """Return the ids of those who are taken, as an array or a list, in any order.

    queue: array of ids, in the order in which people come. Nobody comes twice; some people may
    never come, and are not in it.
    cell: array [N] of whole numbers from 0: cell[i] is the cell of the person with the id i.
    places: array [cells], how many people each cell takes. Where fewer come, it stays short.
    The queue may be empty, and cells may have no places. All three are the caller's; leave them as
    they are.

    Example: with queue [0, 1, 3, 4, 2], cell [0, 0, 0, 0, 1, 0] and places [2, 1], persons 0, 1
    and 4 are taken. Persons 3 and 2 are sent home: the two places of cell 0 are gone when they
    come. Person 5 does not come.
    """
    ### BEGIN SOLUTION
    free = list(places)
    taken = []
    for person in queue:
        if free[cell[person]] > 0:
            free[cell[person]] -= 1
            taken.append(person)
    return taken
    ### END SOLUTION


# %% check="quotas"
queue, cell, places = np.array([0, 1, 3, 4, 2]), np.array([0, 0, 0, 0, 1, 0]), np.array([2, 1])
got = fill_quotas(queue, cell, places)
assert np.ndim(got) == 1 and np.asarray(got).dtype != bool, (
    f"Your function returns {got}; expected a row of ids, as an array or a list. See hint 1."
)
assert places.tolist() == [2, 1], (
    f"After your function has run, the caller's places are {places}; expected [2, 1], as before:"
    " count down in a copy. See hint 2."
)
got = sorted(int(person) for person in got)
said = f"In the docstring's example you take {got}; expected [0, 1, 4]:"
assert len(set(got)) == len(got), f"{said} nobody is taken twice. See hint 1."
assert got != [0, 1, 2], (
    f"{said} cell[i] is the cell of the id i, not of the i-th in the queue. See hint 3."
)
in_first = [person for person in got if cell[person] == 0]
assert len(in_first) < 3, (
    f"{said} cell 0 has two places and gets {len(in_first)} people. Look whether there is still a"
    " place before you take somebody. Or are these places in the queue? Return ids. See hint 1."
)
assert in_first == [0, 1], f"{said} of cell 0, persons 0 and 1 come first. See hint 1."
assert got != [0, 1], (
    f"{said} when person 3 finds cell 0 full, cell 1 still has a place. Go on to the end of the"
    " queue. See hint 1."
)
assert got == [0, 1, 4], f"{said} person 4 is the first of cell 1. See hint 1."
long_queue = np.array([9, 4, 7, 1, 8, 2, 6, 0])
got = sorted(int(i) for i in fill_quotas(long_queue, np.arange(10) % 3, np.array([3, 1, 4])))
assert got == [0, 2, 4, 6, 8, 9], (
    f"With the queue 9, 4, 7, 1, 8, 2, 6, 0, with cells 0, 1, 2, 0, 1, 2, 0, 1, 2, 0 for persons 0"
    f" to 9, and 3, 1 and 4 places you take {got}; expected [0, 2, 4, 6, 8, 9]. Cell 2 stays short,"
    " since only persons 2 and 8 of it come. Nobody else gets its places. See hint 3."
)

# %% hidden="quotas"
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(1)
for people, cells, come, most in [(400, 6, 400, 20), (90, 4, 60, 40)]:
    cell, queue = rng.integers(cells, size=people), rng.permutation(people)[:come]
    places = rng.integers(5, most, size=cells)
    expected = sorted(
        int(i) for c in range(cells) for i in [p for p in queue if cell[p] == c][: places[c]]
    )
    got = sorted(int(i) for i in fill_quotas(queue, cell, places))
    wrong = len(set(got) ^ set(expected))
    assert got == expected, (
        f"Of {people} people {come} come, for {places.sum()} places in {cells} cells. You take"
        f" {len(got)}; expected {len(expected)}, and {wrong} people are in one of the two samples"
        " and not in the other. See hint 3."
    )
nobody = list(fill_quotas(np.array([1, 0]), np.array([0, 0]), np.array([0])))
assert nobody == [], f"With no places you take {nobody}; expected nobody. See hint 1."
nobody = list(fill_quotas(np.array([], int), np.array([0, 0]), np.array([2])))
assert nobody == [], f"When nobody comes you take {nobody}; expected nobody. See hint 1."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the queue from its front to its end. For each person look up the cell. Is a place free
# there? Then take the person, and the cell has one place less.
# </details>
#
# <details><summary>Hint 2: places of your own</summary>
#
# An array that you are given is the caller's own. `free = np.array(places)` or
# `free = list(places)` makes a copy in which you can count down.
# </details>
#
# <details><summary>Hint 3: whose cell?</summary>
#
# The queue holds ids. The cell of the k-th in the queue is `cell[queue[k]]`, not `cell[k]`. Each
# cell keeps its own account: what happens in one changes nothing in another.
# </details>

# %% [markdown] tags=["solution-only"]
# The loop is what a recruiter does at the door. Sorted by cell, with everybody's order of coming
# kept, it takes the first `places[c]` of each cell: the same people. What usually goes wrong: the
# count is checked after somebody was taken, which overfills each cell by one; `cell[k]` is read at
# the place in the queue; the caller's `places` are counted down, and are gone for the next survey;
# the loop ends when the first cell is full.
#
# The sample has the counts that you asked for, to the person. Who is in it within a cell was
# decided by the order of the queue, and no quota looks at that.

# %% [markdown]
# ## Task 2: What must a lottery cost?
#
# A cheap sample is at hand. Its estimate has a bias and a standard error, and you have a guess of
# both. A lottery of n out of N people has no bias and the standard error $S\sqrt{1/n - 1/N}$. It
# costs a fixed price for the list, and a price for each person.
#
# How many people must it draw to be as near the truth as the cheap sample, and what does that cost?
# Near means the root mean square error: $\sqrt{\text{bias}^2 + \text{standard error}^2}$.


# %% solution="break_even"
def break_even(bias, error, S, N, list_price, person_price):
    """Return (people, crowns) of the smallest lottery whose RMSE is at most the cheap sample's.

    bias, error: bias and standard error of the cheap sample's estimate; a bias may be negative.
    Both may be 0, and then only all N people are as near.
    S: standard deviation of the N people. people: a whole number, from 1 to N.
    list_price: crowns for the list. person_price: crowns for each person.

    Example: break_even(3, 4, 20, 100, 500, 30) is (14, 920). The cheap sample has the RMSE 5. A
    lottery of 14 out of 100 has 20 sqrt(1/14 - 1/100) = 4.957, and one of 13 has 5.174. It costs
    500 + 14 * 30 crowns.
    """
    ### BEGIN SOLUTION
    rmse_squared = bias**2 + error**2
    people = math.ceil(1 / (rmse_squared / S**2 + 1 / N))
    return people, list_price + person_price * people
    ### END SOLUTION


# %% check="break_even"
got = break_even(3, 4, 20, 100, 500, 30)
assert np.shape(got) == (2,), (
    f"Your function returns {got}. Return two numbers, (people, crowns). See hint 2."
)
people, crowns = got
said = f"In the docstring's example you need {people} people; expected 14:"
assert not math.isclose(people, 31) and not math.isclose(people, 30.77, rel_tol=0.01), (
    f"{said} the cheap sample has a spread of its own. Its RMSE is 5, not 3. See hint 1."
)
assert not math.isclose(people, 8) and not math.isclose(people, 7.547, rel_tol=0.01), (
    f"{said} bias and standard error do not add up; their squares do. See hint 1."
)
assert not math.isclose(people, 16), (
    f"{said} of 100 people 14 are enough, since a lottery without putting back has the standard"
    " error S sqrt(1/n - 1/N). See hint 2."
)
assert people not in (4, 5), (
    f"{said} a lottery's error falls with the root of n, so half the error takes four times the"
    " people. See hint 2."
)
assert math.isclose(people, round(people)), (
    f"{said} people come whole. Round up: one fewer would be too few. See hint 3."
)
assert people != 13, (
    f"{said} a lottery of 13 has the RMSE 5.174, which is more than 5. Round up. See hint 3."
)
assert people == 14, f"{said} solve S sqrt(1/n - 1/N) = 5 for n. See hint 2."
assert crowns != 420, (
    f"14 people cost {crowns} crowns; expected 920: before you can draw anybody you have to pay for"
    " the list. See hint 3."
)
assert math.isclose(crowns, 920), (
    f"14 people cost {crowns} crowns; expected 920: 500 for the list, and 14 times 30. See hint 3."
)

# %% hidden="break_even"
### BEGIN HIDDEN TESTS
people, crowns = break_even(-920, 40, 1_900, 200_000, 5_000, 30)
said = (
    f"With bias -920, error 40, S 1,900, N 200,000 and prices of 5,000 and 30 you find {people}"
    f" people and {crowns} crowns; expected 5 and 5,150:"
)
assert people != 4, (
    f"{said} the cheap sample's RMSE is 921 and that of 4 people 950. Round up, not to the nearest."
    " See hint 3."
)
assert people == 5 and math.isclose(crowns, 5_150), (
    f"{said} a bias counts the same with either sign. See hint 1."
)
for case, fewest, price, why in [
    ((0.5, 0, 20, 60, 0, 7), 58, 406, "a lottery of all 60 has no error. See hint 2."),
    ((900, 0, 300, 1_000, 250, 40), 1, 290, "even one person is nearer, and none is no lottery."),
    ((1, 0, 10, 100, 20, 3), 50, 170, "50 people have exactly the RMSE 1, and at most is enough."),
    ((0, 0, 10, 64, 20, 3), 64, 212, "no error is what only all 64 have. See hint 2."),
]:
    people, crowns = break_even(*case)
    assert people == fewest and math.isclose(crowns, price), (
        f"break_even{case} gives {people} people and {crowns} crowns; expected {fewest} and"
        f" {price}: {why}"
    )
for case in [(2.0, 6.0, 31.0, 5_000, 90.0, 12.5), (-11.0, 1.0, 140.0, 700, 1_000.0, 3.0)]:
    bias, error, S, N, *prices = case
    people, crowns = break_even(*case)
    rmse = [S * math.sqrt(1 / n - 1 / N) for n in range(1, N + 1)]
    fewest = 1 + sum(e > math.hypot(bias, error) for e in rmse)
    assert people == fewest and math.isclose(crowns, prices[0] + prices[1] * fewest), (
        f"break_even{case} gives {people} people and {crowns} crowns; expected {fewest} and"
        f" {prices[0] + prices[1] * fewest:.1f}. See hint 2."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the error to beat</summary>
#
# The cheap sample misses by its bias and by its spread: `bias**2 + error**2` is the square of its
# RMSE. You can stay with the square.
# </details>
#
# <details><summary>Hint 2: how many people</summary>
#
# Set S^2 (1/n - 1/N) equal to that square and solve for n: divide by S^2, add 1/N, and take one
# over it. Or try n = 1, 2, 3, ... until the lottery's error is small enough.
# </details>
#
# <details><summary>Hint 3: whole people, and the price</summary>
#
# `math.ceil` rounds up, and leaves a whole number as it is. The list costs the same for one person
# as for a thousand: `list_price + person_price * people`.
# </details>

# %% [markdown] tags=["solution-only"]
# $n = 1 / (\text{RMSE}^2 / S^2 + 1 / N)$ is how many people drawn by lot the cheap sample is
# *worth*. What usually goes wrong: the cheap sample's own spread is left out, which asks too much
# of the lottery; bias and standard error are added without their squares; n is rounded to the
# nearest; the list is forgotten, and it is often the dearest part of a small lottery.
#
# The bias went in as a known number. In practice it is a guess, and the use of the formula is to
# try several. Where the bias is most of the error, half of it asks about four times the people.

# %% [markdown]
# ## Task 3: What a waiting room finds
#
# People are met in proportion to how often they come. You ask them for something, perhaps how
# content they are. What will the mean be?
#
# 1. `found`: the expected mean of a single person whom you meet there. Each person counts as often
#    as they come.
# 2. `mended`: what you get from a large sample from there when you weight everybody by one over
#    their visits.


# %% solution="waiting_room"
def waiting_room(visits, values):
    """Return (found, mended), two means of `values`.

    visits: array [N] of whole numbers, how often each person comes; not 0 for all.
    values: array [N], what you ask each person for.

    Example: waiting_room(np.array([0, 1, 3]), np.array([1.0, 4.0, 8.0])) is (7.0, 6.0). The third
    person is met three times as often as the second, so found is (4 + 3 * 8) / 4. With the weights
    both count the same, and the first is not there.
    """
    ### BEGIN SOLUTION
    found = np.sum(visits * values) / np.sum(visits)
    return found, values[visits > 0].mean()
    ### END SOLUTION


# %% check="waiting_room"
visits, values = np.array([0, 1, 3]), np.array([1.0, 4.0, 8.0])
got = waiting_room(visits, values)
assert np.shape(got) == (2,), (
    f"Your function returns {got}. Return two numbers, (found, mended). See hint 1."
)
found, mended = got
said = f"In the docstring's example found is {found:.4g}; expected 7:"
assert not math.isclose(found, 7.0 * 4 / 3), (
    f"{said} there were 4 visits; divide by them, not by the 3 people. See hint 1."
)
assert not math.isclose(found, 2.5), f"{said} `values` is what you ask for, not visits. See hint 1."
assert not math.isclose(found, 28), f"{said} a mean, so divide by the visits. See hint 1."
assert not np.isclose(found, [13 / 3, 6]).any(), (
    f"{said} whoever comes three times counts three times. See hint 1."
)
assert not 6.5 < found < 7.5 or math.isclose(found, 7), (
    f"{said} the exact mean, computed from visits and values and not by drawing. See hint 1."
)
assert math.isclose(found, 7), f"{said} (1 * 4 + 3 * 8) / 4. See hint 1."
said = f"In the docstring's example mended is {mended:.4g}; expected 6:"
assert not math.isnan(mended) and not math.isinf(mended), (
    f"{said} one over 0 visits is infinite, and such people are not in the waiting room."
    " See hint 3."
)
assert not math.isclose(mended, 13 / 3), (
    f"{said} the mean of all three holds the first person, who never comes. No weight brings back"
    " somebody who cannot be met. See hint 3."
)
assert not math.isclose(mended, 5), (
    f"{said} you weight the town, where each person stands once. In a sample from the waiting room"
    " person 3 stands three times for each time of person 2. Weight that. See hint 2."
)
assert not 5.5 < mended < 6.5 or math.isclose(mended, 6), (
    f"{said} the exact mean, computed and not drawn. See hint 2."
)
assert math.isclose(mended, 6), (
    f"{said} with weights of one over visits, persons 2 and 3 count the same. See hint 2."
)

# %% hidden="waiting_room"
### BEGIN HIDDEN TESTS
found, mended = waiting_room(np.array([2, 2, 2]), np.array([1.0, 5.0, 9.0]))
assert math.isclose(found, 5) and math.isclose(mended, 5), (
    f"Where all come equally often you return {found:.4g} and {mended:.4g}; expected 5 and 5: no"
    " bias, and nothing to mend. See hint 1."
)
rng = np.random.default_rng(2)
for N, mean in [(500, 1.5), (60, 6.0)]:
    visits = rng.poisson(mean, size=N)
    for values in (visits.astype(float), rng.normal(-3, 2, size=N) - 0.5 * visits):
        found, mended = waiting_room(visits, values)
        met = np.repeat(np.arange(N), visits)  # one line for each visit
        expected = values[met].mean()
        assert math.isclose(found, expected, rel_tol=1e-9), (
            f"In a town of {N} found is {found:.4f}; expected {expected:.4f}, the mean over all"
            " visits. See hint 1."
        )
        expected = values[np.unique(met)].mean()
        assert math.isclose(mended, expected, rel_tol=1e-9), (
            f"In a town of {N} mended is {mended:.4f}; expected {expected:.4f}, the mean over those"
            " who come at all. See hint 3."
        )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a list of visits</summary>
#
# Think of the waiting room's book, with one line for each visit and the visitor's value in it. Whom
# you meet is a line drawn by lot. `found` is the mean of the lines: sum of visits times value, over
# the sum of visits.
# </details>
#
# <details><summary>Hint 2: the weights</summary>
#
# A person is met in proportion to their visits, and then counts for one over their visits. Multiply
# the two. What is left?
# </details>
#
# <details><summary>Hint 3: those who never come</summary>
#
# What is left is 1 for everybody who can be met at all, and `visits > 0` says who that is.
# </details>

# %% [markdown] tags=["solution-only"]
# `np.average(values, weights=visits)` is the same. Where you ask for the visits themselves, it is
# the lesson's $E[x \cdot x] / E[x]$, which is above $E[x]$ wherever people differ.
#
# What usually goes wrong: the sum is divided by the people, not by the visits; `mended` is taken
# for the mean of everybody. Weights of one over the chance do set right what was met too often or
# too seldom. Somebody whose chance is 0 would need an infinite weight, and is in no sample that
# could carry it. The bias that is left is that of **undercoverage**: it depends on how many never
# come and on how they differ.
