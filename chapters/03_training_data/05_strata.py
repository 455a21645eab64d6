# %% [markdown]
# # Strata: nobody left out
#
# You will ask fifty people and be sure that no group is missing. Then you meet the samples for
# which nobody can promise that.
#
# **You will be able to** share a sample out among groups so that each is in every draw; say what an
# allocation does to the error; weight what you drew unequally; say when strata cannot be made, and
# what to do then.
#
# **Claims tested here**
#
# - **T10** "Stratified sampling divides the population into groups and samples each, so that none
#   is lost." Its limit: a stratum that is allotted nobody is lost, and one that is allotted a
#   single person yields no variance (unless it has only that one: then chance decides nothing).
# - **T11** "Stratified sampling is not always possible, because a sample may belong to several
#   groups or to none that you know."
#
# **Time** 45 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb), for bias, standard error and the
# interval that a lottery earns. [Chance, evenly](04_chance_evenly.ipynb), for the lottery itself.

# %% [markdown]
# ## One lottery for each group
#
# In **stratified sampling** you divide the population into groups of which everybody belongs to
# exactly one, the **strata**. You decide beforehand how many people to take from each, and draw
# them by lot within it. The numbers are called the **allocation**, here *places*.
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
from labkit.sampling.compare import BY_CHANCE, NO_CHANCE, Drawn, Method
from labkit.sampling.estimate import variance_of_mean

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
# `stratified` holds a lottery among the `members` of each stratum. Here it gets places in
# proportion to the city, but never fewer than two for a cell. Beside it stands a simple random
# sample.

# %%
places = strata.proportional(size, n, at_least=2)


def by_cell(ids):
    return np.bincount(cell[ids], minlength=12)


rng = np.random.default_rng([SEED, 1])
lottery = np.array([by_cell(rng.choice(N, n, replace=False)) for _ in range(4_000)])
draws = [strata.stratified(cell, places, rng) for _ in range(200)]
in_strata = np.array([by_cell(ids) for ids in draws])

# %% [markdown]
# Theory: the share of all samples of n that avoid a cell of $N_h$ people.


# %%
def chance_of_none(N_h, n):
    return comb(N - int(N_h), n) / comb(N, n)


exact = np.array([chance_of_none(N_h, n) for N_h in size])
empty = (lottery == 0).mean(axis=0)
some_empty = (lottery == 0).any(axis=1).mean()
no_c = (lottery[:, 8:].sum(axis=1) == 0).mean()
no_c_exact = chance_of_none(size[8:].sum(), n)
with_empty = int((in_strata == 0).any(axis=1).sum())

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
    caption=f"Bars: 4,000 lotteries of {n}; black marks: theory, cell by cell and for C. At least "
    f"one cell is empty in {some_empty:.0%}, and all of C in {no_c:.0%} of them. In strata with "
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
    at_most=5.5,
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
# the larger the swings of its count beside the count that you expect: where you expect half a
# person, nobody is the likeliest count. Strata take the count out of chance's hands. Within the
# cell chance decides as before.
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
        "pandas, groupby.sample": by_cell(by_pandas),
        "sklearn, stratify=": by_cell(by_sklearn),
    },
    index=names,
)
table.loc["total"] = table.sum()
table.loc["empty cells"] = (table.iloc[:12] == 0).sum()
table.insert(0, "fair share", [*(f"{x:.2f}" for x in share), f"{share.sum():.0f}", ""])
table

# %% [markdown]
# `round`, pandas and scikit-learn leave cells of C that nobody can be drawn from, and no warning.
#
# Give each cell two places at least, and take what that adds from the cells furthest above their
# share. You build this in the exercise, with a rounding that keeps the total: **largest
# remainders** take the whole part of each share, and give what is left to the largest fractions.
#
# Why two? The variance of a stratum is measured by how its people differ. A single person differs
# from nobody. (The small cells have more than their share now; weights make up for it, see below.)

# %%
rng = np.random.default_rng([SEED, 2])
variances = {}
for lowest in (1, 2):
    shared = strata.proportional(size, n, at_least=lowest)
    ids = strata.stratified(cell, shared, rng)
    weight = (size / shared)[cell[ids]]
    design = {"stratum": cell[ids], "sampled": shared / size}
    variances[lowest] = variance_of_mean(spend[ids], weight, **design)
    print(f"at least {lowest}: places {shared.tolist()},")
    print(f"  variance of mean spend {variances[lowest]:,.0f}")

# %% tags=["claim-T10"]
lost = np.flatnonzero([round(x) == 0 for x in share])
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
    "with a single person in a stratum there is no variance",
    measured=bool(np.isnan(variances[1])),
    equals=True,
    limit=True,
)

# %% [markdown]
# Where a stratum is too small for two, merge it with the one most like it, before you see answers.

# %% [markdown]
# ## Where to send the interviewers
#
# **The question.** You have 2,000 interviews. Which strata, and how many places in each, give the
# least error? (**T10**)
#
# Weight each stratum's mean by its share of the city, $W_h = N_h / N$. The estimate is
# $\sum_h W_h \bar y_h$, where $\bar y_h$ is the mean of the $n_h$ people drawn there. It has
# no bias, whatever the places are, if each stratum has some. Its variance is known before you draw,
# if somebody tells you $S_h$, the standard deviation within the stratum. Here the whole city tells
# you; at work it is an earlier survey, and a guess.
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
# Only the spread *within* the strata is left in the formula: how they differ from each other no
# longer matters. So good strata are alike inside, in what you ask. Three rules for the places:
#
# - **Proportional**: as many as the stratum's share of the city.
# - **Equal**: as many for each stratum, whatever its size.
# - **Neyman**: in proportion to $N_h S_h$, more where people are many and where they differ.
#
# `strata.neyman` rounds these by largest remainders. A stratum that would get more places than it
# has people is taken whole.

# %%
income = city.income_class  # ten classes of equally many people
by_income = np.bincount(income)
neyman = {
    "spend": strata.neyman(by_income, deviations(spend, income), n),
    "default": strata.neyman(by_income, deviations(default, income), n),
}
print(f"Proportional: {n // 10} for each class, since all are of one size")
pd.DataFrame(
    {
        "S_h, spend": deviations(spend, income).round().astype(int),
        "Neyman for spend": neyman["spend"],
        "S_h, default": deviations(default, income).round(3),
        "Neyman for default": neyman["default"],
    }
).rename_axis("income class")

# %% [markdown]
# **Your guess.** Mean spend, strata by income, Neyman's places. How large is the standard error,
# relative to that of a simple random sample of the same size?

# %%
my_guess = 0.8  # of the lottery's standard error, edit me

# %% [markdown]
# **Measure.** Five plans, two questions: the formula from everybody, and beside it the spread of
# 150 samples. The first plan has strata by sex, which goes with nothing in Riverton. Each person
# weighs as many people as stand behind one place; the weighted mean is then $\sum_h W_h \bar y_h$.

# %%
sex = city.people["sex"].cat.codes.to_numpy()
by_group = np.bincount(city.group)
PLANS = {
    "sex, proportional": (sex, strata.proportional(np.bincount(sex), n)),
    "income, proportional": (income, strata.proportional(by_income, n)),
    "income, Neyman for spend": (income, neyman["spend"]),
    "income, Neyman for default": (income, neyman["default"]),
    "group, equal": (city.group, strata.equal(by_group, n)),
}


def estimates(stratum, places, repeats, rng):
    """Stratified means of spend and default."""
    weight = (np.bincount(stratum) / places)[stratum]
    rows = []
    for _ in range(repeats):
        ids = strata.stratified(stratum, places, rng)
        asked = np.column_stack([spend[ids], default[ids]])
        rows.append(np.average(asked, axis=0, weights=weight[ids]))
    return pd.DataFrame(rows, columns=["spend", "default"])


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
    ax.set(xlim=(0.4, 1.6), ylim=(4.6, -1.5), yticks=heights)
    ax.set_yticklabels([])
    ax.set_xlabel(f"standard error, {q} (by lot: 1)")
    ax.axvline(1, color=figures.GREY, lw=1, zorder=1)
axes[0].set_yticklabels(relative.index)
figures.mark_guess(axes[0], x=my_guess)
best = relative.loc["income, Neyman for spend"]
figures.show(
    fig,
    caption="Relative to a lottery of the same size (grey line). Bars: by the formula; dots: from "
    f"150 samples, each with a standard error of {1 / np.sqrt(2 * 149):.0%}. Neyman's places for "
    f"spend have {best['spend, exact']:.0%} of the lottery's error on spend, and "
    f"{best['default, exact']:.0%} on default.",
    alt="Two panels of five rows. Left, for spend, the income strata lie left of the lottery's "
    "line, Neyman for spend furthest; equal places lie right of it. Right, for default, most lie "
    "near the line and Neyman for spend furthest to the right. Dots lie near their bars.",
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
order = [s["income, proportional"], d["income, proportional"]]
order += [s["sex, proportional"], d["sex, proportional"]]
order += [s["income, Neyman for spend"] / s["income, proportional"]]
order += [d["income, Neyman for default"] / d["income, proportional"]]
claim(
    "T10",
    "Neyman, proportional, lottery: no error is above the next one's, but for terms of 1 / N_h",
    measured=100 * (max(order) - 1),
    at_most=0.1,
    unit="% above it",
)
off_by = relative["spend, simulated"] / s - 1, relative["default, simulated"] / d - 1
claim(
    "T10",
    "given S_h, the formula foretells the spread of every plan: none is far from it",
    measured=np.abs(off_by).max(),
    at_most=0.35,
    unit="of it",
)

# %% [markdown]
# **Why.** Neyman's places are the minimum of the formula, so they never err more than proportional
# ones; and these never more than the lottery, up to terms of the size $1/N_h$. How much you gain
# depends on the strata: sex goes with nothing asked, income with spending.

# %% [markdown]
# **Where it stops being true.** Other places promise nothing. *Equal* places are there to learn
# about the small group, and the city's mean pays for them. And the best places for one question can
# be bad for another: the rich differ most in spending, and hardly any of them default.

# %%
many, expected = PLANS["group, equal"][1][2], n * by_group[2] / N
print(f"Of {n:,} people, equal places ask {many} of C; by lot you expect {expected:.0f}.")
gain = np.sqrt(expected / many)
print(f"The error on a mean of C's own is then {gain:.0%} of a lottery's.")

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
# A stratum of one cannot be in both parts, and one of fewer than ten has no whole person to give to
# a tenth. Each further tag can double the combinations.
#
# **Your guess.** So split at random. By how many percent, up or down, is the count of the rarest
# tag in the test set off its share? (The root mean square, over many splits.)

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
    title="A random test set gets rare tags wrong; dealt by tag, none is off by a person",
    xlabel="count of the tag in the test set, off its share (%)",
    size=(7.6, 3.9),
)
jitter = rng.uniform(-0.25, 0.25, (150, 8))
rows = np.arange(8)
x = 100 * off["random"] / wanted
ax.scatter(x[:150], rows + jitter, s=7, alpha=0.35, lw=0, color=figures.BLUE)
x = 100 * off["iterative"] / wanted
ax.plot(x.mean(axis=0), rows, "|", ms=20, mew=3, color=figures.ORANGE)
ax.set(yticks=rows, yticklabels=list(TAGS), ylim=(7.6, -1.7), xlim=(-110, 205))
ax.grid(axis="y", visible=False)
ax.text(105, 0.3, "dots: random splits", color=figures.BLUE)
ax.text(105, 1.1, "bars: iterative, mean", color=figures.ORANGE)
figures.mark_guess(ax, x=my_guess)
ax.axvline(-my_guess, color=figures.GUESS_COLOUR, ls=(0, (5, 3)), lw=1.4)
rms = {name: np.sqrt(np.square(o).mean(axis=0)) for name, o in off.items()}
rarest = int(wanted.argmin())
missing = (counts["random"] == 0).any(axis=1).mean()
figures.show(
    fig,
    caption=f"150 of 300 random splits. The rarest tag, {list(TAGS)[rarest]}, is off by "
    f"{rms['random'][rarest] / wanted[rarest]:.0%} (root mean square), and {missing:.0%} of the "
    "splits miss some tag altogether. Iterative stratification is off by "
    f"{np.abs(off['iterative']).max():.1f} people at most: people come whole.",
    alt="Eight rows of dots around zero, one for each tag, wider the rarer the tag; the rarest "
    "reach from minus one hundred to far beyond plus one hundred. A bar in each row is near zero.",
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
    "iterative stratification: no tag in 300 splits is off its share by a whole person",
    measured=np.abs(off["iterative"]).max(),
    below=1,
    unit="person",
)
claim(
    "T11",
    "random splits: the count of the rarest tag is far off, root mean square",
    measured=rms["random"][rarest] / wanted[rarest],
    at_least=0.3,
    unit="of its share",
)

# %% [markdown]
# **Why.** In a random split chance decides how many carriers of a tag come, and for a rare tag few
# are expected. Dealt by tag, the count is decided, and chance picks who.
#
# **Where it stops being true.** It keeps tags, not what goes together. And no formula gives you
# anybody's chance. In a random split everybody has the same, a tenth. Here those who carry the same
# tags are treated alike. But a tag whose tenth is no whole number of people is rounded the same way
# nearly each time: a bar off zero. The size of the test set may be off by a person or so, too.

# %%
large = np.flatnonzero(per_stratum >= 10)
member = (stratum[:, None] == large).astype(int)
spread = {name: (inside @ member).std(axis=0) for name, inside in tested.items()}
kept = np.mean(spread["iterative"] / spread["random"])
kept_tags = np.mean(off["iterative"].std(axis=0) / off["random"].std(axis=0))
chance = (counts["iterative"] / labels.sum(axis=0)).mean(axis=0)
print(f"Mean chance of a tag's carriers: {chance.min():.3f} to {chance.max():.3f}")
print("Spread of counts in the test set, iterative over random:")
print(f"  tags {kept_tags:.2f}, combinations of ten people or more {kept:.2f}")

# %% tags=["claim-T11"]
claim(
    "T11",
    "counts of combinations of tags keep most of the uncertainty of a random split",
    measured=kept,
    at_least=0.65,
    unit="of the random split's spread",
)

# %% [markdown]
# **Real data.** Eighteen women of Natchez, Mississippi, and which of fourteen social events each of
# them went to, from newspapers of the 1930s (Davis, Gardner and Gardner, *Deep South*, 1941; it
# comes with networkx, BSD licence). A woman belongs to several events. Split the women into two
# halves, many times over, and count the splits in which nobody in one of the halves went to some
# event.

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
    davis[name] = {
        "splits that miss an event": missed.mean(),
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
# ## Somebody of whom you know nothing
#
# **The question.** You want to know what share of group C default. But no list says who is in C:
# you learn it when you ask. Are strata of use? (**T11**)
#
# `stratified` needs the stratum of everybody before it draws. **Two-phase sampling** buys it for
# some: a cheap question to many, drawn by lot, and then strata among those who answered. Whoever is
# asked further stands for their stratum's share of the first phase.

# %%
show_source(strata.two_phase)

# %% [markdown]
# Five calls go before each interview here. What they cost would pay for more interviews, so compare
# at equal cost.

# %%
n, calls = 2_000, 10_000
districts = city.district.max() + 1  # nearly all are visited
total = TWO_CALLS.list_of_people + TWO_CALLS.person * n + TWO_CALLS.trip * districts
fixed = AT_HOME.list_of_people + AT_HOME.trip * districts
n_lot = round((total - fixed) / AT_HOME.person)
per_call = (TWO_CALLS.person - AT_HOME.person) * n / calls
print(f"An interview costs {AT_HOME.person:.0f} crowns, a call {per_call:.0f}.")
print(f"{calls:,} calls and {n:,} interviews cost {total:,.0f} crowns, with trips and list;")
print(f"that pays for {n_lot:,} interviews by lot.")

# %% [markdown]
# **Your guess.** How many interviews by lot would tell you the share of C who default as exactly as
# the two phases do?

# %%
my_guess = 5_000  # interviews by lot, edit me

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
e_lot, e_two = 100 * error["C's default, by lot"], 100 * error["C's default, two phases"]
fig, ax = figures.new(
    title="For the same money, two phases know the rare group far better",
    xlabel="interviews by lot",
    ylabel="standard error, C's default (points)",
)
ax.plot(curve, 100 * theory, color=figures.GREY, lw=1.4)
ax.plot(n_lot, e_lot, "o", ms=8, color=figures.ORANGE)
ax.plot(n_lot, e_two, "o", ms=8, color=figures.BLUE)
ax.hlines(e_two, n_lot, worth, figures.BLUE, ":", lw=1.4)
label = {"textcoords": "offset points", "va": "center"}
ax.annotate("by lot", (n_lot, e_lot), (9, 8), color=figures.ORANGE, **label)
place = (n_lot, e_two), (-9, 0)
ax.annotate("two phases, same money", *place, color=figures.BLUE, ha="right", **label)
ax.set(xscale="log", ylim=(0, None))
ax.set_xticks([500, 1_000, 2_000, 5_000, 10_000, 30_000])
ax.set_xticklabels(["500", "1,000", "2,000", "5,000", "10,000", "30,000"])
ax.minorticks_off()
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"Grey: theory, by lot. {n:,} interviews in two phases hold "
    f"{mean['C asked, two phases']:.0f} people of C; the same money by lot, {n_lot:,} interviews, "
    f"{mean['C asked, by lot']:.0f}. The dotted line meets the curve at {worth:,.0f}, near the "
    f"{calls:,} calls.",
    alt="A falling curve of standard error against interviews by lot, with a dot on it. The dot of "
    "two phases, at the same cost, lies far below it, and a dotted line leads right to the curve.",
)

# %% tags=["claim-T11"]
cheaper = error["C's default, two phases"] / error["C's default, by lot"]
claim(
    "T11",
    "for the same money, two phases err less on the share of C who default than a lottery",
    measured=cheaper,
    at_most=0.75,
    unit="of the lottery's standard error",
)
claim(
    "T11",
    "and they have no bias beyond the noise of their repetitions",
    measured=abs(mean["C's default, two phases"] - p_c) / phases.sem()["C's default, two phases"],
    at_most=5.5,
    unit="standard errors",
)

# %% [markdown]
# **Why.** Everybody of C whom the calls find is interviewed. For what you ask about C, the two
# phases are worth about as many interviews by lot as there were *calls*.
#
# **Where it stops being true.** Ask about the whole city, and the interviews that went to C are
# missing elsewhere. And the first question has to be cheap, or the lottery has as many of C for the
# money, and more of A and B besides.

# %%
wider = error["all spend, two phases"] / error["all spend, by lot"]
print(f"Mean spend: two phases have {wider:.2f} times the lottery's standard error.")

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
# afterwards to the groups' known shares, which is
# [post-stratification](07_repairing_a_sample.ipynb). It needs the shares, not the list.

# %% [markdown]
# ## Side by side
#
# Each method 300 times over, for the whole city's spend and default, by interviews at home. One row
# is a mistake: to draw equally many of each group, and take the mean as if everybody had had the
# same chance.

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

# %% [markdown]
# ± is two Monte Carlo standard errors, so about one row in twenty is further off by chance; here it
# is the lottery's, although a lottery has no bias. *Naive* intervals take the sample as drawn by
# lot; those by *design* use the design's own variance: the one within strata and, for two phases,
# also what the first phase left to chance.
#
# For spend, naive intervals are too long where strata by income have taken spread away, and hit
# nearly always. They are too short where unequal weights add spread (equal places, two phases; for
# default also Neyman's places for spend). No interval mends a bias (weights forgotten). Two phases
# look poor here, and dear, since the table asks about the city; they are for the group that no list
# has.

# %%
family = {m.name: m.family for m in listed}
family["equal, not weighted"] = NO_CHANCE  # another colour for the mistake
fig, ax = methods.bias_and_spread(
    tables["default"], family, title="Share who default: strata change the spread, weights the bias"
)
t = tables["default"]
figures.show(
    fig,
    caption="Dots: bias; lines: the middle 95 % of 300 samples. Neyman's places for spend spread "
    f"by {t.loc['income strata, Neyman', 'spread %']:.1f} %, a lottery by "
    f"{t.loc['simple random', 'spread %']:.1f} % (each known to {1 / np.sqrt(2 * 299):.0%} of "
    "itself, so near rows prove no order). Neyman's naive intervals hit in "
    f"{t.loc['income strata, Neyman', 'hit, naive']:.0%} of samples, its own in "
    f"{t.loc['income strata, Neyman', 'hit, design']:.0%}.",
    alt="Seven rows, each a dot with a line. All dots lie on the truth but for equal places that "
    "are not weighted, which lie far to the right of it.",
)

# %% [markdown]
# Is everybody's chance what the design says? Count how often people are in 60 samples, by tenths of
# *activity*, how much they are online. It is no stratum here, so nothing holds it in place.

# %% tags=["claim-T10"]
tenth = pd.qcut(city.people["activity"], 10, labels=False).to_numpy()
inclusion = {
    name: compare.chances(by_name[name], tenth, repeats=60, seed=SEED)
    for name in ("income strata, Neyman", "equal per group")
}
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
weighted = {q: table.drop("equal, not weighted") for q, table in tables.items()}
claim(
    "T10",
    "with their own variance, weighted strata keep the promise of 95 %",
    measured=weighted["default"]["hit, design"].min(),
    at_least=0.85,
)
claim(
    "T10",
    "and no bias beyond the noise of 300 samples, on either question",
    measured=max((t["bias %"] / t["error of bias"]).abs().max() for t in weighted.values()),
    at_most=6,
    unit="standard errors",
)
claim(
    "T10",
    "with the weights forgotten, the share who default comes out far too high",
    measured=tables["default"].loc["equal, not weighted", "bias %"],
    at_least=50,
    unit="%",
)

# %% [markdown]
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | proportional | each stratum in its share | `round()` empties one | a list says who is where |
# | Neyman | more where many differ much | $S_h$ is another question's | one question, $S_h$ known |
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
         f"{tables['default'].loc['equal, not weighted', 'bias %']:+.0f} %"),
        ("T11", "rarest tag off, random split",
         f"{rms['random'][rarest] / wanted[rarest]:.0%}"),
        ("T11", "worst tag off, iterative", f"{np.abs(off['iterative']).max():.1f} people"),
        ("T11", "two phases, error on C's default", f"{cheaper:.0%} of a lottery's"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Stratify when a list tells you the groups before you draw: strata cost nothing beyond
# the list, and no group is lost. Print the places before you draw anybody, and look for zeros and
# ones. Keep the weights in a column of the data. When you split multi-label data, count each tag in
# each part.
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
#   two-phase sampling. J. N. K. Rao, "On double sampling for stratification and analytical
#   surveys", *Biometrika* 60, 1973: the variance of two phases.
# - scikit-learn on [stratified
#   splits](https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedShuffleSplit.html).
