# %% [markdown]
# # Repairing a sample
#
# Weights can bring back what a sample has lost, or make it worse, and which of the two happens is
# decided by something that the sample does not hold.
#
# **You will be able to** weight a sample by the chance of being in it; rake it to known margins;
# say what each repair takes for granted and what happens where that is not so; read an effective
# sample size.
#
# **Claims tested here**
#
# - **T4** "There are two families of sampling methods: with chance and without." Its limit: a
#   well-modelled sample without chance can beat a small random one, and nonresponse takes a random
#   sample out of its family.
# - **T5** "Convenience sampling takes what is at hand, and is popular for its convenience."
# - **T9** "Simple random sampling gives everybody in the population the same chance." Its limit:
#   rare groups can vanish, and nonresponse undoes the equal chances.
#
# **Time** 45 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb): bias, spread, and one repair by
# post-stratification. [Clusters and unequal chances](06_clusters_and_unequal_chances.ipynb):
# weights of one over the chance, where a design sets the chances.

# %% [markdown]
# ## Where repairs come from
#
# You have a sample that is off, and you know something about the population: how many people are of
# each age, who was written to, which columns drive who comes. A **repair** uses such knowledge to
# undo the selection. There are two kinds. One models *who came* and gives out weights. The other
# models *what they say* and fills in the rest.
#
# Both are tested on Riverton, which is [made up](../../datasets/riverton_people/README.md). There
# everybody is known, and its groups stand for no real group.

# %%
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import Ridge
from statsmodels.datasets import anes96

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import Riverton
from labkit.sampling import chosen, compare, even, repair, unequal
from labkit.sampling.compare import NO_CHANCE, REPAIRED, Drawn, Method, Price
from labkit.sampling.estimate import variance_of_mean

SEED = 7  # change it: every claim below should still hold

city = Riverton()
people, N = city.people, city.N
spend, group, borough = city.spend, city.group, city.borough
activity, age = people["activity"].to_numpy(), people["age"].to_numpy()
truth = spend.mean()

tenth = pd.qcut(activity, 10, labels=False)  # ten classes of activity, from 0 to 9
age_class = np.digitize(age, [30, 40, 50, 60])


def one_hot(codes):
    """A column of ones and zeros for each class."""
    return np.eye(codes.max() + 1)[codes]


print(f"{N:,} people, who spend {truth:,.0f} crowns a month on average")

# %% [markdown]
# ## A lottery that three in ten answer
#
# **The question.** You draw people by lot and write to 6,600 of them. Some answer, and some kinds
# of people answer more readily than others. That is **nonresponse**. Can weights undo it? (**T4**
# and **T9**, their limits)
#
# Here three things drive who answers: how active a person is online, their age and their group. The
# city's register knows all three, for those who answer and for those who do not.

# %%
answers = expit(-1.15 + 0.5 * activity - 0.02 * (age - 45) + np.array([0, -0.5, 0.5])[group])
WRITTEN_TO = 6_600


def survey(rng, chance=answers, written_to=WRITTEN_TO):
    """Who was written to, and which of them answered."""
    written = rng.choice(N, written_to, replace=False)
    return written, rng.random(written_to) < chance[written]


def as_they_come(rng):
    written, came = survey(rng)
    return Drawn(written[came])


BY_LETTER = Price(list_of_people=5_000 + 2 * WRITTEN_TO)  # the register, and the stamps
in_truth = WRITTEN_TO / N * answers  # a person is drawn, then answers
plain = Method("30 % answer", NO_CHANCE, as_they_come, BY_LETTER, in_truth)
print(f"{answers.mean():.0%} answer")

# %% [markdown]
# The lottery gave everybody the same chance. Count over 300 surveys who was in.

# %% tags=["claim-T9"]
chances = compare.chances(plain, tenth, repeats=300, seed=SEED)
claim(
    "T9",
    "people who may decline undo the equal chances of a lottery: the most active tenth is in "
    "several times as often as the least active",
    measured=chances["measured"].iloc[9] / chances["measured"].iloc[0],
    at_least=3,
    unit="times",
    limit=True,
)

# %% [markdown]
# **Your guess.** By how many percent of the truth is the mean spend of those who answer off?

# %%
my_guess = 5  # %, edit me

# %% [markdown]
# **Repair 1: one over the chance.** Whoever answers with a chance of one in five stands for five
# people. So weight everybody by one over their chance: **inverse-probability weighting**. The
# chances of *answering* are known only to the makers of a made-up city. In real life you estimate
# them, from those who came *and* those who did not, with a logistic regression. The chance, given
# what you know of a person, is also called the **propensity score**.

# %%
show_source(repair.inverse_probability, repair.chance_of_coming)

# %% [markdown]
# **Repair 2: fit what is known.** Often nobody tells you who did not come. But you know **margins**
# of the population: how many people there are of each age, how many in each group. Fitting weights
# to one margin is post-stratification. How far the worst class is off, as a share of the city, is
# the misfit.

# %%
show_source(repair.post_stratify)

# %% [markdown]
# With several margins, people often fit one after the other and stop there. That is the wrong way:

# %%
margins = {"tenth of activity": tenth, "age class": age_class, "group": group}
rng = np.random.default_rng([SEED, 1])
written, came = survey(rng)
one = written[came]  # one survey's answers
known = {name: (c[one], np.bincount(c)) for name, c in margins.items()}

weight, rows = np.ones(len(one)), {}
for done in range(1, 6):
    for classes_of_sample, counts in known.values():
        weight = repair.post_stratify(weight, classes_of_sample, counts)
    rows[f"pass {done}"] = {
        name: 100 * repair.misfit(weight, [margin]) for name, margin in known.items()
    }
pd.DataFrame(rows).T.rename_axis("misfit in % of the city, after").round(4)

# %% [markdown]
# After one pass only the last margin fits. Mending the second has bent the first again. But each
# pass bends less than the one before, so you go round until nothing moves. That is **raking**. It
# refuses at once where nobody in the sample belongs to a class of the population.

# %%
show_source(repair.rake)

# %% [markdown]
# **Measure.** The same kind of survey unweighted and with three weightings, 300 times each. The
# interval takes the weights $w$ as given; for the weighted mean $\bar y$ its variance is close to
# $\sum w^2 (y - \bar y)^2 / (\sum w)^2$.

# %%
features = np.column_stack([one_hot(group), (age - 45) / 10, activity])


def by_true_chance(written, came):
    return repair.inverse_probability(np.ones(came.sum()), answers[written[came]])


def by_estimated_chance(written, came):
    chance = repair.chance_of_coming(features[written], came)
    return repair.inverse_probability(np.ones(came.sum()), chance[came])


def raked(written, came):
    ids = written[came]
    known = [(c[ids], np.bincount(c)) for c in margins.values()]
    return repair.rake(np.ones(len(ids)), known)


def repaired(name, weigh):
    def draw(rng):
        written, came = survey(rng)
        weight = weigh(written, came)
        variance = partial(variance_of_mean, weight=weight)
        return Drawn(written[came], weight, variance=variance)

    return Method(name, REPAIRED, draw, BY_LETTER)


surveys = [
    plain,
    repaired("true chances", by_true_chance),
    repaired("estimated chances", by_estimated_chance),
    repaired("raked", raked),
]

# %% tags=["nbval-ignore-output"]
measured = compare.measure(
    surveys, {"spend": spend}, city.district, repeats=300, seed=SEED, progress=progress
)

# %%
table = compare.summary(measured, "spend", truth)
family = {method.name: method.family for method in surveys}
fig, ax = methods.bias_and_spread(
    table, family, title="Three repairs bring the survey back to the truth", guess=my_guess
)
figures.show(
    fig,
    caption="Dots: bias; bars: the middle 95 % of the estimates. Those who answer are off by "
    f"{table.loc['30 % answer', 'bias %']:+.1f} %. "
    "Weighted by true chances they are off by "
    f"{table.loc['true chances', 'bias %']:+.1f} %, by estimated ones by "
    f"{table.loc['estimated chances', 'bias %']:+.1f} %, raked by "
    f"{table.loc['raked', 'bias %']:+.1f} %.",
    alt="Four rows. The unweighted survey lies far to the right of the truth; the three weighted "
    "ones lie on it, with lines about as long.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "nonresponse takes a random sample out of its family: unweighted, its bias is several times "
    "its spread",
    measured=table.loc["30 % answer", "bias %"] / table.loc["30 % answer", "spread %"],
    at_least=4,
    unit="standard errors",
    limit=True,
)
claim(
    "T4",
    "weights by estimated chances leave little of the bias, where all that drives it is known",
    measured=abs(table.loc["estimated chances", "bias %"]) / table.loc["30 % answer", "bias %"],
    at_most=0.1,
)
claim(
    "T4",
    "and the 95 % interval that takes the weights as given keeps its promise",
    measured=table.loc["estimated chances", "hit, design"],
    at_least=0.88,
)

# %% [markdown]
# **Why.** Selection multiplied everybody's share by their chance, and the weight divides by it. The
# estimated chances do no worse than the true ones: they also even out whom this one survey happens
# to hold too many of, and so does raking. The interval does not know of that and is wider than it
# need be. Raking leaves a little bias, since within a tenth of activity the more active still
# answer more.

# %% [markdown]
# **Where it stops being true.** Unequal weights cost people. Kish's **effective sample size** says
# how many people drawn by lot would give a mean of the same spread, if the weights had nothing to
# do with the values:
#
# $$n_\text{eff} = \frac{(\sum w)^2}{\sum w^2}$$
#
# Now take another survey in the same city. It is answered by the young, and hardly by the old: the
# odds of an answer fall by more than half with every ten years of age. In Riverton, age and
# spending have next to nothing to do with each other. Theory tells bias and spread of any such
# survey from the whole population.


# %%
def theory(chance, weight):
    """Bias and standard error of the weighted mean, computed from everybody."""
    total = (chance * weight).sum()
    mean = (chance * weight * spend).sum() / total
    parts = chance * (1 - chance) * (weight * (spend - mean)) ** 2
    return mean - truth, np.sqrt(parts.sum()) / total


def effective_size(weight):
    return weight.sum() ** 2 / (weight**2).sum()


young = expit(-1.2 - 0.8 * (age - 45) / 10)
written, came = survey(np.random.default_rng([SEED, 2]), young)
size = effective_size(1 / young[written[came]])
bias = theory(WRITTEN_TO / N * young, np.ones(N))[0]
print(f"unweighted, the bias is {bias / truth:+.1%}")
print(f"weighted, {came.sum():,} answers are worth {size:,.0f} by Kish's formula")

# %% [markdown]
# **Your guess.** From how many answers on do the weights pay in the survey that age drives?

# %%
my_guess = 1_000  # answers, edit me

# %%
SENT = np.array([660, 2_000, 6_600, 20_000, 60_000, 200_000])
rng = np.random.default_rng([SEED, 3])


def root_mean_square(errors):
    return np.sqrt(np.mean(np.square(errors), axis=0))


simulated = []
for written_to in SENT:
    errors = []
    for _ in range(400 if written_to < 10_000 else 60):
        written, came = survey(rng, young, written_to)
        ids = written[came]
        weighted = np.average(spend[ids], weights=1 / young[ids])
        errors.append([spend[ids].mean() - truth, weighted - truth])
    simulated.append(100 * root_mean_square(errors) / truth)
simulated = np.array(simulated)

# %%
sent = np.geomspace(660, 200_000, 60)
curves = np.array(
    [[np.hypot(*theory(k / N * young, w)) for w in (np.ones(N), 1 / young)] for k in sent]
)
curves *= 100 / truth
came_back = sent * young.mean()
pays = np.interp(0, curves[:, 0] - curves[:, 1], came_back)

fig, ax = figures.new(
    title="Up to some ten thousand answers these weights lose more than they mend",
    xlabel="answers",
    ylabel="RMSE (% of the truth)",
)
ax.set(xscale="log", yscale="log")
ax.set_yticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
ax.set_xticks([200, 2_000, 20_000], ["200", "2,000", "20,000"])
ax.minorticks_off()
for k, (name, colour) in enumerate([("unweighted", figures.ORANGE), ("weighted", figures.GREEN)]):
    ax.plot(came_back, curves[:, k], color=colour, label=name)
    ax.plot(SENT * young.mean(), simulated[:, k], "o", ms=4, color=colour, label="_dots")
figures.mark_guess(ax, x=my_guess)
figures.label_lines(ax)
figures.show(
    fig,
    caption="Lines: theory; dots: 400 surveys a dot, 60 for the three largest sizes. With "
    f"{WRITTEN_TO:,} letters the error is "
    f"{simulated[2, 0]:.1f} % unweighted and {simulated[2, 1]:.1f} % weighted. The weights begin "
    f"to pay at about {round(pays, -3):,.0f} answers.",
    alt="Error against the number of answers, both on logarithmic axes. The weighted line lies "
    "above the unweighted one and crosses below it at the far right, where the unweighted line "
    "flattens out at its bias.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "nor do right weights always help: where the driver has little to do with the question, they "
    "lose more than they mend in a survey of this size",
    measured=simulated[2, 1] / simulated[2, 0],
    above=1,
    unit="times the error",
    limit=True,
)

# %% [markdown]
# The weights are right, and in a survey of this size wrong to use. They buy off a bias of less than
# one percent with half of the people. Before you weight, ask whether what drives the selection
# drives the answer too.

# %% [markdown]
# ## Many small cells
#
# **The question.** You want to know what people spend in each cell of group, borough, age class and
# fifth of activity. Some cells hold a few answers, some none. What do you say about them? (**T4**,
# its limit)
#
# The wrong way, while answers are few, is to take each cell's own mean, and the mean of all where
# nobody came. The other way is to describe each cell by its four classes, to fit a **regression**
# of the answers on these descriptions, and to predict every cell, the empty ones too. A **ridge**
# penalty keeps slopes that rest on few answers small. Weight the predictions by the people in each
# cell and you have the city's mean: regression and post-stratification.

# %%
show_source(repair.regress_and_post_stratify)

# %%
parts = [group, borough, age_class, pd.qcut(activity, 5, labels=False)]
cell = np.ravel_multi_index(parts, (3, 4, 5, 5))
CELLS = 3 * 4 * 5 * 5
count = np.bincount(cell, minlength=CELLS)
total = np.bincount(cell, spend, minlength=CELLS)
cell_truth = total / np.maximum(count, 1)
described = np.hstack([one_hot(c) for c in np.unravel_index(range(CELLS), (3, 4, 5, 5))])
large = count >= 50  # cells of the city in which a mean says something
print(f"{CELLS} cells; {large.sum()} of them hold 50 people or more, {count[large].sum() / N:.1%}")

# %% [markdown]
# First the city's mean, from a small survey of 660 letters. Post-stratify it by all 300 cells, in
# which the empty ones drop out, or fill them by regression:

# %%
rng = np.random.default_rng([SEED, 4])
rows, left_out = [], []
for _ in range(100):
    written, came = survey(rng, answers, 660)
    ids = written[came]
    asked, mine = spend[ids], cell[ids]
    weight = repair.post_stratify(np.ones(len(ids)), mine, count)
    filled = repair.regress_and_post_stratify(asked, described[mine], described, count)
    rows.append({"cells that came": np.average(asked, weights=weight), "regression": filled})
    left_out.append(1 - weight.sum() / N)
small = 100 * (pd.DataFrame(rows) / truth - 1)
print(f"cells that nobody came from hold {np.mean(left_out):.0%} of the city")
pd.DataFrame({"bias %": small.mean(), "spread %": small.std()}).round(1)

# %% [markdown]
# Post-stratifying to that many cells keeps most of the bias, without a word: who is missing is
# missing from the weights as well.
#
# **Your guess.** Now the cells themselves. How many answers does it take until their own means are
# better than the regression?

# %%
my_guess = 4_000  # answers, edit me


# %%
def by_cell(ids):
    """Three answers for every cell: its own mean, the regression, the mean of all."""
    mine, asked = cell[ids], spend[ids]
    came = np.bincount(mine, minlength=CELLS)
    total = np.bincount(mine, asked, minlength=CELLS)
    own = np.where(came > 0, total / np.maximum(came, 1), asked.mean())
    modelled = Ridge(alpha=1.0).fit(described[mine], asked).predict(described)
    return own, modelled, np.full(CELLS, asked.mean())


rng = np.random.default_rng([SEED, 5])
cell_error = []
for written_to in SENT:
    rows = []
    for _ in range(15):
        written, came = survey(rng, answers, written_to)
        three = by_cell(written[came])
        rows.append([root_mean_square((v - cell_truth)[large]) for v in three])
    cell_error.append(np.mean(rows, axis=0))
cell_error = np.array(cell_error)

# %%
came_back = SENT * answers.mean()
behind = np.log(cell_error[:, 1] / cell_error[:, 0])  # above 0 where own means are better
cross = np.exp(np.interp(0, behind, np.log(came_back)))

fig, ax = figures.new(
    title="A model is better from the start, and stops where its assumption ends",
    xlabel="answers",
    ylabel="RMSE over cells (crowns)",
)
ax.set(xscale="log", yscale="log", ylim=(100, 1_600))
looks = {"own mean": figures.ORANGE, "regression": figures.GREEN, "mean of all": figures.GREY}
for k, (name, colour) in enumerate(looks.items()):
    ax.plot(came_back, cell_error[:, k], "o-", ms=4, color=colour, label=name)
ax.set_yticks([100, 200, 400, 800, 1_600], ["100", "200", "400", "800", "1,600"])
ax.set_xticks([200, 2_000, 20_000], ["200", "2,000", "20,000"])
ax.minorticks_off()
figures.mark_guess(ax, x=my_guess)
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"With about {came_back[2]:,.0f} answers, cells' own means are off by "
    f"{cell_error[2, 0]:,.0f} crowns and the regression by {cell_error[2, 1]:,.0f}. With "
    f"{came_back[5]:,.0f} it is {cell_error[5, 0]:,.0f} against {cell_error[5, 1]:,.0f}. They "
    f"cross near {round(cross, -3):,.0f} answers.",
    alt="Error against the number of answers on logarithmic axes. Own means start highest and "
    "keep falling; the regression starts low and flattens out; they cross near the right end. The "
    "mean of all stays flat.",
)

# %% [markdown]
# A model may even stand in for the lottery. Riverton Pay's **app** shows a question to the first
# 2,000 who open it. The more active open it more often, so this is a **convenience sample**. Set it
# against 2,000 by lot.

# %% tags=["claim-T4"]
rng = np.random.default_rng([SEED, 6])
rows = []
for _ in range(30):
    app = by_cell(chosen.convenience(city.wait, 2_000, rng))
    lot = by_cell(even.simple_random(N, 2_000, rng))
    three = app[1], lot[0], lot[1]
    rows.append([root_mean_square((v - cell_truth)[large]) for v in three])
app_modelled, lot_own, lot_modelled = np.mean(rows, axis=0)
claim(
    "T4",
    "cell by cell, 2,000 people from the app and a model beat 2,000 by lot without one",
    measured=app_modelled / lot_own,
    at_most=0.75,
    unit="times the error",
    limit=True,
)
claim(
    "T4",
    "2,000 by lot with the same model are better still",
    measured=lot_modelled / app_modelled,
    at_most=0.9,
    unit="times the error",
)

# %% [markdown]
# **Why.** A cell's own mean uses the answers of that cell. The regression lets cells **borrow**
# from each other: what it knows of old people in Harbour comes from all the old and from all of
# Harbour. It assumes that what the four classes do to spending *adds up*, which is not quite so in
# Riverton.
#
# **Where it stops being true.** What is not so becomes the floor. More answers bring the own means
# below it, never the regression. Where the regression has several levels, whose penalties are
# learned from the data, the method is called multilevel regression and post-stratification,
# **MRP**. This one has one level and a penalty fixed beforehand.

# %% [markdown]
# ## Who is right when
#
# **The question.** Each repair assumes something. Which assumption protects which repair, and what
# happens to the others? (**T4**, its limit)
#
# Three repairs meet seven cases. The first models the *chances*, the second models the
# *outcome*. The third does both: it takes the outcome model's mean and adds the weighted mean of
# what that model gets wrong among those who came. It is called **doubly robust**.


# %%
def three_repairs(chance, know_chance, know_outcome, largest=np.inf, repeats=60):
    """Bias and spread of the plain mean and of three repairs, in % of the truth."""
    middle, estimates = know_outcome.mean(axis=0), []
    for repeat in range(repeats):
        written, came = survey(np.random.default_rng([SEED, 7, repeat]), chance)
        ids = written[came]
        guessed = repair.chance_of_coming(know_chance[written], came)[came]
        weight = repair.inverse_probability(np.ones(len(ids)), guessed, largest)
        model = Ridge(alpha=1.0).fit(know_outcome[ids], spend[ids])
        outcome = model.predict(middle[None])[0]  # mean over the city, as the model is linear
        missed = spend[ids] - model.predict(know_outcome[ids])
        both = outcome + np.average(missed, weights=weight)
        weighted = np.average(spend[ids], weights=weight)
        estimates.append([spend[ids].mean(), weighted, outcome, both])
    errors = 100 * (np.array(estimates) / truth - 1)
    return errors.mean(axis=0), errors.std(axis=0, ddof=1)


# %% [markdown]
# Five of the cases share a new survey, answered by the very active and the very inactive, and
# seldom by those in between. A model that is given *ten classes* of activity can follow that. A
# model that is given activity as one number, a *straight line*, cannot. Models that are given
# *borough* instead of activity see the driver only as far as group, age and borough go with it.

# %%
rest = [one_hot(group), one_hot(age_class)]
ten = np.column_stack([*rest, one_hot(tenth)])
line = np.column_stack([*rest, activity])
unseen = np.column_stack([*rest, one_hot(borough)])

both_ends = expit(-2.6 + np.array([0, -0.5, 0.5])[group] + (activity - 0.2) ** 2)
hole = np.where(tenth < 2, 0, answers)  # the least active fifth never answers

SURVEYS = {
    "both right enough": (both_ends, ten, ten),
    "chances wrong": (both_ends, line, ten),
    "outcome wrong": (both_ends, ten, line),
    "both wrong": (both_ends, line, line),
    "driver unseen": (answers, unseen, unseen),
    "no overlap": (hole, ten, ten),
    "trimmed weights": (both_ends, ten, ten, 1.5),
}

# %% [markdown]
# **Your guess.** Where the chances are modelled by a straight line and people at both ends answer:
# by how many percent of the truth is the weighted mean off?

# %%
my_guess = 3  # %, edit me

# %% tags=["nbval-ignore-output"]
cases = {name: three_repairs(*SURVEYS[name]) for name in progress(list(SURVEYS), "surveys")}

# %%
REPAIRS = ["none", "chances", "outcome", "both"]
off = pd.DataFrame({name: bias for name, (bias, _) in cases.items()}, REPAIRS).T
spread = pd.DataFrame({name: error for name, (_, error) in cases.items()}, REPAIRS).T
fig, ax = figures.new(
    title="Every repair is right in some rows; none is right in all",
    xlabel="bias (% of the truth)",
    size=(7.6, 4.6),
)
colours = [figures.GREY, figures.BLUE, figures.GREEN, figures.ORANGE]
looks = zip(REPAIRS, "Dso^", colours, strict=True)
rows = -np.arange(len(off))
for k, (name, marker, colour) in enumerate(looks):
    at = rows + 0.3 - 0.2 * k
    ax.errorbar(off[name], at, xerr=spread[name], fmt="none", ecolor=colour, alpha=0.5)
    ax.scatter(off[name], at, marker=marker, color=colour, s=30, label=name, zorder=4)
ax.set(yticks=rows, ylim=(rows[-1] - 0.6, 1.1))
ax.set_yticklabels(off.index)
ax.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.42, -0.3), frameon=False)
figures.mark_truth(ax, x=0)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption="Bars: one standard error to either side. Five rows are repairs of the same samples. "
    f"The wrong chances turn a bias of {off.loc['chances wrong', 'none']:+.0f} % into one of "
    f"{off.loc['chances wrong', 'chances']:+.0f} %. With the driver unseen all three keep between "
    f"{off.loc['driver unseen', REPAIRS[1:]].min():.1f} and "
    f"{off.loc['driver unseen', REPAIRS[1:]].max():.1f} of "
    f"{off.loc['driver unseen', 'none']:.1f} %.",
    alt="Seven rows of four markers. With both models right all repairs stand near zero. Wrong "
    "chances throw the weights to the other side; a wrong outcome model leaves that repair to the "
    "right; with the driver unseen, or no overlap, all stand far to the right.",
)

# %%
off.rename_axis("bias in % of the truth").round(1) + 0

# %% tags=["claim-T4"]
claim(
    "T4",
    "with the driver unseen no repair takes away half of the bias",
    measured=off.loc["driver unseen", REPAIRS[1:]].min() / off.loc["driver unseen", "none"],
    at_least=0.5,
    limit=True,
)
one_wrong = ["chances wrong", "outcome wrong"]
claim(
    "T4",
    "where one of the two models is wrong, using both stays within about one standard error",
    measured=(off / spread).loc[one_wrong, "both"].abs().max(),
    at_most=1.2,
    unit="standard errors",
)

# %% [markdown]
# **Why.** Read the rows as a list of assumptions.
#
# - *The driver is seen.* Given what you know, coming has nothing more to do with the answer. The
#   data cannot show whether that is so: it is about people who did not come.
# - *There is overlap*: everybody has some chance. In one row nobody of the least active fifth ever
#   comes, as if they had no letter box. No weight reaches them, and the outcome model has never
#   seen one. For the repairs that is the same as **undercoverage**, people missing from the list.
#   Raking refuses, as printed below, but only because the hole is two whole classes. It does not
#   notice a hole inside a class.
# - *The model of the chances is right*, or *the model of the outcome is right*. Doubly robust needs
#   one of the two and does not tell you whether you have it. Where
#   both are wrong, it is worse here than the outcome model alone.
# - *Nothing is cut.* **Trimming** caps the largest weights, in the hope of less spread. Some of the
#   bias comes back. It can pay where a few weights are huge; here it is a bad trade.

# %%
written, came = survey(np.random.default_rng([SEED, 8]), hole)
ids = written[came]
try:
    repair.rake(np.ones(len(ids)), [(tenth[ids], np.bincount(tenth))])
except ValueError as error:
    print(error)
whole, cut = (np.hypot(off, spread)["chances"][k] for k in ("both right enough", "trimmed weights"))
print(f"RMSE of the weighted mean: {whole:.1f} % of the truth,")
print(f"trimmed at 1.5 mean weights: {cut:.1f} %")

# %% [markdown]
# ### Real voters, with made-up answering
#
# A subset of the American National Election Study of 1996 holds what 944 voters said about Clinton
# and Dole, their party, age and schooling. (American National Election Studies; public domain; it
# ships with [statsmodels](https://www.statsmodels.org/stable/datasets/generated/anes96.html).) Take
# these 944 for the population. Who would answer is made up, in two ways: in one survey more readily
# the schooled, in the other more readily Republicans. Repair both by raking, with and without the
# party.

# %%
voters = anes96.load_pandas().data
vote = voters["vote"].to_numpy()  # 1 for Dole
party = voters["PID"].to_numpy(int)  # 0 strong Democrat, ..., 6 strong Republican
school = np.digitize(voters["educ"], [4, 5, 6])
years = np.digitize(voters["age"], [30, 45, 60])
answer_rate = {
    "schooling": expit(-0.9 + 0.5 * (voters["educ"].to_numpy() - 4.5)),
    "party": expit(-0.8 + 0.25 * (party - 3)),
}
rakings = {"raked to age, schooling": [years, school]}
rakings["raked to these and party"] = [years, school, party]

rng = np.random.default_rng([SEED, 9])
rows = {}
for driver, rate in answer_rate.items():
    errors = []
    for _ in range(300):
        ids = np.flatnonzero(rng.random(len(vote)) < rate)
        row = {"as they come": vote[ids].mean()}
        for name, known in rakings.items():
            fitted = repair.rake(np.ones(len(ids)), [(c[ids], np.bincount(c)) for c in known])
            row[name] = np.average(vote[ids], weights=fitted)
        errors.append(row)
    rows[driver] = 100 * (pd.DataFrame(errors) - vote.mean())
election = pd.concat({driver: e.mean() for driver, e in rows.items()}, axis=1)
print(f"Dole has {vote.mean():.1%} of the 944")
election.rename_axis("bias in points; answering is driven by", axis=1).round(1) + 0

# %% tags=["claim-T4"]
kept, mended = (election["party"][name] / election["party"]["as they come"] for name in rakings)
claim(
    "T4",
    "real voters whose answering is made up: raked without the party that drives it, most of the "
    "bias stays",
    measured=kept,
    at_least=0.8,
    limit=True,
)
claim(
    "T4",
    "raked to the party as well, next to nothing of it stays",
    measured=abs(mended),
    at_most=0.1,
)

# %% [markdown]
# Age and schooling are in every public table, so everybody rakes to them. Here they mend a small
# bias and leave the large one as it is. Often nobody publishes a margin for what drives *your*
# data.

# %% [markdown]
# ## What an effective size does not know
#
# **The question.** Kish's effective size knows the weights. Does it know how good your answer is?
# (**T9**, its limit)
#
# Weights are a change of population: from the one that was drawn to the one that you ask about. If
# people were drawn with shares $q$ and you ask about shares $p$, the weight is $p/q$. That is
# **importance sampling**, and $q$ is called the **proposal**. Divide by the sum of the weights, and
# a constant that you do not know cancels: the mean is **self-normalised**.
#
# **Your guess.** Ask for something rare: the share of people in Riverton who spend more than
# 15,000 crowns. You draw 2,000 people in proportion to the cube of their income and weight them
# back. Their effective size is small. By how many percent of the truth is the share off, on
# average (RMSE)?

# %%
my_guess = 120  # %, edit me

# %% [markdown]
# **Measure.** Five proposals: in proportion to a power of income, 1,000 samples each. Power 0 draws
# everybody alike.

# %%
income = people["income"].to_numpy(float)
rare = spend > 15_000
print(f"{rare.mean():.2%} spend more than 15,000 crowns: {2_000 * rare.mean():.1f} of 2,000 by lot")


def proposals(power, rng, n=2_000, repeats=1_000):
    """Weights [repeats, n] and who was drawn, in proportion to a power of income."""
    size = income**power
    ids = unequal.weighted(size, repeats * n, rng).reshape(repeats, n)
    return size.mean() / size[ids], ids  # p is 1 / N, q is size / sum(size)


rng = np.random.default_rng([SEED, 11])
rows = {}
for power in (-0.5, 0, 1, 2, 3):
    w, ids = proposals(power, rng)
    size = np.mean(w.sum(1) ** 2 / (w**2).sum(1))
    row = {"effective": size / 2_000, "Kish": 100 * spend.std() / np.sqrt(size) / truth}
    for name, value in {"mean spend": spend, "share of the rare": rare}.items():
        estimate = (w * value[ids]).sum(1) / w.sum(1)
        row[name] = 100 * root_mean_square(estimate / value.mean() - 1)
    rows[power] = row
tail = pd.DataFrame(rows).T.rename_axis("power")
tail.rename(columns={"Kish": "mean spend, as Kish has it"}).round(2)

# %%
fig, ax = figures.new(
    title="The smallest effective size has the worst mean and the best tail",
    xlabel="effective size, as a share of n",
    ylabel="RMSE (% of the truth)",
)
ax.set(yscale="log", xlim=(0, 1.12), ylim=(1, 400))
ax.set_yticks([1, 10, 100], ["1", "10", "100"])
for name, colour in [("share of the rare", figures.ORANGE), ("mean spend", figures.BLUE)]:
    ax.scatter(tail["effective"], tail[name], color=colour, s=36)
    ax.text(0.36, tail.loc[2, name] * 1.35, name, color=colour)
for power, row in tail.iterrows():
    where = (row["effective"], row["share of the rare"])
    ax.annotate(f"{power:g}", where, (0, -16), textcoords="offset points", ha="center", fontsize=9)
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption="Numbers: the power of income that people are drawn by, for both dots. By lot (0) the "
    f"rare share is off by {tail.loc[0, 'share of the rare']:.0f} %; by the cube, with an "
    f"effective size of {tail.loc[3, 'effective']:.0%}, by "
    f"{tail.loc[3, 'share of the rare']:.0f} %; by power -0.5, with "
    f"{tail.loc[-0.5, 'effective']:.0%}, by {tail.loc[-0.5, 'share of the rare']:.0f} %.",
    alt="Two rows of five dots over the effective size. At the far left, where the effective size "
    "is smallest, the error of the mean is largest and that of the rare share is smallest.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "rare people can vanish from equal chances: drawn by the cube of income, with an effective "
    "size of a tenth or so, their share is far better known",
    measured=tail.loc[3, "share of the rare"] / tail.loc[0, "share of the rare"],
    at_most=0.5,
    unit="times the error",
    limit=True,
)
claim(
    "T9",
    "a sample of a high effective size can be worse for them than the lottery",
    measured=tail.loc[-0.5, "share of the rare"] / tail.loc[0, "share of the rare"],
    at_least=1.15,
    unit="times the error",
    limit=True,
)

# %% [markdown]
# **Why.** The cube of income sends the sample to where the rare people are, and gives those the
# small weights. The large weights sit on people who count as zero. Kish's formula does not know
# what you ask. For the mean it may err either way, as the table shows: it depends on how weights
# and values go together. Drawn by income, they cancel in part and the mean is better than by lot,
# whatever the effective size says. For a tail it says nothing.

# %% [markdown]
# ## Side by side
#
# Spending in Riverton, 300 samples of each. The survey meets the app: as it comes, weighted by
# tenth of activity, and raked to what the census office publishes (**T5**): age, group, borough.

# %% tags=["nbval-ignore-output"]
by_name = city.methods()
app = [by_name[k] for k in ("simple random", "convenience", "app, raked", "app, by activity")]
measured_app = compare.measure(
    app, {"spend": spend}, city.district, repeats=300, seed=SEED, progress=progress
)

# %%
app_table = compare.summary(measured_app, "spend", truth)
side = pd.concat([app_table.iloc[:2], table, app_table.iloc[2:]])
family |= {method.name: method.family for method in app}
fig, ax = methods.bias_and_spread(
    side, family, title="Repaired samples are where their assumptions put them"
)
figures.show(
    fig,
    caption="Blue: by chance; orange: not; green: repaired. Bars: the middle 95 %. Raked to age, "
    f"group and borough, the app keeps {side.loc['app, raked', 'bias %']:+.0f} % of "
    f"{side.loc['convenience', 'bias %']:+.0f} %; the survey, raked to what drives it, "
    f"{side.loc['raked', 'bias %']:+.1f} % of {side.loc['30 % answer', 'bias %']:+.0f} %.",
    alt="Eight rows. Simple random sampling and the three repaired surveys lie on the truth. The "
    "app lies furthest to the right, the app raked and the unweighted survey lie nearer, and the "
    "app weighted by activity near the truth.",
)

# %%
methods.shown(side)

# %% [markdown]
# ± is two standard errors of the bias, since the repeats are few; about one unbiased method in
# twenty lies further off by luck. "Naive" intervals take the sample as drawn by lot; "design" ones
# use the design's own variance, here that of the weights. Both hit in the repaired surveys, since
# these weights happen to cost the mean no spread. "Simple random" is interviewed at home, by
# somebody who travels; the survey goes by letter, so it is cheaper.

# %% tags=["claim-T5"]
claim(
    "T5",
    "raked to age, group and borough, a convenience sample keeps a bias of many standard errors",
    measured=app_table.loc["app, raked", "bias %"] / app_table.loc["app, raked", "spread %"],
    at_least=4,
    unit="standard errors",
)
claim(
    "T5",
    "it stays popular for a reason: it costs a small part of what a sample by lot costs, even one "
    "by letter",
    measured=side.loc["app, raked", "cost"] / side.loc["30 % answer", "cost"],
    at_most=0.2,
)

# %% [markdown]
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | one over the chance | stands for 1 / chance | a chance is wrong | you know who stayed away |
# | post-stratification | cells are scaled to the city | cells are empty | one table is known |
# | raking | margins are fitted until all hold | the driver is no margin | margins are known |
# | regression | every cell is predicted | its form is wrong | there are many small cells |
# | doubly robust | predict, then weight the misses | both are wrong | both models can be had |
# | importance sampling | p / q changes the population | q hardly draws there | p, q known |
#
# None of the first five takes the bias away where the driver is unseen. Where a chance is zero, no
# weight does, and a regression only if its form also holds for people whom it never saw.

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T4 limit", "three in ten answer: bias of the mean",
         f"{table.loc['30 % answer', 'bias %']:+.1f} %"),
        ("T4", "the same, by estimated chances",
         f"{table.loc['estimated chances', 'bias %']:+.1f} %"),
        ("T4 limit", "error with and without weights by age",
         f"{simulated[2, 1]:.1f} % and {simulated[2, 0]:.1f} %"),
        ("T4 limit", "cells: app modelled, lot's own means",
         f"{app_modelled:.0f} and {lot_own:.0f} crowns"),
        ("T4 limit", "driver unseen: bias, doubly robust",
         f"{off.loc['driver unseen', 'both']:+.0f} %"),
        ("T5", "app, raked to age, group and borough",
         f"{app_table.loc['app, raked', 'bias %']:+.0f} %"),
        ("T4 limit", "voters: bias that raking without party keeps", f"{kept:.0%}"),
        ("T9 limit", "chances: most over least active tenth",
         f"{chances['measured'].iloc[9] / chances['measured'].iloc[0]:.1f}"),
        ("T9 limit", "rare share: error by lot, by income cubed",
         f"{tail.loc[0, 'share of the rare']:.0f} % and "
         f"{tail.loc[3, 'share of the rare']:.0f} %"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Before you weight, write down what drives who comes, and whether you see it. If you
# do not, say so beside the number; no method in this lesson helps. If you do, look for people with
# no chance at all, print the effective size, and ask whether the driver has anything to do with the
# question. Keep a record of those who did *not* come: it is what the chances are estimated from.
# Compare a repair by weights with one by regression. Where they differ by more than about twice the
# spread of their difference, at least one of the models is probably wrong. Where they agree, that
# proves nothing: with the driver unseen all repairs agreed, and all were wrong.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound above would fail by chance less than once in a million
# runs: each stands at least five standard errors from what theory, or many repetitions, lead you to
# expect.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/07_repairing_a_sample.ipynb) has three tasks: rake
# a sample to two margins, post-stratify and refuse what cannot be filled, and compute an effective
# size with the mean that goes with it.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   section on sampling, with importance sampling.
# - Paul Rosenbaum and Donald Rubin, "The central role of the propensity score in observational
#   studies for causal effects", *Biometrika* 70(1), 1983.
# - W. Edwards Deming and Frederick Stephan, "On a least squares adjustment of a sampled frequency
#   table when the expected marginal totals are known", *Annals of Mathematical Statistics* 11(4),
#   1940: raking.
# - Leslie Kish, *Survey Sampling*, Wiley 1965: what unequal weights cost.
# - Andrew Gelman and Thomas Little, "Poststratification into many categories using hierarchical
#   logistic regression", *Survey Methodology* 23(2), 1997: MRP.
# - Joseph Kang and Joseph Schafer, "Demystifying double robustness", *Statistical Science* 22(4),
#   2007: what happens where both models are a little wrong.
# - Art Owen, *Monte Carlo theory, methods and examples*, chapter 9 on
#   [importance sampling](https://artowen.su.domains/mc/): effective sizes and what they miss.
