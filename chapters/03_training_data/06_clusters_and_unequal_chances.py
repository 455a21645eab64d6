# %% [markdown]
# # Clusters and unequal chances
#
# You will draw two kinds of samples by lot, analyse them the way most people do, and get an error
# bar that is far too short from the one and a mean that is far too high from the other.
#
# **You will be able to** say what a sample of clusters is worth; give it an interval that keeps its
# promise; set unequal chances right by weights; tell a sampler that keeps the chances it was asked
# for from one that does not.
#
# **Time** 40 minutes. **Before this** [Every dataset is a
# sample](01_every_dataset_is_a_sample.ipynb): bias, spread, inclusion probability, and what a
# confidence interval promises.

# %% [markdown]
# ## The design is part of the data
#
# In a lottery people are drawn one by one, and all have the same chance. Real samples bend both
# rules. People come in heaps: all users of one company, all sessions of one user, all frames of one
# video. And some are drawn more readily than others: whoever clicks more is in more log lines.
#
# Neither does harm as long as you know the chances and use them. The **design** of a sample is who
# could come with what chance, alone and together. This lesson holds the following claims of the
# [ledger](../LEDGER.md) against Riverton, a made-up city whose truth is known:
#
# - **T4**: there are two families of sampling methods, with chance and without.
# - **T9**, its limit: equal chances are not enough.
# - **T3**: training data is what some sampling method picked.

# %%
import numpy as np
import pandas as pd
from scipy.stats import t as student

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import AT_HOME, Riverton
from labkit.riverton.truth import intraclass_correlation
from labkit.sampling import clusters, compare, estimate, unequal

SEED = 11  # change it: every claim below should still hold

city = Riverton()
N, spend, district = city.N, city.spend, city.district
by_name = city.methods()
truth, S2 = spend.mean(), spend.var(ddof=1)
size = np.bincount(district)
print(f"{N:,} people in {len(size)} districts of {size.min()} to {size.max():,}")
print(f"they spend {truth:,.0f} crowns a month on average")


# %% [markdown]
# ## Two districts, everybody in them
#
# **The question.** An interviewer has to travel, so you draw two districts by lot and ask everybody
# there. Everybody in the city has the same chance of being asked. Is it as good as a lottery among
# people? (**T9**)
#
# Such a heap is a **cluster**. This is **cluster sampling**:

# %%
show_source(clusters.whole_clusters)

# %% [markdown]
# **Your guess.** Two districts hold about 2,000 people. How many people drawn one by one would tell
# you as much about mean spend?

# %%
my_guess = 1_000  # people by lot, edit me

# %% [markdown]
# **Measure.** There are so few pairs of districts that you need no random draws. Go through them
# all: each is as likely as any other.

# %%
pairs = np.column_stack(np.triu_indices(len(size), 1))


def all_pairs(values):
    """The sample mean, and its size, for each pair of districts."""
    total = np.bincount(district, values)
    people = size[pairs].sum(axis=1)
    return total[pairs].sum(axis=1) / people, people


def lottery_error(n, variance=S2):
    """Standard error of simple random sampling."""
    return np.sqrt(variance * (1 / n - 1 / N))


pair_mean, pair_people = all_pairs(spend)
pair_error = pair_mean.std()
worth = 1 / (pair_error**2 / S2 + 1 / N)
print(f"{len(pairs):,} pairs of districts, {pair_people.mean():,.0f} people on average")
print(f"each district, and so each person, is in {np.mean(pairs == 0) * 2:.2%} of them")
print(f"bias {pair_mean.mean() / truth - 1:+.1%}, standard error {pair_error / truth:.1%}")
print(f"a lottery of 2,000: {lottery_error(2_000) / truth:.1%}")
print(f"so two districts are worth {worth:.1f} people by lot")

# %%
fig, ax = figures.new(
    title="Two whole districts spread like a handful of people",
    xlabel="estimated mean spend (crowns a month)",
    ylabel="how often (highest = 1)",
)
height, edges = np.histogram(pair_mean, bins=60)
ax.stairs(height / height.max(), edges, fill=True, color=figures.SKY, alpha=0.6)
ax.text(3_000, 0.4, "all pairs of districts", color=figures.BLUE)
grid = np.linspace(truth - 900, truth + 900, 600)
for people, colour, name in [
    (2_000, figures.BLACK, "2,000 by lot"),
    (my_guess, figures.GUESS_COLOUR, "your guess, by lot"),
]:
    bell = np.exp(-0.5 * ((grid - truth) / lottery_error(people)) ** 2)
    ax.plot(grid, bell, color=colour, lw=1.4, ls="-" if people == 2_000 else "--")
    ax.text(truth + 40, 1.16 if people == 2_000 else 1.06, name, color=colour, fontsize=9)
ax.set(xlim=(1_000, 4_200), ylim=(0, 1.26))
figures.show(
    fig,
    caption=f"All {len(pairs):,} samples of two districts: standard error {pair_error:.0f} crowns. "
    f"2,000 people by lot: {lottery_error(2_000):.0f} crowns. Two districts are worth "
    f"{worth:.0f} people.",
    alt="A wide histogram of the means of all pairs of districts, and inside it two narrow bell "
    "curves, a lottery of 2,000 people and a lottery of as many as you guessed.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "equal chances for everybody, and yet two whole districts are worth few people by lot",
    measured=worth,
    at_most=50,
    unit="people",
    limit=True,
)

# %% [markdown]
# **Why.** Neighbours are alike. After fifty people of a district, the next one tells you little
# that is new. How alike they are is the **intraclass correlation** $\rho$: 0 where a district is
# like a random heap, 1 where all of its people are the same. With $m$ people per cluster the
# variance is that of a lottery of the same size times the **design effect**, $1 + (m - 1)\rho$. If
# the clusters differ in size, and $cv$ is their standard deviation over their mean, it is about

# %%
show_source(clusters.design_effect)

# %%
cv = size.std() / size.mean()
asked = {"spend": spend}
for name in ("income", "default", "age"):
    asked[name] = city.people[name].to_numpy(float)
rows = {}
for name, values in asked.items():
    rho = intraclass_correlation(values, district)
    lottery = lottery_error(2_000, values.var(ddof=1)) ** 2
    rows[name] = {
        "rho": rho,
        "equal sizes": clusters.design_effect(size.mean(), rho),
        "with cv": clusters.design_effect(size.mean(), rho, cv),
        "all pairs": all_pairs(values)[0].var() / lottery,
    }
effects = pd.DataFrame(rows).T.rename_axis("design effect")
effects.round({"rho": 4, "equal sizes": 1, "with cv": 1, "all pairs": 1})

# %% [markdown]
# A small $\rho$ does it, because it is multiplied by a thousand people. The formula is a rule of
# thumb: it is made for many clusters and takes their size to have nothing to do with what is asked.
#
# **Where it stops being true.** Look at age. Districts do not differ in it beyond what chance does,
# and there two districts are as good as a lottery. A design effect belongs to a design *and* a
# question.

# %% tags=["claim-T9"]
claim(
    "T9",
    "asked for their age, whole districts do as well as a lottery",
    measured=effects.loc["age", "all pairs"],
    at_most=1.2,
)

# %% [markdown]
# ### Two error bars
#
# **The question.** What does the design know about its own error? (**T4**)
#
# The interval of lesson 01 takes everybody for an independent draw. It is the **naive** one. But
# chance drew two times here, not 2,000 times. So let each drawn district be *one* observation: for
# a district, add up (value - mean) / n over its people and call the sum $z$. With $m$ of $M$
# clusters in the sample, the design's own variance of the mean is
#
# $$\Bigl(1 - \frac{m}{M}\Bigr) \frac{m}{m-1} \sum (z - \bar z)^2$$
#
# and the interval reaches as many standard errors as Student's t with $m - 1$ **degrees of
# freedom** says, since $m$ numbers are few to tell a spread from.


# %%
def pair_intervals():
    """How far the naive and the design's own 95 % interval reach, for each pair."""
    squares = np.bincount(district, spend**2)[pairs].sum(axis=1)
    s2 = (squares - pair_people * pair_mean**2) / (pair_people - 1)
    naive = 1.96 * np.sqrt(s2 * (1 / pair_people - 1 / N))
    total = np.bincount(district, spend)[pairs]
    z = (total - pair_mean[:, None] * size[pairs]) / pair_people[:, None]
    between = np.square(z - z.mean(axis=1, keepdims=True)).sum(axis=1)
    own = np.sqrt((1 - 2 / len(size)) * 2 / 1 * between)
    return naive, student.ppf(0.975, 1) * own


naive, own = pair_intervals()
pair_hits = [np.mean(np.abs(pair_mean - truth) <= reach) for reach in (naive, own)]
pd.DataFrame(
    {
        "95 % intervals that hit": np.round(pair_hits, 3),
        "median reach (crowns)": [np.median(naive).round(), np.median(own).round()],
    },
    index=["naive", "the design's own"],
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "over all pairs of districts the naive interval hardly ever contains the truth",
    measured=pair_hits[0],
    at_most=0.25,
)
claim(
    "T4",
    "by the design's own variance and one degree of freedom it keeps its promise, nearly",
    measured=pair_hits[1],
    between=(0.92, 0.97),
)

# %% [markdown]
# **Why.** The same samples, two error bars. The own one is honest, and so wide that it is of little
# use. That is the truth about two districts, and the sample itself can tell you. A convenience
# sample never can: *there is no formula to go to*. This is what separates the families.
#
# ## A few people from many districts
#
# **The question.** Does it get better when you ask fewer people in more districts? (**T4**)
#
# In **two-stage sampling** you draw clusters first, then people within them. If the clusters are
# drawn in proportion to their people, and the same number is taken from each, everybody's chance is
# the same again: a large district comes more often, and each of its people less often.

# %%
show_source(clusters.two_stage)

# %% [markdown]
# (`pps`, which draws the districts, comes two sections further down.) Check the chances first. Sort
# people by how large their district is, into five classes, and count who comes in 300 draws of 50
# districts with 40 people each.

# %%
place = pd.Series(size[district]).rank(method="first")
fifth = pd.qcut(place, 5, labels=False).to_numpy()
counted = compare.chances(by_name["two-stage"], fifth, repeats=300, seed=SEED)
counted.index = ["smallest districts", "2", "3", "4", "largest districts"]
(100 * counted).round(3).add_suffix(" %")

# %% [markdown]
# **Your guess.** Draw 10 districts and 200 people from each, and compute the naive 95 % interval.
# How many of 100 contain the truth?

# %%
my_guess = 60  # of 100 intervals, edit me

# %% [markdown]
# **Measure.** Ten districts each time; you vary how many people you take from each. Since all
# clusters count the same, the design's own variance becomes short: the variance of the ten district
# means, divided by ten.


# %%
def two_stage_draws(m, take, rng, repeats):
    """Estimate, naive and own standard error of each sample."""
    rows = np.empty((repeats, 3))
    for k in range(repeats):
        drawn = clusters.two_stage(district, m, take, rng)
        x = spend[drawn].reshape(m, take)
        naive = np.sqrt(x.var(ddof=1) * (1 / x.size - 1 / N))
        own = np.sqrt(x.mean(axis=1).var(ddof=1) / m)
        rows[k] = x.mean(), naive, own
    return rows


def hits(rows, m):
    """Share of intervals that contain the truth: naive, the design's own."""
    off = np.abs(rows[:, 0] - truth)
    own_reach = student.ppf(0.975, m - 1) * rows[:, 2]
    return (off <= 1.96 * rows[:, 1]).mean(), (off <= own_reach).mean()


# %% tags=["nbval-ignore-output"]
TAKES, REPEATS = np.array([5, 20, 50, 100, 200]), 500
runs = {}
for take in progress([int(take) for take in TAKES], "sizes of the take"):
    rng = np.random.default_rng([SEED, 1, take])
    runs[take] = two_stage_draws(10, take, rng, REPEATS)

# %% [markdown]
# Beside what you measure stands what theory says from the whole city. `between` is how much the
# districts' means differ, `within` how much people differ inside them. `once` corrects for
# districts that are not put back; it is very nearly exact (Hartley and Rao, 1962).

# %%
mean_in = np.bincount(district, spend) / size
squares_in = np.bincount(district, np.square(spend - mean_in[district]))
variance_in = squares_in / (size - 1)


def two_stage_error(m, take):
    """Standard error of the mean, from everybody in the city."""
    chance = m * size / N
    once = 1 - (m - 1) / m * chance
    between = (chance * once) @ np.square(mean_in - truth)
    within = chance @ (variance_in * (1 / take - 1 / size))
    return np.sqrt((between + within) / m**2)


rho = intraclass_correlation(spend, district)
rows = {}
for take, run in runs.items():
    n = 10 * take
    lottery = lottery_error(n)
    rows[n] = {
        "measured": run[:, 0].std(ddof=1) ** 2 / lottery**2,
        "theory": two_stage_error(10, take) ** 2 / lottery**2,
        "1 + (take - 1) rho": clusters.design_effect(take, rho),
    }
    rows[n]["hit, naive"], rows[n]["hit, own"] = hits(run, 10)
staged = pd.DataFrame(rows).T.rename_axis("n, from 10 districts")
staged.round(2)

# %%
fig, axes = figures.new(
    title="The more from each district, the less each is worth, and the worse the naive interval",
    columns=2,
    xlabel="people taken from each of 10 districts",
    size=(7.6, 3.7),
)
left, right = axes
every = np.arange(1, 201)
left.plot(every, clusters.design_effect(every, rho), color=figures.GREY)
left.plot(TAKES, staged["measured"], "o", color=figures.BLUE)
left.set(ylabel="design effect", ylim=(0, 28))
left.text(15, 19.5, "line: 1 + (take - 1) rho\ndots: measured", fontsize=9)
right.plot(TAKES, staged["hit, naive"], "o-", color=figures.ORANGE)
right.plot(TAKES, staged["hit, own"], "o-", color=figures.BLUE)
right.text(60, 0.88, "the design's own", color=figures.BLUE, fontsize=9)
right.text(66, 0.54, "naive", color=figures.ORANGE, fontsize=9)
right.set(ylabel="95 % intervals that hit", ylim=(0, 1.05), xlim=(-48, 210))
right.set_xticks([0, 50, 100, 150, 200])
figures.mark_guess(right, y=my_guess / 100)
figures.show(
    fig,
    caption=f"200 people from each of ten districts have a design effect of "
    f"{staged['measured'].iloc[-1]:.0f}. Of the naive intervals "
    f"{staged['hit, naive'].iloc[-1]:.0%} hit, of the design's own "
    f"{staged['hit, own'].iloc[-1]:.0%}.",
    alt="Left: measured design effects lie on or little below a rising straight line. Right: the "
    "share of naive intervals that hit falls with the take; that of the design's own stays level.",
)

# %% tags=["claim-T4"]
off_by = staged["measured"] / staged["theory"]
claim(
    "T4",
    "known chances tell the variance beforehand: for no take is it off by a larger factor",
    measured=max(off_by.max(), 1 / off_by.min()),
    at_most=1.4,
)
claim(
    "T4",
    "with 200 people from each of ten districts, most naive intervals miss",
    measured=staged["hit, naive"].iloc[-1],
    at_most=0.5,
)
claim(
    "T4",
    "the design's own variance with t for nine degrees of freedom keeps the promise each time",
    measured=staged["hit, own"].min(),
    at_least=0.88,
)

# %% [markdown]
# **Why.** The ten district means hold everything that chance did: which districts came, and which
# people within them. You need no $\rho$ and no formula for each stage. The naive interval looks at
# people and sees 2,000 of them.
#
# **On real people.** The RAND Health Insurance Experiment followed people for three or five years
# and counted visits to a doctor. The set is in the public domain and ships with statsmodels. It has
# one row per person and year and no column that says who is who. The rows of a person stand
# together and share all background columns, so a run of rows that agree in these is taken for a
# person here.

# %%
from statsmodels.datasets import randhie

years = randhie.load_pandas().data
background = years.drop(columns="mdvis")
new = background.ne(background.shift()).any(axis=1)
person = (new.cumsum() - 1).to_numpy()
visits = years["mdvis"].to_numpy(float)
rows_of = np.bincount(person)
common = pd.Series(rows_of).value_counts().head(3).to_dict()
print(f"{len(visits):,} rows, {len(rows_of):,} runs; runs by length: {common} and others")


# %%
def real_draws(m, rng, repeats):
    """Means of all rows of m persons, with both standard errors."""
    total, squares = np.bincount(person, visits), np.bincount(person, visits**2)
    rows = np.empty((repeats, 3))
    for k in range(repeats):
        drawn = rng.choice(len(rows_of), m, replace=False)
        n, mean = rows_of[drawn].sum(), total[drawn].sum() / rows_of[drawn].sum()
        s2 = (squares[drawn].sum() - n * mean**2) / (n - 1)
        z = (total[drawn] - mean * rows_of[drawn]) / n
        own = (1 - m / len(rows_of)) * m / (m - 1) * np.square(z).sum()
        rows[k] = mean, np.sqrt(s2 * (1 / n - 1 / len(visits))), np.sqrt(own)
    return rows


m, persons = 500, real_draws(500, np.random.default_rng([SEED, 2]), 2_000)
off = np.abs(persons[:, 0] - visits.mean())
n = m * rows_of.mean()
rho_visits = intraclass_correlation(visits, person)
variation = rows_of.std() / rows_of.mean()
lottery = visits.var(ddof=1) * (1 / n - 1 / len(visits))
real = {
    "rho": rho_visits,
    "design effect, formula": clusters.design_effect(rows_of.mean(), rho_visits, variation),
    "design effect, measured": persons[:, 0].var(ddof=1) / lottery,
    "95 % hit, naive": (off <= 1.96 * persons[:, 1]).mean(),
    "95 % hit, own": (off <= student.ppf(0.975, m - 1) * persons[:, 2]).mean(),
}
pd.Series(real, name="500 persons, all their years").round(2).to_frame()

# %% tags=["claim-T4"]
claim(
    "T4",
    "on real people the naive interval of clustered rows misses more than twice too often",
    measured=1 - real["95 % hit, naive"],
    at_least=0.10,
)
claim(
    "T4",
    "and the design's own keeps its promise",
    measured=real["95 % hit, own"],
    between=(0.92, 0.97),
)

# %% [markdown]
# Clusters here are tiny, about four rows each, and still the naive interval fails. A test set in
# which users, documents or patients come several times is a sample of this kind, and so is its
# accuracy.

# %% [markdown]
# ## How many per trip?
#
# **The question.** You have money for a survey. A trip to a district costs, and so does each
# interview. How many people do you ask per trip? (**T4**)
#
# **Your guess.** The take per district with the smallest error for the money.

# %%
print(f"a trip: {AT_HOME.trip:,.0f} crowns; an interview: {AT_HOME.person:.0f} crowns")
BUDGET = 50_000  # crowns
my_guess = 60  # people per district, edit me

# %% [markdown]
# **Measure.** A larger take saves trips, and each person tells less. Minimise the cost for a given
# variance, and the best take is $\sqrt{\text{trip}/\text{person} \times (1-\rho)/\rho}$.

# %%
best = np.sqrt(AT_HOME.trip / AT_HOME.person * (1 - rho) / rho)


def districts_for(take):
    """How many districts the budget buys."""
    return BUDGET / (AT_HOME.trip + AT_HOME.person * take)


SOME = [3, round(best), 60, 200]
measured = {}
for take in SOME:
    m, rng = int(districts_for(take)), np.random.default_rng([SEED, 3, take])
    run = two_stage_draws(m, take, rng, 300)
    measured[take] = m, m * take, 100 * run[:, 0].std(ddof=1) / truth
bought = pd.DataFrame(measured, index=["districts", "people", "spread %"]).T
bought["theory %"] = [
    100 * two_stage_error(m, take) / truth for take, m in bought["districts"].items()
]
print(f"best take by the formula: {best:.1f}")
bought.rename_axis("take").astype({"districts": int, "people": int}).round(1)

# %%
curve = [100 * two_stage_error(districts_for(take), take) / truth for take in every]
fig, ax = figures.new(
    title="One budget: too few per trip wastes trips, too many wastes interviews",
    xlabel="people per district",
    ylabel="standard error (% of the truth)",
)
ax.plot(every, curve, color=figures.GREY)
ax.plot(SOME, bought["spread %"], "o", color=figures.BLUE)
ax.set(ylim=(0, 13), xlim=(0, 207))
figures.mark_truth(ax, x=best, label="formula")
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"What {BUDGET:,} crowns buy. Line: theory; dots: 300 samples each. The formula says "
    f"{best:.0f} people per district; at 200 the {bought.loc[200, 'people']:,.0f} interviews have "
    f"{bought.loc[200, 'spread %'] / bought.loc[round(best), 'spread %']:.1f} times the error of "
    f"the {bought.loc[round(best), 'people']:,.0f}.",
    alt="A curve of error against people per district: it falls steeply, is lowest near the "
    "formula's value, and rises slowly. Measured dots lie on it.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "the take that the formula names is within 5 % of the best in theory",
    measured=curve[round(best) - 1] / min(curve),
    at_most=1.05,
)
claim(
    "T4",
    "twice the interviews or more, fewer districts, and a larger error",
    measured=bought.loc[200, "spread %"] / bought.loc[round(best), "spread %"],
    at_least=1.3,
)

# %% [markdown]
# **Why.** A method by chance lets you work out its error before you have asked anybody, up to a
# guess at $\rho$. The curve is flat near its lowest point, so a rough guess will do. People are
# cheap only where districts are.

# %% [markdown]
# ## Some more often than others
#
# **The question.** Much of the money is spent by few. Suppose the register knows incomes: why not
# draw people in proportion to them, so that those who matter most come most often? (**T3**, **T4**)
#
# That is **PPS**, sampling with *probability proportional to size*, where size is any number that
# you know of everybody. First the chances: n times a person's share, with nobody above 1. Then the
# draw: put people into random order, lay their chances end to end on a line, and step along it.

# %%
show_source(unequal.inclusion_probabilities, unequal.pps)

# %%
n, income = 2_000, asked["income"]
chance = unequal.inclusion_probabilities(income, n)
print(f"chances from {chance.min():.4f} to {chance.max():.4f}, in all {chance.sum():,.0f}")

# %% [markdown]
# **Your guess.** You draw 2,000 people this way and take the mean of what they spend. By how many
# per cent is it off, on average?

# %%
my_guess = 10  # %, edit me

# %% [markdown]
# **Measure.** The plain mean is what you get when you *forget the weights*. A person with chance
# $\pi$ stands for $1/\pi$ people, and there are two ways to use that. **Horvitz and Thompson** add
# up value $/\ \pi$ and divide by the N people of the city. **Hájek** divides by the sum of the
# $1/\pi$, which estimates N: the weighted mean.

# %%
show_source(estimate.horvitz_thompson, estimate.hajek)


# %% [markdown]
# Beside PPS stands **Poisson sampling**: everybody tosses a coin of their own with their own
# chance, so the sample's size varies. It needs no list in memory: each log line decides for itself.

# %%
show_source(unequal.poisson)


# %%
def weighted_draws(sampler, rng, repeats):
    """For each question: the plain mean, Horvitz-Thompson, Hajek. [repeats, questions, 3]"""
    rows = np.empty((repeats, len(asked), 3))
    for k in range(repeats):
        drawn = sampler(chance, rng)
        pi = chance[drawn]
        for q, values in enumerate(asked.values()):
            y = values[drawn]
            rows[k, q] = (
                y.mean(),
                estimate.horvitz_thompson(y, pi, N),
                estimate.hajek(y, 1 / pi),
            )
    return rows


by_pps = weighted_draws(unequal.pps, np.random.default_rng([SEED, 4]), 400)
by_coin = weighted_draws(unequal.poisson, np.random.default_rng([SEED, 5]), 400)

# %%
ESTIMATORS = ["plain mean", "Horvitz-Thompson", "Hajek"]
error = {f"PPS, {name}": by_pps[:, 0, e] for e, name in enumerate(ESTIMATORS)}
error |= {f"Poisson, {ESTIMATORS[e]}": by_coin[:, 0, e] for e in (1, 2)}
error = {name: 100 * (draws / truth - 1) for name, draws in error.items()}
table = pd.DataFrame(
    {
        "bias %": {name: x.mean() for name, x in error.items()},
        "spread %": {name: x.std(ddof=1) for name, x in error.items()},
        "low %": {name: np.quantile(x, 0.025) for name, x in error.items()},
        "high %": {name: np.quantile(x, 0.975) for name, x in error.items()},
    }
)
by_lot = 100 * lottery_error(n) / truth
table.loc["simple random (theory)"] = [0, by_lot, -1.96 * by_lot, 1.96 * by_lot]
table.round(1)

# %%
family = dict.fromkeys(table.index, compare.BY_CHANCE)
family["PPS, plain mean"] = compare.NO_CHANCE
fig, ax = methods.bias_and_spread(
    table, family, title="Forgetting the weights ruins it; using them can beat a lottery",
    guess=my_guess,
)  # fmt: skip
ratio = table.loc["PPS, Horvitz-Thompson", "spread %"] / by_lot
figures.show(
    fig,
    caption=f"Mean spend from 2,000 people drawn in proportion to income. Without weights it is "
    f"{table.loc['PPS, plain mean', 'bias %']:+.0f} % off. With Horvitz and Thompson's its spread "
    f"is {ratio:.2f} times that of a lottery of the same size.",
    alt="Six rows. The plain mean lies far to the right of the truth. The others lie around it: "
    "Horvitz-Thompson under PPS is the narrowest, the lottery and Hajek are twice as wide, and "
    "Poisson with Horvitz-Thompson is the widest.",
)

# %% tags=["claim-T3"]
claim(
    "T3",
    "take the sample for the city, and the method's preferences become your mean",
    measured=table.loc["PPS, plain mean", "bias %"],
    at_least=30,
    unit="%",
)

# %% tags=["claim-T4"]
noise = table.loc["PPS, Horvitz-Thompson", "spread %"] / 400**0.5
claim(
    "T4",
    "with one over the known chance as weight, the bias is gone",
    measured=abs(table.loc["PPS, Horvitz-Thompson", "bias %"]) / noise,
    at_most=5,
    unit="Monte Carlo errors",
)
claim(
    "T4",
    "for spend, PPS by income with Horvitz-Thompson spreads less than a lottery of equal size",
    measured=ratio,
    at_most=0.7,
)

# %% [markdown]
# **Why.** Horvitz and Thompson add up $y/\pi$. Where y is in proportion to $\pi$, everybody adds
# the *same* number, and the sum cannot vary. Income itself is such a y. Spending goes with income,
# so it is nearly one. See what happens to other questions. "Theory" is computed from everybody.


# %%
def theory(values, fixed_size):
    """Standard error of Horvitz and Thompson's mean."""
    if fixed_size:  # Hartley and Rao, 1962
        each = values / chance - values.sum() / n
        variance = (chance * (1 - (n - 1) / n * chance)) @ each**2
    else:  # coins that are independent
        variance = (1 / chance - 1) @ values**2
    return np.sqrt(variance) / N


rows = {}
for q, (name, values) in enumerate(asked.items()):
    rows[name] = {"by lot": lottery_error(n, values.var(ddof=1))}
    for kind, draws in [("PPS", by_pps), ("Poisson", by_coin)]:
        rows[name][f"{kind}, HT"] = draws[:, q, 1].std(ddof=1)
        rows[name][f"{kind}, theory"] = theory(values, kind == "PPS")
    rows[name]["PPS, Hajek"] = by_pps[:, q, 2].std(ddof=1)
    rows[name] = {key: 100 * x / values.mean() for key, x in rows[name].items()}
spreads = pd.DataFrame(rows).T.rename_axis("spread, in % of the truth")
spreads.round(2)

# %% tags=["claim-T4"]
claim(
    "T4",
    "where y is in proportion to the chance, a design of fixed size has no error at all",
    measured=spreads.loc["income", "PPS, HT"],
    at_most=1e-6,
    unit="%",
)
claim(
    "T4",
    "coins have one all the same, since they do not fix how many come",
    measured=spreads.loc["income", "Poisson, HT"],
    at_least=1,
    unit="%",
)
claim(
    "T4",
    "asked for age, which hardly goes with the chance, it loses clearly to Hajek's",
    measured=spreads.loc["age", "PPS, HT"] / spreads.loc["age", "PPS, Hajek"],
    at_least=1.3,
    limit=True,
)

# %% [markdown]
# **Where it stops being true.** As long as nobody's chance is 0, Horvitz and Thompson are never
# biased, and that is not enough. The statistician Debabrata Basu made it a fable about a circus and
# its elephants (1971). Here it is in Riverton. You want the mean age of fifty neighbours, and may
# ask one. A careful colleague gives the person of middling age a chance of 99 in 100 and shares the
# rest out among the others.

# %%
ages = np.sort(asked["age"][district == size.argmin()][:50])
fable = np.full(50, 0.01 / 49)
fable[25] = 0.99
ht = ages / fable / 50  # the estimate from each of fifty possible samples
pd.Series(
    {
        "true mean age": ages.mean(),
        "HT, if the middling person comes": ht[25],
        "HT, if the oldest comes": ht[-1],
        "HT, mean over the chances": fable @ ht,
        "Hajek, if the middling person comes": ages[25],
    },
    name="years",
).round(1).to_frame()

# %% [markdown]
# On average it is right, and no single estimate makes sense. So: Horvitz and Thompson's where the
# chances follow what is asked, and where you need a total; Hájek's for means of everything else.
# And give nobody a tiny chance who is not tiny in what you ask.

# %% [markdown]
# ## The sampler that is not PPS
#
# **The question.** `rng.choice(N, n, replace=False, p=share)` and pandas' `sample(weights=)` look
# as if they drew PPS samples. Do they keep the chances? (**T4**)
#
# Take a town so small that you can count: twelve schools with 100, 200, ..., 1,200 pupils. You draw
# six, in proportion to pupils. If everything is right, the largest has a chance of 6 x 1,200 /
# 7,800.
#
# **Your guess.** In how many of 100 samples from `choice` is the largest school?

# %%
my_guess = 92  # of 100 samples, edit me

# %%
pupils = np.arange(100.0, 1_300, 100)
share = pupils / pupils.sum()
believed = 6 * share
SAMPLERS = {
    "choice(p=)": lambda rng: rng.choice(12, 6, replace=False, p=share),
    "PPS": lambda rng: unequal.pps(believed, rng),
    "Poisson": lambda rng: unequal.poisson(believed, rng),
    "weighted": lambda rng: unequal.weighted(pupils, 6, rng),
}
DRAWS = 10_000
counts = {}  # how often each sample holds each school
for k, (name, draw) in enumerate(SAMPLERS.items()):
    rng = np.random.default_rng([SEED, 6, k])
    counts[name] = [np.bincount(draw(rng), minlength=12) for _ in range(DRAWS)]
counts = {name: np.array(table) for name, table in counts.items()}

# %% [markdown]
# *weighted* is what `random.choices(weights=)` does, weighted sampling **with replacement**. The
# same school may come twice, and counts twice.

# %%
show_source(unequal.weighted)

# %%
fig, ax = figures.new(
    title="choice(p=) takes the largest too seldom and the smallest too often",
    xlabel="the chance that was asked for, n p",
    ylabel="times in a sample, on average",
    size=(7.6, 3.9),
)
ax.plot([0, 1], [0, 1], color=figures.GREY, lw=1)
for name, marker, colour in [
    ("choice(p=)", "o-", figures.ORANGE),
    ("PPS", "s", figures.BLUE),
    ("Poisson", "^", figures.GREEN),
    ("weighted", "x", figures.BLACK),
]:
    ax.plot(believed, counts[name].mean(axis=0), marker, color=colour, ms=5, label=name)
figures.mark_guess(ax, y=my_guess / 100)
ax.legend(frameon=False, loc="lower right")
ax.set(xlim=(0, 1), ylim=(0, 1))
largest = {name: table[:, 11].mean() for name, table in counts.items()}
figures.show(
    fig,
    caption=f"Twelve schools, {DRAWS:,} samples of six. The largest should come "
    f"{believed[11]:.3f} times a sample: PPS {largest['PPS']:.3f}, Poisson "
    f"{largest['Poisson']:.3f}, weighted {largest['weighted']:.3f}, choice "
    f"{largest['choice(p=)']:.3f}.",
    alt="Times in a sample against the chance asked for. Three samplers lie on the diagonal. "
    "The one by choice lies above it for small schools and far below it for large ones.",
)

# %% [markdown]
# Now divide by the chance that you believe in. The simplest thing to estimate is how many schools
# there are: each counts 1, and the truth is twelve.

# %%
rows = {}
for name, table in counts.items():
    schools = table @ (1 / believed)
    rows[name] = {
        "mean estimate": schools.mean(),
        "its error": schools.std(ddof=1) / DRAWS**0.5,
        "spread": schools.std(ddof=1),
        "sizes": f"{table.sum(axis=1).min()} to {table.sum(axis=1).max()}",
        "same school twice": f"{(table > 1).any(axis=1).mean():.0%}",
    }
schools = pd.DataFrame(rows).T
schools.astype({"mean estimate": float, "its error": float, "spread": float}).round(3)

# %% tags=["claim-T4"]
noise = np.sqrt(believed * (1 - believed) / DRAWS)
off = {
    name: np.abs((counts[name].mean(axis=0) - believed) / noise).max()
    for name in ("choice(p=)", "PPS", "Poisson")
}
claim(
    "T4",
    "PPS and Poisson give every school its chance, up to counting noise",
    measured=max(off["PPS"], off["Poisson"]),
    at_most=6,
    unit="standard errors",
)
claim(
    "T4",
    "choice(p=) misses the chance of the school that it treats worst by far",
    measured=off["choice(p=)"],
    at_least=30,
    unit="standard errors",
    limit=True,
)
claim(
    "T4",
    "so with chances that are believed and not kept, one over the chance is biased",
    measured=schools.loc["choice(p=)", "mean estimate"] / 12 - 1,
    at_least=0.05,
    limit=True,
)

# %% [markdown]
# **Why.** `choice` draws one after the other, and whoever is drawn leaves. The first draw is in
# proportion to size. By the sixth the large schools are mostly gone, and the small ones have their
# turn. Nobody's chance can be read off `p` any more. Where a chance cannot be what you ask for, the
# two libraries part:

# %%
steep = pd.Series(pupils**2, name="weight")
print(f"largest n p: {6 * steep.max() / steep.sum():.2f}")
try:
    steep.sample(6, weights=steep, random_state=SEED)
except ValueError as problem:
    print("pandas:", str(problem).split(".")[0])
rng = np.random.default_rng([SEED, 7])
drawn = rng.choice(12, 6, replace=False, p=steep / steep.sum())
print("numpy: draws", len(drawn), "schools and says nothing")
print("chances:", unequal.inclusion_probabilities(steep, 6).round(2))

# %% [markdown]
# Weighted sampling with replacement keeps the expected *counts* instead, and dividing by them is
# unbiased (Hansen and Hurwitz, 1943). It pays for schools that come twice.
#
# **Where it stops mattering.** When a small part of a large list is drawn, hardly anything is used
# up. In Riverton, count the people from 2,000 of 200,000, drawn by income:

# %%
rng = np.random.default_rng([SEED, 8])
p = income / income.sum()
heads = [np.sum(1 / (n * p[rng.choice(N, n, replace=False, p=p)])) / N for _ in range(100)]
print(f"bias of choice(p=) over n p: {np.mean(heads) - 1:+.2%}")
print(f"Monte Carlo error of that: {np.std(heads) / 100**0.5:.2%}")
print(f"spread of one estimate: {np.std(heads):.2%}")

# %% [markdown]
# ## Side by side
#
# All methods of this lesson beside simple random sampling, in the frame that every method of the
# chapter is put into. It takes weighted means, as Hájek does. With weights w the design's own
# variance is the sum that you know from clusters, without its bracket, and with
# $z = w (y - \text{mean}) / \sum w$ for each person, or added up over each cluster.

# %% tags=["nbval-ignore-output"]
names = [
    "simple random",
    "whole clusters",
    "two-stage",
    "PPS, by income",
    "weighted, by income",
    "Poisson, by debt",
]
chosen = [by_name[name] for name in names]
drawn = compare.measure(
    chosen, {"spend": spend}, district, repeats=300, seed=SEED, progress=progress
)

# %%
summary = compare.summary(drawn, "spend", truth)
methods.shown(summary)

# %%
fig, ax = methods.bias_and_spread(
    summary,
    {name: by_name[name].family for name in names},
    title="All are centred on the truth; what they differ in is spread",
)
figures.show(
    fig,
    caption=f"Mean spend from about 2,000 people. Whole clusters spread "
    f"{summary.loc['whole clusters', 'spread %'] / summary.loc['simple random', 'spread %']:.0f} "
    f"times as much as a lottery, two-stage samples "
    f"{summary.loc['two-stage', 'spread %'] / summary.loc['simple random', 'spread %']:.1f} times.",
    alt="Six rows with dots near the truth. The line of whole clusters is by far the longest; "
    "that of two-stage sampling is about twice as long as the rest.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "unlike a lottery's, the naive interval of a two-stage sample breaks its promise",
    measured=summary.loc["two-stage", "hit, naive"],
    at_most=0.85,
)
claim(
    "T4",
    "by its own design's variance no method of this lesson falls far below its promise",
    measured=summary["hit, design"].min(),
    at_least=0.87,
)

# %% [markdown]
# Look at the naive column: with unequal chances the interval is too wide for PPS by income and too
# narrow for Poisson by debt, since it knows nothing of weights. And the two-stage intervals hit
# rather more often than promised. A quarter of all districts is in each sample, and the variance is
# computed as if districts were put back. That errs on the safe side.
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | whole clusters | heaps by lot, all in them | heaps are few or differ | heaps are cheap |
# | two-stage | some of each of many heaps | taken for a lottery | trips cost |
# | PPS | fixed n, chance by a known size | weights forgotten | the answer goes with the size |
# | Poisson | a coin of one's own | n must be fixed | items come in a stream |
# | weighted | n draws, each from all | n is near N | n is far below N; bootstraps |
# | choice(p=) | one by one from those left | you divide by n p | nothing is estimated |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T9 limit", "two whole districts are worth, by lot", f"{worth:.0f} people"),
        ("T4", "their 95 % intervals: naive", f"{pair_hits[0]:.0%}"),
        ("T4", "the same: the design's own", f"{pair_hits[1]:.0%}"),
        ("T4", "design effect, 10 districts x 200", f"{staged['measured'].iloc[-1]:.0f}"),
        ("T4", "real person-years: naive 95 % intervals", f"{real['95 % hit, naive']:.0%}"),
        ("T4", "the same: the design's own", f"{real['95 % hit, own']:.0%}"),
        ("T4", "best take per district, by the formula", f"{best:.0f}"),
        ("T3", "PPS by income, weights forgotten",
         f"{error['PPS, plain mean'].mean():+.0f} %"),
        ("T4", "PPS with weights, spread against by lot", f"{ratio:.2f}"),
        ("T4 limit", "age: Horvitz-Thompson's spread over Hajek's",
         f"{spreads.loc['age', 'PPS, HT'] / spreads.loc['age', 'PPS, Hajek']:.1f}"),
        ("T4 limit", "choice(p=): schools counted, of 12",
         f"{schools.loc['choice(p=)', 'mean estimate']:.1f}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Ask what was drawn by chance: rows, or users, documents, days? That is what your
# error bar has to count, in A/B tests and in a model's score as well. Split by it, too, or the same
# user sits in training and in test. A log that keeps all errors and one in ten of the rest is a
# Poisson sample: write the chance into each line, for later nobody can work it out. And test a
# sampler by counting before you trust its name.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody. What
# is computed over all pairs does not depend on a seed. Under any other seed each statistical bound
# would fail by chance less than once in a million runs: each stands at least five standard errors
# from what theory, or many repetitions, lead you to expect.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/06_clusters_and_unequal_chances.ipynb) has four
# tasks: estimate with unequal chances, give clusters an honest interval, share out chances so that
# none is above 1, and build a PPS sampler that is held to them.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data":
#   weighted sampling, in the section on sampling.
# - Leslie Kish, *Survey Sampling*, 1965: the design effect.
# - Daniel Horvitz and Donovan Thompson, "A generalization of sampling without replacement from a
#   finite universe", *Journal of the American Statistical Association* 47, 1952.
# - Debabrata Basu, "An essay on the logical foundations of survey sampling, part one", in
#   *Foundations of Statistical Inference*, 1971: the elephants, with Hájek's comment.
# - Evan Miller, "Adding error bars to evals", 2024,
#   [arXiv:2411.00640](https://arxiv.org/abs/2411.00640): clustered standard errors for the scores
#   of language models.
# - pandas, [issue 61516](https://github.com/pandas-dev/pandas/issues/61516): somebody who draws
#   villages for surveys finds out what `sample(weights=)` does.
# - Sharon Lohr, *Sampling: Design and Analysis*: the chapters on clusters and on unequal
#   probabilities.
