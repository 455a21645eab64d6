# %% [markdown]
# # Sampling a stream
#
# A database gives you a random sample in one line. Whether every row had a chance, nothing in the
# sample tells; you find it out by drawing many and counting.
#
# **You will be able to** keep a fair sample of a stream whose length nobody knows; test whether a
# sampler is fair, to persons and to pairs; sample by weight and still get totals right; choose
# between a reservoir, a sort and a hash.
#
# **Time** 50 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb) (inclusion probability, bias,
# Monte Carlo error) and
# [Clusters and unequal chances](06_clusters_and_unequal_chances.ipynb) (dividing by the chance).

# %% [markdown]
# ## What a stream is
#
# Log lines, payments, clicks: they pass by once, and nobody knows how many will come. You may keep
# k of them. Whenever somebody asks, those k should be a **simple random sample** of all that have
# passed: every set of k equally likely. One such sample of k is called a *draw* below.
#
# Two claims of the course's [ledger](../LEDGER.md) are tested:
#
# - **T4**: there are two families of sampling methods: with chance and without.
# - **T9**: simple random sampling gives everybody in the population the same chance. *Limit*: equal
#   chances are not enough, every subset of that size must be equally likely.

# %%
import time
from itertools import islice, permutations

import duckdb
import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import chi2, hypergeom, ncx2

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import Riverton
from labkit.sampling import chosen, compare, stream
from labkit.sampling.compare import BY_CHANCE, Drawn, Method

SEED = 9  # change it: every claim below should still hold

city = Riverton()
users = int(np.isfinite(city.wait).sum())  # people with the app


def a_month(rng):
    """First payments of the month, in the order in which they arrive."""
    return city.spend[chosen.queue(city.wait, rng)[:users]]


truth = city.spend[np.isfinite(city.wait)].mean()
print(f"{users:,} payments pass by, of {truth:,.0f} crowns on average; nobody knew beforehand")

# %% [markdown]
# ## Keep a hundred
#
# **The question.** You want the mean payment of the month from 100 payments that you keep as they
# pass. Which 100? (**T4**)
#
# **The wrong way.** *Keep the first 100*: `head -100`, `LIMIT 100`, `take(100)`. Or *toss a coin
# for each*, with the chance 100 / N: you do not know N, and if you expect a tenth of it, you keep a
# thousand.
#
# **Your guess.** By how many per cent is the mean of the first 100 payments off, and with which
# sign?

# %%
my_guess = 10  # %, edit me

# %% [markdown]
# **The right way.** A **reservoir** of k places. The first k go in. Whatever comes later, as number
# i of the stream, is let in with the chance k / i, and throws out one of those inside, by lot. This
# is *algorithm R*. It goes through the stream once and never asks for its length.

# %%
show_source(stream.reservoir_r)

# %% [markdown]
# Why is it fair? Write C(i, k) for the number of sets of k out of i. Suppose that before item i
# each of the C(i - 1, k) sets was equally likely.
#
# - A set *without* item i was there before, and item i stayed out:
#   $\frac{1}{C(i-1,k)} \cdot \frac{i-k}{i} = \frac{1}{C(i,k)}$.
# - A set *with* item i comes from i - k sets, those with another item in its place. Item i came in
#   (k / i) and hit that place (1 / k):
#   $\frac{i-k}{C(i-1,k)} \cdot \frac{k}{i} \cdot \frac{1}{k} = \frac{1}{C(i,k)}$.
#
# The same for every set, after every item. Stop whenever you like.
#
# R asks for a random number at every item. *Algorithm L* draws how many items it can **skip**, and
# its samples are as fair. Think of a ticket for each item, a random number between 0 and 1; the k
# *lowest* stay in. The highest of k such tickets is distributed as $u^{1/k}$: that is the line with
# `highest`. Once it is small, nearly all that follow lose, and how many lose in a row takes one
# number. About k ln(N / k) items come in after the first k, at three numbers each.

# %%
show_source(stream.reservoir_l)

# %% [markdown]
# (`_BELOW_1` is the largest number below 1, `_END` says that the stream is over.)
#
# **Measure.** A hundred months, and from each the first 100 and a reservoir of 100.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 3])
rows = []
for _ in progress(range(100), "months"):
    month = a_month(rng).tolist()
    rows.append((np.mean(month[:100]), np.mean(stream.reservoir_l(month, 100, rng))))
means = 100 * (pd.DataFrame(rows, columns=["the first 100", "a reservoir"]) / truth - 1)

# %%
fig, ax = figures.new(
    title="The first hundred are not a small version of the month",
    xlabel="error of the mean of 100 payments (% of the truth)",
    ylabel="months of 100",
)
for name, colour in zip(means, [figures.ORANGE, figures.BLUE], strict=True):
    ax.hist(means[name], np.arange(-40, 100, 5), color=colour, alpha=0.75)
ax.text(-14, 22, "a reservoir", color=figures.BLUE, ha="right")
ax.text(46, 19, "the first 100", color=figures.ORANGE)
ax.set(xlim=(-40, 80), ylim=(0, 34))
figures.mark_truth(ax, x=0)
figures.mark_guess(ax, x=my_guess)
bias, error = means.mean(), means.std(ddof=1) / 10
figures.show(
    fig,
    caption=f"The first 100 payments are too high by {bias['the first 100']:.0f} % on average; a "
    f"reservoir is off by {bias['a reservoir']:+.1f} %, with a Monte Carlo standard error of "
    f"{error['a reservoir']:.1f}.",
    alt="Two histograms of errors. The reservoir's lies around zero, that of the first hundred "
    "far to the right of it.",
)

# %% tags=["claim-T4"]
claim(
    "T4",
    "the first hundred are chosen by who comes early: their bias is no accident",
    measured=bias["the first 100"] / error["the first 100"],
    at_least=10,
    unit="standard errors",
)
claim(
    "T4",
    "a reservoir leaves it to chance, and has no bias beyond the noise of its repetitions",
    measured=abs(bias["a reservoir"]) / error["a reservoir"],
    at_most=6,
    unit="standard errors",
)

# %% [markdown]
# **Why.** Who is active pays early, and spends more. A stream has an order, and the order goes with
# what you ask about.
#
# **Where it stops being true.** A reservoir is fair to what passed. The people without the app paid
# nothing through it, and no sampler of this stream can bring them in.

# %% [markdown]
# ## Would you notice?
#
# **The question.** Here is algorithm R with one number changed: the count starts at k instead of
# k + 1. It is an easy slip. Every sample looks fine. How often do you have to draw to see it?
# (**T9**)


# %%
def off_by_one(stream, k, rng):
    items = iter(stream)
    kept = list(islice(items, k))
    for seen, item in enumerate(items, start=k):  # should be k + 1
        place = rng.integers(seen)
        if place < k:
            kept[place] = item
    return kept


# %% [markdown]
# The argument from above gives its chances. The first k have (k - 1) / (N - 1), all others
# k / (N - 1). Against k / N the first k lose about one part in k.
#
# **Your guess.** With k = 30 of N = 300, how many draws does it take to see it, by a test that
# looks at all items at once, and raises a false alarm, or misses, once in ten million?

# %%
my_guess = 10_000  # draws, edit me

# %% [markdown]
# **Measure.** Draw R samples, and count for each of the N items how often it was in. Under a fair
# lottery each count is about R f, with f = k / N. Pearson's statistic, which every textbook has, is
# the sum of (count - R f)² / (R f). Here it is the wrong one: it is made for *one* thing falling
# into one of N boxes. You draw k *different* items, so a count has the variance R f (1 - f).
# Divided by that, each of the N squares is 1 on average, and they sum to N. But all counts add up
# to R k, so only N - 1 of them are free; the factor in front brings the sum to N - 1. The right one
# is
#
# $$\frac{N-1}{N} \sum_{i=1}^{N} \frac{(c_i - R f)^2}{R f (1 - f)}$$
#
# For a fair sampler and many draws it follows, nearly, a **chi-square** distribution with N - 1
# degrees of freedom: on average it is N - 1.


# %%
def pearson(counts, R, k):
    f = k / counts.shape[-1]
    return ((counts - R * f) ** 2).sum(axis=-1) / (R * f)


def by_person(counts, R, k):
    """Chi-square with N - 1 degrees of freedom, for samples of k out of N."""
    N = counts.shape[-1]
    f = k / N
    return ((counts - R * f) ** 2).sum(axis=-1) / (R * f * (1 - f)) * (N - 1) / N


# %% [markdown]
# Hold both against a sampler that *is* fair: 1,000 tests of 200 draws each, from 20 items. A test
# that alarms at the 5 % level should do so in 5 % of them.

# %%
rng = np.random.default_rng([SEED, 4])
alarm_at = chi2.isf(0.05, 19)
counts = {k: np.empty((1_000, 20)) for k in (1, 3, 10)}
for test in range(1_000):
    order = rng.random((200, 20)).argsort(axis=1)
    for k in counts:
        counts[k][test] = np.bincount(order[:, :k].ravel(), minlength=20)
rows = {}
for k, count in counts.items():
    wrong, right = pearson(count, 200, k), by_person(count, 200, k)
    rows[f"{k} of 20"] = {
        "Pearson's, mean": wrong.mean(),
        "Pearson's, alarms": (wrong > alarm_at).mean(),
        "the right one, mean": right.mean(),
        "the right one, alarms": (right > alarm_at).mean(),
    }
calibrated = pd.DataFrame(rows).T
calibrated.round(3)

# %% [markdown]
# At k = 1 they are the same. The larger the share that is drawn, the blinder Pearson's becomes: it
# sees less spread than it expects, and keeps silent.
#
# Now test the slip, with 2,000 draws each. From large to small, a tenth is drawn each time. From
# here on an alarm means p below one in ten million: in a course full of tests, run by many, a wider
# one would cry wolf. (The 5 % above served to count alarms; rare ones cannot be counted.)


# %%
def draws(sampler, N, k, R, rng):
    """R samples as a table of zeros and ones, [R, N]."""
    table = np.zeros((R, N), int)
    for row in table:
        row[sampler(range(N), k, rng)] = 1
    return table


LEVEL = 1e-7


def verdict(statistic, df):
    p = chi2.sf(statistic, df)
    return "alarm" if p < LEVEL else f"{p:.3f}"


def alarm(df):
    return chi2.isf(LEVEL, df)


rng = np.random.default_rng([SEED, 5])
rows, slip = [], {}
for k in (30, 3, 2, 1):
    N = 10 * k
    for name, sampler in [("R", stream.reservoir_r), ("off by one", off_by_one)]:
        count = draws(sampler, N, k, 2_000, rng).sum(axis=0)
        slip[name, k] = by_person(count, 2_000, k)
        rows.append((f"{k} of {N}", name, count[0], 200, N - 1,
                     f"{slip[name, k]:.0f}", verdict(slip[name, k], N - 1)))  # fmt: skip
columns = ["drawn", "sampler", "item 0 in", "expected", "df", "statistic", "p"]
pd.DataFrame(rows, columns=columns).set_index(["drawn", "sampler"])

# %% [markdown]
# At k = 1 the first item is never kept. At k = 30 the same mistake hides: its p is what fair
# samplers give too, a few times in a hundred. How many draws would it take by this statistic? Under
# the wrong chances it follows a *noncentral* chi-square, pushed up by an amount that grows with R,
# and theory gives the number. (A test that knows where to look, at the first k items, needs fewer.
# You do not know where to look.)


# %%
def draws_needed(k, N, error=LEVEL):
    """Draws after which the slip is seen, with both error rates."""
    f, df = k / N, N - 1
    chance = np.where(np.arange(N) < k, k - 1, k) / (N - 1)
    push = ((chance - f) ** 2).sum() / (f * (1 - f)) * (N - 1) / N  # per draw
    at = chi2.isf(error, df)
    missed = brentq(lambda nc: ncx2.cdf(at, df, nc) - error, 1, 50 * df + 2_000)
    return missed / push


ks = np.array([1, 2, 3, 5, 10, 20, 30, 50, 100])
needed = pd.Series({k: draws_needed(k, 10 * k) for k in ks})
fig, ax = figures.new(
    title="The larger k, the longer the slip stays hidden: test where k is small",
    xlabel="places k, of N = 10 k items",
    ylabel="draws needed to see it",
)
ax.plot(ks, needed, "o-", ms=4)
ax.plot([1, 30], [2_000] * 2, "s", color=figures.BLACK, ms=5)
ax.annotate("2,000 draws:\nseen", (1, 2_000), (-6, 6), textcoords="offset points", fontsize=9)
ax.annotate("2,000 draws: not seen", (30, 2_000), (-40, -15), textcoords="offset points",
            fontsize=9)  # fmt: skip
ax.set(xscale="log", yscale="log", ylim=(200, 2e6), xticks=ks)
ax.set_xticklabels(ks)
ax.minorticks_off()
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption=f"Draws after which this statistic sees the slip, with a false alarm and a miss each "
    f"once in ten million: {needed[1]:,.0f} at k = 1, {needed[30]:,.0f} at k = 30, and "
    f"{needed[100]:,.0f} at k = 100. Squares: two of the tests that you ran.",
    alt="The number of draws needed rises steeply with the number of places, on logarithmic axes. "
    "Two thousand draws are enough at one place and far from enough at thirty.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "the right statistic alarms on a fair sampler as often as it promises",
    measured=calibrated.loc["10 of 20", "the right one, alarms"],
    between=(0.01, 0.095),
)
claim(
    "T9",
    "Pearson's hardly ever alarms where half of all are drawn",
    measured=calibrated.loc["10 of 20", "Pearson's, alarms"],
    at_most=0.005,
)
claim(
    "T9",
    "at one place the slip is far beyond what chance does to a fair sampler",
    measured=slip["off by one", 1] / alarm(9),
    at_least=1.5,
    unit="times the alarm",
)
claim(
    "T9",
    "at thirty places as many draws of the wrong sampler raise none",
    measured=slip["off by one", 30] / alarm(299),
    at_most=1,
    unit="times the alarm",
)

# %% [markdown]
# **Why.** The first k items are treated unfairly, each by one part in k. So test a sampler where k
# is smallest, at 1, 2 and 3. Whatever is wrong at its edges is large there.

# %% [markdown]
# ## A sampler you did not write
#
# **The question.** DuckDB is a good database, and it has a reservoir: `USING SAMPLE`. Does it give
# everybody the same chance? (**T9**)

# %%
# One thread, so that you see what everybody sees.
con = duckdb.connect(config={"threads": 1})
print("DuckDB", duckdb.__version__)


def table_of(rows):
    con.execute(f"CREATE OR REPLACE TABLE t AS SELECT range AS id FROM range({rows})")


def ask(query, rows, R):
    """R samples as a table [R, rows]; the query gets another {seed} each time."""
    table = np.zeros((R, rows), int)
    for seed, row in enumerate(table, start=1):
        row[con.execute(query.format(seed=seed)).fetchnumpy()["id"]] = 1
    return table


# %% [markdown]
# **Your guess.** Of a table of 20 rows you draw 2, 1,000 times. Each row should come about 100
# times. How often does the row come that comes least?

# %%
my_guess = 80  # draws of 1,000, edit me

# %%
# REPEATABLE sets the seed: the same seed, the same sample.
RESERVOIR = "SELECT id FROM t USING SAMPLE reservoir({k} ROWS) REPEATABLE ({{seed}})"
table_of(20)
two_of_20 = ask(RESERVOIR.format(k=2), 20, 1_000)
count = two_of_20.sum(axis=0)

fig, ax = figures.new(
    title="Two of twenty rows are never drawn",
    xlabel="row",
    ylabel="times drawn, of 1,000",
)
ax.bar(range(20), count, color=figures.BLUE, width=0.7)
ax.set(xticks=range(20), ylim=(0, 160))
for row in (0, 1):
    ax.text(row, 3, count[row], ha="center")
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption=f"DuckDB {duckdb.__version__}, reservoir(2 ROWS) of 20: row 0 was drawn {count[0]} "
    f"times and row 1 {count[1]} times, the others {count[2:].mean():.0f} times on average; fair "
    f"is 100 for each. The statistic is {by_person(count, 1_000, 2):.0f} with 19 degrees of "
    "freedom.",
    alt="Bars of about equal height for rows two to nineteen, and no bar for rows zero and one.",
)

# %% [markdown]
# Now draw ten of the twenty, and test again.

# %%
ten_of_20 = ask(RESERVOIR.format(k=10), 20, 1_000)
count = ten_of_20.sum(axis=0)
print("times drawn, of 1,000:", *count)
print(f"statistic {by_person(count, 1_000, 10):.1f} with 19 degrees of freedom, p", end=" ")
print(verdict(by_person(count, 1_000, 10), 19))

# %% [markdown]
# Here everybody has the same chance. Is it a simple random sample, then? Count how many of the
# *first ten* rows are in each sample, beside what a lottery gives:

# %%
of_the_first = ten_of_20[:, :10].sum(axis=1)
pd.DataFrame(
    {
        "DuckDB": np.bincount(of_the_first, minlength=11),
        "a lottery, on average": (1_000 * hypergeom.pmf(range(11), 20, 10, 10)).round(),
    }
).astype(int).rename_axis("of the first ten rows").T

# %% [markdown]
# Always five and five. Rows in the same half of the table keep one another out. To see
# such a thing without knowing where to look, count **pairs**: how often two rows are in together.
# Part of a pair's excess $d_{ij}$ comes from its two rows being drawn often by themselves:
# $a_i + a_j$. That part is in the statistic by person already, so take it off. (All excesses sum to
# 0, so the $a_i$ do, and row i of the table sums to $(N - 1) a_i + (0 - a_i) = (N - 2) a_i$: that
# is where N - 2 comes from.) What is left is another chi-square, with N (N - 3) / 2 degrees of
# freedom.


# %%
def by_pair(table, k):
    """What pairs do beyond persons: chi-square, N (N - 3) / 2 degrees."""
    R, N = table.shape
    # The chances that 1, 2, 3 and 4 given items are in together.
    _, two, three, four = np.cumprod([(k - j) / (N - j) for j in range(4)])
    off = table.T @ table - R * two
    np.fill_diagonal(off, 0)
    own = off.sum(axis=0) / (N - 2)  # what each brings to all its pairs
    rest = (off - own[:, None] - own)[np.triu_indices(N, 1)]
    return (rest**2).sum() / (R * (two - 2 * three + four))


# %%
rng = np.random.default_rng([SEED, 6])
PAIRS = 20 * 17 // 2  # degrees of freedom
rows = {}
for k in (2, 10):
    rows["algorithm R", k] = draws(stream.reservoir_r, 20, k, 1_000, rng)
    rows["algorithm L", k] = draws(stream.reservoir_l, 20, k, 1_000, rng)
rows |= {("DuckDB, reservoir", 2): two_of_20, ("DuckDB, reservoir", 10): ten_of_20}


def tested(rows):
    """Each sampler's two statistics, and what they say."""
    shown = {}
    for (name, k), table in rows.items():
        person, pair = by_person(table.sum(axis=0), len(table), k), by_pair(table, k)
        shown[name, f"{k} of 20"] = {
            "by person (19)": f"{person:,.0f}",
            "p, person": verdict(person, 19),
            f"by pair ({PAIRS})": f"{pair:,.0f}",
            "p, pair": verdict(pair, PAIRS),
        }
    return pd.DataFrame(shown).T


tested(rows)

# %% tags=["claim-T9"]
claim(
    "T9",
    "the database's reservoir gives two of twenty rows no chance",
    measured=int((two_of_20.sum(axis=0) == 0).sum()),
    equals=2,
    look="duckdb.__version__: another version may have mended it, and then this text is old",
)
claim(
    "T9",
    "at ten of twenty its chances are equal: the statistic by person is unremarkable",
    measured=by_person(ten_of_20.sum(axis=0), 1_000, 10),
    at_most=alarm(19),
)
claim(
    "T9",
    "equal chances are not enough: by pairs the same draws are no lottery",
    measured=by_pair(ten_of_20, 10) / alarm(PAIRS),
    at_least=1.5,
    look="duckdb.__version__: another version may have mended it, and then this text is old",
    limit=True,
)
# %% [markdown]
# **Why.** The code is open, in `src/execution/sample/reservoir_sample.cpp` of DuckDB's repository.
# A reservoir lets in a *random* number of the rows that come later. This one works on batches of up
# to 2,048 rows, and computes how many to let in: k times the batch's share of the rows seen so far,
# **rounded**. The number does not vary. Hold that against the draws: how many of the first k rows
# stay?

# %%
rows = []
for k in (1, 2, 3, 5, 10, 15, 18, 19):
    stayed = ask(RESERVOIR.format(k=k), 20, 100)[:, :k].sum(axis=1)
    rows.append((k, k - round((20 - k) * k / 20), stayed.min(), stayed.max(), k * k / 20))
columns = ["k", "rounding predicts", "fewest seen", "most seen", "a lottery, on average"]
pd.DataFrame(rows, columns=columns).set_index("k").T

# %% [markdown]
# A small table is one batch, and nobody samples from a table of 20 rows. Take a table of the size
# that people do sample: the month's payments in the order of arrival. You ask for ten rows to look
# at.

# %%
rng = np.random.default_rng([SEED, 7])
month = a_month(rng)
con.register("arrivals", pd.DataFrame({"id": np.arange(users), "amount": month}))
con.execute("CREATE OR REPLACE TABLE payments AS SELECT * FROM arrivals ORDER BY id")
ten = {"USING SAMPLE": "USING SAMPLE reservoir(10 ROWS) REPEATABLE ({seed})",
       "ORDER BY random()": "ORDER BY random() LIMIT 10"}  # fmt: skip
con.execute("SELECT setseed(0.5)")
rows_drawn = {
    name: np.array([
        con.execute("SELECT id FROM payments " + how.format(seed=seed)).fetchnumpy()["id"]
        for seed in range(1, 501)
    ])
    for name, how in ten.items()
}  # fmt: skip

# %%
fig, ax = figures.new(
    title="Ten rows of a large table come from its beginning",
    xlabel="place in the table (thousand rows)",
    ylabel="rows drawn, of 5,000",
)
bins = np.arange(0, users, 8_192)  # whole bins only
for name, colour in zip(rows_drawn, [figures.ORANGE, figures.BLUE], strict=True):
    ax.stairs(
        np.histogram(rows_drawn[name], bins)[0], bins / 1_000, color=colour, fill=True, alpha=0.6
    )
last = rows_drawn["USING SAMPLE"].max()
ax.text(last / 1_000 + 2, 900, "USING SAMPLE", color=figures.ORANGE)
ax.text(100, 300, "ORDER BY random()", color=figures.BLUE)
ten_means = {name: 100 * (month[ids].mean(axis=1) / truth - 1) for name, ids in rows_drawn.items()}
ten_bias = {name: off.mean() for name, off in ten_means.items()}
ten_error = {name: off.std(ddof=1) / 500**0.5 for name, off in ten_means.items()}
figures.show(
    fig,
    caption=f"500 samples of 10 rows. USING SAMPLE never went beyond row {last:,} of {users:,}: "
    f"{1 - last / users:.0%} of the rows have no chance. Its mean payment is off by "
    f"{ten_bias['USING SAMPLE']:+.0f} % (Monte Carlo error {ten_error['USING SAMPLE']:.1f}), that "
    f"of ORDER BY random() by {ten_bias['ORDER BY random()']:+.1f} % "
    f"({ten_error['ORDER BY random()']:.1f}).",
    alt="Two histograms of the places that were drawn. One is flat over the whole table; the other "
    "is high at the left and ends after about a quarter of the table.",
)

# %% [markdown]
# A later batch's share of ten rows is soon below one half and is rounded to none. From there on
# nobody is let in. Among those that can come, the chances are not equal either: the bars are not
# level.
#
# Is it better when you ask for more? Count how many of each sample stand in the first half of the
# table:

# %%
rows = {}
for k in (10, 100, 1_000):
    query = f"SELECT id FROM payments USING SAMPLE reservoir({k} ROWS) REPEATABLE ({{}})"
    query = f"SELECT count(*) FROM ({query}) WHERE id < {users / 2}"
    first = [con.execute(query.format(seed)).fetchone()[0] for seed in range(1, 301)]
    rows[k] = {"mean": np.mean(first), "a lottery's mean": k / 2,
               "variance": np.var(first, ddof=1), "a lottery's variance": k / 4}  # fmt: skip
pd.DataFrame(rows).T.round(1).rename_axis("rows asked for")

# %% [markdown]
# With a thousand both halves get their share. But the share varies too little for a lottery, so the
# formula for the standard error does not hold: equal chances are not enough.

# %% tags=["claim-T4"]
claim(
    "T4",
    "it says reservoir and uses chance, and yet most rows of a large table have none",
    measured=1 - last / users,
    at_least=0.5,
    unit="of the rows",
    look="duckdb.__version__: another version may have mended it, and then this text is old",
)
claim(
    "T4",
    "ten rows by ORDER BY random() have no bias beyond the noise of their repetitions",
    measured=abs(ten_bias["ORDER BY random()"]) / ten_error["ORDER BY random()"],
    at_most=5,
    unit="standard errors",
)

# %% [markdown]
# Your version may differ. The test costs a second, so run it on what you use. (The bias of ORDER BY
# random() in the caption is more than two of its errors from 0, as one fair result in twenty is.)
#
# **The right ways in SQL**, and one that fails, put to the same test. `hash(id, seed)` looks like a
# hash of both. Watch it.

# %%
WAYS = {
    "ORDER BY random()": "SELECT id FROM t ORDER BY random() LIMIT {k}",
    "by hash of text": "SELECT id FROM t ORDER BY hash(id::VARCHAR || '/{{seed}}') LIMIT {k}",
    "by hash(id, seed)": "SELECT id FROM t ORDER BY hash(id, {{seed}}) LIMIT {k}",
}
table_of(20)
con.execute("SELECT setseed(0.25)")
ways = {(name, k): ask(way.format(k=k), 20, 600) for name, way in WAYS.items() for k in (2, 10)}
tested(ways)

# %% [markdown]
# `random()` gives each row a ticket, and `LIMIT` keeps the lowest k: a reservoir. Of the p values
# of fair samplers, here and above, some lie below 0.05, as one in twenty should.
#
# What is wrong with `hash(id, seed)`? It hashes the two apart and combines them bit by bit, with an
# exclusive or. So what two rows differ in does not depend on the seed: rows whose hashes begin
# alike do so under every seed, and come in together. By person nothing shows at ten of twenty.
# Count how many different differences rows 1 and 2 show under 1,000 seeds:

# %%
query = "SELECT count(DISTINCT xor({}, {})) FROM range(1000) r(seed)"
for how in ("hash({id}, seed)", "hash({id}::VARCHAR || '/' || seed)"):
    different = con.execute(query.format(how.format(id=1), how.format(id=2))).fetchone()[0]
    print(f"{how:36} {different:,} different")

# %% [markdown]
# A **hash** does one thing that no lottery does: the same id gets the same decision, wherever the
# same hash is used. Sample a tenth of the people and a tenth of the payments, each by a coin per
# row (`bernoulli`), and join them. Then sample both by a hash of the person.

# %%
con.execute("CREATE OR REPLACE TABLE persons AS SELECT id AS person FROM payments")
con.execute("CREATE OR REPLACE VIEW paid AS SELECT id AS person, amount FROM payments")
IN = "hash(person::VARCHAR || '/spring') < 0.1 * 18446744073709551616"  # 2^64
both = {
    "by coin": ("persons USING SAMPLE 10 PERCENT (bernoulli, 1)",
                "paid USING SAMPLE 10 PERCENT (bernoulli, 2)"),
    "by hash of the person": (f"persons WHERE {IN}", f"paid WHERE {IN}"),
}  # fmt: skip
rows = {}
for name, (left, right) in both.items():
    query = "SELECT count(*) FROM (SELECT * FROM {}) a {}"
    join = f"JOIN (SELECT * FROM {right}) b USING (person)"
    rows[name] = {
        "people sampled": con.execute(query.format(left, "")).fetchone()[0],
        "payments sampled": con.execute(query.format(right, "")).fetchone()[0],
        "payments with their person": con.execute(query.format(left, join)).fetchone()[0],
    }
joined = pd.DataFrame(rows).T
joined

# %% [markdown]
# That is what a hash is good for: logs of many services that keep the same requests, a test set
# that stays the test set, tables that still join. Across systems and years take a hash with a
# standard, such as SHA-256; a database's own `hash()` may change with its version. And a hash is
# not a new draw: under one salt (here `/spring`) you get the same people every time, and if by bad
# luck they are unlike the rest, they stay so.

# %% [markdown]
# ## Keep the large ones more often
#
# **The question.** Large payments matter more. Can a reservoir keep each payment in proportion to
# its amount? (**T4**)
#
# The tickets can do it. Give item i of weight w the ticket $u^{1/w}$, with u drawn anew between 0
# and 1, and keep the k *highest*, not the lowest as above. This is *A-Res*.

# %%
show_source(stream.ticket, stream.reservoir_weighted)

# %% [markdown]
# (The logarithm of a ticket has the same order and does not run out of digits. `above_zero` passes
# the items on, and raises an error at a weight of 0 or less.)
#
# The sample is the same as if you drew one after the other, each time in proportion to the weights
# of those who are left. (*A-ExpJ* is to A-Res what L is to R: the same with fewer random numbers.)
# Take five payments of 1, 2, 3, 4 and 10 crowns, two places.
#
# **Your guess.** The largest is half of all weight. What is its chance to be kept?

# %%
my_guess = 1.0  # edit me

# %% [markdown]
# **Measure.** With five items every order can be listed, so the chances are exact. Each draw is one
# of ten sets, one thing in one of ten boxes, and here Pearson's statistic is the right one. A
# ticket that people also use, $u \times w$, is tested beside.

# %%
weight = np.array([1.0, 2, 3, 4, 10])
sets = {}
for first, second in permutations(range(5), 2):
    chance = weight[first] / weight.sum() * weight[second] / (weight.sum() - weight[first])
    key = tuple(sorted((first, second)))
    sets[key] = sets.get(key, 0) + chance


def product_ticket(stream, k, rng):
    ticketed = sorted((rng.random() * w, item) for item, w in stream)
    return [item for _, item in ticketed[-k:]]


rng = np.random.default_rng([SEED, 8])
ticketed = {"A-Res": stream.reservoir_weighted, "u x w": product_ticket}
rows, by_set = {}, {}
rows["in proportion"] = 2 * weight / weight.sum()
rows["your guess"] = [np.nan] * 4 + [my_guess]
rows["one after the other"] = [sum(p for s, p in sets.items() if i in s) for i in range(5)]
for name, sampler in ticketed.items():
    drawn = [tuple(sorted(sampler(enumerate(weight), 2, rng))) for _ in range(5_000)]
    seen = pd.Series(drawn).value_counts().reindex(list(sets), fill_value=0)
    expected = 5_000 * np.array(list(sets.values()))
    by_set[name] = ((seen - expected) ** 2 / expected).sum()
    rows[name] = [sum(seen[s] for s in sets if i in s) / 5_000 for i in range(5)]
kept_chance = pd.DataFrame(rows, index=weight.astype(int)).T
statistic = kept_chance.index.map(by_set).map(lambda x: "" if np.isnan(x) else f"{x:,.0f}")
shown = kept_chance.map(lambda chance: "" if np.isnan(chance) else f"{chance:.3f}")
shown.assign(**{"statistic (9)": statistic})

# %% [markdown]
# The largest is not certain to come, and all chances are less unequal than the weights. So dividing
# by k w / W, W being the sum of all weights, is wrong. To know the true chances you would need
# every weight. There is a way out that needs neither them nor W. Keep one ticket more than k. The
# lowest of the k + 1 is a **threshold** T that the others had to beat, and an item of weight w
# beats T with the chance $1 - T^w$. Divide by that.

# %%
show_source(stream.reservoir_with_chances)

# %% [markdown]
# Try it on 200 payments with 40 places, weighted by amount. How many payments passed? And how much
# of the money was in payments of 2,000 crowns and more? Every kept payment counts for one over its
# chance. Beside it 40 by lot, with the chance k / N.

# %%
rng = np.random.default_rng([SEED, 10])
amount, k = rng.choice(city.spend, 200, replace=False), 40
large = amount >= 2_000
exact = {"payments": 200.0, "crowns in large ones": amount[large].sum()}
totals = []
for _ in range(2_000):
    kept = stream.reservoir_with_chances(enumerate(amount), k, rng)
    ids, chance = map(np.array, zip(*kept, strict=True))
    lot = rng.choice(200, k, replace=False)
    for how, i, p in [
        ("k w / W", ids, k * amount[ids] / amount.sum()),
        ("1 - T^w", ids, chance),
        ("by lot, k / N", lot, np.full(k, k / 200)),
    ]:
        totals.append((how, (1 / p).sum(), (amount[i] * large[i] / p).sum()))
totals = pd.DataFrame(totals, columns=["divided by", *exact]).set_index("divided by")
off = 100 * (totals / pd.Series(exact) - 1)
grouped = off.groupby("divided by", sort=False)
off_mean, off_spread = grouped.mean(), grouped.std(ddof=1)
off_error = off_spread / 2_000**0.5
parts = {"bias %": off_mean, "its Monte Carlo error": off_error, "spread %": off_spread}
pd.concat(parts, axis=1).round(1)

# %% tags=["claim-T4"]
claim(
    "T4",
    "A-Res draws one after the other: it fits the exact chances of all ten sets",
    measured=by_set["A-Res"],
    at_most=alarm(9),
)
claim(
    "T4",
    "the ticket u x w does not",
    measured=by_set["u x w"],
    at_least=alarm(9),
)
claim(
    "T4",
    "divided by 1 - T^w, totals have no bias beyond the noise of their repetitions",
    measured=(off_mean / off_error).loc["1 - T^w"].abs().max(),
    at_most=6,
    unit="standard errors",
)
claim(
    "T4",
    "divided by k w / W, the number of payments is off",
    measured=(off_mean / off_error).loc["k w / W", "payments"],
    at_least=8,
    unit="standard errors",
)

# %% [markdown]
# **Why.** That chance decides is not enough: you have to know the chances. Given the tickets of
# everybody else, an item is in exactly if it beats the k-th best of theirs; and when it is in, that
# ticket is the threshold. So what you divide by is the true chance, given the others, and the mean
# comes out right for every total that you may think of later.
#
# **Where it stops being true.** No bias does not mean a small spread. The table shows both sides:
# the money in large payments comes out closer than by lot, and the number of payments, which has
# nothing to do with their size, much worse.

# %% [markdown]
# ## Side by side
#
# All on one stream, Riverton's people in the register's order: 2,000 of them, and the mean of what
# they spend. The weighted reservoir is written with NumPy here, for speed; the tickets are the
# same. Its weight is a person's income, and its mean divides by the sum of the weights 1 / chance.


# %%
def by_reservoir(rng):
    ids = np.array(stream.reservoir_l(range(city.N), 2_000, rng))
    return Drawn(ids, sampled=2_000 / city.N)


income = city.people["income"].to_numpy(float)


def by_weight(rng):
    ticket = -rng.exponential(size=city.N) / income
    best = np.argpartition(-ticket, 2_000)[:2_001]  # one more than kept
    lowest = best[np.argmin(ticket[best])]
    ids = best[best != lowest]
    chance = -np.expm1(income[ids] * ticket[lowest])
    return Drawn(ids, 1 / chance)


chance = np.full(city.N, 2_000 / city.N)
compared = [
    city.methods()["simple random"],
    Method("reservoir L", BY_CHANCE, by_reservoir, chance=chance),
    Method("weighted reservoir", BY_CHANCE, by_weight),
]

# %% tags=["nbval-ignore-output"]
measured = compare.measure(
    compared,
    {"spend": city.spend},
    city.district,
    repeats=300,
    seed=SEED,
    progress=lambda items: progress(items, "samples"),
)

# %%
summary = compare.summary(measured, "spend", city.spend.mean())
S = city.spend.std(ddof=1) / city.spend.mean()
by_theory = 100 * S * (1 / 2_000 - 1 / city.N) ** 0.5
print(f"Spread of 2,000 by lot, by the formula S sqrt(1/n - 1/N): {by_theory:.2f} %")
methods.shown(summary).drop(columns="crowns")

# %%
fig, ax = methods.bias_and_spread(
    summary,
    {method.name: method.family for method in compared},
    title="A reservoir errs as a simple random sample does",
)
spread = summary["spread %"]
figures.show(
    fig,
    caption=f"300 samples of each. Spread: simple random {spread['simple random']:.1f} %, "
    f"reservoir {spread['reservoir L']:.1f} %, weighted by income "
    f"{spread['weighted reservoir']:.1f} %.",
    alt="Three rows: all three methods lie on the truth, with lines of about equal length.",
)

# %% [markdown]
# Behind ± stand two Monte Carlo standard errors. "95 % hit" is the share of intervals that contain
# the truth: *naive* ones take the sample as drawn by lot, *design* ones use the design's own
# variance.
#
# Weighted by income the mean is about as good as by lot, no better: everybody has a part in it.
# Weights pay where few items carry the total. (With the income of all who passed added up on the
# way, you could do better under either sampling, by a *ratio estimator*: estimated spend over
# estimated income, times the true mean income.)

# %% tags=["claim-T9"]
ratio = spread["reservoir L"] / by_theory
claim(
    "T9",
    "a reservoir spreads as the formula for simple random sampling says",
    measured=ratio,
    between=(0.78, 1.22),
)
# %% [markdown]
# What it costs, on ten million rows. Times vary from machine to machine; look at their order, and
# at what has to be held in memory. R's time is taken on 200,000 items and scaled up.

# %% tags=["nbval-ignore-output"]
MANY = 10_000_000


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


con.execute(f"CREATE OR REPLACE TABLE big AS SELECT range AS id FROM range({MANY})")
rng = np.random.default_rng([SEED, 11])
cost = {
    "R, a Python loop": (50 * seconds(lambda: stream.reservoir_r(range(MANY // 50), 100, rng)),
                         "k items"),
    "L, skipping": (seconds(lambda: stream.reservoir_l(range(MANY), 100, rng)), "k items"),
    "NumPy, a ticket each": (seconds(lambda: np.argpartition(rng.random(MANY), 100)[:100]),
                             "N tickets"),
    "DuckDB, ORDER BY random()": (
        seconds(lambda: con.execute("SELECT id FROM big ORDER BY random() LIMIT 100").fetchall()),
        "k rows"),
    "DuckDB, WHERE hash of text < p": (
        seconds(lambda: con.execute("SELECT id FROM big WHERE hash(id::VARCHAR || '/spring')"
                                    " < 1e-5 * 18446744073709551616").fetchall()),
        "what is kept"),
}  # fmt: skip
cost = pd.DataFrame(cost, index=["seconds", "held in memory"]).T
cost["seconds"] = cost["seconds"].astype(float).round(2)
cost

# %% [markdown]
# (`ORDER BY random() LIMIT k` does not sort the table: its plan, by `EXPLAIN`, has a step Top N.)
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | the first k | keep what comes first | order matters | you look at the format |
# | coin, k / N | each item apart | N is not known | a rate is wanted: 1 % of a log |
# | reservoir R | item i comes in with k / i | coded off by one | a short stream |
# | reservoir L | draws how many to skip | skipping is dear | a long stream |
# | A-Res | highest u^(1/w) stay | divided by k w / W | large items carry the total |
# | `ORDER BY random()` | a ticket for each row | with threads no seed repeats it | a database |
# | hash of the id | same id, same decision | you need a new draw | samples must join |
# | `USING SAMPLE k` | a reservoir that rounds | small k: bias; large: no lottery | tested first |
#
# ## What you measured

# %%
never = (two_of_20.sum(axis=0) == 0).sum()
person = by_person(ten_of_20.sum(axis=0), 1_000, 10)
by_share, by_threshold, _ = off_mean["payments"]
pd.DataFrame(
    [
        ("T4", "bias of the first 100 payments", f"{bias['the first 100']:+.0f} %"),
        ("T4", "bias of a reservoir of 100", f"{bias['a reservoir']:+.1f} %"),
        ("T9", "draws to see the off-by-one, k = 1", f"{needed[1]:,.0f}"),
        ("T9", "draws to see it, k = 100", f"{needed[100]:,.0f}"),
        ("T9", "rows of 20 never drawn by DuckDB, k = 2", f"{never}"),
        ("T9 limit", "10 of 20: by person, 19 degrees", f"{person:.0f}"),
        ("T9 limit", f"10 of 20: by pair, {PAIRS} degrees", f"{by_pair(ten_of_20, 10):,.0f}"),
        ("T4", "USING SAMPLE, 10 rows: no chance", f"{1 - last / users:.0%} of rows"),
        ("T4", "a count from weights, by k w / W", f"{by_share:+.0f} %"),
        ("T4", "a count from weights, by 1 - T^w", f"{by_threshold:+.1f} %"),
        ("T9", "spread of the reservoir / formula", f"{ratio:.2f}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")

# %% [markdown]
# **At work.** When a sample comes from a tool, test the tool before you trust the sample: k = 1, 2
# and 3 of 20 rows, a thousand draws, counts by row and by pair. Write down which sampler and which
# version made a dataset. For logs that have to join, hash the id with a salt, and keep the salt.
# Where you sample by weight, store the chance with each item: nobody can compute it later.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound above fails by chance about once in a million runs, or
# less. What is said of DuckDB holds for the version that the course has locked.
#
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/09_sampling_a_stream.ipynb) has four tasks: build
# a reservoir, count pairs, sample by hash, and sample by weight.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   section on sampling has weighted and reservoir sampling.
# - Jeffrey Vitter, "Random sampling with a reservoir", *ACM Transactions on Mathematical Software*
#   11(1), 1985: algorithm R, which he credits to Alan Waterman, and faster ones.
# - Kim-Hung Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", *ACM
#   Transactions on Mathematical Software* 20(4), 1994: algorithm L.
# - Pavlos Efraimidis and Paul Spirakis, "Weighted random sampling with a reservoir", *Information
#   Processing Letters* 97(5), 2006: A-Res and A-ExpJ.
# - Nick Duffield, Carsten Lund and Mikkel Thorup, "Priority sampling for estimation of arbitrary
#   subset sums", *Journal of the ACM* 54(6), 2007; Edith Cohen and Haim Kaplan, "Summarizing data
#   using bottom-k sketches", *PODC* 2007: the threshold.
# - DuckDB on [samples](https://duckdb.org/docs/current/sql/samples): reservoir, bernoulli, system.
