# %% [markdown]
# # Strata: nobody left out
#
# You will ask fifty people and be sure that no group is missing. Then you meet the samples for
# which nobody can promise that.
#
# **You will be able to** share a sample out among groups so that each is in every draw; say what an
# allocation does to the error before you ask anybody; weight what you drew unequally; say when
# strata cannot be made, and what to do then.
#
# **Time** 40 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb), for bias, standard error and the
# interval that a lottery earns.

# %% [markdown]
# ## One lottery for each group
#
# In **stratified sampling** you divide the population into groups of which everybody belongs to
# exactly one, the **strata**. You decide beforehand how many people to take from each, and draw
# them by lot within it. The numbers are called the **allocation**, here *places*.
#
# Two claims of the course's [ledger](../LEDGER.md) are tested below.
#
# - **T10**: stratified sampling divides the population into groups and samples each, so that none
#   is lost. Its limit: a stratum that is allotted nobody is lost, and one that is allotted a single
#   person yields no variance.
# - **T11**: it is not always possible, because a sample may belong to several groups, or to none
#   that you know.
#
# Riverton is made up. Its groups A, B and C (gig workers, who are few) were
# [set by the authors](../../datasets/riverton_people/README.md) and stand for no real group.

# %%
from math import comb

import networkx as nx
import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedShuffleSplit, train_test_split

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import AT_HOME, TWO_CALLS, Riverton
from labkit.sampling import compare, strata
from labkit.sampling.compare import BY_CHANCE, Drawn, Method
from labkit.sampling.estimate import variance_of_mean, variance_of_two_phase_mean

SEED = 7  # change it: every claim below should still hold

city = Riverton()
N = city.N
spend, default = city.spend, city.default.astype(float)
print(f"{N:,} people: {spend.mean():,.0f} crowns a month, {default.mean():.1%} default")

# %% [markdown]
# ## Whom a lottery misses
#
# **The question.** Before you train anything, you read the files of fifty people, to get a feeling
# for the city. Is everybody represented who lives there? (**T10**)
#
# The strata are twelve **cells**: each of three groups in each of four boroughs.

# %%
n = 50
cell = city.group_and_borough  # a whole number from 0 to 11 for everybody
size = np.bincount(cell)
groups, boroughs = (list(city.people[c].cat.categories) for c in ("group", "borough"))
names = [f"{g} {b}" for g in groups for b in boroughs]
pd.DataFrame((n * size / N).reshape(3, 4), groups, boroughs).round(2)

# %% [markdown]
# That is how many of each cell you expect among fifty.
#
# **Your guess.** You draw fifty people by lot, a hundred times over. In how many of the hundred
# samples is at least one of the twelve cells empty?

# %%
my_guess = 30  # of 100 samples, edit me

# %%
show_source(strata.stratified)

# %% [markdown]
# `stratified` holds a lottery in each stratum. Here it gets places in proportion to the city, but
# never fewer than two for a cell. (So the small cells have more than their share. A mean has to be
# weighted for that; you see how below.) Beside it stands a simple random sample.

# %%
places = strata.proportional(size, n, at_least=2)


def by_cell(ids):
    return np.bincount(cell[ids], minlength=12)


rng = np.random.default_rng([SEED, 1])
lottery = np.array([by_cell(rng.choice(N, n, replace=False)) for _ in range(4_000)])
draws = [strata.stratified(cell, places, rng) for _ in range(200)]
in_strata = np.array([by_cell(ids) for ids in draws])

# %% [markdown]
# Theory has the same answer for the lottery: of all samples of n, the share that avoid a cell of
# $N_h$ people is the number of ways to choose n from the others, divided by that from everybody.


# %%
def chance_of_none(N_h, n):
    return comb(N - int(N_h), n) / comb(N, n)


exact = np.array([chance_of_none(N_h, n) for N_h in size])
empty = (lottery == 0).mean(axis=0)
some_empty = (lottery == 0).any(axis=1).mean()
of_c = lottery[:, 8:].sum(axis=1)
no_c = (of_c == 0).mean()
no_c_exact = chance_of_none(size[8:].sum(), n)
with_empty = int((in_strata == 0).any(axis=1).sum())
print(f"Lotteries of {n} with nobody of C: {no_c:.0%},")
print(f"with one person of C: {np.mean(of_c == 1):.0%}")
print(f"Of 100 people: with nobody of C {chance_of_none(size[8:].sum(), 100):.0%},")
print(f"with nobody of {names[8]} {chance_of_none(size[8], 100):.0%}")

# %%
fig, ax = figures.new(
    title="Nearly every lottery of fifty people misses a whole cell",
    xlabel="samples in which it is empty (of 100)",
    size=(7.6, 4.2),
)
rows = [*names, "all of C", "at least one cell"]
heights = 100 * np.array([*empty, no_c, some_empty])
colours = [figures.BLUE] * 12 + [figures.SKY, figures.ORANGE]
ax.barh(rows, heights, color=colours, height=0.7)
ax.plot(100 * np.append(exact, no_c_exact), np.arange(13), "|", color="black", ms=9)
ax.set(xlim=(0, 103))
ax.invert_yaxis()
ax.grid(axis="y", visible=False)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"Bars: 4,000 lotteries of {n}; black marks: theory. At least one cell is empty in "
    f"{some_empty:.0%} of them, and group C is missing altogether in {no_c:.0%}. In strata with "
    f"two places or more each, a cell was empty in {with_empty} of 200 samples.",
    alt="Horizontal bars, one for each of twelve cells. Those of group A are near zero, those of "
    "group C near sixty of a hundred. The bar for at least one empty cell is nearly full.",
)

# %% tags=["claim-T10"]
claim(
    "T10",
    "a lottery of fifty leaves at least one of twelve cells empty in most samples",
    measured=some_empty,
    at_least=0.95,
)
claim(
    "T10",
    "it misses group C altogether as often as theory says",
    measured=abs(no_c - no_c_exact) / np.sqrt(no_c_exact * (1 - no_c_exact) / 4_000),
    at_most=5,
    unit="standard errors",
)
claim(
    "T10",
    "stratified samples with places for every cell in which one is empty",
    measured=with_empty,
    equals=0,
    unit="of 200",
)

# %% [markdown]
# **Why.** A lottery is fair to people, one by one, and knows nothing of groups. The rarer a group,
# the more of the spread in its count is left to chance. Strata take that count out of chance's
# hands. Within the cell chance decides as before.
#
# **Where it stops being true.** A promise for every stratum needs a place for every stratum.
# Proportional places are fractions, and people come whole. Round them the way most code does:

# %%
share = n * size / N
by_pandas = city.people.groupby(cell).sample(frac=n / N, random_state=1).index
by_sklearn, _ = train_test_split(
    np.arange(N),
    train_size=n,
    stratify=cell,
    random_state=1,
)
table = pd.DataFrame(
    {
        "Python's round": [round(x) for x in share],
        "floor": np.floor(share).astype(int),
        "pandas, groupby.sample": by_cell(by_pandas),
        "sklearn, stratify=": by_cell(by_sklearn),
        "at least two": places,
    },
    index=names,
)
table.loc["total"] = table.sum()
table.loc["empty cells"] = (table.iloc[:12] == 0).sum()
table.insert(0, "fair share", [*(f"{x:.2f}" for x in share), f"{share.sum():.0f}", ""])
table

# %% [markdown]
# `round`, pandas and scikit-learn leave cells of C that nobody can be drawn from, and no warning.
# The totals of `round` and pandas agree with n here. That is luck:

# %%
several = np.arange(50, 501)
off = np.array([sum(round(x) for x in k * size / N) - k for k in several])
print(f"For n from 50 to 500 rounded places miss n {np.mean(off != 0):.0%} of the time,")
print(f"by {off.min():+d} to {off.max():+d} people.")

# %% [markdown]
# Largest remainders mend the total: take the whole part of every share, then give the places that
# are left to the strata with the largest fractions. A floor of one or two mends the rest. You build
# this in the exercise.
#
# Why two? The variance of a stratum is measured by how its people differ. A single person differs
# from nobody.

# %%
rng = np.random.default_rng([SEED, 2])
variances = {}
for lowest in (1, 2):
    shared = strata.proportional(size, n, at_least=lowest)
    ids = strata.stratified(cell, shared, rng)
    weight = (size / shared)[cell[ids]]
    design = {"stratum": cell[ids], "sampled": shared / size}
    variances[lowest] = variance_of_mean(spend[ids], weight, **design)
    print(f"at least {lowest} in each cell: variance {variances[lowest]:,.0f}")

# %% tags=["claim-T10"]
lost = np.flatnonzero([round(x) == 0 for x in share])
drawn = [strata.stratified(cell, table["Python's round"][:12], rng) for _ in range(200)]
claim(
    "T10",
    "rounding gives whole cells no place, and so some people no chance",
    measured=int(size[lost].sum()),
    at_least=1_000,
    unit="people",
    limit=True,
)
claim(
    "T10",
    "people of those cells in 200 stratified samples",
    measured=int(np.isin(cell[np.concatenate(drawn)], lost).sum()),
    equals=0,
    limit=True,
)
claim(
    "T10",
    "with a single person in a stratum there is no variance",
    measured=bool(np.isnan(variances[1])),
    equals=True,
    limit=True,
)

# %% [markdown]
# Where a stratum is too small for two, merge it with the stratum most like it. Do it before you see
# the answers, or you choose the variance that you like.

# %% [markdown]
# ## Where to send the interviewers
#
# **The question.** You have 2,000 interviews. Which strata, and how many places in each, give the
# least error? (**T10**)
#
# Weight each stratum's mean by its share of the city, $W_h = N_h / N$. The estimate is
# $\sum_h W_h \bar y_h$, where $\bar y_h$ is the mean of the $n_h$ people drawn there. It has
# no bias, whatever the places are, if each stratum has some. Its variance is known before you ask
# anybody, if you know $S_h$, the standard deviation within the stratum:
#
# $$\text{variance} = \sum_h W_h^2\, \frac{S_h^2}{n_h} \Bigl(1 - \frac{n_h}{N_h}\Bigr)$$

# %%
n = 2_000


def deviations(values, stratum):
    """S_h, the standard deviation within each stratum, over everybody."""
    return pd.Series(values).groupby(stratum).std().to_numpy()


def exact_error(values, stratum, places):
    """Standard error of the stratified mean, from the whole population."""
    N_h = np.bincount(stratum)
    W, S = N_h / N, deviations(values, stratum)
    return np.sqrt(np.sum(W**2 * S**2 / places * (1 - places / N_h)))


# %% [markdown]
# Only the spread *within* the strata is left in the formula. How strata differ from each other no
# longer matters, since each is present in its right share. So good strata are alike inside, in what
# you ask. Three rules for the places:
#
# - **Proportional**: as many as the stratum's share of the city.
# - **Equal**: as many for each stratum, whatever its size.
# - **Neyman**: in proportion to $N_h S_h$, more where people are many and where they differ.

# %%
show_source(strata.neyman)

# %%
income = city.income_class  # ten classes of equally many people
by_income = np.bincount(income)
neyman = {
    "spend": strata.neyman(by_income, deviations(spend, income), n),
    "default": strata.neyman(by_income, deviations(default, income), n),
}
pd.DataFrame(
    {
        "people": by_income,
        "S_h of spend": deviations(spend, income).round().astype(int),
        "places, proportional": strata.proportional(by_income, n),
        "places, Neyman for spend": neyman["spend"],
        "S_h of default": deviations(default, income).round(3),
        "places, Neyman for default": neyman["default"],
    }
).rename_axis("income class")

# %% [markdown]
# **Your guess.** Mean spend, strata by income, Neyman's places. How large is the standard error,
# relative to that of a simple random sample of the same size?

# %%
my_guess = 0.9  # of the lottery's standard error, edit me

# %% [markdown]
# **Measure.** Six plans, two questions: the formula from everybody, and beside it the spread of
# 150 samples. The first plan has strata by sex, which goes with nothing in Riverton.

# %%
sex = city.people["sex"].cat.codes.to_numpy()
by_group = np.bincount(city.group)
PLANS = {
    "sex, proportional": (sex, strata.proportional(np.bincount(sex), n)),
    "group and borough, prop.": (cell, strata.proportional(size, n)),
    "income, proportional": (income, strata.proportional(by_income, n)),
    "income, Neyman for spend": (income, neyman["spend"]),
    "income, Neyman for default": (income, neyman["default"]),
    "group, equal": (city.group, strata.equal(by_group, n)),
}


def estimates(stratum, places, repeats, rng):
    """Stratified means of spend and default, weighted and not."""
    weight = (np.bincount(stratum) / places)[stratum]
    rows = []
    for _ in range(repeats):
        ids = strata.stratified(stratum, places, rng)
        w, asked = weight[ids], np.column_stack([spend[ids], default[ids]])
        rows.append([*np.average(asked, axis=0, weights=w), *asked.mean(axis=0)])
    columns = ["spend", "default", "spend, bare", "default, bare"]
    return pd.DataFrame(rows, columns=columns)


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 3])
runs = {}
for name in progress(list(PLANS), "plans"):
    runs[name] = estimates(*PLANS[name], 150, rng)

# %%
truth = {"spend": spend, "default": default}
by_lot = {q: v.std(ddof=1) * np.sqrt((1 - n / N) / n) for q, v in truth.items()}
relative = pd.DataFrame(index=list(PLANS))
for q, values in truth.items():
    exactly = [exact_error(values, *plan) for plan in PLANS.values()]
    relative[f"{q}, exact"] = np.array(exactly) / by_lot[q]
    relative[f"{q}, simulated"] = [run[q].std() / by_lot[q] for run in runs.values()]
relative.round(3)

# %%
fig, axes = figures.new(
    title="The plan that is best for spend is the worst for default",
    size=(7.6, 3.5),
    columns=2,
)
heights = np.arange(len(relative))
for ax, q in zip(axes, truth, strict=True):
    ax.plot(relative[f"{q}, exact"], heights, "|", color=figures.ORANGE, ms=18, mew=2.2)
    ax.plot(relative[f"{q}, simulated"], heights, "o", ms=6, alpha=0.7)
    ax.set(xlim=(0.4, 1.6), ylim=(5.6, -1.7), yticks=heights)
    ax.set_yticklabels([])
    ax.set_xlabel(f"standard error, {q}")
    figures.mark_truth(ax, x=1, label="by lot")
axes[0].set_yticklabels(relative.index)
figures.mark_guess(axes[0], x=my_guess)
best = relative.loc["income, Neyman for spend"]
figures.show(
    fig,
    caption="Standard errors relative to a lottery of the same size: bars by the formula, dots "
    f"from 150 samples. Neyman's places for spend have {best['spend, exact']:.0%} of the lottery's "
    f"error on spend, and {best['default, exact']:.0%} on default.",
    alt="Two panels of six rows. Left, for spend, the income strata lie far left of the lottery's "
    "line, Neyman for spend furthest; equal places lie right of it. Right, for default, most lie "
    "near the line and Neyman for spend furthest to the right. Dots lie on their bars.",
)

# %% tags=["claim-T10"]
s, d = relative["spend, exact"], relative["default, exact"]
claim(
    "T10",
    "with strata by income, proportional places err less on spend than a lottery",
    measured=s["income, proportional"],
    at_most=0.75,
    unit="of the lottery's standard error",
)
claim(
    "T10",
    "Neyman's places err less still",
    measured=s["income, Neyman for spend"] / s["income, proportional"],
    at_most=0.9,
    unit="of the error with proportional places",
)
off_by = relative["spend, simulated"] / s - 1, relative["default, simulated"] / d - 1
claim(
    "T10",
    "the formula, known beforehand, foretells the spread of every plan",
    measured=np.abs(off_by).max(),
    at_most=0.35,
)

# %% [markdown]
# **Why.** The order is no accident of Riverton. Neyman's places are the minimum of the formula, so
# they never err more than proportional ones. Proportional places never err more than the lottery,
# up to terms of the size $1/N_h$. How much you gain depends on the strata: sex goes with nothing
# asked, and gains nothing. Income goes with spending, and the gain is large.

# %% tags=["claim-T10"]
order = []
for stratum in (sex, cell, income):
    N_h = np.bincount(stratum)
    best_places = strata.neyman(N_h, deviations(spend, stratum), n)
    neyman_error = exact_error(spend, stratum, best_places)
    prop_error = exact_error(spend, stratum, strata.proportional(N_h, n))
    order += [neyman_error / prop_error, prop_error / by_lot["spend"]]
claim(
    "T10",
    "Neyman, proportional, lottery: for three sets of strata no error above the next one's",
    measured=max(order),
    at_most=1.001,
    unit="of the next error",
)

# %% [markdown]
# **Where it stops being true.** Other places promise nothing. *Equal* places are there to learn
# about the small group, and the city's mean pays for them. And the best places for one question can
# be bad for another: the rich differ most in spending, and hardly any of them default.

# %% tags=["claim-T10"]
claim(
    "T10",
    "equal places per group err more on the city's mean spend than a lottery",
    measured=s["group, equal"],
    at_least=1.2,
    unit="of the lottery's standard error",
    limit=True,
)
claim(
    "T10",
    "Neyman's places for spend err more on defaults than a lottery",
    measured=d["income, Neyman for spend"],
    at_least=1.2,
    unit="of the lottery's standard error",
    limit=True,
)

# %% [markdown]
# One mistake costs more than any allocation: to draw unequally, and then take the mean as if
# everybody had had the same chance. A third of the equal sample is C; of the city far less is.

# %%
equal_run = runs["group, equal"]
found = equal_run.mean()
weights = pd.DataFrame(
    {
        "truth": [spend.mean(), default.mean()],
        "weighted": [found["spend"], found["default"]],
        "weights forgotten": [found["spend, bare"], found["default, bare"]],
    },
    index=["mean spend", "share who default"],
)
weights.loc["share of C"] = [by_group[2] / N] * 2 + [PLANS["group, equal"][1][2] / n]
weights.round(3)

# %% tags=["claim-T10"]
error = equal_run.std() / np.sqrt(150)
claim(
    "T10",
    "weighted by people per place, equal places have no bias beyond noise",
    measured=abs(equal_run["default"].mean() - default.mean()) / error["default"],
    at_most=5,
    unit="standard errors",
)
claim(
    "T10",
    "with the weights forgotten, the share who default comes out far too high",
    measured=equal_run["default, bare"].mean() / default.mean(),
    at_least=1.5,
    unit="times the truth",
)

# %% [markdown]
# ## Somebody in several groups
#
# **The question.** You label a thousand people and set a tenth aside as a **test set**. Each person
# carries **tags**, several at once, or none: data with several labels for each sample is called
# **multi-label**. The test set should hold each tag in its share. Can strata do it? (**T11**)

# %%
p = city.people
TAGS = {
    "no degree": ~p["has_degree"],
    "permit": p["id_document"] == "residence permit",
    "no app": ~p["has_app"],
    "default": p["default"],
    "new address": p["tenure_years"] < 0.25,
    "jumpy income": p["volatility"] > 1.2,
    "young": p["age"] < 22,
    "in debt": p["debt"] > 1,
}
rng = np.random.default_rng([SEED, 4])
pool = rng.choice(N, 1_000, replace=False)
labels = np.column_stack([tag.to_numpy()[pool] for tag in TAGS.values()])
pd.DataFrame({"people who carry it": labels.sum(axis=0)}, index=list(TAGS)).T

# %% [markdown]
# Strata need one group for each person. The way out that offers itself: make every *combination* of
# tags a stratum.

# %%
stratum = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
per_stratum = np.bincount(stratum)
ones = int((per_stratum == 1).sum())
few = int((per_stratum < 10).sum())
print(f"{len(per_stratum)} combinations; {ones} of one person, {few} of fewer than ten")
try:
    next(StratifiedShuffleSplit(1, test_size=0.1).split(labels, stratum))
except ValueError as error:
    print("scikit-learn:", str(error).split(". ")[0] + ".")

# %% [markdown]
# A stratum of one cannot be in both parts. One of fewer than ten has no whole person to give to a
# tenth. More tags make it worse: each one can double the combinations.
#
# **Your guess.** So split at random. By how much, in percent, is the count of the rarest tag in
# the test set typically off its share?

# %%
my_guess = 10  # percent, edit me

# %% [markdown]
# **Iterative stratification** is a partial answer. Deal people out, the carriers of the rarest tag
# first, each to the part that still wants that tag most. Common tags can be put right later; rare
# ones cannot.

# %%
show_source(strata.labels_apart)


# %%
def random_split(labels, parts, rng):
    """The part of each person: a shuffled deck of 0s and 1s."""
    ends = np.round(np.cumsum(parts) * len(labels)).astype(int)
    return np.searchsorted(ends, rng.permutation(len(labels)), side="right")


SPLITS = {"random": random_split, "iterative": strata.labels_apart}


def in_test(labels, split, repeats, rng):
    """Who is in the test set, a tenth, over repeated splits [repeats, people]."""
    return np.array([split(labels, [0.9, 0.1], rng) == 1 for _ in range(repeats)])


rng = np.random.default_rng([SEED, 5])
tested = {name: in_test(labels, split, 300, rng) for name, split in SPLITS.items()}
wanted = 0.1 * labels.sum(axis=0)
counts = {name: inside @ labels.astype(int) for name, inside in tested.items()}
off = {name: count - wanted for name, count in counts.items()}

# %%
fig, ax = figures.new(
    title="A random test set gets rare tags wrong; dealt by tag, it gets each right",
    xlabel="count of the tag in the test set, off its share (%)",
    size=(7.6, 3.9),
)
jitter = rng.uniform(-0.25, 0.25, (150, 8))
rows = np.arange(8)
x = 100 * off["random"] / wanted
ax.scatter(x[:150], rows + jitter, s=7, alpha=0.35, lw=0, color=figures.BLUE)
x = 100 * off["iterative"] / wanted
ax.plot(x.mean(axis=0), rows, "|", ms=20, mew=3, color=figures.ORANGE)
ax.set(yticks=rows, yticklabels=list(TAGS), ylim=(7.6, -1.2), xlim=(-110, 205))
ax.grid(axis="y", visible=False)
ax.text(105, 0.3, "dots: random splits", color=figures.BLUE)
ax.text(105, 1.1, "bars: iterative, mean", color=figures.ORANGE)
figures.mark_guess(ax, x=my_guess)
rms = {name: np.sqrt(np.square(o).mean(axis=0)) for name, o in off.items()}
rarest = int(wanted.argmin())
missing = (counts["random"] == 0).any(axis=1).mean()
figures.show(
    fig,
    caption=f"The rarest tag, {list(TAGS)[rarest]}, is typically off by "
    f"{rms['random'][rarest] / wanted[rarest]:.0%} in a random split, and {missing:.0%} of them "
    "miss some tag altogether. Iterative stratification is never off by more than "
    f"{np.abs(off['iterative']).max():.1f} people.",
    alt="Eight rows of dots around zero, one for each tag, wider the rarer the tag; the rarest "
    "reach from minus one hundred to plus two hundred percent. A bar in each row stays near zero.",
)

# %% tags=["claim-T11"]
claim(
    "T11",
    "strata of every combination of tags leave people who are alone in theirs",
    measured=ones,
    at_least=2,
    unit="strata of one",
)
claim(
    "T11",
    "iterative stratification: the worst tag of 300 splits is within two people of its share",
    measured=np.abs(off["iterative"]).max(),
    at_most=2,
    unit="people",
)
claim(
    "T11",
    "random splits: the worst tag in a typical split is many people off",
    measured=np.median(np.abs(off["random"]).max(axis=1)),
    at_least=3,
    unit="people",
)

# %% [markdown]
# **Why.** In a random split chance decides how many carriers of a tag come, and for a rare tag few
# are expected. Dealt by tag, the count is decided, and chance picks who.
#
# **Where it stops being true.** It keeps tags, not what goes together. And it is no probability
# design: no formula tells you anybody's chance. Whoever carries the same tags has the same chance,
# because the algorithm treats them alike. Others need not: a bar off zero is a tag whose tenth is
# no whole number of people, rounded the same way each time. Measure both, by how many tags people
# carry and by combinations:

# %%
carried = np.minimum(labels.sum(axis=1), 4)
chance = {}
for name, inside in tested.items():
    shares = np.array([inside[:, carried == k].mean(axis=1) for k in range(5)])
    chance[name] = shares.mean(axis=1)
    chance[f"{name}, error"] = shares.std(axis=1, ddof=1) / np.sqrt(300)
chance["people"] = np.bincount(carried)
index = ["none", "one", "two", "three", "four or more"]
pd.DataFrame(chance, index=index).round(4).rename_axis("tags carried")

# %%
large = np.flatnonzero(per_stratum >= 10)
member = (stratum[:, None] == large).astype(int)
spread = {name: (inside @ member).std(axis=0) for name, inside in tested.items()}
kept = np.mean(spread["iterative"] / spread["random"])
kept_tags = np.mean(off["iterative"].std(axis=0) / off["random"].std(axis=0))
print("Spread of counts in the test set, iterative over random:")
print(f"  tags {kept_tags:.2f}, combinations of ten people or more {kept:.2f}")

# %% tags=["claim-T11"]
claim(
    "T11",
    "combinations of tags stay nearly as uncertain as in a random split",
    measured=kept,
    at_least=0.5,
    unit="of the random split's spread",
)

# %% [markdown]
# **Real data.** Eighteen women of Natchez, Mississippi, and the fourteen social events that each of
# them went to, from newspapers of the 1930s (Davis, Gardner and Gardner, *Deep South*, 1941; it
# comes with networkx, BSD licence). A woman belongs to several events. Split the women into two
# halves, and count the events that nobody in one of the halves went to.

# %%
graph = nx.davis_southern_women_graph()
women, events = graph.graph["top"], graph.graph["bottom"]
went = np.array([[graph.has_edge(w, e) for e in events] for w in women])
alone = (np.unique(went, axis=0, return_counts=True)[1] == 1).sum()
print(f"{len(women)} women, {alone} of them alone in their combination of events")

rng = np.random.default_rng([SEED, 6])
davis = {}
for name, split in SPLITS.items():
    halves = [split(went, [0.5, 0.5], rng) == 1 for _ in range(400)]
    count = np.array([half @ went.astype(int) for half in halves])
    missed = ((count == 0) | (count == went.sum(axis=0))).any(axis=1)
    worst = np.abs(count - went.sum(axis=0) / 2).max(axis=1)
    davis[name] = {
        "splits that miss an event": missed.mean(),
        "worst event, people off": worst.mean(),
        "smaller half, at worst": min(min(h.sum(), 18 - h.sum()) for h in halves),
    }
pd.DataFrame(davis).T.round(2)

# %% tags=["claim-T11"]
gap = davis["random"]["splits that miss an event"]
gap -= davis["iterative"]["splits that miss an event"]
claim(
    "T11",
    "women and events: random halves miss an event far more often than dealt ones",
    measured=gap,
    at_least=0.2,
    unit="of all splits",
)

# %% [markdown]
# The last column is the price: the halves need not be of the same size, to the person.

# %% [markdown]
# ## Somebody of whom you know nothing
#
# **The question.** You want the share of group C who default. But no list says who is in C: you
# learn it when you ask. Are strata of use? (**T11**)
#
# `stratified` needs the stratum of everybody before it draws. **Two-phase sampling** buys it for
# some: a cheap question to many, drawn by lot, and then strata among those who answered. Whoever is
# asked further stands for their stratum's share of the first phase.

# %%
show_source(strata.two_phase)

# %% [markdown]
# In Riverton an interview at home costs one price, and the short calls before it raise it by half.
# What the calls cost would pay for more interviews, so compare at equal cost.

# %%
n, calls = 2_000, 10_000
districts = city.district.max() + 1  # so many people live in each that all are visited
total = TWO_CALLS.list_of_people + TWO_CALLS.person * n + TWO_CALLS.trip * districts
fixed = AT_HOME.list_of_people + AT_HOME.trip * districts
n_lot = round((total - fixed) / AT_HOME.person)
print(f"{calls:,} calls and {n:,} interviews cost {total:,.0f} crowns,")
print(f"which pays for {n_lot:,} interviews by lot")
per_call = (TWO_CALLS.person - AT_HOME.person) * n / calls
print(f"(a call {per_call:.0f} crowns, an interview {AT_HOME.person:.0f})")

# %% [markdown]
# **Your guess.** How many interviews by lot would tell C's share as exactly as two phases do?

# %%
my_guess = 2_500  # interviews by lot, edit me

# %% tags=["nbval-ignore-output"]
in_c = city.group == 2
rng = np.random.default_rng([SEED, 7])
rows = []
for _ in progress(range(300), "samples"):
    lot = rng.choice(N, n_lot, replace=False)
    ids, weight, seen = strata.two_phase(city.group, calls, n, rng)
    rows.append(
        {
            "C's default, by lot": default[lot[in_c[lot]]].mean(),
            "C's default, two phases": default[ids[in_c[ids]]].mean(),
            "all spend, by lot": spend[lot].mean(),
            "all spend, two phases": np.average(spend[ids], weights=weight),
            "C asked, by lot": in_c[lot].sum(),
            "C asked, two phases": in_c[ids].sum(),
        }
    )
phases = pd.DataFrame(rows)

# %%
error, mean = phases.std(), phases.mean()
p_c, share_c = default[in_c].mean(), in_c.mean()
curve = np.geomspace(500, 30_000, 60)
theory = np.sqrt(p_c * (1 - p_c) / (curve * share_c))
worth = p_c * (1 - p_c) / error["C's default, two phases"] ** 2 / share_c
fig, ax = figures.new(
    title="For the same money, two phases know the rare group far better",
    xlabel="interviews",
    ylabel="standard error of C's share (points)",
)
ax.plot(curve, 100 * theory, color=figures.GREY, lw=1.4)
ax.plot(n_lot, 100 * error["C's default, by lot"], "o", ms=8, color=figures.ORANGE)
ax.plot(n, 100 * error["C's default, two phases"], "o", ms=8, color=figures.BLUE)
ax.hlines(100 * error["C's default, two phases"], n, worth, figures.BLUE, ":", lw=1.4)
ax.annotate("by lot, same cost", (n_lot, 100 * error["C's default, by lot"]), (9, 5),
            textcoords="offset points", color=figures.ORANGE)  # fmt: skip
ax.annotate("two phases", (n, 100 * error["C's default, two phases"]), (-8, -4),
            textcoords="offset points", color=figures.BLUE, ha="right", va="top")  # fmt: skip
ax.set(xscale="log", ylim=(0, None))
ax.set_xticks([500, 1_000, 2_000, 5_000, 10_000, 30_000])
ax.set_xticklabels(["500", "1,000", "2,000", "5,000", "10,000", "30,000"])
ax.minorticks_off()
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"Grey: theory, by lot. {n:,} interviews in two phases hold "
    f"{mean['C asked, two phases']:.0f} people of C, {n_lot:,} by lot "
    f"{mean['C asked, by lot']:.0f}. The dotted line meets the curve at {worth:,.0f} interviews.",
    alt="A falling curve of standard error against interviews by lot, with a dot on it at the same "
    "cost. The dot of two phases lies far below the curve, at fewer interviews.",
)

# %% tags=["claim-T11"]
cheaper = error["C's default, two phases"] / error["C's default, by lot"]
claim(
    "T11",
    "for the same money, two phases err less on C's share than a lottery",
    measured=cheaper,
    at_most=0.75,
    unit="of the lottery's standard error",
)
claim(
    "T11",
    "and they have no bias beyond the noise of their repetitions",
    measured=abs(mean["C's default, two phases"] - p_c) / phases.sem()["C's default, two phases"],
    at_most=5,
    unit="standard errors",
)

# %% [markdown]
# **Why.** The calls find the people of C, and the interviews go to all whom they found. By lot most
# interviews go to A.
#
# **Where it stops being true.** Ask about the whole city, and the interviews that went to C are
# missing elsewhere. And the first question has to be cheap, or the lottery has as many of C for the
# money, and more of A and B besides.

# %%
wider = error["all spend, two phases"] / error["all spend, by lot"]
print(f"Mean spend: two phases have {wider:.2f} times the lottery's standard error.")
as_many = mean["C asked, two phases"] / share_c  # interviews by lot
dear = AT_HOME.person * (as_many - n) / calls
print(f"At {dear:.0f} crowns a call, the same money by lot would hold as many of C.")

# %% tags=["claim-T11"]
claim(
    "T11",
    "for the whole city's mean the same money is better spent by lot",
    measured=wider,
    at_least=1.1,
    unit="times the lottery's standard error",
)

# %% [markdown]
# The other way to use groups that you learn only by asking: draw by lot, and weight the answers
# afterwards until the groups have their known shares. That is **post-stratification**, and a lesson
# of its own. It needs the shares, not the list.

# %% [markdown]
# ## Side by side
#
# Each method 300 times over, for two questions; costs are those of interviews at home. *Naive*
# intervals pretend a simple random sample. Those by *design* use the variance within strata. For
# two phases that is the one below, which adds what the first phase left to chance.

# %%
show_source(variance_of_two_phase_mean)

# %% tags=["nbval-ignore-output"]
by_name = city.methods()
equal_draw = by_name["equal per group"].draw


def forgotten(rng):
    drawn = equal_draw(rng)
    return Drawn(drawn.ids, stratum=drawn.stratum, sampled=drawn.sampled)


chosen = [
    "simple random", "strata, proportional", "income strata, prop.",
    "income strata, Neyman", "equal per group", "two-phase",
]  # fmt: skip
listed = [by_name[name] for name in chosen]
listed.insert(5, Method("equal, not weighted", BY_CHANCE, forgotten, AT_HOME))
measured = compare.measure(
    listed,
    truth,
    city.district,
    repeats=300,
    seed=SEED,
    progress=progress,
)

# %%
tables = {q: compare.summary(measured, q, v.mean()) for q, v in truth.items()}
methods.shown(tables["spend"]).rename_axis("spend")

# %%
methods.shown(tables["default"]).rename_axis("share who default")

# %%
family = {m.name: m.family for m in listed}
fig, ax = methods.bias_and_spread(
    tables["default"], family, title="Share who default: strata change the spread, weights the bias"
)
t = tables["default"]
figures.show(
    fig,
    caption=f"Dots: bias; lines: the middle 95 % of 300 samples. Without weights, equal places are "
    f"{t.loc['equal, not weighted', 'bias %']:+.0f} % off. Neyman's places for spend spread by "
    f"{t.loc['income strata, Neyman', 'spread %']:.1f} %, a lottery by "
    f"{t.loc['simple random', 'spread %']:.1f} %.",
    alt="Seven rows, each a dot with a line. All dots lie on the truth but for equal places that "
    "are not weighted, which lie far to the right of it.",
)

# %% [markdown]
# Is everybody's chance what the design says? Two hundred thousand people are too many to count one
# by one, so count by tenths of activity, which is no stratum here.

# %%
tenth = pd.qcut(city.people["activity"], 10, labels=False).to_numpy()
inclusion = {
    name: compare.chances(by_name[name], tenth, repeats=60, seed=SEED)
    for name in ("income strata, Neyman", "equal per group")
}
by_tenth = pd.concat(inclusion, axis=1).rename_axis("tenth of activity")
by_tenth.iloc[[0, 3, 6, 9]].round(5)

# %% tags=["claim-T10"]
z = [
    ((c["measured"] - c["by design"]) / c["error"]).abs().max()
    for c in inclusion.values()
]  # fmt: skip
claim(
    "T10",
    "in no tenth of activity are the chances off the design by more than noise",
    measured=max(z),
    at_most=6.5,
    unit="standard errors",
)
hit = tables["default"]["hit, design"].drop("equal, not weighted")
claim(
    "T10",
    "with their own variance, weighted strata keep the promise of 95 %",
    measured=hit.min(),
    at_least=0.85,
)

# %% [markdown]
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | proportional | each stratum in its share | `round()` empties one | a list says who is where |
# | Neyman | more where many differ much | $S_h$ is a bad guess | one question, $S_h$ known |
# | equal | as many of each, weighted | weights are forgotten | you compare groups |
# | iterative | the rarest tag is dealt first | combinations matter | you split multi-label data |
# | two-phase | ask many a little, then strata | asking a little is dear | no list has the group |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T10", "lotteries of 50 with an empty cell", f"{some_empty:.1%}"),
        ("T10", "the same in strata with two or more each", "0 of 200"),
        ("T10 limit", "people whom round() gives no chance", f"{size[lost].sum():,}"),
        ("T10", "error on spend, income strata, proportional",
         f"{s['income, proportional']:.0%} of a lottery's"),
        ("T10", "the same, Neyman", f"{s['income, Neyman for spend']:.0%}"),
        ("T10 limit", "the same places, error on default",
         f"{d['income, Neyman for spend']:.0%}"),
        ("T10", "share who default, weights forgotten",
         f"{equal_run['default, bare'].mean() / default.mean():.1f} times the truth"),
        ("T11", "combinations of eight tags with one person", f"{ones}"),
        ("T11", "rarest tag off, random split",
         f"{rms['random'][rarest] / wanted[rarest]:.0%}"),
        ("T11", "worst tag off, iterative", f"{np.abs(off['iterative']).max():.1f} people"),
        ("T11", "two phases, error on C's share",
         f"{cheaper:.0%} of a lottery's"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Stratify when a list tells you the groups before you draw: it costs nothing, and no
# group is lost. Print the places before you draw anybody, and look for zeros and ones. Keep the
# weights in a column of the data. When you split multi-label data, count each tag in each part.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound above would fail by chance less than once in a million
# runs: each stands at least five standard errors from what theory, or many repetitions, lead you to
# expect.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/05_strata.ipynb) has three tasks: share out places
# so that no stratum is lost, compute the stratified mean with its standard error, and split data
# for training and test so that each class keeps its share.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   section on sampling.
# - Jerzy Neyman, "On the two different aspects of the representative method", *Journal of the Royal
#   Statistical Society* 97(4), 1934: the allocation; and "Contribution to the theory of sampling
#   human populations", *Journal of the American Statistical Association* 33, 1938: two phases.
# - Konstantinos Sechidis, Grigorios Tsoumakas and Ioannis Vlahavas, "On the stratification of
#   multi-label data", *ECML PKDD* 2011.
# - Sharon Lohr, *Sampling: Design and Analysis*: the textbook's chapters on stratified and
#   two-phase sampling.
# - scikit-learn on
#   [stratified splits](https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedShuffleSplit.html).
