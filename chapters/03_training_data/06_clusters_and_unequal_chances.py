# %% [markdown]
# # Clusters and unequal chances
#
# Two kinds of samples, both drawn by lot, both analysed the way most people do. Then you use what
# you know of each, its chances, and see what that changes.
#
# **You will be able to** say what a sample of clusters is worth; give it an interval that keeps its
# promise; set unequal chances right by weights; tell a sampler that keeps the chances it was asked
# for from one that does not.
#
# **Time** 50 minutes. **Before this** [Every dataset is a
# sample](01_every_dataset_is_a_sample.ipynb): bias, spread, inclusion probability, and what a
# confidence interval promises.

# %% [markdown]
# ## The design is part of the data
#
# In a lottery all have the same chance, each for themselves. Real samples bend both rules. People
# come in heaps: all users of one company, all frames of one video. And some are drawn more readily
# than others: whoever clicks more is in more log lines. Neither does harm as long as you know the
# **design**, the way chance draws the sample. This lesson holds these claims of the
# [ledger](../LEDGER.md) against Riverton, a made-up city whose truth is known:
#
# - **T4**: there are two families of sampling methods, with chance and without. Here you meet what
#   only the first offers: known chances, and from them weights and an honest error bar.
# - **T9**, its limit: equal chances are not enough for a simple random sample. Every subset of that
#   size must be equally likely.
# - **T3**: training data is always a part of the world that some sampling method picked.

# %%
import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.datasets import randhie

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import AT_HOME, Riverton
from labkit.riverton.truth import intraclass_correlation
from labkit.sampling import clusters, compare, unequal

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
my_guess = 500  # people by lot, edit me

# %% [markdown]
# **Measure.** Go through all pairs of districts: each is as likely as any other.

# %%
pairs = np.column_stack(np.triu_indices(len(size), 1))


def all_pairs(values):
    """The sample mean for each pair of districts."""
    total = np.bincount(district, values)
    return total[pairs].sum(axis=1) / size[pairs].sum(axis=1)


def lottery_error(n, variance=S2):
    """Standard error of simple random sampling."""
    return np.sqrt(variance * (1 / n - 1 / N))


pair_mean = all_pairs(spend)
pair_error = pair_mean.std()
worth = 1 / (pair_error**2 / S2 + 1 / N)
people = size[pairs].sum(axis=1).mean()
print(f"{len(pairs):,} pairs of districts, {people:,.0f} people on average")
print(f"each district, and so each person, is in {np.mean(pairs == 0) * 2:.2%} of them")
print(f"bias {pair_mean.mean() / truth - 1:+.1%}, standard error {pair_error / truth:.1%}")
print(f"a lottery of 2,000: {lottery_error(2_000) / truth:.1%}")
print(f"so two districts are worth {worth:.1f} people by lot")

# %% [markdown]
# (The small bias is real. Each pair counts the same, however many people it holds, so those of
# large districts count a little less. It comes with samples whose size varies.)

# %%
fig, ax = figures.new(
    title="Two whole districts spread like a handful of people",
    xlabel="estimated mean spend (crowns a month)",
    ylabel="how often (highest = 1)",
)
height, edges = np.histogram(pair_mean, bins=60)
ax.stairs(height / height.max(), edges, fill=True, color=figures.SKY, alpha=0.6)
ax.text(3_150, 0.3, "filled: all pairs of districts", color=figures.BLUE, fontsize=9)
grid = np.linspace(1_000, 4_200, 1_600)
for people, colour, dash in [
    (2_000, figures.BLACK, "-"),
    (worth, figures.BLUE, "-"),
    (my_guess, figures.GUESS_COLOUR, "--"),
]:
    bell = np.exp(-0.5 * ((grid - truth) / lottery_error(people)) ** 2)
    ax.plot(grid, bell, color=colour, lw=1.4, ls=dash)
ax.text(truth + 40, 1.16, "2,000 by lot", fontsize=9)
ax.text(truth + 40, 1.06, "your guess, by lot", color=figures.GUESS_COLOUR, fontsize=9)
ax.text(2_900, 0.52, f"{worth:.0f} by lot", color=figures.BLUE, fontsize=9)
ax.set(xlim=(1_000, 4_200), ylim=(0, 1.26))
figures.show(
    fig,
    caption=f"All {len(pairs):,} samples of two districts: standard error {pair_error:.0f} crowns. "
    f"2,000 people by lot: {lottery_error(2_000):.0f} crowns. Two districts are worth "
    f"{worth:.0f} people.",
    alt="A wide histogram of the means of all pairs of districts. The bell curve of a handful of "
    "people by lot is as wide; those of 2,000 people and of as many as you guessed are narrow.",
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
# like a random heap (measured, it may come out a little below), 1 where all of its people are the
# same. If you take the same number of people, the *take*, from each cluster, the variance is that
# of a lottery of the same size times the **design effect**, $1 + (\text{take} - 1)\rho$. If the
# clusters differ in size, and $cv$ is their standard deviation over their mean, it is about

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
        "formula": clusters.design_effect(size.mean(), rho, cv),
        "all pairs": all_pairs(values).var() / lottery,
    }
effects = pd.DataFrame(rows).T.rename_axis("design effect")
effects.round({"rho": 4, "formula": 1, "all pairs": 1})

# %% [markdown]
# A small $\rho$ does it, because it is multiplied by a thousand people. The formula is a rule of
# thumb, made for many clusters whose size has nothing to do with what is asked.
#
# **Where it stops being true.** Look at age. Districts differ in it no more than by chance, and
# there two districts are as good as a lottery, or a little better. A design effect belongs to a
# design *and* a question.

# %% [markdown]
# ### Two error bars
#
# **The question.** What does the design know about its own error? (**T4**)
#
# The interval of lesson 01 takes everybody for an independent draw. It is the **naive** one. But
# chance drew two times here, not 2,000 times. So let each drawn district be *one* observation: over
# its people, add up (value - sample mean) / sample size, and call the sum $z$. With $m$ of $M$
# clusters in the sample, the design's own variance of the mean is
#
# $$\Bigl(1 - \frac{m}{M}\Bigr) \frac{m}{m-1} \sum z^2$$
#
# and the interval reaches as many standard errors as Student's t with $m - 1$ **degrees of
# freedom** says, since $m$ numbers are few to tell a spread from.


# %%
def with_errors(values, heap, drawn):
    """Mean of everybody in the drawn heaps [samples, m]; naive and own standard error."""
    people = np.bincount(heap)
    total, squares = np.bincount(heap, values), np.bincount(heap, values**2)
    (M, m), n = (len(people), drawn.shape[1]), people[drawn].sum(axis=1)
    mean = total[drawn].sum(axis=1) / n
    s2 = (squares[drawn].sum(axis=1) - n * mean**2) / (n - 1)
    naive = np.sqrt(s2 * (1 / n - 1 / len(values)))
    z = (total[drawn] - mean[:, None] * people[drawn]) / n[:, None]
    own = np.sqrt((1 - m / M) * m / (m - 1) * np.square(z).sum(axis=1))
    return np.column_stack([mean, naive, own])


def hits(rows, m, truth):
    """Share of 95 % intervals that contain the truth: naive, the design's own."""
    off = np.abs(rows[:, 0] - truth)
    own_reach = student.ppf(0.975, m - 1) * rows[:, 2]
    return (off <= 1.96 * rows[:, 1]).mean(), (off <= own_reach).mean()


by_pair = with_errors(spend, district, pairs)
pair_hits = hits(by_pair, 2, truth)
reach = np.median(by_pair[:, 1:], axis=0) * [1.96, student.ppf(0.975, 1)]
pd.DataFrame(
    {
        "95 % intervals that hit": np.round(pair_hits, 3),
        "median reach (crowns)": reach.round(),
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
# **Why.** The own error bar is honest, and so wide that it is of little use. That is the truth
# about two districts, and the sample itself can tell you. A convenience sample never can: *there is
# no formula to go to*. This is what separates the families.
#
# ## A few people from many districts
#
# **The question.** Does it get better when you ask fewer people in more districts? (**T4**)
#
# In **two-stage sampling** you draw clusters first, then people within them. If the m clusters are
# drawn in proportion to their people, and the same number is taken from each, everybody's chance is
# the same again: a large district comes more often, and each of its people less often. Multiply the
# two, and the district's size cancels out: $m \times \text{take} / N$.

# %%
show_source(clusters.two_stage)

# %% [markdown]
# (`pps`, which draws the districts, comes two sections further down. `inclusion_probabilities` is m
# times each district's share of the people, with a rule for products above 1. `members` lists the
# people of each district.)
#
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


# %% tags=["nbval-ignore-output"]
TAKES, REPEATS = np.array([5, 20, 50, 100, 200]), 1_000
runs = {}
for take in progress([int(take) for take in TAKES], "sizes of the take"):
    rng = np.random.default_rng([SEED, 1, take])
    runs[take] = two_stage_draws(10, take, rng, REPEATS)

# %%
rho = intraclass_correlation(spend, district)
rows = {}
for take, run in runs.items():
    n = 10 * take
    rows[n] = {
        "measured": run[:, 0].var(ddof=1) / lottery_error(n) ** 2,
        "formula": clusters.design_effect(take, rho),
    }
    rows[n]["hit, naive"], rows[n]["hit, own"] = hits(run, 10, truth)
staged = pd.DataFrame(rows).T.rename_axis("n, from 10 districts")
unsure = 2 * np.sqrt(0.95 * 0.05 / REPEATS)
print(f"two standard errors of a share near 0.95: {unsure:.3f}")
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
right.text(60, 0.87, "the design's own", color=figures.BLUE, fontsize=9)
right.text(112, 0.45, "naive", color=figures.ORANGE, fontsize=9)
right.set(ylabel="95 % intervals that hit", ylim=(0, 1.05), xlim=(0, 210))
right.axhline(my_guess / 100, color=figures.GUESS_COLOUR, lw=1.4, ls=(0, (5, 3)))
right.text(150, my_guess / 100 + 0.02, "your guess", color=figures.GUESS_COLOUR, fontsize=9)
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
claim(
    "T4",
    "for every take the design's own variance with t stays near its promise of 95 %",
    measured=staged["hit, own"].min(),
    at_least=0.88,
)

# %% [markdown]
# **Why.** The ten district means hold everything that chance did: which districts came, and which
# people within them. You need no $\rho$. The naive interval sees 2,000 independent people.
#
# **On real people.** The RAND Health Insurance Experiment followed people for three or five years
# and counted visits to a doctor. The set is in the public domain and ships with statsmodels. It has
# one row per person and year and no column that says who is who. But the rows of a person stand
# together and share all background columns. So take a run of three to five rows that agree in these
# for a person, and leave out the others: long runs are likely to be people who look alike, side by
# side.

# %%
years = randhie.load_pandas().data
background = years.drop(columns="mdvis")
new = background.ne(background.shift()).any(axis=1)
run = (new.cumsum() - 1).to_numpy()
kept = np.isin(np.bincount(run), [3, 4, 5])[run]
person = np.unique(run[kept], return_inverse=True)[1]
visits = years["mdvis"].to_numpy(float)[kept]
rows_of = np.bincount(person)
lengths = {k: int(np.sum(rows_of == k)) for k in (3, 4, 5)}
print(f"{len(visits):,} of {len(years):,} rows, {len(rows_of):,} runs, by length: {lengths}")

# %%
rng, m = np.random.default_rng([SEED, 2]), 500
drawn = np.array([rng.choice(len(rows_of), m, replace=False) for _ in range(2_000)])
by_person = with_errors(visits, person, drawn)
n, variation = m * rows_of.mean(), rows_of.std() / rows_of.mean()
rho_visits = intraclass_correlation(visits, person)
lottery = visits.var(ddof=1) * (1 / n - 1 / len(visits))
real = {
    "rho": rho_visits,
    "design effect, formula": clusters.design_effect(rows_of.mean(), rho_visits, variation),
    "design effect, measured": by_person[:, 0].var(ddof=1) / lottery,
}
real["95 % hit, naive"], real["95 % hit, own"] = hits(by_person, m, visits.mean())
pd.Series(real, name="500 runs, all their rows").round(2).to_frame()

# %% tags=["claim-T4"]
claim(
    "T4",
    "on real people the naive interval misses at least twice as often as the promised 5 %",
    measured=1 - real["95 % hit, naive"],
    at_least=0.10,
)
claim(
    "T4",
    "and the design's own keeps its promise",
    measured=real["95 % hit, own"],
    between=(0.91, 0.97),
)

# %% [markdown]
# Clusters here are tiny, and still the naive interval fails. A test set in which users, documents
# or patients come several times is a sample of this kind, and its accuracy is such a mean.

# %% [markdown]
# ## How many per trip?
#
# **The question.** You have money for a survey. A trip to a district costs, and so does each
# interview. How many people do you ask per trip? (**T4**)
#
# **Your guess.** The take per district with the smallest error for the money.

# %%
print(f"a trip: {AT_HOME.trip:,.0f} crowns; an interview: {AT_HOME.person:.0f} crowns")
print(f"the city's register, once: {AT_HOME.list_of_people:,.0f} crowns")
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


def predicted(take):
    """Standard error by the design effect, in % of the truth."""
    people = districts_for(take) * take
    return 100 * np.sqrt(S2 * clusters.design_effect(take, rho) / people) / truth


SOME = [3, round(best), 60, 200]
measured = {}
for take in SOME:
    m, rng = int(districts_for(take)), np.random.default_rng([SEED, 3, take])
    run = two_stage_draws(m, take, rng, 300)
    measured[take] = m, m * take, 100 * run[:, 0].std(ddof=1) / truth, predicted(take)
columns = ["districts", "people", "spread %", "formula %"]
bought = pd.DataFrame(measured, index=columns).T.rename_axis("take")
print(f"best take by the formula: {best:.1f}")
bought.astype({"districts": int, "people": int}).round(1)

# %%
fig, ax = figures.new(
    title="One budget: too few per trip wastes trips, too many wastes interviews",
    xlabel="people per district",
    ylabel="standard error (% of the truth)",
)
ax.plot(every, predicted(every), color=figures.GREY)
ax.plot(SOME, bought["spread %"], "o", color=figures.BLUE)
ax.set(ylim=(0, 13), xlim=(0, 207))
figures.mark_truth(ax, x=best, label="formula")
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"What {BUDGET:,} crowns buy. Line: formula; dots: 300 samples each. The formula says "
    f"{best:.0f} people per district; at 200 the {bought.loc[200, 'people']:,.0f} interviews have "
    f"{bought.loc[200, 'spread %'] / bought.loc[round(best), 'spread %']:.1f} times the error of "
    f"the {bought.loc[round(best), 'people']:,.0f}.",
    alt="A curve of error against people per district: it falls steeply, is lowest near the "
    "formula's value, and rises slowly. Measured dots lie on it or close to it.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "twice the interviews or more, fewer districts, and a larger error",
    measured=bought.loc[200, "spread %"] / bought.loc[round(best), "spread %"],
    at_least=1.3,
)

# %% [markdown]
# **Why.** A method by chance lets you work out its error before you have asked anybody, up to a
# guess at $\rho$ and at how much people differ. The best take needs only $\rho$ and the prices, and
# the curve is flat near its lowest point, so a rough guess will do. (The line takes districts as
# put back, which makes it a little too high. It also spends the last crown on part of a district,
# which the samples cannot, and that makes it a little too low.)

# %% [markdown]
# ## Some more often than others
#
# **The question.** Much of the money is spent by few. Suppose the register knows incomes: why not
# draw people in proportion to them, so that those who matter most come most often? (**T3**, **T4**)
#
# That is **PPS**, sampling with *probability proportional to size*, where size is any number that
# you know of everybody. First the chances: n times a person's share.

# %%
n, income = 2_000, asked["income"]
chance = n * income / income.sum()
print(f"chances from {chance.min():.4f} to {chance.max():.4f}, in all {chance.sum():,.0f}")

# %% [markdown]
# (Nobody is above 1 here. In the exercise you see to it where somebody is.) Then the draw: put
# people into random order, lay their chances end to end on a line, and step along it, always one
# further. The random order is for pairs: without it, neighbours in the list could never come
# together.

# %%
show_source(unequal.pps)

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
            total = np.sum(y / pi)
            rows[k, q] = y.mean(), total / N, total / np.sum(1 / pi)
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
table[["bias %", "spread %"]].round(1)

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
claim(
    "T4",
    "with one over the known chance as weight, the bias is gone",
    measured=abs(table.loc["PPS, Horvitz-Thompson", "bias %"]),
    at_most=0.3,
    unit="%",
)
claim(
    "T4",
    "for spend, PPS by income with Horvitz-Thompson spreads less than a lottery of equal size",
    measured=ratio,
    at_most=0.7,
)

# %% [markdown]
# **Why.** Horvitz and Thompson add up $y/\pi$. Where y is in proportion to $\pi$, everybody adds
# the *same* number, and the sum of a fixed number of people cannot vary. Income itself is such a y.
# Spending goes with income, so it is nearly one. (Coins do not fix how many come, so their sum
# varies all the same: theirs is the widest line around the truth.) See what happens to other
# questions. "Theory" is computed from everybody.


# %%
def theory(values):
    """Standard error of Horvitz and Thompson's mean (Hartley and Rao, 1962)."""
    each = values / chance - values.sum() / n
    variance = (chance * (1 - (n - 1) / n * chance)) @ each**2
    return np.sqrt(variance) / N


rows = {}
for q, (name, values) in enumerate(asked.items()):
    rows[name] = {
        "by lot": lottery_error(n, values.var(ddof=1)),
        "PPS, HT": by_pps[:, q, 1].std(ddof=1),
        "HT, theory": theory(values),
        "PPS, Hajek": by_pps[:, q, 2].std(ddof=1),
    }
    rows[name] = {key: 100 * x / values.mean() for key, x in rows[name].items()}
spreads = pd.DataFrame(rows).T.rename_axis("spread, in % of the truth")
spreads.round(2)

# %% [markdown]
# Compare each row with a lottery. For what does not follow the size, here default and age, PPS
# costs you, whatever the estimator.

# %% tags=["claim-T4"]
claim(
    "T4",
    "where y is in proportion to the chance, a design of fixed size has no error at all",
    measured=spreads.loc["income", "PPS, HT"],
    at_most=1e-6,
    unit="%",
)
# %% [markdown]
# **Where it stops being true.** As long as nobody's chance is 0, Horvitz and Thompson are never
# biased, and that is not enough. The statistician Debabrata Basu made it a fable (1971). Here it is
# in Riverton. You want the mean age of fifty neighbours, and may ask one. A careful colleague gives
# the person of middling age a chance of 99 in 100 and shares the rest out among the others.

# %%
ages = np.sort(asked["age"][district == size.argmin()][:50])
fable = np.full(50, 0.01 / 49)
fable[25] = 0.99
ht = ages / fable / 50  # the estimate from each of fifty possible samples
print(f"true mean age {ages.mean():.1f}; HT's mean over the chances {fable @ ht:.1f}")
print(f"HT, if the middling person comes: {ht[25]:.1f} years; the oldest: {ht[-1]:,.0f} years")

# %% [markdown]
# Right on average, and no single estimate makes sense. So: Horvitz and Thompson's where the chances
# follow what is asked, or where you need a total and do not know N; Hájek's for everything else.

# %% [markdown]
# ## A town of twelve schools
#
# **The question.** `rng.choice(N, n, replace=False, p=share)` looks as if it drew a PPS sample, and
# pandas' `sample(weights=)` hands its weights to it. Does it keep the chances? (**T4**)
#
# Take a town so small that you can count: twelve schools with 100, 200, ..., 1,200 pupils. You draw
# six, in proportion to pupils.

# %%
pupils = np.arange(100.0, 1_300, 100)
share = pupils / pupils.sum()
believed = 6 * share
print(f"the chance asked for: smallest {believed[0]:.3f}, largest {believed[11]:.3f}")

# %% [markdown]
# **Your guess.** In how many of 100 samples from `choice` is the largest school: in as many as you
# asked for?

# %%
my_guess = 92  # of 100 samples, edit me

# %%
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
# *weighted* is **weighted sampling with replacement**, as `random.choices(weights=)` does it. The
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
# Now divide by the chance that you believe in, and estimate how many schools there are: each counts
# 1, and the truth is twelve.

# %%
rows = {}
for name, table in counts.items():
    schools = table @ (1 / believed)
    rows[name] = {
        "mean estimate": schools.mean(),
        "its error": schools.std(ddof=1) / DRAWS**0.5,
        "sizes": f"{table.sum(axis=1).min()} to {table.sum(axis=1).max()}",
        "same school twice": f"{(table > 1).any(axis=1).mean():.0%}",
    }
schools = pd.DataFrame(rows).T
schools.astype({"mean estimate": float, "its error": float}).round(3)

# %% tags=["claim-T4"]
noise = np.sqrt(believed * (1 - believed) / DRAWS)
off = {
    name: np.abs((counts[name].mean(axis=0) - believed) / noise).max()
    for name in ("PPS", "Poisson")
}
claim(
    "T4",
    "PPS and Poisson give every school its chance, up to counting noise",
    measured=max(off.values()),
    at_most=6,
    unit="standard errors",
)
claim(
    "T4",
    "with chances that are believed and not kept, one over the chance is biased",
    measured=schools.loc["choice(p=)", "mean estimate"] / 12 - 1,
    at_least=0.05,
)

# %% [markdown]
# **Why.** `choice` draws one after the other, and whoever is drawn leaves. The first draw is in
# proportion to size. By the sixth the large schools are mostly gone, and the small ones have their
# turn. Nobody's chance can be read off `p` any more, unless hardly anything of the list is used up.
#
# Weighted sampling with replacement keeps the expected *counts*, and dividing by them is unbiased.
# The price: places in the sample go to schools that are in already.

# %% [markdown]
# ## Side by side
#
# The methods of this lesson, all but `choice(p=)`, beside simple random sampling, in the frame that
# every method of the chapter is put into. It takes weighted means, Hájek's. *Whole clusters* are
# two districts; *two-stage* takes fewer people from each of many more districts than above, which
# is why its naive interval does less badly. The crowns are those of trips, interviews and the
# register, as above. The coins of *Poisson, by debt* fall more readily for people with much debt.

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
unsure = 2 * np.sqrt(0.95 * 0.05 / 300)
print(f"two standard errors of a hit rate near 0.95: {unsure:.3f}")
methods.shown(summary)

# %% [markdown]
# ± is two Monte Carlo standard errors. *Naive* intervals take the sample as drawn by lot; *design*
# ones use the design's own variance: that of clusters, or of weighted values.

# %%
fig, ax = methods.bias_and_spread(
    summary,
    {name: by_name[name].family for name in names},
    title="Nearly all are centred on the truth; what they differ in is spread",
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
    "by its own design's variance no method of this lesson falls far below its promise",
    measured=summary["hit, design"].min(),
    at_least=0.87,
)

# %% [markdown]
# By naive intervals the two methods with clusters fail by far. By their own variance all keep near
# the promise; of six hit rates, one that is two errors off is no alarm. Naive intervals of PPS by
# income are too wide: the rich are too many in the sample, and they differ more. And where is the
# gain from PPS? It was Horvitz and Thompson's. By Hájek's, PPS and weighted sampling draw level
# with a lottery; what is left between them is the noise of 300 draws.
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | whole clusters | heaps by lot, all in them | heaps are few or differ | heaps are cheap |
# | two-stage | some of each of many heaps | taken for a lottery | trips cost |
# | PPS | fixed n, chance by a known size | weights forgotten | the answer goes with the size |
# | Poisson | a coin of one's own | n must be fixed | items come in a stream |
# | weighted | n draws, each from all | n is near N | n is far below N |
# | choice(p=) | one by one from those left | you divide by n p | nothing is estimated |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T9 limit", "two whole districts are worth, by lot", f"{worth:.0f} people"),
        ("T4", "their 95 % intervals: naive", f"{pair_hits[0]:.0%}"),
        ("T4", "the same: the design's own", f"{pair_hits[1]:.0%}"),
        ("T3", "PPS by income, weights forgotten",
         f"{error['PPS, plain mean'].mean():+.0f} %"),
        ("T4", "PPS with weights, spread against by lot", f"{ratio:.2f}"),
        ("T4", "choice(p=): schools counted, of 12",
         f"{schools.loc['choice(p=)', 'mean estimate']:.1f}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Ask what was drawn by chance: rows, or users, documents, days? That is what your
# error bar has to count, in A/B tests and in a model's score as well. Split by it, too, or the same
# user sits in training and in test. A log that keeps all errors, and each other line by a coin of
# its own with a chance of one in ten, is a Poisson sample: write the chance into each line. And
# test a sampler by counting before you trust its name.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound would fail by chance less than once in a million runs:
# each stands at least five standard errors from what theory, or many repetitions, lead you to
# expect.

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
# - Debabrata Basu, "An essay on the logical foundations of survey sampling, part one", in
#   *Foundations of Statistical Inference*, 1971: the fable, told of elephants, and Hájek's comment.
# - Evan Miller, "Adding error bars to evals", 2024,
#   [arXiv:2411.00640](https://arxiv.org/abs/2411.00640): clustered standard errors for the scores
#   of language models.
# - pandas, [issue 61516](https://github.com/pandas-dev/pandas/issues/61516): somebody who draws
#   villages for surveys finds out what `sample(weights=)` does.
# - Sharon Lohr, *Sampling: Design and Analysis*: the chapters on clusters and on unequal
#   probabilities.
