# %% [markdown]
# # Every dataset is a sample
#
# You will find a sample of twenty thousand people that is worth far fewer drawn by lot than you
# would bet, and nothing inside the sample says so.
#
# **You will be able to** tell bias from spread; say who could have been in a dataset and who
# decided; say when a confidence interval may be believed; read a model's score with the sample in
# mind.
#
# **Time** 60 minutes. **Before this** means, standard deviations, a little `numpy`, and what a
# logistic regression is. No other lesson is needed.

# %% [markdown]
# ## One question for every dataset
#
# Whatever you train on, somebody or something picked it out of a larger world. That larger world is
# the **population**. What was picked is the **sample**. So there is one question to put to every
# dataset:
#
# > *Who could have been in here, and who decided?*
#
# Two claims of the course's [ledger](../LEDGER.md) are tested below, and with each its *limit*, the
# place where it stops being true.
#
# - **T4**: there are two families of sampling methods, with chance and without.
# - **T3**: training data is always a part of the world that some sampling method picked.
#
# In this lesson you can check the answer, because you know everybody. Riverton is a made-up city.
# All that is true of its people was [set by the authors](../../datasets/riverton_people/README.md),
# so the truth is known; its groups A, B and C stand for no real group.

# %%
import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from labkit.lesson import claim, figures, progress
from labkit.riverton.data import load_people
from labkit.riverton.methods import Riverton
from labkit.riverton.scoring import COLUMNS, features

SEED = 7  # change it: every claim below should still hold

people = load_people()
N = len(people)
spend = people["spend"].to_numpy(float)
truth = spend.mean()
print(f"{N:,} people, who spend {truth:,.0f} crowns a month on average")

# %% [markdown]
# ## Draw it again
#
# **The question.** Riverton Pay wants to know what people in the city spend. It asks 2,000 of them.
# Does it matter which 2,000? (**T4**)
#
# There are two families of answers, **probability sampling** and **non-probability sampling**. Here
# is one method of each.
#
# - **Simple random sampling**: a lottery decides. Every set of 2,000 people is equally likely.
# - **Convenience sampling**: whatever is at hand. Here that is the first 2,000 people to open the
#   Riverton Pay app. Active people open it often, others seldom, and some have no app.

# %%
n = 2_000
activity = people["activity"].to_numpy()
has_app = people["has_app"].to_numpy()

# Mean days from one visit to the next; for ever without the app.
days = np.where(has_app, np.exp(-1.1 * activity), np.inf)


def simple_random(days, n, rng):
    return rng.choice(len(days), n, replace=False)


def convenience(days, n, rng):
    first_visit = rng.exponential(size=len(days)) * days
    return np.argpartition(first_visit, n)[:n]


METHODS = {"simple random": simple_random, "convenience": convenience}

# %% [markdown]
# **Your guess.** The mean spend of 2,000 people who opened the app first. Change the number, then
# run the cell.

# %%
my_guess = 2_600  # crowns a month, edit me

# %% [markdown]
# **Measure.** One sample gives one **estimate** of the city's mean. Draw again, and the estimate is
# another.

# %%
rng = np.random.default_rng([SEED, 1])
pd.DataFrame(
    {
        name: [spend[draw(days, n, rng)].mean().round() for _ in range(4)]
        for name, draw in METHODS.items()
    },
    index=[f"sample {k}" for k in range(1, 5)],
).astype(int).T

# %% [markdown]
# In real life you draw once. Here you can draw as often as you like. The estimates that a method
# could have given make up its **sampling distribution**.

# %%
female = (people["sex"] == "female").to_numpy()


def repeat(draw, times, rng):
    """Mean and deviation of spend, and the share of women, per sample."""
    rows = np.empty((times, 3))
    for k in range(times):
        drawn = draw(days, n, rng)
        asked = spend[drawn]
        rows[k] = asked.mean(), asked.std(ddof=1), female[drawn].mean()
    return rows


rng = np.random.default_rng([SEED, 2])
random_draws = repeat(simple_random, 3_000, rng)
app_draws = repeat(convenience, 500, rng)

# %%
fig, ax = figures.new(
    title="Both methods spread a little; one is in the wrong place",
    xlabel="estimated mean spend (crowns a month)",
    ylabel="share of samples",
)
for draws, colour, name in [
    (random_draws, figures.BLUE, "simple random"),
    (app_draws, figures.ORANGE, "convenience"),
]:
    estimates = draws[:, 0]
    weights = np.full(len(estimates), 1 / len(estimates))
    bins = np.arange(1_900, 3_700, 15)
    ax.hist(estimates, bins, weights=weights, color=colour, alpha=0.75)
    ax.text(estimates.mean() - 60, 0.135, name, color=colour, ha="right")
ax.set(xlim=(1_900, 3_700), ylim=(0, 0.16))
figures.mark_truth(ax, x=truth)
figures.mark_guess(ax, x=my_guess)
bias = {
    "simple random": random_draws[:, 0].mean() - truth,
    "convenience": app_draws[:, 0].mean() - truth,
}
spread = {
    "simple random": random_draws[:, 0].std(ddof=1),
    "convenience": app_draws[:, 0].std(ddof=1),
}
figures.show(
    fig,
    caption="Where 2,000 people put the mean. Convenience samples are off by "
    f"{bias['convenience'] / truth:+.0%} on average, with a standard deviation "
    f"of {spread['convenience'] / truth:.1%}; simple random samples by "
    f"{abs(bias['simple random']) / truth:.1%}, with {spread['simple random'] / truth:.1%}.",
    alt="Two narrow histograms of estimates. Simple random samples lie around the truth; "
    "convenience samples lie far to the right of it and do not reach it.",
)

# %% [markdown]
# How far the centre of the distribution lies from the truth is the **bias**. How wide it is, is the
# **spread**; its standard deviation is called the **standard error**. A single estimate shows you
# neither.

# %% tags=["claim-T4"]
claim(
    "T4",
    "the bias of a convenience sample is many times its own spread",
    measured=bias["convenience"] / spread["convenience"],
    at_least=10,
    unit="standard deviations",
)
claim(
    "T4",
    "a simple random sample has no bias beyond the noise of its repetitions",
    measured=abs(bias["simple random"]) / (spread["simple random"] / 3_000**0.5),
    at_most=5,
    unit="standard errors",
)

# %% [markdown]
# **Why.** Look at who came, beside the whole city:

# %%
rng = np.random.default_rng([SEED, 1])
came = convenience(days, n, rng)
pd.DataFrame(
    {
        column: [people[column].mean(), people[column].iloc[came].mean()]
        for column in ("activity", "has_app", "age", "has_degree", "income", "spend")
    },
    index=["the city", "first to open the app"],
).round(2)

# %% [markdown]
# *Activity* measures how much a person is online, on a scale of its own. It drives who opens the
# app, and the active also spend more. Nobody chose them for that. They came, and their coming goes
# with what you ask about. Four estimates that agree with one another look trustworthy, and all four
# are wrong in the same direction.
#
# **Where it stops being true.** Bias belongs to a method and a question together. Ask the same
# samples a question that has nothing to do with opening an app:

# %%
pd.Series(
    {
        "truth": female.mean(),
        "simple random": random_draws[:, 2].mean(),
        "convenience": app_draws[:, 2].mean(),
    },
    name="share of women",
).round(3).to_frame().T

# %% [markdown]
# ## Who could have been in here?
#
# **The question.** What does a lottery know about its own sample that the app does not? (**T4**)
#
# A person's **inclusion probability** is the chance that they end up in the sample. To see it you
# have to draw very often, so you look at a small town: Riverton's smallest district. You draw 50 of
# its people, 20,000 times over, and count for each person how often they were in.

# %%
district = people["district"].to_numpy()
town = np.flatnonzero(district == np.bincount(district).argmin())
print(f"{len(town)} people; by lot, each has a chance of {50 / len(town):.3f}")

# %% [markdown]
# **Your guess.** How many of them are in none of the 20,000 convenience samples?

# %%
my_guess = 5  # people, edit me

# %%
REPEATS = 20_000


def inclusion(draw, rng):
    """How often each person of the town was drawn, as a share."""
    count = np.zeros(len(town))
    for _ in range(REPEATS):
        count[draw(days[town], 50, rng)] += 1
    return count / REPEATS


rng = np.random.default_rng([SEED, 3])
chance = {name: inclusion(draw, rng) for name, draw in METHODS.items()}

# %%
by_design = 50 / len(town)
never = int((chance["convenience"] == 0).sum())
order = np.argsort(chance["convenience"])
fig, ax = figures.new(
    title="The lottery gives everybody the same chance; the app gives some none",
    xlabel="people of the town, from the least to the most often in the app's sample",
    ylabel="share of samples they are in",
)
for name in ("simple random", "convenience"):
    ax.plot(chance[name][order], label=name, lw=1.5)
ax.axvspan(0, never, color=figures.GREY, alpha=0.2, lw=0)
ax.text(never + 3, 0.5, f"{never} are never drawn", color="#555555")
figures.mark_guess(ax, x=my_guess)
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"By lot everybody is in {by_design:.0%} of the samples, give or take what chance does "
    f"in 20,000 draws. Through the app, {never} people are in none and the most active person is "
    f"in {chance['convenience'].max():.0%}.",
    alt="A flat line for simple random sampling, and a curve for convenience sampling that "
    "stays at zero for a stretch, then rises slowly and ends near one.",
)

# %% tags=["claim-T4"]
noise = np.sqrt(by_design * (1 - by_design) / REPEATS)
claim(
    "T4",
    "by lot, nobody's measured chance is off n / N by more than counting noise",
    measured=np.abs(chance["simple random"] - by_design).max() / noise,
    at_most=6,
    unit="standard errors",
)
claim(
    "T4",
    "in the app's samples, the people who are never drawn are those without it",
    measured=never,
    equals=int((~has_app[town]).sum()),
    unit="people",
)

# %% [markdown]
# **Why.** The lottery's chance is n / N. You knew it before you drew anybody, because you made the
# lottery. The app's chances come out of 20,000 repetitions that only somebody who knows the whole
# town can run. You have one sample, and it holds nobody who could not be in it.
#
# Watch what that means. Change the spending of the people without the app, and of nobody else. Then
# draw one sample by each method from each of the three cities, with the same random numbers.

# %%
CITIES = {
    name: np.where(has_app, spend, factor * spend)
    for name, factor in [("nothing", 0), ("what they do now", 1), ("three times that", 3)]
}
rows = {}
for name, city in CITIES.items():
    rows[name] = {"truth": city.mean()}
    for method, draw in METHODS.items():
        rng = np.random.default_rng([SEED, 4])
        rows[name][method] = city[draw(days, n, rng)].mean()
table = pd.DataFrame(rows).T.round().astype(int)
table.rename_axis("people without the app spend")

# %% [markdown]
# The city changes and the lottery's sample follows it, within its spread. The app's sample is the
# same, person by person and crown by crown. Nothing in it tells these cities apart. Whoever wants
# to say something about people who had no chance to get in has to take it from elsewhere.

# %% [markdown]
# ## What an interval is worth
#
# **The question.** A 95 % **confidence interval** promises to contain the truth in 95 of 100
# repetitions. Who keeps the promise? (**T4**)
#
# A simple random sample of $n$ out of $N$ comes with a formula for its standard error, in which $s$
# is the standard deviation of the values inside the sample:
#
# $$\text{standard error} = \sqrt{\frac{s^2}{n}\Bigl(1 - \frac{n}{N}\Bigr)}$$
#
# The bracket is the **finite population correction**: when you have asked everybody, nothing is
# left to be unsure of. Hold the formula against the spread that you measured:

# %%
one_sample = random_draws[0, 1] * np.sqrt((1 - n / N) / n)
print(f"from the formula and one sample: {one_sample:.1f} crowns")
print(f"from 3,000 samples:              {spread['simple random']:.1f} crowns")

# %% [markdown]
# So inside *one* sample drawn by lot there is enough to tell the spread of them all. The interval
# reaches 1.96 standard errors to either side, since 95 % of a bell curve lies within. The computer
# will apply this to any numbers you give it.


# %%
def covers(mean, deviation, n):
    """Which intervals contain the truth, and how far each one reaches."""
    reach = 1.96 * deviation * np.sqrt((1 - n / N) / n)
    return np.abs(mean - truth) <= reach, reach


# %% [markdown]
# A third method joins in. You draw people by lot, as you should, and write to them. Not all answer,
# and those who are online a lot answer more readily. That is **nonresponse**.

# %%
answers = expit(-1 + 0.3 * activity)  # the chance of an answer, from 0 to 1
least, most = np.quantile(answers, [0.1, 0.9])
print(f"{answers.mean():.0%} answer: at most {least:.0%} of the least active tenth of the")
print(f"city, and at least {most:.0%} of the most active tenth")


def survey(rng):
    written_to = rng.choice(N, 6_600, replace=False)  # so that about 2,000 answer
    answered = rng.random(6_600) < answers[written_to]
    asked = spend[written_to[answered]]
    return asked.mean(), asked.std(ddof=1), len(asked)


# %% [markdown]
# **Your guess.** Of 100 intervals from that survey, how many contain the truth?

# %%
my_guess = 85  # of 100 intervals, edit me

# %%
rng = np.random.default_rng([SEED, 5])
surveys = np.array([survey(rng) for _ in range(3_000)])

runs = {
    "simple random": (*random_draws[:, :2].T, n),
    "by lot, 30 % answer": tuple(surveys.T),
    "convenience": (*app_draws[:, :2].T, n),
}
coverage = {name: covers(*run)[0].mean() for name, run in runs.items()}
pd.Series(coverage, name="intervals that contain the truth").round(2).to_frame()

# %% [markdown]
# **Picture.** The first 100 intervals of each method. Those that contain the truth are stacked at
# the bottom, so the height of the blue part counts them.

# %% tags=["cover"]
fig, axes = figures.new(
    title="Intervals of about the same width, and one method keeps the promise",
    size=(7.6, 4.2),
    columns=3,
)
for ax, (name, (mean, deviation, size)) in zip(axes, runs.items(), strict=True):
    hit, reach = covers(mean, deviation, size)
    stack = np.argsort(~hit[:100], kind="stable")
    middle, half = mean[:100][stack], reach[:100][stack]
    colour = np.where(hit[:100][stack], figures.BLUE, figures.ORANGE)
    ax.hlines(np.arange(100), middle - half, middle + half, colour, lw=1.6)
    ax.set(xlim=(2_100, 3_450), ylim=(-2, 108))
    ax.set_title(f"{name}\n{hit[:100].sum()} of 100 hit", fontsize=10)
    ax.axvline(truth, color=figures.TRUTH_COLOUR, lw=1.2)
    ax.set_xticks([2_300, 2_800, 3_300])
axes[0].set_ylabel("intervals, those that hit first")
axes[1].set_xlabel("mean spend (crowns a month); black line: truth")
figures.mark_guess(axes[1], y=my_guess)
figures.show(
    fig,
    caption=f"Over all repetitions {coverage['simple random']:.1%} of the intervals by lot "
    f"contain the truth, {coverage['by lot, 30 % answer']:.1%} of those from the survey that "
    f"three in ten answered, and {coverage['convenience']:.1%} of those from the app.",
    alt="Three stacks of a hundred horizontal intervals around a vertical line, the truth. By lot "
    "nearly all are blue and cross it; with nonresponse nearly all lie to its right; "
    "from the app all lie far to its right.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "with the formula of its design, a simple random sample keeps the promise of 95 %",
    measured=coverage["simple random"],
    between=(0.92, 0.97),
)
claim(
    "T4",
    "the same formula on a convenience sample hardly ever contains the truth",
    measured=coverage["convenience"],
    at_most=0.02,
)

# %% [markdown]
# **Why.** An interval measures spread, and the values inside a sample tell the spread. Nothing in
# them tells the bias. So an interval is honest when the design has removed the bias, and a lottery
# with equal chances does that. (Where chances are known and not equal, people are weighted by one
# over their chance, and the interval has another formula. That is a lesson of its own.) From the
# app you get intervals that are as narrow, and as sure of themselves.
#
# **Where it stops being true.** A random sample that people may decline is no longer a random
# sample. You decided whom to write to; they decided whether to be in. The chance of being in is n /
# N no more, and nobody knows what it is.

# %%
off = surveys[:, 0].mean() - truth
print(f"the survey is off by {off:+.0f} crowns on average, which is")
print(f"{off / surveys[:, 0].std(ddof=1):.1f} of its standard errors")

# %% tags=["claim-T4"]
claim(
    "T4",
    "when answering goes with what is asked, a lottery's intervals break their promise",
    measured=coverage["by lot, 30 % answer"],
    at_most=0.2,
    limit=True,
)

# %% [markdown]
# A small bias is enough. An interval reaches two standard errors, so where the bias is more than
# that, most of them miss. And the larger the sample, the smaller its standard errors, and the fewer
# hit.

# %% [markdown]
# ## Ten times as many
#
# **The question.** Does a larger sample make up for a bad one? (**T4**)
#
# You measure the **root mean square error** (RMSE): the typical distance of an estimate from the
# truth, bias and spread together. For a lottery theory says $S \sqrt{1/n - 1/N}$, where $S$ is the
# standard deviation of the population. While n is far below N that means: a hundred times the
# people, a tenth of the error. Where both axes are logarithmic it is a slope of -1/2.
#
# **Your guess.** Take 20,000 people from the app. How many people drawn by lot come as close to the
# truth?

# %%
my_guess = 2_000  # people by lot, edit me

# %% [markdown]
# **Measure.** One queue of the whole city gives an estimate for every n at once: the mean of the
# first n in it.

# %%
sizes = np.array([20, 60, 200, 600, 2_000, 6_000, 20_000, 60_000, 120_000, 175_000])


def errors(queue):
    return spend[queue].cumsum()[sizes - 1] / sizes - truth


rng = np.random.default_rng([SEED, 6])
by_lot = [errors(rng.permutation(N)) for _ in range(300)]
by_app = [errors(np.argsort(rng.exponential(size=N) * days)) for _ in range(60)]

rmse = pd.DataFrame(
    {
        "simple random": np.sqrt(np.square(by_lot).mean(axis=0)),
        "convenience": np.sqrt(np.square(by_app).mean(axis=0)),
    },
    index=pd.Index(sizes, name="n"),
)
S = spend.std(ddof=1)
every_n = np.geomspace(2, 175_000, 100)
theory = S * np.sqrt(1 / every_n - 1 / N)

# %% [markdown]
# Turn the theory round, and it says how many people by lot have a given error.

# %%
app_error = rmse.loc[20_000, "convenience"]
worth = 1 / (app_error**2 / S**2 + 1 / N)
print(f"20,000 people from the app are worth {worth:.1f} drawn by lot")

# %%
fig, ax = figures.new(
    title="By lot the error falls; through the app it hardly moves up to 20,000",
    xlabel="people in the sample, n",
    ylabel="RMSE (crowns a month)",
)
ax.set(xscale="log", yscale="log", ylim=(1, 4_000))
ax.plot(every_n, theory, color=figures.GREY, lw=1, label="_theory")
for name, colour in [("simple random", figures.BLUE), ("convenience", figures.ORANGE)]:
    ax.plot(sizes, rmse[name], "o-", color=colour, ms=4, label=name)
ax.plot([worth, 20_000], [app_error] * 2, ":", color=figures.BLACK, lw=1.2, label="_worth")
ax.plot(worth, app_error, "s", color=figures.BLACK, label="_mark")
ax.annotate(f"worth {worth:.1f}\nby lot", (worth, app_error), (-2, -32),
            textcoords="offset points", ha="center")  # fmt: skip
ax.set_xlim(2, 200_000)
figures.mark_guess(ax, x=my_guess)
figures.label_lines(ax)
flat = rmse["convenience"]
figures.show(
    fig,
    caption=f"Grey: theory. From 200 to 20,000 people the error by lot falls by a factor of "
    f"{rmse.loc[200, 'simple random'] / rmse.loc[20_000, 'simple random']:.1f}, through the app by "
    f"{flat[200] / flat[20_000]:.1f}, to {app_error:.0f} crowns. With 175,000 of the "
    f"{has_app.sum():,} who have the app, it is still {flat[175_000]:.0f}.",
    alt="Error against sample size on logarithmic axes: a straight falling line for simple "
    "random samples; for convenience a line that stays flat and bends down at the far end.",
)

# %% tags=["claim-T4"]
small = sizes <= 20_000
slope = np.polyfit(np.log(sizes[small]), np.log(rmse["simple random"][small]), 1)[0]
claim(
    "T4",
    "by lot the error falls with the square root of n: its slope is near -1/2",
    measured=slope,
    between=(-0.58, -0.44),
)
claim(
    "T4",
    "20,000 people from the app are worth no more than a few drawn by lot",
    measured=worth,
    at_most=10,
    unit="people",
)

# %% [markdown]
# **Why.** Write 1 for everybody who is in the sample and 0 for the others. Then for *every* sample,
# however it was made (Meng, 2018):
#
# $$\text{error} = \rho \times \sqrt{\frac{1-f}{f}} \times \sigma$$
#
# Here $\rho$ is the correlation between being in and spending, $f = n/N$ the share of the city that
# is in, and $\sigma$ the standard deviation of spending. Try the identity on one sample:

# %%
rng = np.random.default_rng([SEED, 7])
drawn = convenience(days, 20_000, rng)
included = np.zeros(N)
included[drawn] = 1

rho = np.corrcoef(included, spend)[0, 1]
f = included.mean()
factor = np.sqrt((1 - f) / f)
print(f"rho {rho:.3f} x factor {factor:.3g} x sigma {spend.std():.4g}")
print(f"= {rho * factor * spend.std():.1f}, and the error is {spend[drawn].mean() - truth:.1f}")

# %% [markdown]
# Now turn it round. The errors that you have measured tell the size of $\rho$ for every n. Beside
# it: how active the first n of one queue are.

# %%
share_in = sizes / N
meng = pd.DataFrame({"factor": np.sqrt((1 - share_in) / share_in)}, index=rmse.index)
meng["rho by lot"] = rmse["simple random"] / meng["factor"] / spend.std()
meng["rho through the app"] = rmse["convenience"] / meng["factor"] / spend.std()
queue = np.argsort(rng.exponential(size=N) * days)
meng["activity, app"] = activity[queue].cumsum()[sizes - 1] / sizes
meng.loc[[200, 2_000, 20_000, 120_000]].round({"factor": 2, "activity, app": 2}).round(4)

# %% [markdown]
# By lot, $\rho$ is an accident, as small for a large sample as for a small one. So the error falls
# as the factor does. Through the app the first 200 and the first 20,000 are nearly equally active,
# so they spend nearly equally much, and the error stays. Then $\rho$ has to grow as the factor
# falls: the more of the active are in, the more clearly being in goes with spending.

# %% [markdown]
# **Where it stops being true.** Twice. First at the far end of the picture: as n nears N, $f$ nears
# 1 and every error goes. Through the app you never get there, since the people without it stay out.
#
# Second, somebody may know what drives the selection. Suppose that you know how active each person
# in your sample is, and that the phone company tells you how many people in the city fall into each
# tenth of activity: ten counts, no names. You weight your sample until its tenths have the city's
# shares. That is **post-stratification**. Do the same with ten classes of age for comparison.

# %%
tenths = {
    "activity": pd.qcut(people["activity"], 10, labels=False).to_numpy(),
    "age": pd.qcut(people["age"], 10, labels=False).to_numpy(),
}


def post_stratified(drawn, tenth, spend=spend):
    count = np.bincount(tenth[drawn], minlength=10)
    total = np.bincount(tenth[drawn], spend[drawn], minlength=10)
    seen = count > 0  # a tenth that nobody came from cannot be weighted up
    share = np.bincount(tenth)[seen]
    return np.average(total[seen] / count[seen], weights=share)


rng = np.random.default_rng([SEED, 8])
samples = [convenience(days, n, rng) for _ in range(100)]
repaired = {"not at all": [spend[drawn].mean() for drawn in samples]}
for name, tenth in tenths.items():
    repaired[f"by {name}"] = [post_stratified(drawn, tenth) for drawn in samples]
empty = sum(len(np.unique(tenths["activity"][drawn])) < 10 for drawn in samples)
print(f"In {empty} of 100 samples a tenth of activity is empty, and is left out.")

weighted = pd.DataFrame(repaired) - truth
weighted_rmse = np.sqrt((weighted**2).mean())
pd.DataFrame(
    {
        "RMSE (crowns)": weighted_rmse.round().astype(int),
        "worth, in people by lot": (1 / (weighted_rmse**2 / S**2 + 1 / N)).round().astype(int),
    }
).rename_axis("2,000 from the app, weighted")

# %% tags=["claim-T4"]
claim(
    "T4",
    "a convenience sample weighted by what drives it beats 200 drawn by lot",
    measured=weighted_rmse["by activity"] / rmse.loc[200, "simple random"],
    at_most=0.8,
    limit=True,
)

# %% [markdown]
# It works because activity drives who comes, and among people of nearly equal activity those who
# came are nearly like those who did not. (Not quite: within a tenth, too, the more active come
# first.) That is knowledge about the city, and it is not in the sample. The row *by age* shows the
# same recipe with the wrong knowledge. Within each class of age the active ones still come first,
# and no weight on ages mends that. It may even do harm, as it does here.
#
# And the people without the app? The weights take for granted that they spend like others of equal
# activity. Go back to the three cities, two of which are not like that:

# %%
pd.DataFrame(
    {
        "truth": {name: city.mean() for name, city in CITIES.items()},
        "weighted by activity": {
            name: np.mean([post_stratified(d, tenths["activity"], city) for d in samples])
            for name, city in CITIES.items()
        },
    }
).round().astype(int).rename_axis("people without the app spend")

# %% [markdown]
# A repair is as good as what it takes for granted, and the sample cannot tell you how good that is.

# %% [markdown]
# ## A model is an estimate too
#
# **The question.** A model's slopes are computed from a sample, as a mean is: another sample,
# another model. Train the same model on the same number of people. Does it matter how they were
# picked? (**T3**)
#
# The model is a logistic regression that predicts who defaults. Its score is the **AUC**: the share
# of pairs, one person who defaults and one who does not, that it ranks the right way round. A coin
# gets 0.5. The score is computed on the whole city, so it is the truth about the model. You also
# compute it within group C, gig workers, who are few.

# %%
default = people["default"].to_numpy()
group = people["group"].cat.codes.to_numpy()
in_c = group == 2
X = features(people)
volatility = COLUMNS.index("volatility")


def auc(score, default):
    """Share of pairs (defaults, does not) with the higher score first."""
    low = np.sort(score[~default])
    return np.searchsorted(low, score[default]).mean() / len(low)


def evaluate(drawn):
    model = LogisticRegression().fit(X[drawn], default[drawn])
    score = X @ model.coef_[0]
    slope = model.coef_[0][volatility]
    return auc(score, default), auc(score[in_c], default[in_c]), in_c[drawn].sum(), slope


everybody = evaluate(np.arange(N))
print(f"AUC of a model trained on everybody: {everybody[0]:.2f} overall")

# %% [markdown]
# **Your guess.** The AUC within group C of a model trained on people from the app.

# %%
my_guess = 0.75  # AUC, edit me

# %% [markdown]
# **Measure.** Six methods draw 2,000 people each. Groups of people who are alike in some columns,
# such as everybody of group B in one borough, are called **strata** where a lottery draws from each
# of them, and **quotas** are filled by whoever comes first.
#
# | method | who is in the sample |
# |---|---|
# | simple random | whoever a lottery draws |
# | strata, proportional | of each group in each borough its share of the city, by lot |
# | equal per group | of each group equally many, by lot |
# | convenience | the first to open the app |
# | quota | the first to open it, until each age, sex and borough has its share |
# | judgment | whom an expert picks, who prefers people that look typical |
#
# A sentence each has to do here. How they are written, what they cost and when each is the right
# choice stands in the lessons on [choosing without chance](02_sampling_without_chance.ipynb),
# [chance](04_chance_evenly.ipynb) and [strata](05_strata.ipynb).

# %%
SIX = [
    "simple random",
    "strata, proportional",
    "equal per group",
    "convenience",
    "quota",
    "judgment",
]
methods = Riverton(people).methods(n)


def six_samples(rng):
    return {name: methods[name].draw(rng).ids for name in SIX}


# %% [markdown]
# Fifty times over, six samples and six models.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 9])
results = pd.DataFrame(
    [
        (k, name, *evaluate(drawn))
        for k in progress(range(50), "rounds of six models")
        for name, drawn in six_samples(rng).items()
    ],
    columns=[
        "round",
        "method",
        "AUC overall",
        "AUC in C",
        "C in the sample",
        "slope of volatility",
    ],
).set_index(["round", "method"])

# %%
mean_of = results.groupby("method", sort=False).mean()
mean_of.round({"AUC overall": 3, "AUC in C": 3, "C in the sample": 0, "slope of volatility": 2})

# %%
fig, axes = figures.new(
    title="Overall the methods are close together; for group C one stands apart",
    size=(7.6, 3.8),
    columns=2,
)
place = {name: -k for k, name in enumerate(mean_of.index)}
for ax, column, census in zip(axes, ["AUC overall", "AUC in C"], everybody, strict=False):
    heights = results.index.get_level_values("method").map(place)
    ax.scatter(results[column], heights, s=9, alpha=0.35, lw=0)
    ax.scatter(mean_of[column], list(place.values()), color=figures.ORANGE, marker="|", s=260)
    ax.set(xlabel=column, xlim=(0.53, 0.83), ylim=(-5.6, 0.9), yticks=list(place.values()))
    ax.set_yticklabels([])
    figures.mark_truth(ax, x=census, label="everybody")
axes[0].set_yticklabels(place)
figures.mark_guess(axes[1], x=my_guess)
best, worst = mean_of.loc["equal per group"], mean_of.loc["convenience"]
figures.show(
    fig,
    caption=f"Each dot is a model, each bar a mean, the black line a model trained on everybody. "
    f"Equal strata and convenience, the two worst overall, score {best['AUC overall']:.2f} and "
    f"{worst['AUC overall']:.2f} there, and {best['AUC in C']:.2f} and {worst['AUC in C']:.2f} "
    "in group C.",
    alt="Six rows of dots, one for each sampling method, in two panels of the same scale. Overall "
    "the methods lie close together, at the right. In group C all lie far to the left, but for "
    "equal strata, which lie apart from all others.",
)

# %% [markdown]
# Compare each method with simple random sampling. Fifty rounds give fifty differences; their mean
# comes with a **Monte Carlo standard error**, the standard deviation of the differences divided by
# the root of fifty. It says how far more rounds might still move the mean.


# %%
def differences(column, other):
    """Means of the differences from method `other`, and their standard errors."""
    by_round = results[column].unstack()[mean_of.index]
    gaps = by_round.sub(by_round[other], axis=0)
    return gaps.mean(), gaps.std(ddof=1) / len(gaps) ** 0.5


rows = {}
for column in ("AUC overall", "AUC in C"):
    rows[column], rows[f"{column}, error"] = differences(column, "simple random")
pd.DataFrame(rows).drop("simple random").round(3)

# %% [markdown]
# Overall, equal strata and the app lose about as much against the lottery. In C they part: there
# equal strata gain and the app loses. Quota, too, brings few of C, though it fits the city's ages,
# sexes and boroughs to the person.

# %%
equal = "equal per group"
gap_c, error_c = (table[equal] for table in differences("AUC in C", "convenience"))
gap_all = differences("AUC overall", "convenience")[0][equal]
same = rows["AUC in C"]["strata, proportional"]
error_same = rows["AUC in C, error"]["strata, proportional"]
print(f"equal strata - convenience, in C: {gap_c:+.3f}, standard error {error_c:.3f}")

# %% tags=["claim-T3"]
claim(
    "T3",
    "same model, same n: for group C equal strata train a better one than the app",
    measured=gap_c,
    at_least=0.05,
    unit="AUC",
)
claim(
    "T3",
    "that gap is many Monte Carlo standard errors wide",
    measured=gap_c / error_c,
    at_least=5,
    unit="standard errors",
)
claim(
    "T3",
    "the overall AUC hides it: there the gap is less than a third as large",
    measured=abs(gap_all) / gap_c,
    at_most=1 / 3,
)

# %% [markdown]
# **Why.** The model has one slope for every column. Give each group a model of its own, trained on
# all of its people, and look at the slope of *volatility*, how much an income moves:

# %%
slopes = {}
for code, name in enumerate("ABC"):
    own = LogisticRegression().fit(X[group == code], default[group == code])
    slopes[f"only {name}"] = own.coef_[0][volatility]
slopes["everybody"] = everybody[3]
slopes |= mean_of["slope of volatility"].to_dict()
pd.Series(slopes, name="slope of volatility").round(2).to_frame()

# %% tags=["claim-T3"]
claim(
    "T3",
    "in C the slope of volatility has the other sign than in A",
    measured=slopes["only C"] / slopes["only A"],
    below=0,
)

# %% [markdown]
# In C it is the steady incomes that are risky. With one slope for everybody, whoever fills the
# sample decides whose slope wins: with a third of C, equal strata pull it down. The lottery leaves
# C outvoted, and so does training on everybody. And what equal strata gain in C they pay for
# overall, since hardly anybody is in C. (A statistician would give C a slope of its own, an
# *interaction*. Then the sample has to bring enough of C to learn it from.)
#
# **Where it stops being true.** Not every method makes a difference. Proportional strata and a
# simple random sample score the same in C, as far as fifty rounds can tell:

# %%
print(f"proportional strata - simple random, in C: {same:+.3f}, standard error {error_same:.3f}")
print(f"share of C in the city: {in_c.mean():.1%}")
print(f"AUC in C of the model trained on everybody: {everybody[1]:.2f}")

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T4", "bias of a convenience sample of 2,000", f"{bias['convenience'] / truth:+.0%}"),
        ("T4", "people of the town who can never be in it", f"{never} of {len(town)}"),
        ("T4", "95 % intervals that hit: by lot", f"{coverage['simple random']:.1%}"),
        ("T4", "the same: through the app", f"{coverage['convenience']:.1%}"),
        ("T4 limit", "the same: by lot, 30 % answer", f"{coverage['by lot, 30 % answer']:.1%}"),
        ("T4", "what 20,000 from the app are worth by lot", f"{worth:.1f} people"),
        ("T4 limit", "2,000 from the app, weighted: RMSE",
         f"{weighted_rmse['by activity']:.0f} crowns"),
        ("T4 limit", "200 by lot: RMSE", f"{rmse.loc[200, 'simple random']:.0f} crowns"),
        ("T3", "AUC in C, equal strata against convenience",
         f"{best['AUC in C']:.2f} and {worst['AUC in C']:.2f}"),
        ("T3", "AUC overall, the same two",
         f"{best['AUC overall']:.2f} and {worst['AUC overall']:.2f}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Before you look at a dataset's size, write down who could have been in it, who could
# not, and who decided. Where chance decided, keep the chances: they are what makes an interval
# honest. (With unequal chances, weight by one over the chance.) Where it did not, say so beside
# every number, and look for what drove the selection. Score a model in the groups that your sample
# holds few of.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound above would fail by chance less than once in a million
# runs: each stands at least five standard errors from what theory, or many repetitions, lead you to
# expect.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/01_every_dataset_is_a_sample.ipynb) has four
# tasks: draw a simple random sample and be held to it, compute the honest interval, find out who
# can never be in a sample, and take an error apart.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   section on sampling.
# - Xiao-Li Meng, "Statistical paradises and paradoxes in big data (I)", *Annals of Applied
#   Statistics* 12(2), 2018: the identity, and what it says about polls with millions of answers.
# - Jerzy Neyman, "On the two different aspects of the representative method", *Journal of the Royal
#   Statistical Society* 97(4), 1934: where the two families parted.
# - Sharon Lohr, *Sampling: Design and Analysis*: the textbook for the finite population correction,
#   strata and nonresponse.
# - numpy on
#   [choice](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.choice.html):
#   `replace=False` is what makes it a simple random sample.
