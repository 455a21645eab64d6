# %% [markdown]
# # Sampling without chance
#
# The cheapest sample in the city is nearer the truth than a lottery over the whole city for the
# same price, up to a budget that you will compute. Up to there and somewhat beyond, more money buys
# more answers and hardly less error.
#
# **You will be able to** say what a crown buys, bias included; tell surveys that agree from surveys
# that are right; say what a quota mends and what it leaves; correct for a sample that over-counts
# whoever shows up often.
#
# **Time** 40 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb): bias, spread, RMSE, inclusion
# probability.

# %% [markdown]
# Three ways of choosing without chance have names of their own, and each is popular for a good
# reason. You measure them on Riverton, the made-up city whose truth is known, and on real people.
# From the [ledger](../LEDGER.md) three claims are tested, and the limit of T4:
#
# - **T5**: convenience sampling takes what is at hand, and is popular for its convenience.
# - **T7**: judgment sampling leaves the choice to experts.
# - **T8**: quota sampling fills a quota for each slice of the data and leaves nothing to chance.

# %%
import numpy as np
import pandas as pd
import statsmodels.datasets

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import Riverton
from labkit.sampling import chosen, compare, even, strata

SEED = 7  # change it: every claim below should still hold

city = Riverton()
N, spend = city.N, city.spend
truth, S = spend.mean(), spend.std(ddof=1)
print(f"{N:,} people spend {truth:,.0f} crowns a month on average,")
print(f"with a standard deviation of {S:,.0f}")

# %% [markdown]
# ## What a crown buys
#
# **The question.** At which budget does a lottery overtake a convenience sample? (**T5**)
#
# **Convenience sampling** takes whoever is at hand: here, the first n people to open the Riverton
# Pay app. `wait` holds everybody's mean number of days from one opening to the next. It is short
# for people who are online a lot, and infinite for those who have no app.

# %%
wait = city.wait
show_source(chosen.convenience)

# %%
first = chosen.convenience(wait, 2_000, np.random.default_rng([SEED, 0]))
print(f"the first 2,000 in the app spend {spend[first].mean() / truth - 1:+.0%}", end=" ")
print("compared with the city")

# %% [markdown]
# The other sample is drawn by lot from the city's register, and each person is interviewed at home.
# The prices are assumptions, made up as the city is. Change them and see what moves.

# %%
APP_PERSON = 1  # crowns for an answer in the app
LIST, PERSON, TRIP = 5_000, 30, 1_000  # at home: the register, an interview, a trip

in_district = np.bincount(city.district)


def cost_at_home(n):
    """Expected crowns: the list, n interviews, a trip to each district that is hit."""
    trips = (1 - (1 - in_district / N) ** n).sum()
    return LIST + PERSON * n + TRIP * trips


prices = {n: cost_at_home(n) for n in (1, 20, 200, 2_000)}
pd.Series(prices, name="crowns").rename_axis("people by lot").round().astype(int).to_frame().T

# %% [markdown]
# **Your guess.** From which budget on is the lottery nearer the truth than the app, each spending
# all of it?

# %%
my_guess = 60_000  # crowns, edit me

# %% [markdown]
# **Measure.** Give both the same budget, many times over, and compare their root mean square
# errors: bias and spread together.

# %%
sizes = np.arange(1, 3_001)
costs = np.array([cost_at_home(n) for n in sizes])
budgets = np.array([6_100, 10_100, 20_000, 60_000, 140_000, 250_000])
app_users = int(np.isfinite(wait).sum())


def error(ids):
    return spend[ids].mean() - truth


rng = np.random.default_rng([SEED, 1])
rows = []
for budget in budgets:
    n_lot = sizes[costs <= budget].max()
    n_app = min(int(budget / APP_PERSON), app_users)
    by_lot = [error(even.simple_random(N, n_lot, rng)) for _ in range(2_000)]
    by_app = [error(chosen.convenience(wait, n_app, rng)) for _ in range(60)]
    rmse = [np.sqrt(np.mean(np.square(e))) for e in (by_lot, by_app)]
    rows.append((budget, n_lot, n_app, *rmse))
names = ["budget", "people by lot", "people in the app", "RMSE by lot", "RMSE, app"]
bought = pd.DataFrame(rows, columns=names).set_index("budget")
bought.round().astype(int)

# %% [markdown]
# **Theory** says the same without drawing. A lottery of n has the RMSE $S\sqrt{1/n - 1/N}$. The
# app's error follows from `wait`, which only the makers of a made-up city know: by day t a person
# has come with the chance $1 - e^{-t/\text{wait}}$.


# %%
def by_day(t, wait, values):
    """Expected people who have come by day t, and the mean and spread of a sample."""
    chance = 1 - np.exp(-t / wait)
    n, mean = chance.sum(), np.average(values, weights=chance)
    variance = np.average((values - mean) ** 2, weights=chance)
    return n, mean, np.sqrt(variance / n)


lot_curve = S * np.sqrt(1 / sizes - 1 / N)
days = np.geomspace(1e-6, 1e4, 120)
n_app, mean_app, spread_app = np.array([by_day(t, wait, spend) for t in days]).T
app_curve = np.hypot(mean_app - truth, spread_app)

app_at_same_cost = np.interp(costs / APP_PERSON, n_app, app_curve)
lottery_wins = lot_curve < app_at_same_cost
break_even, people_needed = costs[lottery_wins][0], sizes[lottery_wins][0]
ahead_again = costs[~lottery_wins & (sizes > people_needed)]
print(f"from {break_even:,.0f} crowns on, which buy {people_needed} interviews;")
print(f"from {ahead_again[0]:,.0f} to {ahead_again[-1]:,.0f} the app is ahead again")

# %%
fig, ax = figures.new(
    title="A small budget comes nearer the truth in the app, a middling one by lot",
    xlabel="budget (crowns)",
    ylabel="RMSE (crowns a month)",
)
ax.set(xscale="log", yscale="log", xlim=(1_000, 330_000), ylim=(30, 4_000))
ax.plot(n_app * APP_PERSON, app_curve, color=figures.ORANGE, label="_app")
ax.plot([app_users * APP_PERSON, 330_000], [app_curve[-1]] * 2, color=figures.ORANGE, label="_")
ax.plot(costs, lot_curve, color=figures.BLUE, label="_lot")
ax.plot(bought.index, bought["RMSE, app"], "o", color=figures.ORANGE, ms=5, label="_")
ax.plot(bought.index, bought["RMSE by lot"], "o", color=figures.BLUE, ms=5, label="_")
ax.text(1_100, 700, "the app", color=figures.ORANGE)
ax.text(11_000, 260, "by lot,\nat home", color=figures.BLUE)
ax.plot(break_even, lot_curve[people_needed - 1], "s", color=figures.BLACK, ms=6)
ax.annotate(
    f"{break_even:,.0f} crowns", (break_even, lot_curve[people_needed - 1]), (-7, -16),
    textcoords="offset points", ha="right",
)  # fmt: skip
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"Lines: theory. Dots: repeated samples. A lottery of one person costs "
    f"{costs[0]:,.0f} crowns. The lottery overtakes at {break_even:,.0f}. The app is ahead again "
    f"from {ahead_again[0]:,.0f} to {ahead_again[-1]:,.0f}. It has nobody left to ask at "
    f"{app_users:,}, and stays off by {app_curve[-1]:.0f}.",
    alt="Error against budget on logarithmic axes. The app's line starts far to the left and runs "
    "nearly level, then drops at the far right and is level again. The lottery's line starts "
    "higher, at several thousand crowns, falls steeply and soon crosses the app's; at the far "
    "right the two cross twice more.",
)

# %% tags=["claim-T5"]
claim(
    "T5",
    "a small budget buys the smaller error in the app",
    measured=bought.loc[6_100, "RMSE, app"] / bought.loc[6_100, "RMSE by lot"],
    at_most=0.8,
    unit="times the lottery's",
)
claim(
    "T5",
    "a middling budget buys the smaller error by lot",
    measured=bought.loc[60_000, "RMSE by lot"] / bought.loc[60_000, "RMSE, app"],
    at_most=0.6,
    unit="times the app's",
)
claim(
    "T5",
    "three times the money leaves nearly all of the app's error",
    measured=bought.loc[20_000, "RMSE, app"] / bought.loc[6_100, "RMSE, app"],
    at_least=0.85,
    unit="of the error",
)

# %% [markdown]
# **Why.** Call the app's bias B. While n is far below N it hardly moves, so the app's error is
# about B, whatever you spend. A lottery of n people has the error $S/\sqrt{n}$, and is below B as
# soon as
#
# $$n > (S / B)^2$$

# %%
B = by_day(days[0], wait, spend)[1] - truth
print(f"B = {B:.0f} crowns, so (S / B)^2 = {(S / B) ** 2:.1f} people")

# %% [markdown]
# No price stands in that formula. The bias decides how *many* people the lottery needs, and the
# prices turn them into crowns. Between these two, whoever has less money than that takes the app,
# and is right to. Nobody can compute B from the app's sample, though. It takes a lottery to see it,
# and a larger one than this. (The two also differ in where they ask. A lottery among the app's
# users would cost a crown an answer, and its bias would be that of the whole app: the last row of
# the table.)
#
# **Where it stops being true.** Towards the right of the picture the app is ahead again for a
# stretch. To see why, give everybody the app, so that the sample can grow until it holds the whole
# city.

# %%
all_have_it = np.exp(-1.1 * city.people["activity"].to_numpy())
rng = np.random.default_rng([SEED, 2])
line = np.argsort(rng.exponential(size=N) * all_have_it)
sizes_in = [2_000, 20_000, 100_000, 180_000, 198_000, N - 1]
everybody = pd.DataFrame(
    {"missing": [N - k for k in sizes_in], "error": [error(line[:k]) for k in sizes_in]},
    index=pd.Index(sizes_in, name="n"),
)
everybody.round(2)

# %% tags=["claim-T5"]
claim(
    "T5",
    "where everybody can come, the error goes as the sample nears the whole population",
    measured=everybody.loc[198_000, "error"] / everybody.loc[2_000, "error"],
    between=(0, 0.05),
    unit="of the error at 2,000",
    limit=True,
)
claim(
    "T5",
    "where some have no app, their absence stays when all the others are in",
    measured=100 * bought.loc[250_000, "RMSE, app"] / truth,
    at_least=2,
    unit="%",
    limit=True,
)

# %% [markdown]
# The few who are missing cannot move the mean far. (In lesson 1's identity $\sqrt{(1-f)/f}$ goes to
# zero.) In Riverton as it is, the app comes near to that and not all the way. The people without it
# stay out, and their absence leaves a last error that no money removes: **undercoverage**.
#
# Convenience is also right where the answer does not depend on the person. Whether the server
# answers and the receipt is printed, the first hundred users will tell you.

# %% [markdown]
# ## Surveys that agree
#
# **The question.** An expert picks typical people. Is that better than a lottery? (**T7**)
#
# In **judgment sampling** somebody who knows the field chooses. This expert has a rule and can
# state it: leave out odd files. A file's *oddness* is its squared distance from the medians of
# income (its logarithm), debt, years at the address and volatility, each in standard deviations,
# the four squares added up.

# %%
columns = ["income", "debt", "tenure_years", "volatility"]
files = city.people[columns].assign(income=np.log(city.people["income"]))
z = (files - files.median()) / files.std()
oddness = (z**2).sum(axis=1).to_numpy()

# %% [markdown]
# The expert works through the files in some order; an odd file is laid aside until later, and the
# odder it is, the later.

# %%
show_source(chosen.judgment)

# %% [markdown]
# **Your guess.** The mean of three hundred such surveys, with 2,000 files in each.

# %%
my_guess = 2_200  # crowns a month, edit me

# %%
n = 2_000


def repeat(draw, times, rng):
    """Mean spend in each of `times` samples."""
    return np.array([spend[draw(rng)].mean() for _ in range(times)])


rng = np.random.default_rng([SEED, 3])
estimates = pd.DataFrame(
    {
        "by lot": repeat(lambda rng: even.simple_random(N, n, rng), 300, rng),
        "expert": repeat(lambda rng: chosen.judgment(oddness, n, rng), 300, rng),
    }
)
spread, off = estimates.std(), estimates.mean() - truth
table = pd.DataFrame({"bias": off, "spread between surveys": spread})
table.round().astype(int).rename_axis("crowns a month")

# %%
fig, ax = figures.new(
    title="The expert's surveys agree with each other, and are all too low",
    xlabel="estimated mean spend (crowns a month)",
    size=(7.6, 2.6),
)
for row, (name, colour) in enumerate([("by lot", figures.BLUE), ("expert", figures.ORANGE)]):
    shown = estimates[name][:12]
    ax.plot(shown, np.full(12, -row), "o", color=colour, ms=8, alpha=0.6, mew=0)
ax.set(yticks=[0, -1], ylim=(-1.5, 0.9), xlim=(1_950, 2_500))
ax.set_yticklabels(["by lot", "expert"])
ax.grid(axis="y", visible=False)
figures.mark_truth(ax, x=truth)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"Twelve surveys each. The standard deviation between surveys is "
    f"{spread['expert']:.0f} crowns with the expert and {spread['by lot']:.0f} by lot. The "
    f"expert's are off by {off['expert'] / truth:+.0%} on average.",
    alt="Two rows of dots. Those drawn by lot are scattered around the truth; the expert's lie "
    "closer together, far to the left of it.",
)

# %% tags=["claim-T7"]
claim(
    "T7",
    "an expert's surveys differ less from one another than a lottery's",
    measured=spread["expert"] / spread["by lot"],
    at_most=0.85,
    unit="times the lottery's spread",
)
claim(
    "T7",
    "and their bias is many times the spread between them",
    measured=abs(off["expert"]) / spread["expert"],
    at_least=6,
    unit="standard deviations",
)

# %% [markdown]
# **Why.** The median file is not the mean file. Ask how often each tenth of the city, by oddness,
# gets in, and what it spends. A fair share would be 10 % for each.

# %%
tenth = pd.qcut(oddness, 10, labels=False)
rng = np.random.default_rng([SEED, 4])
picked = np.concatenate([chosen.judgment(oddness, n, rng) for _ in range(100)])
by_oddness = pd.DataFrame(
    {
        "% of the files": 100 * np.bincount(tenth[picked], minlength=10) / len(picked),
        "mean spend": np.bincount(tenth, spend) / np.bincount(tenth),
    },
    index=pd.RangeIndex(1, 11, name="tenth, by oddness"),
)
by_oddness.round().astype(int).T

# %% [markdown]
# Odd files spend more, and whoever avoids them finds too little. An interval from such a survey is
# narrow, and rightly so. It stands in the wrong place, and looks like the better one.
#
# Would doing it again give the expert away? The bias in this section's first table is that of three
# hundred surveys averaged. Averaging takes the spread away, and bias is not spread. A measurement
# that agrees with itself is **reliable**, one that is right is **valid**. From inside you can check
# the first alone.
#
# **Where it stops being true.** Suppose that there is time for ten files. (This is the limit of
# **T4**, lesson 1's claim about the two families.)

# %%
rng = np.random.default_rng([SEED, 5])
ten = {
    "by lot": repeat(lambda rng: even.simple_random(N, 10, rng), 3_000, rng),
    "expert": repeat(lambda rng: chosen.judgment(oddness, 10, rng), 400, rng),
}
rmse_of_ten = {name: np.sqrt(np.mean((e - truth) ** 2)) for name, e in ten.items()}
print(f"RMSE of ten files: {rmse_of_ten['expert']:.0f} from the expert, ", end="")
print(f"{rmse_of_ten['by lot']:.0f} by lot")

# %% [markdown]
# With few files spread is what hurts, and this expert keeps out the one that would spoil ten. The
# lottery overtakes where $S^2/n = B^2 + s^2/n$, with B the expert's bias and $s^2/n$ the variance
# of a survey. That is for equal n. For equal money the expert, who does not travel, lasts longer:

# %%
s_squared = spread["expert"] ** 2 * n
enough = (S**2 - s_squared) / off["expert"] ** 2
EXPERT, FILE = 2_000, 5  # crowns for the expert's days, and for pulling a file

affordable = (costs - EXPERT) / FILE
expert_curve = np.sqrt(off["expert"] ** 2 + s_squared / affordable)
expert_until = costs[lot_curve < expert_curve][0]
print(f"for equal n, the lottery overtakes at about {enough:.0f} files;")
print(f"for equal money, at about {expert_until:,.0f} crowns")

# %% tags=["claim-T4"]
claim(
    "T4",
    "ten files from an expert come nearer the truth than ten drawn by lot",
    measured=rmse_of_ten["expert"] / rmse_of_ten["by lot"],
    at_most=0.95,
    unit="times the lottery's error",
    limit=True,
)

# %% [markdown]
# So a handful of cases for a first test may well be chosen.

# %% [markdown]
# ## Quotas that fit
#
# **The question.** Fill quotas, so that the sample has the city's ages, sexes and boroughs. Is it a
# small copy of the city then? (**T8**)
#
# In **quota sampling** each *cell*, such as women under thirty in Harbour, has a number of places,
# its **quota**. Whoever turns up first takes them. **Stratified sampling** has the same cells,
# calls them strata, and draws within each by lot. Here are both.

# %%
show_source(chosen.quota, strata.stratified)

# %% [markdown]
# (`members` lists the people of each cell.) They differ in who decides inside the cell:
# `convenience` in the one, `rng.choice` in the other.

# %%
cell = city.quota_cell  # five classes of age, two sexes, four boroughs
people_in = np.bincount(cell)
places = strata.proportional(people_in, n)
print(f"{len(places)} cells with {places.min()} to {places.max()} places each")

# %% [markdown]
# **Your guess.** Without quotas the app was off by what you saw at the start. How far is the quota
# sample off inside a typical cell?

# %%
my_guess = 10  # % of the cell's true mean, edit me

# %%
DRAW = {
    "app, no quotas": lambda rng: chosen.convenience(wait, n, rng),
    "app, quotas": lambda rng: chosen.quota(cell, places, wait, rng),
    "strata, by lot": lambda rng: strata.stratified(cell, places, rng),
}
cells = len(places)
count = {name: np.zeros((100, cells)) for name in DRAW}
total = {name: np.zeros((100, cells)) for name in DRAW}
times_in = {name: np.zeros(N) for name in DRAW}
rng = np.random.default_rng([SEED, 6])
for name, draw in DRAW.items():
    for k in range(100):
        ids = draw(rng)
        count[name][k] = np.bincount(cell[ids], minlength=cells)
        total[name][k] = np.bincount(cell[ids], spend[ids], minlength=cells)
        times_in[name][ids] += 1

# %% [markdown]
# *Places missed* counts the people who sit in a place of another cell.

# %%
cell_truth = np.bincount(cell, spend) / people_in

rows, within = {}, {}
for name in DRAW:
    mean = total[name].sum(axis=0) / count[name].sum(axis=0)
    within[name] = 100 * (mean / cell_truth - 1)
    rows[name] = {
        "places missed": np.abs(count[name] - places).sum(axis=1).mean() / 2,
        "bias, %": 100 * (total[name].sum() / count[name].sum() / truth - 1),
    }
parts = pd.DataFrame(rows).T
parts.round(1) + 0.0

# %%
order = np.argsort(cell_truth)
fig, ax = figures.new(
    title="Every quota is filled to the person, and in every cell the wrong people came",
    xlabel="cells of age, sex and borough, from the lowest to the highest spend",
    ylabel="error inside the cell (%)",
)
for name, colour in [("app, quotas", figures.ORANGE), ("strata, by lot", figures.BLUE)]:
    ax.plot(within[name][order], "o", color=colour, ms=5)
ax.text(cells - 1, 54, "app, quotas", color=figures.ORANGE, ha="right")
ax.text(cells - 1, -9, "strata, by lot", color=figures.BLUE, ha="right")
ax.set(xlim=(-6, cells), ylim=(-12, 62), xticks=[])
figures.mark_truth(ax, y=0)
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption=f"A mean over 100 samples in each of {cells} cells. Within cells the quota sample is "
    f"off by {within['app, quotas'].min():.0f} to {within['app, quotas'].max():.0f} %, the "
    f"stratified by {within['strata, by lot'].min():.0f} to {within['strata, by lot'].max():.0f}.",
    alt="Two bands of dots, one for each of the cells. The stratified sample's lie along zero, the "
    "quota sample's far above it, without exception.",
)

# %% tags=["claim-T8"]
off_by = parts["bias, %"]
sums = total["strata, by lot"].sum(axis=1) / n
claim(
    "T8",
    "a quota leaves nothing to chance: every cell is filled to the person",
    measured=int(np.abs(count["app, quotas"] - places).max()),
    equals=0,
    unit="places missed",
)
claim(
    "T8",
    "its estimate is off all the same",
    measured=off_by["app, quotas"],
    at_least=30,
    unit="%",
)
claim(
    "T8",
    "the same places filled by lot leave no bias beyond the noise of repetition",
    measured=abs(sums.mean() - truth) / (sums.std(ddof=1) / 10),
    at_most=6,
    unit="standard errors",
)

# %% [markdown]
# **Why.** Quotas mend what they count: the mean age is nearly right. (Inside a class of age the
# younger still come first.) Now count who got in, by activity, as a multiple of a fair share.

# %%
age = city.people["age"].to_numpy()
tenth_of_activity = pd.qcut(city.people["activity"], 10, labels=False).to_numpy()
bins = np.where(city.people["has_app"], tenth_of_activity + 1, 0)
fair = 100 * n / N
who = {}
for name, times in times_in.items():
    years = np.average(age, weights=times) - age.mean()
    print(f"{name}: mean age off by {years:+.1f} years")
    who[name] = np.bincount(bins, times) / np.bincount(bins) / fair
labels = ["no app", *range(1, 11)]
pd.DataFrame(who, index=labels).rename_axis("tenth of activity").round(2).T

# %% [markdown]
# Inside each cell the active turn up first, and they spend more. The counts fit by construction, so
# they are no evidence. And where nothing is left to chance, no chance is known: a quota sample has
# no standard error that you could compute from it.
#
# **Where it stops being true.** Cells may hold what drives the coming. Suppose that you knew
# everybody's activity when they turn up, and set quotas on its tenths:

# %%
tenths = strata.proportional(np.bincount(tenth_of_activity), n)
rng = np.random.default_rng([SEED, 8])
driver = [error(chosen.quota(tenth_of_activity, tenths, wait, rng)) for _ in range(60)]
print(f"quotas on age, sex, borough: {off_by['app, quotas']:+.0f} %")
print(f"quotas on tenths of activity: {100 * np.mean(driver) / truth:+.0f} %")

# %% tags=["claim-T8"]
claim(
    "T8",
    "quotas on what drives the coming take nearly all of the bias away",
    measured=abs(np.mean(driver)) / (truth * off_by["app, quotas"] / 100),
    at_most=0.15,
    unit="of the bias",
)

# %% [markdown]
# Then who comes first within a cell hardly matters. Even those without the app are hardly missed:
# having it goes with activity, and people as active as they fill their places. You need to know the
# driver, to ask for it at the door, and to know how many of each the city has.

# %% [markdown]
# ## A waiting room
#
# **The question.** Does any of this hold for real people? (**T5**, **T8**)
#
# The population is that of the RAND Health Insurance Experiment: 20,190 person-years in the United
# States of the 1970s and 80s, in the public domain, as `randhie` in statsmodels. You take them for
# the people of a town, and ask for the mean number of visits to a doctor in a year. The visits are
# real; who gets into the sample is simulated.

# %%
town = statsmodels.datasets.randhie.load_pandas().data
visits = town["mdvis"].to_numpy(float)
print(f"{len(visits):,} person-years, {visits.mean():.2f} visits on average,")
print(f"{(visits == 0).mean():.0%} without a visit")

# %% [markdown]
# The convenient place to ask is a doctor's waiting room. Whoever comes twice as often is met twice
# as soon, so a person's wait is one over their visits. Users sampled from a log are met like that.
#
# **Your guess.** By how much is the waiting room's mean off?

# %%
my_guess = 40  # % of the truth, edit me

# %% [markdown]
# **Theory.** Where people are met in proportion to x, the mean of x that you find is not E[x]. Each
# value counts x times:
#
# $$\frac{E[x \cdot x]}{E[x]}$$
#
# This is **size-biased sampling**. Here nobody is asked twice. Heavy visitors come in once only, so
# the first 200 find a little less.

# %%
size_biased = (visits * visits).mean() / visits.mean()
next_visit = np.where(visits > 0, 1 / np.maximum(visits, 1), np.inf)
days = np.geomspace(1e-6, 1, 400)
n_came, mean_came, _ = np.array([by_day(t, next_visit, visits) for t in days]).T
without_repeats = np.interp(200, n_came, mean_came)
print(f"E[x x] / E[x]:                {size_biased:.2f} visits")
print(f"the first 200, nobody twice:  {without_repeats:.2f}")

# %% [markdown]
# A careful survey sets quotas. It fits the town's self-rated health (four classes), index of
# chronic diseases (three classes) and insurance (with or without a share to pay). Would you trust
# it?

# %%
health = (town["hlthg"] + 2 * town["hlthf"] + 3 * town["hlthp"]).astype(int)
diseases = np.digitize(town["disea"], town["disea"].quantile([1 / 3, 2 / 3]))
pays_a_share = (town["lncoins"] > 0).astype(int)
ward = (health * 6 + diseases * 2 + pays_a_share).to_numpy()

n_town, size = 200, len(visits)
ward_places = strata.proportional(np.bincount(ward), n_town)
ask = {
    "simple random": lambda rng: even.simple_random(size, n_town, rng),
    "waiting room": lambda rng: chosen.convenience(next_visit, n_town, rng),
    "the same, quotas": lambda rng: chosen.quota(ward, ward_places, next_visit, rng),
}
found = pd.DataFrame(index=range(300))
for k, (name, draw) in enumerate(ask.items()):
    rng = np.random.default_rng([SEED, 9, k])
    found[name] = [visits[draw(rng)].mean() for _ in range(300)]
bias = 100 * (found.mean() / visits.mean() - 1)
in_visits = pd.DataFrame({"mean visits": found.mean(), "spread": found.std()})
in_visits.round(2).assign(**{"bias, %": bias.round().astype(int)})

# %%
fig, ax = figures.new(
    title="Real people: quotas on health leave most of the waiting room's bias",
    xlabel="visits to a doctor (mean of a sample of 200)",
    size=(7.6, 2.6),
)
for row, name in enumerate(found):
    colour = figures.ORANGE if row else figures.BLUE
    low, high = found[name].quantile([0.025, 0.975])
    ax.hlines(-row, low, high, colour, lw=5, alpha=0.4)
    ax.plot(found[name].mean(), -row, "o", color=colour)
ax.set(yticks=-np.arange(3), ylim=(-2.6, 1), xlim=(2, 12))
ax.set_yticklabels(list(found))
ax.grid(axis="y", visible=False)
figures.mark_truth(ax, x=visits.mean())
figures.mark_truth(ax, x=size_biased, label="E[x x] / E[x]")
figures.mark_guess(ax, x=visits.mean() * (1 + my_guess / 100))
figures.show(
    fig,
    caption=f"Dots: means over 300 samples; lines: the middle 95 %. The right line is what size-"
    f"biased sampling expects. The waiting room is off by "
    f"{bias['waiting room']:+.0f} %, with quotas by {bias['the same, quotas']:+.0f} %.",
    alt="Three rows. The sample by lot lies at the truth; the waiting room, with and without "
    "quotas, far to the right of it.",
)

# %% tags=["claim-T8"]
claim(
    "T8",
    "on real people, too, quotas leave most of the bias",
    measured=bias["the same, quotas"] / bias["waiting room"],
    at_least=0.6,
    unit="of the bias",
)

# %% tags=["claim-T5"]
waiting = found["waiting room"]
claim(
    "T5",
    "a waiting room finds what theory expects of the first to come",
    measured=abs(waiting.mean() - without_repeats) / (waiting.std(ddof=1) / 300**0.5),
    at_most=6,
    unit="standard errors",
)

# %% [markdown]
# **Where it stops being true.** Here the driver can be asked for: how often do you come? Weight
# everybody by one over their visits:

# %%
rng = np.random.default_rng([SEED, 10])
mended = []
for _ in range(300):
    mine = visits[chosen.convenience(next_visit, n_town, rng)]
    mended.append(np.average(mine, weights=1 / mine))
print(f"weighted by 1 / visits:        {np.mean(mended):.2f}")
print(f"truth among all who ever came: {visits[visits > 0].mean():.2f}")
print(f"truth among all:               {visits.mean():.2f}")

# %% [markdown]
# The weights mend what they know. Those who never come are still missing.

# %% [markdown]
# ## Side by side
#
# Three hundred samples of each. ± gives two Monte Carlo standard errors of the bias. A lottery has
# no bias by design: what stands in its row is noise, and about one time in twenty such noise
# exceeds its ±. *95 % hit* is the share of intervals that hold the truth: *naive*, as if drawn by
# simple random sampling, and by the method's own *design*. That a quota costs no more than the
# first to come, though people are sent home, is an assumption.

# %% tags=["nbval-ignore-output"]
by_name = city.methods(n)
names = ["simple random", "convenience", "quota", "judgment"]
compared = [by_name[name] for name in names]
measured = compare.measure(
    compared, {"spend": spend}, city.district, repeats=300, seed=SEED,
    progress=lambda rounds: progress(rounds, "samples"),
)  # fmt: skip

# %%
table = compare.summary(measured, "spend", truth)
methods.shown(table)

# %%
family = {method.name: method.family for method in compared}
fig, ax = methods.bias_and_spread(
    table, family, title="By lot: around the truth. Without: around something else"
)
figures.show(
    fig,
    caption=f"Dots: bias; lines: the middle 95 % of 300 estimates of spend. Quotas move the app "
    f"from {table.loc['convenience', 'bias %']:+.0f} % to {table.loc['quota', 'bias %']:+.0f} %; "
    f"the expert's line is the shortest.",
    alt="Four rows. Simple random samples lie around zero. Convenience and quota lie far to the "
    "right, judgment to the left, and none of these three reaches zero.",
)

# %% [markdown]
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | convenience | who is at hand, up to n | coming goes with the question | money is short; pilots |
# | judgment | whom an expert picks from a list | n is large; tails matter | n or money is small |
# | quota | who comes first, per cell | cells miss the driver | no list; cells hold the driver |
# | simple random | a lottery over a list | n is small; the list has holes | error must be known |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T5", "budget from which the lottery is nearer", f"{break_even:,.0f} crowns"),
        ("T5 limit", "error with 198,000 in, the app for all",
         f"{everybody.loc[198_000, 'error']:.0f} crowns"),
        ("T5", "the waiting room's mean over the truth",
         f"{found['waiting room'].mean() / visits.mean():.1f}"),
        ("T7", "an expert's surveys: bias and spread",
         f"{off['expert'] / truth:+.0%} and {spread['expert'] / truth:.1%}"),
        ("T4 limit", "RMSE of ten files: expert, by lot",
         f"{rmse_of_ten['expert']:.0f} and {rmse_of_ten['by lot']:.0f} crowns"),
        ("T4 limit", "budget up to which the expert is nearer", f"{expert_until:,.0f} crowns"),
        ("T8", "bias: no quotas, quotas",
         f"{parts['bias, %'].iloc[0]:+.0f} % and {parts['bias, %'].iloc[1]:+.0f} %"),
        ("T8", "on real people: no quotas, quotas",
         f"{bias['waiting room']:+.0f} % and {bias['the same, quotas']:+.0f} %"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Ask of every dataset who decided: whoever came, an expert, or a recruiter with places
# to fill. Write down what may have driven them. A large n, surveys that agree and quotas that fit
# are no evidence: none of them looks at the bias. If you have a list and can pay, draw by lot.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound above would fail by chance less than once in a million
# runs: each stands at least five standard errors from what theory, or many repetitions, lead you to
# expect.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/02_sampling_without_chance.ipynb) has three tasks:
# fill quotas from a queue, find the budget from which a lottery is worth its price, and say what a
# waiting room will find.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   section on sampling.
# - Jerzy Neyman, "On the two different aspects of the representative method", *Journal of the Royal
#   Statistical Society* 97(4), 1934: purposive selection against a lottery within strata.
# - C. A. Moser and A. Stuart, "An experimental study of quota sampling", *Journal of the Royal
#   Statistical Society A* 116(4), 1953: real quotas beside a real lottery.
# - Frederick Mosteller and others, *The Pre-election Polls of 1948*, Social Science Research
#   Council 1949: quotas that fitted, and the wrong president.
# - Xiao-Li Meng, "Statistical paradises and paradoxes in big data (I)", *Annals of Applied
#   Statistics* 12(2), 2018.
# - Scott Feld, "Why your friends have more friends than you do", *American Journal of Sociology*
#   96(6), 1991: size-biased sampling among friends.
# - Joseph Newhouse and the Insurance Experiment Group, *Free for All?*, Harvard University Press
#   1993: the experiment behind the real data.
# - [randhie](https://www.statsmodels.org/stable/datasets/generated/randhie.html) in statsmodels.
