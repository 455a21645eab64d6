# %% [markdown]
# # Sampling without chance
#
# The cheapest sample in the city is nearer the truth than any lottery of the same price, up to a
# budget that you will compute. Above it, more money buys more answers and hardly less error.
#
# **You will be able to** say what a crown buys, bias included; tell surveys that agree from surveys
# that are right; say what a quota mends and what it leaves; correct for a sample that over-counts
# whoever shows up often.
#
# **Time** 40 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb): bias, spread, RMSE, inclusion
# probability.

# %% [markdown]
# Most datasets were not drawn by lot. Three ways of choosing without chance have names of their
# own, and each is popular for a good reason. You measure all three on Riverton, the made-up city
# whose truth is known, and then on a population of real people. Three claims of the
# [ledger](../LEDGER.md) are tested:
#
# - **T5**: convenience sampling takes what is at hand, and is popular for its convenience.
# - **T7**: judgment sampling leaves the choice to experts.
# - **T8**: quota sampling fills a quota for each slice of the data and leaves nothing to chance.

# %%
import numpy as np
import pandas as pd
import statsmodels.datasets

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import AT_HOME, IN_THE_APP, Riverton
from labkit.sampling import chosen, compare, even, strata
from labkit.sampling.compare import BY_CHANCE, Drawn, Method

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

# %% [markdown]
# The other sample is drawn by lot from the city's register, and each person is interviewed at home.
# The prices are made up, as the city is. Change them later and see what moves.

# %%
APP_PERSON = IN_THE_APP.person
LIST, PERSON, TRIP = AT_HOME.list_of_people, AT_HOME.person, AT_HOME.trip

in_district = np.bincount(city.district)


def cost_at_home(n):
    """Expected crowns: the list, n interviews, a trip to each district that is hit."""
    trips = (1 - (1 - in_district / N) ** n).sum()
    return LIST + PERSON * n + TRIP * trips


answers = [20, 200, 2_000]
prices = pd.DataFrame(
    {
        "in the app": [APP_PERSON for n in answers],
        "by lot, at home": [cost_at_home(n) / n for n in answers],
    },
    index=pd.Index(answers, name="answers"),
)
prices.round().astype(int).add_suffix(", crowns each")

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
print(f"from {break_even:,.0f} crowns on, which buy {people_needed} interviews")

# %%
fig, ax = figures.new(
    title="A small budget comes nearer the truth in the app, a larger one by lot",
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
    caption=f"Lines: theory. Dots: repeated samples. A crown buys an answer in the app, and one "
    f"lottery of a single person costs {costs[0]:,.0f}. The lottery overtakes at "
    f"{break_even:,.0f} crowns. The app has nobody left to ask at {app_users:,} crowns, and is "
    f"then off by {app_curve[-1]:.0f}.",
    alt="Error against budget on logarithmic axes. The app's line starts far to the left and runs "
    "nearly level, then drops at the far right and is level again. The lottery's line starts "
    "higher, at several thousand crowns, falls steeply and soon crosses the app's.",
)

# %% tags=["claim-T5"]
claim(
    "T5",
    "an answer by lot at home costs many times what one in the app costs",
    measured=prices.loc[2_000, "by lot, at home"] / prices.loc[2_000, "in the app"],
    at_least=50,
    unit="times",
)
claim(
    "T5",
    "a small budget buys the smaller error in the app",
    measured=bought.loc[6_100, "RMSE, app"] / bought.loc[6_100, "RMSE by lot"],
    at_most=0.8,
)
claim(
    "T5",
    "a middling budget buys the smaller error by lot",
    measured=bought.loc[60_000, "RMSE by lot"] / bought.loc[60_000, "RMSE, app"],
    at_most=0.6,
)
claim(
    "T5",
    "nearly ten times the money leaves most of the app's error",
    measured=bought.loc[60_000, "RMSE, app"] / bought.loc[6_100, "RMSE, app"],
    at_least=0.6,
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
# prices turn them into crowns. (A good design makes trips cheaper; that is a later lesson.) Whoever
# has less money than that takes the app, and is right to. Nobody can compute B from the app's
# sample, though. It takes a lottery to see it, of some four times as many people if B is to stick
# out by two standard errors.
#
# **Where it stops being true.** Look at the far end of the picture.

# %%
ahead_again = costs[~lottery_wins & (sizes > people_needed)]
print(f"from {ahead_again[0]:,.0f} to {ahead_again[-1]:,.0f} crowns the app is ahead again")

# %% [markdown]
# To see why, give everybody the app. Then the sample can grow until it holds the whole city. Lesson
# 1 had this identity, which holds for every sample (Meng, 2018): with f = n / N the share that is
# in, $\rho$ the correlation between being in and spending, and $\sigma$ the standard deviation of
# spending,
#
# $$\text{error} = \rho \times \sqrt{\frac{1-f}{f}} \times \sigma$$

# %%
all_have_it = np.exp(-1.1 * city.people["activity"].to_numpy())
rng = np.random.default_rng([SEED, 2])
line = np.argsort(rng.exponential(size=N) * all_have_it)

rows = []
for n in (2_000, 20_000, 100_000, 180_000, 198_000, N - 1):
    included = np.zeros(N)
    included[line[:n]] = 1
    rho, factor = np.corrcoef(included, spend)[0, 1], np.sqrt((1 - n / N) / (n / N))
    rows.append((n, error(line[:n]), rho, factor, rho * factor * spend.std()))
names = ["n", "error", "rho", "factor", "rho x factor x sigma"]
everybody = pd.DataFrame(rows, columns=names).set_index("n")
everybody.round({"error": 2, "rho": 3, "factor": 3, "rho x factor x sigma": 2})

# %% tags=["claim-T5"]
claim(
    "T5",
    "where everybody can come, the error goes as the sample nears the whole population",
    measured=everybody.loc[198_000, "error"] / everybody.loc[2_000, "error"],
    between=(0, 0.05),
    limit=True,
)
claim(
    "T5",
    "where some have no app, their absence stays when all the others are in",
    measured=bought.loc[250_000, "RMSE, app"] / truth,
    at_least=0.02,
    limit=True,
)

# %% [markdown]
# The factor goes to zero and takes the error with it. In Riverton as it is, n never nears N. The
# people without the app stay out, and your last budget is off for ever. That is **undercoverage**.
#
# Convenience is also right where the question has nothing to do with who comes. Whether a form can
# be filled in without errors, the first hundred users will tell you.

# %% [markdown]
# ## Surveys that agree
#
# **The question.** An expert picks typical people. Is that better than a lottery? (**T7**)
#
# In **judgment sampling** somebody who knows the field chooses. This expert has a rule and can
# state it: leave out odd files. A file's *oddness* is its squared distance from the median income,
# debt, years at the address and volatility, each in standard deviations.

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
    """Mean and standard deviation of spend in each of `times` samples."""
    rows = np.empty((times, 2))
    for k in range(times):
        asked = spend[draw(rng)]
        rows[k] = asked.mean(), asked.std(ddof=1)
    return rows


rng = np.random.default_rng([SEED, 3])
surveys = {
    "by lot": repeat(lambda rng: even.simple_random(N, n, rng), 300, rng),
    "expert": repeat(lambda rng: chosen.judgment(oddness, n, rng), 300, rng),
}
estimates = pd.DataFrame({name: rows[:, 0] for name, rows in surveys.items()})
spread, off = estimates.std(), estimates.mean() - truth
inside_one = {name: rows[:, 1].mean() for name, rows in surveys.items()}
pd.DataFrame(
    {
        "bias": off,
        "spread between surveys": spread,
        "deviation inside a survey": inside_one,
    }
).round().astype(int).rename_axis("crowns a month")

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
)
claim(
    "T7",
    "and their bias is many times the spread between them",
    measured=abs(off["expert"]) / spread["expert"],
    at_least=6,
    unit="standard deviations",
)

# %% [markdown]
# **Why.** The median file is not the mean file. A few people spend many times what most do, and an
# expert who avoids odd files avoids them. Ask how often each tenth of the city, by oddness, gets
# in. A fair share would be 10 % for each.

# %%
tenth = pd.qcut(oddness, 10, labels=False)
rng = np.random.default_rng([SEED, 4])
picked = np.concatenate([chosen.judgment(oddness, n, rng) for _ in range(100)])
picks = pd.Series(np.bincount(tenth[picked]) / len(picked), index=range(1, 11))
picked_odd = picks.loc[6:].sum()
picks.index.name = "tenth, by oddness"
picks.rename("share of the files").round(4).to_frame().T

# %% tags=["claim-T7"]
claim(
    "T7",
    "the expert's rule decides: the odder half of the city is all but left out",
    measured=picked_odd,
    at_most=0.06,
)
claim(
    "T7",
    "a sample of the typical tells of a city that varies less than it does",
    measured=inside_one["expert"] / S,
    at_most=0.8,
)

# %% [markdown]
# So an interval from such a sample is wrong twice. It stands in the wrong place, and since it is
# narrower than a lottery's, it looks like the better one. Would doing it again give the expert
# away? Average k surveys, and look at the typical error of the average:


# %%
def rmse_of_average(estimates, k):
    averages = estimates.to_numpy().reshape(-1, k).mean(axis=1)
    return np.sqrt(np.mean((averages - truth) ** 2))


averaged = {}
for k in (1, 5, 20):
    averaged[k] = {name: rmse_of_average(estimates[name], k) for name in estimates}
pd.DataFrame(averaged).round().astype(int).rename_axis(columns="surveys averaged")

# %% [markdown]
# Repetition averages spread away, and bias is not spread. A measurement that agrees with itself is
# **reliable**, one that is right is **valid**. From inside you can check the first alone. Another
# expert has another rule and another bias, and the surveys do not tell you whose is smaller.
#
# **Where it stops being true.** Suppose that you can afford ten files.

# %%
rng = np.random.default_rng([SEED, 5])
ten = {
    "by lot": repeat(lambda rng: even.simple_random(N, 10, rng), 3_000, rng)[:, 0],
    "expert": repeat(lambda rng: chosen.judgment(oddness, 10, rng), 400, rng)[:, 0],
}
rmse_of_ten = {name: np.sqrt(np.mean((e - truth) ** 2)) for name, e in ten.items()}
one_file = spread["expert"] ** 2 * n  # the variance of a survey of one file
enough = (S**2 - one_file) / off["expert"] ** 2
print(f"RMSE of ten files: {rmse_of_ten['expert']:.0f} from the expert, ", end="")
print(f"{rmse_of_ten['by lot']:.0f} by lot")
print(f"the lottery overtakes at about {enough:.0f} files")

# %% tags=["claim-T4"]
claim(
    "T4",
    "ten files from an expert come nearer the truth than ten drawn by lot",
    measured=rmse_of_ten["expert"] / rmse_of_ten["by lot"],
    at_most=0.95,
    limit=True,
)

# %% [markdown]
# With few places spread is what hurts, and this expert keeps out the file that would spoil ten. So
# the two cities of a trial, or the five cases of a first test, may well be chosen. (T4 is lesson
# 1's claim about the two families.)

# %% [markdown]
# ## Margins that fit
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
# They differ in who decides inside the cell: `convenience` in the one, `rng.choice` in the other.

# %%
cell = city.quota_cell  # five classes of age, two sexes, four boroughs
people_in = np.bincount(cell)
places = strata.proportional(people_in, n)
print(f"{len(places)} cells with {places.min()} to {places.max()} places each")

# %% [markdown]
# **Your guess.** How far is the quota sample off inside a typical cell? (Without quotas, the app is
# off by what you saw above.)

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
rng = np.random.default_rng([SEED, 6])
for name, draw in DRAW.items():
    for k in range(100):
        ids = draw(rng)
        count[name][k] = np.bincount(cell[ids], minlength=cells)
        total[name][k] = np.bincount(cell[ids], spend[ids], minlength=cells)

# %% [markdown]
# A bias has two parts. *Between* cells: the sample has the wrong share of each. *Within* cells: it
# has the wrong people of each. They add up. *Places missed* counts the people who sit in a place of
# another cell.

# %%
cell_truth = np.bincount(cell, spend) / people_in
share = people_in / N

rows, within = {}, {}
for name in DRAW:
    mean = total[name].sum(axis=0) / count[name].sum(axis=0)
    got = count[name].sum(axis=0) / count[name].sum()
    within[name] = 100 * (mean / cell_truth - 1)
    rows[name] = {
        "places missed": np.abs(count[name] - places).sum(axis=1).mean() / 2,
        "bias between, %": 100 * ((got - share) * cell_truth).sum() / truth,
        "bias within, %": 100 * (got * (mean - cell_truth)).sum() / truth,
    }
parts = pd.DataFrame(rows).T
parts["bias, %"] = parts["bias between, %"] + parts["bias within, %"]
parts.round(1) + 0.0

# %%
order = np.argsort(cell_truth)
fig, ax = figures.new(
    title="The quota's margins fit to the person, and in every cell the wrong people came",
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
    "a quota leaves nothing to chance in its margins: every cell is filled to the person",
    measured=int(np.abs(count["app, quotas"] - places).max()),
    equals=0,
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
    "the quotas take away only a small part of the app's bias",
    measured=1 - off_by["app, quotas"] / off_by["app, no quotas"],
    at_most=0.2,
)
claim(
    "T8",
    "the same places filled by lot leave no bias beyond the noise of repetition",
    measured=abs(sums.mean() - truth) / (sums.std(ddof=1) / 10),
    at_most=6,
    unit="standard errors",
)

# %% [markdown]
# **Why.** Quotas mend what they count. Ask the same samples how old the city is:

# %%
age = city.people["age"].to_numpy()
rng = np.random.default_rng([SEED, 7])
for name, draw in DRAW.items():
    mean_age = np.mean([age[draw(rng)].mean() for _ in range(40)])
    print(f"{name}: mean age off by {mean_age - age.mean():+.1f} years")

# %% [markdown]
# But inside each cell it is still the active who turn up first, and they spend more. The margins
# cannot show it. They fit by construction, so they are no evidence. And where nothing is left to
# chance, no chance is known: a quota sample has no standard error of its own.
#
# **Where it stops being true.** Cells may hold what drives the coming. Suppose that you knew
# everybody's activity when they turn up, and set quotas on its tenths:

# %%
tenth_of_activity = pd.qcut(city.people["activity"], 10, labels=False).to_numpy()
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
)

# %% [markdown]
# Then who comes first within a cell hardly matters. You need to know the driver, to ask for it at
# the door, and to know how many of each the city has.

# %% [markdown]
# ## A waiting room
#
# **The question.** Does any of this hold for real people? (**T8**)
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
# as soon, so a person's wait is one over their visits. The same happens when you sample users from
# a log, or the sizes of classes by asking pupils how large theirs is.
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
# This is **size-biased sampling**.

# %%
size_biased = (visits * visits).mean() / visits.mean()
next_visit = np.where(visits > 0, 1 / np.maximum(visits, 1), np.inf)
days = np.geomspace(1e-6, 1, 400)
n_came, mean_came, _ = np.array([by_day(t, next_visit, visits) for t in days]).T
without_repeats = np.interp(200, n_came, mean_came)
print(f"expected in the waiting room: {size_biased:.2f} visits")
print(f"where nobody is asked twice, for the first 200: {without_repeats:.2f}")

# %% [markdown]
# A careful survey sets quotas. It fits the town's self-rated health (four classes), number of
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
    "strata, health": lambda rng: strata.stratified(ward, ward_places, rng),
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
    size=(7.6, 2.9),
)
for row, name in enumerate(found):
    colour = figures.BLUE if row < 2 else figures.ORANGE
    low, high = found[name].quantile([0.025, 0.975])
    ax.hlines(-row, low, high, colour, lw=5, alpha=0.4)
    ax.plot(found[name].mean(), -row, "o", color=colour)
ax.set(yticks=-np.arange(4), ylim=(-3.6, 1), xlim=(2, 12))
ax.set_yticklabels(list(found))
ax.grid(axis="y", visible=False)
figures.mark_truth(ax, x=visits.mean())
figures.mark_truth(ax, x=size_biased, label="E[x x] / E[x]")
figures.mark_guess(ax, x=visits.mean() * (1 + my_guess / 100))
figures.show(
    fig,
    caption=f"Dots: means over 300 samples; lines: the middle 95 %. The waiting room is off by "
    f"{bias['waiting room']:+.0f} %, with quotas by {bias['the same, quotas']:+.0f} %.",
    alt="Four rows. The two samples by lot lie at the truth; the waiting room, with and without "
    "quotas, far to the right of it.",
)

# %% tags=["claim-T8"]
claim(
    "T8",
    "on real people, too, quotas leave most of the bias",
    measured=bias["the same, quotas"] / bias["waiting room"],
    at_least=0.6,
)

# %% tags=["claim-T5"]
waiting = found["waiting room"]
claim(
    "T5",
    "a waiting room finds what theory expects of the first to come, and not the mean",
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
# Who gets in? Count, for each tenth of activity and for those without the app, how often people are
# drawn, as a multiple of the lottery's n / N. For methods by chance the design says it beforehand.

# %%
by_name = city.methods(n)
chance = places / people_in


def by_lot_within_cells(rng):
    ids = strata.stratified(cell, places, rng)
    mine = cell[ids]
    return Drawn(ids, 1 / chance[mine], stratum=mine, sampled=chance)


same_cells = Method(
    "strata, same cells",
    BY_CHANCE,
    by_lot_within_cells,
    AT_HOME,
    chance=chance[cell],
)
compared = [by_name["simple random"], same_cells]
compared += [by_name[name] for name in ("convenience", "quota", "judgment")]

bins = np.where(city.people["has_app"], tenth_of_activity + 1, 0)
labels = ["no app", *(str(k) for k in range(1, 11))]
multiples, errors = {}, {}
for method in compared:
    counted = compare.chances(method, bins, repeats=40, seed=SEED)
    multiples[method.name] = counted["measured"] * N / n
    off_design = counted["measured"] - counted["by design"]
    errors[method.name] = (off_design / counted["error"]).abs()
pd.DataFrame(multiples).set_axis(labels).round(2).rename_axis("tenth of activity").T

# %%
worst = pd.DataFrame(errors).max().dropna()
worst.rename("furthest off the design, standard errors").round(1).to_frame().T

# %% tags=["claim-T8"]
claim(
    "T8",
    "nobody without the app is in any quota sample",
    measured=multiples["quota"][0],
    equals=0,
)
claim(
    "T8",
    "inside its cells the active come first: the top tenth against the lowest",
    measured=multiples["quota"][10] / multiples["quota"][1],
    at_least=10,
    unit="times",
)

# %% [markdown]
# Now bias, spread, intervals and cost, over three hundred samples of each. An interval is *naive*
# when it is computed as if the sample were simple random.

# %% tags=["nbval-ignore-output"]
asked = {"spend": spend, "default": city.default}
measured = compare.measure(
    compared, asked, city.district, repeats=300, seed=SEED,
    progress=lambda rounds: progress(rounds, "samples"),
)  # fmt: skip

# %%
table = compare.summary(measured, "spend", truth)
methods.shown(table)

# %% [markdown]
# And for another question, who defaults on credit:

# %%
methods.shown(compare.summary(measured, "default", city.default.mean()))

# %% [markdown]
# Theory for the two lotteries, from everybody: $S\sqrt{1/n - 1/N}$, and for strata the same inside
# each, weighted with the stratum's share of the city.

# %%
inner = np.array([spend[cell == h].var(ddof=1) for h in range(cells)])
variance = (share**2 * inner * (1 / places - 1 / people_in)).sum()
in_theory = {
    "simple random": S * np.sqrt(1 / n - 1 / N),
    "strata, same cells": np.sqrt(variance),
}
for name, crowns in in_theory.items():
    seen, expected = table.loc[name, "spread %"], 100 * crowns / truth
    print(f"{name}: spread {seen:.2f} % measured, {expected:.2f} % in theory")

# %%
family = {method.name: method.family for method in compared}
fig, ax = methods.bias_and_spread(
    table, family, title="By lot: wide enough to hold the truth. Without: narrow, somewhere else"
)
figures.show(
    fig,
    caption=f"Dots: bias; lines: the middle 95 % of 300 estimates of spend. Quotas move the app "
    f"from {table.loc['convenience', 'bias %']:+.0f} % to {table.loc['quota', 'bias %']:+.0f} %; "
    f"the expert's line is the shortest.",
    alt="Five rows. Simple random and stratified samples lie around zero. Convenience and quota "
    "lie far to the right, judgment to the left, and none of these three reaches zero.",
)

# %% [markdown]
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | convenience | who is at hand, up to n | coming goes with the question | money is short; pilots |
# | judgment | whom an expert picks | n is large; tails matter | n is very small |
# | quota | who comes first, per cell | cells miss the driver | no list; cells hold the driver |
# | strata | a lottery in each cell | the list has holes | there is a list to draw from |
# | simple random | a lottery over the list | rare groups come in few | only a list is known |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T5", "crowns per answer: app, by lot (n = 2,000)",
         f"{APP_PERSON} and {prices.loc[2_000, 'by lot, at home']:.0f}"),
        ("T5", "budget from which the lottery is nearer", f"{break_even:,.0f} crowns"),
        ("T5 limit", "error with 198,000 in, the app for all",
         f"{everybody.loc[198_000, 'error']:.0f} crowns"),
        ("T5", "the waiting room's mean over the truth",
         f"{found['waiting room'].mean() / visits.mean():.1f}"),
        ("T7", "an expert's surveys: bias and spread",
         f"{off['expert'] / truth:+.0%} and {spread['expert'] / truth:.1%}"),
        ("T7", "share of the odder half in the expert's files", f"{picked_odd:.1%}"),
        ("T4 limit", "RMSE of ten files: expert, by lot",
         f"{rmse_of_ten['expert']:.0f} and {rmse_of_ten['by lot']:.0f} crowns"),
        ("T8", "bias: no quotas, quotas",
         f"{parts['bias, %'].iloc[0]:+.0f} % and {parts['bias, %'].iloc[1]:+.0f} %"),
        ("T8", "on real people: no quotas, quotas",
         f"{bias['waiting room']:+.0f} % and {bias['the same, quotas']:+.0f} %"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Ask of every dataset who decided: whoever came, an expert, or a recruiter with places
# to fill. Write down what may have driven them. A large n, surveys that agree and margins that fit
# are no evidence: none of them looks at the bias. A convenience sample beside a small lottery is
# often the best buy, since the second tells you how far the first is off.
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
