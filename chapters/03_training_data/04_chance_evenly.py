# %% [markdown]
# # Chance, evenly
#
# Four samplers give everybody in a city exactly the same chance. From one of them two thousand
# people are worth next to nothing, and the chances of single persons do not give it away.
#
# **You will be able to** test whether a sampler is fair; say what equal chances promise and what
# they do not; choose between simple random, Bernoulli and systematic sampling; say how large a
# sample must be to hold a rare group at all.
#
# **Time** 45 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb): bias, spread, RMSE, inclusion
# probability, interval.

# %% [markdown]
# ## Two questions for a lottery
#
# **Simple random sampling** is a lottery: n out of N people are drawn, and every set of n is
# equally likely. The lesson tests one claim of the [ledger](../LEDGER.md) and its limits.
#
# - **T9**: simple random sampling gives everybody in the population the same chance.
# - **T9, its limit**: equal chances are not enough. Every *subset* of that size must be equally
#   likely. Rare groups can vanish. And a list with holes, or people who do not answer, undo it.
#
# Why sets? *The chances of persons decide where estimates are centred. The chances of pairs
# decide how far they spread.* So the spread, and the right formula for it, depend on who comes
# together. The lottery settles that: it lets every set of n come equally often.
#
# The city is [Riverton](../../datasets/riverton_people/README.md), which is made up. Its groups A,
# B and C stand for no real group.

# %%
import numpy as np
import pandas as pd
from scipy.stats import chi2, hypergeom, norm
from statsmodels.datasets import randhie

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.methods import Riverton
from labkit.sampling import compare
from labkit.sampling.even import bernoulli, simple_random

SEED = 4  # change it: every claim below should still hold

city = Riverton()
people, N, spend = city.people, city.N, city.spend
truth = spend.mean()
n = 2_000
S = spend.std(ddof=1)
by_lot = S * np.sqrt(1 / n - 1 / N)  # spread of the mean of n people
print(f"{N:,} people spend {truth:,.0f} crowns a month on average")
print(f"the mean of {n:,} drawn by lot spreads by {by_lot:.1f} crowns, says theory")

# %% [markdown]
# ## A lottery on trial
#
# **The question.** A sampler is said to give everybody the same chance. How do you test that?
# (**T9**)
#
# One sample says nothing, since any sample could have come from a fair lottery. You have to draw
# again and again and count. So you take a street of 24 people, draw 6 of them 20,000 times, and
# note who is in. The lottery is one line of NumPy. Beside it stands a sampler as people build it in
# a spreadsheet: a random digit for each, sort, take the first six. Where digits are tied, the order
# of the list stays.

# %%
show_source(simple_random)


def by_digits(N, n, rng):
    return np.argsort(rng.integers(0, 10, N), kind="stable")[:n]


# %%
STREET, TAKE, R = 24, 6, 20_000
f = TAKE / STREET  # the sampling fraction, everybody's chance


def presence(draw, repeats, rng):
    """One row per sample: 1 for whoever is in, else 0."""
    rows = np.zeros((repeats, STREET), int)
    for row in rows:
        row[draw(STREET, TAKE, rng)] = 1
    return rows


lottery = presence(simple_random, R, np.random.default_rng([SEED, 1]))
digits = presence(by_digits, R, np.random.default_rng([SEED, 9]))
count = lottery.sum(axis=0)
print(f"expected for each {R * f:,.0f}")
for name, c in {"lottery": count, "digits": digits.sum(axis=0)}.items():
    print(f"{name}: counted {c.min():,} to {c.max():,}")

# %% [markdown]
# Which of these gaps are chance? You want one number for all 24. For dice there is **Pearson's
# chi-square**, $\sum (c - Rf)^2 / (Rf)$, where $c$ are the counts, $R$ the number of draws and
# $f = n/N$. For a fair die with 24 faces it is 23 on average.
#
# **Your guess.** How large is it on average for a fair lottery that draws 6 of 24?

# %%
my_guess = 23  # edit me

# %% [markdown]
# **Measure.** A thousand trials of 100 draws each, of the lottery and of the digits, and two
# statistics for each: Pearson's, and one that is made for draws of a fixed size.


# %%
def pearson(count, R):
    return ((count - R * f) ** 2).sum(axis=-1) / (R * f)


def fair_draw(count, R):
    by_chance = R * f * (1 - f)
    total = ((count - R * f) ** 2).sum(axis=-1) / by_chance
    return total * (STREET - 1) / STREET


def trials(draw, rng):
    """The counts of a thousand trials [1,000, 24]."""
    return presence(draw, 100_000, rng).reshape(1_000, 100, STREET).sum(axis=1)


df = STREET - 1  # degrees of freedom
one_in_20 = chi2.isf(0.05, df)
rng = np.random.default_rng([SEED, 2])
counts, crooked = trials(simple_random, rng), trials(by_digits, rng)
fair, rows = {}, {}
for name, statistic in {"Pearson": pearson, "fixed size": fair_draw}.items():
    fair[name] = statistic(counts, 100)
    rows[name] = {
        "mean, lottery": f"{fair[name].mean():.1f}",
        "chi-square's mean": df,
        "alarms, lottery (5 % wanted)": f"{(fair[name] > one_in_20).mean():.1%}",
        "alarms, digits": f"{(statistic(crooked, 100) > one_in_20).mean():.0%}",
    }
pd.DataFrame(rows).T

# %%
fig, ax = figures.new(
    title="Pearson's statistic is too small for a lottery; the other fits chi-square",
    xlabel="statistic of a fair lottery",
    ylabel="share of 1,000 lotteries",
)
bins = np.arange(0, 62, 2)
weights = np.full(1_000, 1 / 1_000)
looks = zip(fair.items(), (figures.ORANGE, figures.BLUE), (3, 31), strict=True)
for (name, values), colour, x in looks:
    ax.hist(values, bins, weights=weights, color=colour, alpha=0.6)
    ax.text(x, 0.1, name, color=colour)
grid = np.linspace(1, 60, 200)
ax.plot(grid, 2 * chi2.pdf(grid, df), color=figures.BLACK, lw=1.3)
ax.text(39, 0.025, "chi-square, 23 degrees")
ax.set(xlim=(0, 60), ylim=(0, 0.19))
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"A thousand fair lotteries. Pearson's statistic is {fair['Pearson'].mean():.1f} on "
    f"average, the one for a fixed size {fair['fixed size'].mean():.1f}; chi-square with {df} "
    f"degrees of freedom has the mean {df}.",
    alt="Two histograms. The one of the statistic for fixed-size draws follows the curve of "
    "chi-square; Pearson's lies to the left of it.",
)

# %% tags=["claim-T9"]
once = chi2.isf(1e-7, df)  # a fair lottery exceeds it once in ten million runs
claim(
    "T9",
    "over 20,000 draws the lottery's counts of persons are as even as chance allows",
    measured=fair_draw(count, R),
    at_most=round(once, 1),
)
claim(
    "T9",
    "over as many draws the same statistic finds the digits unfair",
    measured=fair_draw(digits.sum(axis=0), R),
    at_least=1_000,
)

# %% [markdown]
# **Why.** A die shows one face at each throw. A lottery of 6 puts each person in or out, like a
# coin that falls on heads with probability $f$, so the count of a person has the variance
# $R f (1 - f)$. Divide by $R f$ and you are too low by the factor $1 - f$. In addition the counts
# have a fixed sum, which takes away one of 24 degrees of freedom. Put together:
#
# $$\frac{N-1}{N} \sum \frac{(c - R f)^2}{R f (1-f)} \quad\text{is, for many draws, nearly
# chi-square with } N - 1 \text{ degrees of freedom.}$$
#
# Pearson's is this times $(N-n)/(N-1)$: the same for $n = 1$, smaller for every larger n. So its
# alarm goes off too seldom, and the digits get away more often. (Their ties favour the head of the
# list.)
#
# **Where it stops being true.** The statistic knows persons. The next sampler is as fair to each
# person as the lottery.

# %% [markdown]
# ## Who comes together
#
# **The question.** Everybody has the same chance. Is that enough? (**T9**, its limit)
#
# Here is a sampler that saves shoe leather: knock at a random door, then go from house to house
# until there are n. At the end of the list it goes on at the beginning. In blocks the counts of
# neighbours rise and fall together, so the statistic for all 24 is chi-square no more. Look at each
# count alone.
#
# **Measure.** For persons, and for pairs: how many standard errors is the worst count off? Beside
# it the yardstick: 95 % of fair lotteries have a smaller worst one.


# %%
def circular_block(N, n, rng):
    return (rng.integers(N) + np.arange(n)) % N


block = presence(circular_block, R, np.random.default_rng([SEED, 3]))

pair = TAKE * (TAKE - 1) / (STREET * (STREET - 1))  # a pair's chance by lot
above = np.triu_indices(STREET, 1)  # each pair once


def worst(count, chance):
    """The count farthest from R * chance, in standard errors."""
    off = np.abs(count - R * chance).max()
    return off / np.sqrt(R * chance * (1 - chance))


def usual_worst(m):
    """Below it lies the worst of m independent counts, with probability 95 %."""
    return norm.isf((1 - 0.95 ** (1 / m)) / 2)


together = {"lottery": lottery.T @ lottery, "block": block.T @ block}
worst_off = pd.DataFrame(
    {
        name: [worst(table.diagonal(), f), worst(table[above], pair)]
        for name, table in together.items()
    },
    index=["the worst of 24 persons", "the worst of 276 pairs"],
)
worst_off["95 % below"] = [usual_worst(24), usual_worst(276)]
worst_off.round(1).rename_axis("off by, in standard errors")

# %%
fig, axes = figures.new(
    title="The same chance for every person; very different chances for pairs",
    size=(7.6, 3.5),
    columns=2,
    xlabel="person",
)
for ax, (name, table) in zip(axes, together.items(), strict=True):
    image = ax.imshow(table / R, cmap="Blues", vmin=0, vmax=f)
    ax.set_title(name, fontsize=10)
    ax.grid(visible=False)
axes[0].set_ylabel("person")
fig.colorbar(image, ax=axes, label="share of samples", shrink=0.8)
shares = {name: table[above] / R for name, table in together.items()}
figures.show(
    fig,
    caption=f"How often two people are in the same sample; on the diagonal, how often one is in. By"
    f" lot each pair is together in {shares['lottery'].min():.1%} to "
    f"{shares['lottery'].max():.1%} of the samples. In blocks next-door neighbours are in "
    f"{shares['block'].max():.0%}, and people far apart in {shares['block'].min():.0%}.",
    alt="Two square heat maps with the same dark diagonal. The lottery's is one even pale blue "
    "beside it; the block's has a broad dark band along it, which goes on in two corners, and is "
    "white elsewhere.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "by lot no pair comes together more or less often than chance allows",
    measured=worst_off.loc["the worst of 276 pairs", "lottery"],
    at_most=7,  # a fair lottery exceeds 7 less than once in a million runs
    unit="standard errors",
)
claim(
    "T9",
    "a random block gives each person the same chance, beyond counting noise",
    measured=worst_off.loc["the worst of 24 persons", "block"],
    at_most=7,
    unit="standard errors",
    limit=True,
)
claim(
    "T9",
    "and its pairs give it away, beyond any doubt",
    measured=worst_off.loc["the worst of 276 pairs", "block"],
    at_least=20,
    unit="standard errors",
    limit=True,
)

# %% [markdown]
# Does it matter? Take blocks of 2,000 people from the whole city. There is no need to draw: a block
# has N starts, all equally likely, and running sums give the means of all of them at once.


# %%
def block_means(values, n):
    """The mean of n in a row, for every start."""
    N = len(values)
    running = np.concatenate([[0], values, values[:n]]).cumsum()
    return (running[n : n + N] - running[:N]) / n


income = people["income"].to_numpy()
lists = {
    "shuffled": np.random.default_rng([SEED, 4]).permutation(N),
    "the register": np.arange(N),  # district by district
    "by income": np.argsort(income, kind="stable"),
}

# %% [markdown]
# **Your guess.** On the register, which goes district by district, how many times the lottery's
# spread is that of the block?

# %%
my_guess = 2  # times the lottery's spread, edit me

# %%
blocks = {name: block_means(spend[order], n) for name, order in lists.items()}
ratio = pd.Series({name: means.std() / by_lot for name, means in blocks.items()})


def worth(spread):
    """How many people by lot spread as far: n in S^2 (1/n - 1/N) = spread^2."""
    return 1 / (spread**2 / S**2 + 1 / N)


pd.DataFrame(
    {
        "mean over all starts": {k: f"{v.mean():,.1f}" for k, v in blocks.items()},
        "truth": f"{truth:,.1f}",
        "spread (crowns)": {k: f"{v.std():,.0f}" for k, v in blocks.items()},
        "times the lottery's": ratio.round(1),
        "worth, in people by lot": {k: f"{worth(v.std()):,.0f}" for k, v in blocks.items()},
    }
).rename_axis(f"blocks of {n:,}")

# %%
fig, ax = figures.new(
    title="A block on a list in order: no bias, and many times the lottery's spread",
    xlabel="spread of the estimated mean, in times the lottery's (logarithmic)",
    size=(7.6, 2.6),
)
rows = -np.arange(len(ratio))
ax.hlines(rows, 1, ratio, color=figures.ORANGE, lw=2, alpha=0.5)
ax.scatter(ratio, rows, color=figures.ORANGE, s=50, zorder=4)
ax.set(xscale="log", xlim=(0.7, 60), ylim=(-2.6, 1.1), yticks=rows)
ax.set_yticklabels(ratio.index)
ax.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
ax.minorticks_off()
figures.mark_truth(ax, x=1, label="lottery")
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"On the register blocks of 2,000 people spread {ratio['the register']:.0f} times as "
    f"far as a lottery, on a list in order of income {ratio['by income']:.0f} times, on a shuffled "
    f"list {ratio['shuffled']:.1f} times.",
    alt="Three dots on a logarithmic axis: blocks of a shuffled list beside the line of the "
    "lottery, blocks of the register far to its right, blocks by income farther still.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "with the same chances, blocks of the register spread many times as far as a lottery",
    measured=ratio["the register"],
    at_least=8,
    unit="times",
    limit=True,
)

# %% [markdown]
# **Real people.** The RAND Health Insurance Experiment: 20,190 rows, each a person's year, with the
# visits to a doctor in that year (`mdvis`). It comes with statsmodels and is in the public domain.
# The years of one person stand together, and the file drifts: people in its first rows go to the
# doctor more often than those in its last. Take the file as the population and look at the blocks.

# %%
visits = randhie.load_pandas().data["mdvis"].to_numpy(float)
M = len(visits)
alike = np.corrcoef(visits[:-1], visits[1:])[0, 1]
print(f"correlation of each row with the next: {alike:.2f}")
rand = {}
for size in (500, 1_000, 2_000):
    lot = visits.std(ddof=1) * np.sqrt(1 / size - 1 / M)
    rand[size] = block_means(visits, size).std() / lot
    print(f"blocks of {size:,}: {rand[size]:.1f} times the lottery's spread")

# %% tags=["claim-T9"]
claim(
    "T9",
    "in a real file in which like stands by like, blocks spread farther than a lottery",
    measured=rand[2_000],
    at_least=4,
    unit="times",
    limit=True,
)

# %% [markdown]
# **Why.** The mean over all starts is the truth. It is an average over who is in, and there only
# the chances of persons count. How far one estimate lies from another is a matter of pairs. With
# $p_i$ the chance of a person and $p_{ij}$ that of a pair ($p_{ii}$ is $p_i$), for a sample of
# fixed size n with equal chances:
#
# $$\text{variance of the mean} = \frac{1}{n^2} \sum_i \sum_j (p_{ij} - p_i p_j) \, y_i y_j$$
#
# Whoever comes together should not be alike. In a block they are: neighbours on a list in order
# have similar $y$. Try the formula on the street, in order of spending:


# %%
def from_pairs(chance, y):
    """Spread of the mean, from the chance of every pair [N, N]."""
    return np.sqrt(y @ (chance - f**2) @ y) / TAKE


by_design = {"lottery": np.full((STREET, STREET), pair)}
np.fill_diagonal(by_design["lottery"], f)
house = np.arange(STREET)
apart = np.abs(house - house[:, None])
apart = np.minimum(apart, STREET - apart)  # the street is closed to a ring
by_design["block"] = np.maximum(TAKE - apart, 0) / STREET

y = np.sort(spend[:STREET])
drawn = {"lottery": lottery @ y / TAKE, "block": block @ y / TAKE}
spreads = pd.DataFrame(
    {
        "from the chances of pairs": {k: from_pairs(p, y) for k, p in by_design.items()},
        "from 20,000 samples": {k: means.std() for k, means in drawn.items()},
    }
)
spreads.round(0).astype(int)

# %% [markdown]
# For the lottery all pairs are alike, the double sum collapses, and what is left is the formula
# $S \sqrt{1/n - 1/N}$. Its $-1/N$ is the **finite population correction**. It is there because
# nobody can come twice: a person is in or out, with the variance $f(1-f)$, and $1/n - 1/N$ is
# $(1-f)/n$. (That pairs come a little less often than $f^2$ is why only the distances from the mean
# count.)
# Leave it out and you promise too wide a spread:

# %%
s = y.std(ddof=1)
print(f"S sqrt(1/n - 1/N): {s * np.sqrt(1 / TAKE - 1 / STREET):.0f} crowns")
print(f"S sqrt(1/n):       {s * np.sqrt(1 / TAKE):.0f} crowns")

# %% [markdown]
# **Where it stops being true.** On a shuffled list the block is as good as the lottery, as the
# table of blocks shows: there the neighbours are chance's choice.

# %% [markdown]
# ## Coins and steps
#
# **The question.** Two more samplers are even to everybody. When may they stand in for a lottery?
# (**T9**, its limit)
#
# **Bernoulli sampling** tosses a coin for each person. It needs no list and no count, so logs and
# streams are sampled this way. **Systematic sampling** takes every k-th from a random start. It
# needs one random number, and an interviewer can do it in the field.

# %%
show_source(bernoulli)


def every_kth(N, k, rng):
    return np.arange(rng.integers(k), N, k)


# %% [markdown]
# (Where k does not divide N, the size varies by one. The version for a fixed size is yours to
# write, in the exercise.) First the coins. How many people come is left to chance, so there are two
# estimates of the mean. You can divide the sum by the number that came. Or, since each of them
# stands for $N/n$ people of the city, divide by the n that you expected: the **expansion
# estimator**.

# %%
rng = np.random.default_rng([SEED, 5])
rows = []
for _ in range(1_000):
    asked = spend[bernoulli(N, n / N, rng)]
    rows.append((len(asked), asked.mean(), asked.sum() / n))
came, mean, expanded = np.array(rows).T
coin_error = np.sqrt((n / N) * (1 - n / N) * (spend**2).sum()) / n
pd.DataFrame(
    {
        "mean": [came.mean(), mean.mean(), expanded.mean()],
        "spread": [came.std(), mean.std(), expanded.std()],
        "spread by theory": [np.sqrt(n * (1 - n / N)), by_lot, coin_error],
    },
    index=["people who came", "sum / who came (crowns)", "sum / who was expected (crowns)"],
).round(1)

# %% tags=["claim-T9"]
claim(
    "T9",
    "with coins, dividing by the expected size spreads farther than dividing by the real one",
    measured=expanded.std() / mean.std(),
    at_least=1.3,
    unit="times",
    limit=True,
)

# %% [markdown]
# Divided by who came, coins are as good as a lottery: given how many came, every set of that size
# is equally likely. The expansion estimator adds the accident of the size. So for a total, too,
# take N times the mean of those who came.
#
# Now the steps. With an interval of 100 there are 100 samples in all, one for each start. Write the
# list row by row, an interval to a row, and each *column* is a sample. So no draws are needed here
# either. A fourth list joins the three: streets of 100 people, a house each, from the poorest to
# the richest.

# %%
streets = lists["shuffled"].reshape(-1, 100)
uphill = np.argsort(income[streets], axis=1)
lists["streets of 100"] = np.take_along_axis(streets, uphill, axis=1).ravel()


def columns(values, n):
    """Every systematic sample: one column for each start. n divides N."""
    return values.reshape(n, -1)


# %% [markdown]
# **Your guess.** You start at the first house of a street and take every 100th. What do you
# estimate?

# %%
my_guess = 1_500  # crowns a month, edit me

# %% [markdown]
# **Measure.** For each list all 100 estimates, and what the lottery's formula would say inside each
# sample: $s \sqrt{1/n - 1/N}$. Beside it a formula for lists in order, by **successive
# differences**: it compares each value with its neighbour in the sample, not with the mean.

# %%
estimates, rows = {}, {}
for name, order in lists.items():
    sample = columns(spend[order], n)
    estimates[name] = sample.mean(axis=0)
    jumps = np.diff(sample, axis=0)
    variances = {
        "by formula": sample.var(axis=0, ddof=1),
        "by differences": (jumps**2).sum(axis=0) / 2 / (n - 1),
    }
    rows[name] = {"true spread": estimates[name].std()}
    for kind, variance in variances.items():
        error = np.sqrt(variance * (1 / n - 1 / N))
        hit = np.abs(estimates[name] - truth) <= 1.96 * error
        rows[name][kind] = np.sqrt((error**2).mean())
        rows[name][f"hits, {kind}"] = 100 * hit.mean()
told = pd.DataFrame(rows).T
told.round(1).rename_axis("spread in crowns; hits in %")

# %%
fig, axes = figures.new(
    title="All samples of every 100th: order helps, a period of one step ruins",
    xlabel="start, 1st to 100th place",
    columns=2,
)
start = np.arange(1, 101)
looks = {"shuffled": figures.GREY, "by income": figures.BLUE}
for name, colour in looks.items():
    axes[0].plot(start, estimates[name], "o", ms=3.5, color=colour)
axes[0].text(3, 2_472, "shuffled", color="#555555")
axes[0].text(35, 2_472, "by income", color=figures.BLUE)
axes[0].set(ylim=(2_150, 2_500), ylabel="estimated mean spend (crowns)")
axes[1].plot(start, estimates["streets of 100"], "o", ms=3.5, color=figures.ORANGE)
axes[1].set(ylabel="the same, on another scale")
band = truth - 1.96 * by_lot, truth + 1.96 * by_lot
axes[0].axhspan(*band, color=figures.GREY, alpha=0.2, lw=0)
axes[1].set_title("streets of 100", fontsize=10)
axes[0].set_title("two other lists", fontsize=10)
for ax in axes:
    figures.mark_truth(ax, y=truth, label="")
figures.mark_guess(axes[1], y=my_guess)
poorest, richest = estimates["streets of 100"][[0, -1]]
figures.show(
    fig,
    caption=f"Black: the truth; grey: where 95 % of a lottery's estimates lie. In the streets the "
    f"first house of each gives {poorest:,.0f} crowns and the last {richest:,.0f}.",
    alt="Two panels of a hundred dots, the estimate against the start. On the left the dots of two "
    "lists lie within a grey band, those by income closer to the middle. On the right the dots "
    "of the streets climb from far below the truth to far above it.",
)

# %% tags=["claim-T9"]
true_spread, formula = told["true spread"], told["by formula"]
claim(
    "T9",
    "on a list in order systematic spreads less than the lottery's formula says",
    measured=true_spread["by income"] / formula["by income"],
    at_most=0.7,
    unit="times",
    limit=True,
)
claim(
    "T9",
    "on a list with a period of one interval it spreads many times as far as it says",
    measured=true_spread["streets of 100"] / formula["streets of 100"],
    at_least=10,
    unit="times",
    limit=True,
)

# %% [markdown]
# **Why.** Again the pairs. On a list in order of income, people who come together stand 100 places
# apart, so each sample holds poor and rich in their proportions. In the streets, people who come
# together stand at the same place in their streets and are alike. The values in the sample are
# then alike, too, and any formula made of them says that all is well.
#
# The shuffled list shows no more than luck: the spread of a hundred estimates is itself off by some
# $1/\sqrt{200}$, or 7 %. The register gains a little, since each sample holds the districts in
# their proportions, and that much the differences see; the rest may be luck.
#
# Successive differences mend the case of income. Nothing inside the sample can mend the streets: a
# systematic sample is *one* column, and one column does not tell how the others differ. What helps
# is outside: shuffle the list, or take a step that shares no large factor with the period.

# %%
values = spend[lists["streets of 100"]]
rows = {}
for step in (50, 97, 100, 200):
    means = [values[start::step].mean() for start in range(step)]
    lot = S * np.sqrt(step / N - 1 / N)
    rows[f"every {step}th"] = {"spread": np.std(means), "by lot": lot}
pd.DataFrame(rows).T.round(0).astype(int).rename_axis("streets of 100; crowns")

# %% [markdown]
# ## The few
#
# **The question.** Everybody has the same chance, so is every group in the sample? (**T9**, its
# limit)

# %%
in_c = city.group == 2
bad_c = in_c & city.default  # people of C who will default
print(f"{in_c.sum():,} people of group C, {in_c.mean():.1%} of the city")
print(f"{bad_c.sum():,} of them default, {bad_c.mean():.2%} of the city")

# %% [markdown]
# A model that should know what a bad loan in group C looks like needs to see at least one.
#
# **Your guess.** How many people must you draw to have a defaulter of C with 95 % confidence?

# %%
my_guess = 150  # people, edit me

# %% [markdown]
# **Measure.** Draw 4,000 times each, and count the samples without anybody of the group. Theory
# has the answer as well: the number from a group in a simple random sample has the
# **hypergeometric** distribution.

# %%
rng = np.random.default_rng([SEED, 7])
CASES = {"somebody of C": (in_c, 50), "a defaulter of C": (bad_c, 200)}
rows = {}
for name, (group, size) in CASES.items():
    tries = [group[simple_random(N, size, rng)].any() for _ in range(4_000)]
    without = hypergeom.pmf(0, N, group.sum(), np.arange(1, 2_001))
    rows[name] = {
        "n": size,
        "expected": size * group.mean(),
        "samples without": 1 - np.mean(tries),
        "hypergeometric": without[size - 1],
        "n to have one, 95 %": np.argmax(without <= 0.05) + 1,
        "3 / p": round(3 / group.mean()),
    }
few = pd.DataFrame(rows).T
few.round(3).astype({"n": int, "n to have one, 95 %": int, "3 / p": int})

# %%
fig, ax = figures.new(
    title="How easily a fair lottery misses the few",
    xlabel="people drawn by lot, n",
    ylabel="share of samples without one",
)
every_n = np.arange(1, 601)
for (name, (group, _)), colour in zip(CASES.items(), (figures.BLUE, figures.ORANGE), strict=True):
    ax.plot(every_n, hypergeom.pmf(0, N, group.sum(), every_n), color=colour)
    ax.plot(few.loc[name, "n"], few.loc[name, "samples without"], "o", color=colour)
    ax.plot(few.loc[name, "n to have one, 95 %"], 0.05, "s", color=colour)
ax.axhline(0.05, color=figures.GREY, lw=1)
ax.text(590, 0.065, "5 %", color="#555555", ha="right")
ax.text(58, 0.2, "somebody\nof C", color=figures.BLUE)
ax.text(195, 0.27, "a defaulter of C", color=figures.ORANGE)
ax.set(xlim=(0, 600), ylim=(0, 1))
figures.mark_guess(ax, x=my_guess)
needed = few["n to have one, 95 %"].astype(int)
figures.show(
    fig,
    caption=f"Dots: measured; lines: hypergeometric; squares: where it falls to 5 %. To hold "
    f"somebody of C takes {needed['somebody of C']} people, a defaulter of C "
    f"{needed['a defaulter of C']}.",
    alt="Two falling curves of the share of samples without anybody of a group, a steep one for "
    "group C and a flatter one for its defaulters, with a measured dot on each.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "a fair lottery of 50 often holds nobody of group C",
    measured=few.loc["somebody of C", "samples without"],
    at_least=0.05,
    limit=True,
)

# %% [markdown]
# **Why.** The share of C is right *on average*. Where two are expected, none may well come. With a
# group's share p, and n far below N, a sample misses it with probability $(1-p)^n$, nearly
# $e^{-np}$. That is 5 % where np is 3, so **n must be about 3 / p**, the last column. And one is
# not enough to learn from. A lottery does not know that you want C. If you do, give C a lottery of
# its own: that is stratified sampling, the next lesson's subject. Who will default is not known
# beforehand, so these cannot have a lottery of their own. But among C they are many, so that a
# small lottery of C alone holds one.

# %% [markdown]
# ## Chances that you did not give
#
# **The question.** You ran a fair lottery. Is the sample one? (**T9**, its limit)
#
# The lottery draws from a list, the **frame**. Suppose the register is two years behind: newcomers
# of group B are entered only when they have lived at their address for two years. That is
# **undercoverage**, a frame with holes. Or suppose that the register is complete and of the people
# you write to three in ten answer, the active more readily: **nonresponse**. Both times your part
# was fair.

# %%
missing = (city.group == 1) & (people["tenure_years"].to_numpy() < 2)
activity = people["activity"].to_numpy()
answers = 1 / (1 + np.exp(1 - 0.3 * activity))  # chance of an answer
print(f"missing from the register: {missing.mean():.1%}; answering: {answers.mean():.0%}")

# %% [markdown]
# **Your guess.** Draw 20,000 people from the old register. In what share of repetitions does the
# 95 % interval contain the city's mean?

# %%
my_guess = 0.90  # edit me

# %% [markdown]
# **Measure.** One queue by lot serves all: its first n, its first n who are on the register, its
# first n who answer. (For n answers you write to more than 3 n people.)

# %% tags=["nbval-ignore-output"]
sizes = np.array([200, 600, 2_000, 6_000, 20_000])
SURVEYS = 400


def first(queue):
    """Mean and standard error of the first n of a queue, for every n."""
    y = spend[queue[: sizes[-1]]]
    mean = y.cumsum()[sizes - 1] / sizes
    square = (y**2).cumsum()[sizes - 1] / sizes
    variance = (square - mean**2) * sizes / (sizes - 1)
    return mean, np.sqrt(variance * (1 / sizes - 1 / N))


rng = np.random.default_rng([SEED, 8])
surveys = {"everybody on the list": [], "the old register": [], "three in ten answer": []}
for _ in progress(range(SURVEYS), "surveys"):
    queue = simple_random(N, 72_000, rng)
    answered = rng.random(len(queue)) < answers[queue]
    parts = queue, queue[~missing[queue]], queue[answered]
    for name, part in zip(surveys, parts, strict=True):
        surveys[name].append(first(part))

# %%
hits, off = {}, {}
for name, done in surveys.items():
    means, errors = np.array(done).transpose(1, 0, 2)
    hits[name] = (np.abs(means - truth) <= 1.96 * errors).mean(axis=0)
    off[name] = (means.mean(axis=0) - truth) / errors.mean(axis=0)
hits, off = pd.DataFrame(hits, index=sizes), pd.DataFrame(off, index=sizes)
(off.round(1) + 0).rename_axis("n; bias in standard errors")

# %%
fig, ax = figures.new(
    title="With a bad frame or few answers, the larger sample misses more surely",
    xlabel="people in the sample, n (logarithmic)",
    ylabel="95 % intervals that hit",
)
for name, colour in zip(hits, (figures.BLUE, figures.ORANGE, figures.GREEN), strict=True):
    ax.plot(sizes, hits[name], "o-", ms=4, color=colour, label=name)
ax.set(xscale="log", xlim=(70, 21_000), ylim=(-0.03, 1.05))
ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
ax.minorticks_off()
figures.mark_guess(ax, y=my_guess)
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"From the old register {hits.loc[200, 'the old register']:.0%} of the intervals hit "
    f"with 200 people and {hits.loc[20_000, 'the old register']:.0%} with 20,000. Where three in "
    f"ten answer, {hits.loc[2_000, 'three in ten answer']:.0%} hit with 2,000.",
    alt="Three lines of coverage against sample size. The lottery's stays flat near 95 %; that of "
    "the old register begins there and falls nearly to zero; that of the survey with few "
    "answers falls sooner.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "a lottery from a complete list keeps the promise of 95 % at 20,000 people",
    measured=hits.loc[20_000, "everybody on the list"],
    at_least=0.88,
)
claim(
    "T9",
    "with holes in the frame, or few answers, the same lottery seldom contains the truth",
    measured=hits.loc[20_000, ["the old register", "three in ten answer"]].max(),
    at_most=0.2,
    limit=True,
)

# %%
on_list = spend[~missing].mean()
weighted = np.average(spend, weights=answers)
print(f"mean spend in the city:                     {truth:,.0f} crowns")
print(f"on the register:                            {on_list:,.0f}")
print(f"of all, weighted by the chance to answer:   {weighted:,.0f}")

# %% [markdown]
# **Why.** The intervals are honest about the mean of *those who come, each weighted by the chance
# of coming*. A small hole shifts that mean a little, many missing answers shift it more. At 200
# people the first shift hides in the spread, the second hardly. More people shrink the spread, and
# not the shift, until the intervals close around the wrong number. No test of the sampler finds
# this: to everybody on the list it is fair.

# %% [markdown]
# ## Side by side
#
# All four samplers, compared as every method of this chapter is: everybody's chance by tenths of
# activity, then bias, spread, intervals and cost (in crowns) over 300 samples each.

# %% tags=["nbval-ignore-output"]
REPEATS = 300
every = city.methods(n)


def draw_block(rng):
    return compare.Drawn(circular_block(N, n, rng), sampled=n / N)


even = [every[name] for name in ("simple random", "Bernoulli", "systematic")]
even.append(
    compare.Method("random block", compare.BY_CHANCE, draw_block, even[0].price, even[0].chance)
)
measured = compare.measure(
    even, {"spend": spend}, city.district, repeats=REPEATS, seed=SEED, progress=progress
)

# %%
tenth = pd.qcut(people["activity"], 10, labels=False).to_numpy()
print("the worst of ten chances, in standard errors;")
print(f"with 95 % probability all forty are below {usual_worst(40):.1f}:")
for method in even:
    chances = compare.chances(method, tenth, repeats=REPEATS, seed=SEED + 1)
    distance = (chances["measured"] - chances["by design"]).abs() / chances["error"]
    print(f"{method.name}: {distance.max():.1f}")

# %%
table = compare.summary(measured, "spend", truth)
methods.shown(table).drop(columns="95 % hit, design")

# %%
fig, ax = methods.bias_and_spread(
    table,
    {m.name: m.family for m in even},
    title="Four samplers with the same chances, none with bias, one with a long line",
)
figures.show(
    fig,
    caption=f"Each line holds 95 % of the estimates. The block's spread is "
    f"{table.loc['random block', 'spread %'] / table.loc['simple random', 'spread %']:.0f} times "
    "the lottery's.",
    alt="Four rows, each a dot near the truth and a line about it. The lines of simple random, "
    "Bernoulli and systematic sampling are short and alike; the block's is many times as long.",
)

# %% tags=["claim-T9"]
claim(
    "T9",
    "the lottery's interval, put around a block's mean, seldom contains the truth",
    measured=table.loc["random block", "hit, naive"],
    at_most=0.3,
    limit=True,
)

# %% [markdown]
# ± gives two Monte Carlo standard errors of the bias. *95 % hit* is the share of intervals that
# contain the truth, by the lottery's formula; naive, because it does not ask for the design. For a
# block it is far too narrow, and no formula made of one block can be right: one block does not tell
# how blocks differ. Draw several smaller ones and compare *them*. That is cluster sampling, another
# lesson of this chapter, and what makes it tempting is the last column: the block takes few trips.
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | simple random | every set of n equally likely | a group is rare | a list is all you have |
# | Bernoulli | a coin for each | you divide by the n expected | a stream or a log comes by |
# | systematic | every k-th | the list has the step's period | the list is in order |
# | random block | n in a row | neighbours are alike | the list is shuffled |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T9", "20,000 draws by lot: statistic (mean 23)", f"{fair_draw(count, R):.1f}"),
        ("T9", "20,000 draws by digits: statistic",
         f"{fair_draw(digits.sum(axis=0), R):,.0f}"),
        ("T9 limit", "block of the register: spread",
         f"{ratio['the register']:.1f} times the lottery's"),
        ("T9 limit", "streets of 100, every 100th: spread",
         f"{true_spread['streets of 100'] / by_lot:.0f} times the lottery's"),
        ("T9 limit", "samples of 50 without anybody of C",
         f"{few.loc['somebody of C', 'samples without']:.1%}"),
        ("T9 limit", "old register: hits with 200, with 20,000",
         f"{hits.loc[200, 'the old register']:.0%}, {hits.loc[20_000, 'the old register']:.0%}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Ask three things of any sampler that is called random. Does everybody have the same
# chance, also those who are not on the list? Who comes together, and are they alike? And how many
# of the few you need will be in? Before you step through a list, know its order. Take logs by
# coins, and divide by what came. Where you need a group, do not leave it to the lottery.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# What is computed over all starts has no chance in it but the shuffle. Every other bound stands at
# least five standard errors from what theory, or many repetitions, lead you to expect: under
# another seed each fails by chance less than once in a million runs.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/04_chance_evenly.ipynb) has four tasks: compute
# the statistic that tries a lottery, shuffle a list so that all orders are equally likely, step
# through a list of any length, and find out how large a sample must be to hold one of the few.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data":
#   simple random sampling, and why rare groups may be missed.
# - Sharon Lohr, *Sampling: Design and Analysis*, chapter 2: simple random and systematic sampling,
#   the finite population correction.
# - William G. Cochran, *Sampling Techniques*, 3rd edition, Wiley 1977, chapter 8: systematic
#   sampling on lists in every kind of order.
# - William G. Madow and Lillian H. Madow, "On the theory of systematic sampling, I", *Annals of
#   Mathematical Statistics* 15(1), 1944.
# - SciPy on
#   [hypergeom](https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.hypergeom.html).
#
