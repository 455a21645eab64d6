# %% [markdown]
# # Sampling through a network
#
# You let a crawler run until it finds nobody new. Whether that is everybody, and what you can
# repair where it is not, decides when links are a good way to people.
#
# **You will be able to** say whom a sample along links can never hold; tell the bias of the
# well-connected from the bias of the seeds; say what weights of one over the number of friends
# repair; choose between links and a lottery.
#
# **Time** 45 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb), for bias, spread and inclusion
# probability, and [Sampling without chance](02_sampling_without_chance.ipynb), for taking the first
# who come.

# %% [markdown]
# ## When you have no list
#
# A lottery needs a list of everybody. Often there is none. You have a few people, and you can see
# whom they know. So you begin with a few **seeds**. Whoever is found through a seed is in **wave**
# 1, whoever is found through wave 1 is in wave 2, and so on. All of this is called snowball
# sampling. Two kinds are kept apart here: a **scrape** takes everybody whom an account follows; in
# a **snowball** people bring some of their friends. One claim of the course's
# [ledger](../LEDGER.md) is tested:
#
# - **T6**: snowball sampling finds its next samples through the ones it has, as a scraper follows
#   accounts. Its *limit*: where nobody has a list of the population it is the only practical way.
#
# Riverton is [made up](../../datasets/riverton_people/README.md), and so are
# [its ties](../../datasets/riverton_friendships/README.md): all that differs between its groups A,
# B and C was set by the authors. So the truth is known for everybody.

# %%
import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton.data import load_followings
from labkit.riverton.friendships import neighbours
from labkit.riverton.methods import Riverton
from labkit.sampling import chosen, compare, network
from labkit.sampling.estimate import hajek

SEED = 3  # change it: every claim below should still hold

city = Riverton()
people, N, spend, degree = city.people, city.N, city.spend, city.degree
has_app = people["has_app"].to_numpy()
in_c = city.group == 2  # gig workers, who are few
truth, truth_c = spend.mean(), in_c.mean()
truth_app = spend[has_app].mean()
print(f"{N:,} people spend {truth:,.0f} crowns a month on average; {truth_c:.1%} are in C.")
print(f"{has_app.sum():,} of them have an account in the app and spend {truth_app:,.0f}.")

# %% [markdown]
# ## Follow the accounts they follow
#
# **The question.** A program starts with ten accounts and reads whom they follow. It takes all of
# those, then all whom those follow, until nobody is new. Has it found everybody? (**T6**)
#
# The program reads waves in order and notes in which wave it found each account. `follows` holds
# two arrays: account `i` follows `indices[indptr[i] : indptr[i + 1]]`.

# %%
show_source(network.scrape)

# %% [markdown]
# **Your guess.** The share of all accounts that it has found when it stops.

# %%
my_guess = 0.98  # share of accounts, edit me

# %% [markdown]
# **Measure.** The seeds are the first ten people to open the app today.

# %%
rng = np.random.default_rng([SEED, 1])
seeds = chosen.convenience(city.wait, 10, rng)
found, wave = network.scrape(city.follows, seeds, N)
share_found = len(found) / has_app.sum()
print(f"{len(found):,} accounts in {wave.max()} waves: {share_found:.1%} of all")

# %%
crawl = pd.DataFrame({"wave": wave, "spend": spend[found]}).groupby("wave")["spend"]
size = crawl.size()
large = size[size >= 1_000].index
by_wave = 100 * (crawl.mean()[large] / truth_app - 1)
fig, (left, right) = figures.new(
    title="The crawler stops short of everybody, and finds big spenders before small ones",
    xlabel="wave",
    columns=2,
)
left.plot(size.cumsum() / has_app.sum(), "o-", ms=4)
left.set(ylabel="accounts found, share of all", ylim=(0, 1.1), xticks=range(0, 16, 3))
figures.mark_guess(left, y=my_guess)
right.plot(by_wave, "o-", ms=4, color=figures.ORANGE)
right.set(ylabel="their mean spend, error in %", xlim=(0, 14.5), xticks=range(0, 16, 3))
figures.mark_truth(right, y=0, label="mean of all accounts")
first, last = large[0], large[-1]
figures.show(
    fig,
    caption=f"The crawl ends with {share_found:.0%} of the accounts. Wave {first} spends "
    f"{by_wave[first]:+.0f} % against the mean of all accounts, wave {last} "
    f"{by_wave[last]:+.0f} %. At the right, waves of less than 1,000 accounts "
    "are left out: their means are mostly noise.",
    alt="Left, the share of accounts found rises wave by wave and levels off well below one. "
    "Right, the mean spend by wave falls from far above that of all accounts to below it.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "a crawl that finds nobody new has missed a part of the accounts",
    measured=1 - share_found,
    at_least=0.15,
    unit="of all accounts",
)

# %% [markdown]
# **Why.** Look at a small town: accounts of people under 45 in Riverton's smallest district. The
# picture shows the largest piece of it that hangs together; whom they follow elsewhere, and who
# follows them from there, is left out. The three most active are the seeds.

# %%
smallest = city.district == np.bincount(city.district).argmin()
town = np.flatnonzero(smallest & has_app & (people["age"] < 45))
ties = load_followings()
ties = ties[ties["follower"].isin(town) & ties["followed"].isin(town)]
graph = nx.DiGraph(ties.to_numpy().tolist())
graph = graph.subgraph(max(nx.weakly_connected_components(graph), key=len))
drawn = np.array(sorted(graph))
print(f"{len(drawn)} of the town's {len(town)} accounts hang together")

town_seeds = people.loc[drawn, "activity"].nlargest(3).index
in_town, its_wave = network.scrape(neighbours(ties, N, directed=True), town_seeds, N)
wave_of = pd.Series(its_wave, in_town).reindex(drawn)  # NaN: never found
rings = wave_of.isna().to_numpy()
unfollowed = rings & np.array([graph.in_degree(i) == 0 for i in drawn])

# %%
place = nx.kamada_kawai_layout(graph.to_undirected())
x, y = np.array([place[i] for i in drawn]).T
fig, ax = figures.new(title="No path of arrows leads from the seeds to the rings", size=(7.6, 4.6))
ax.axis("off")
nx.draw_networkx_edges(
    graph, place, ax=ax, edge_color="#B5B5B5", arrowsize=7, node_size=34, width=0.7
)
for some, colour in ((rings, figures.GREY), (unfollowed, figures.ORANGE)):
    ax.scatter(x[some], y[some], s=34, c="white", ec=colour, lw=1.5, zorder=3)
filled = ax.scatter(
    x[~rings], y[~rings], c=wave_of[~rings], s=np.where(wave_of[~rings] == 0, 90, 38),
    cmap="viridis_r", ec="#222222", lw=0.6, zorder=4,
)  # fmt: skip
fig.colorbar(filled, ax=ax, label="found in wave (0: seed)", shrink=0.6, pad=0.01)
figures.show(
    fig,
    caption=f"Filled: the {(~rings).sum()} accounts that the crawl finds. Orange rings: the "
    f"{unfollowed.sum()} that nobody here follows. Grey rings: {(rings & ~unfollowed).sum()} whose "
    "followers are all out of reach themselves.",
    alt="A graph of some ninety accounts with arrows from follower to followed. Filled dots, "
    "darker with each wave, lie in the middle; orange rings, which no arrow points at, lie mostly "
    "at the edge.",
)

# %% [markdown]
# An account that nobody follows cannot be found by following, from whichever seeds. Apart from its
# tiny chance of being a seed, its inclusion probability is zero: a **structural zero**. No number
# of repetitions and no weight brings it in. (And people without the app have no account at all.)
# See it in the whole city: 300 scrapes of 2,000 accounts, each from ten new seeds. How often is an
# account found, by the number of its followers? Seeds are not counted. Here and below ± stands for
# two **Monte Carlo standard errors**: how far off the number may be because the draws are only so
# many.

# %%
followers = np.bincount(city.follows[1], minlength=N)
edges = [0, 1, 2, 5, 10, 30]
names = ["0", "1", "2 to 4", "5 to 9", "10 to 29", "30 and more"]
label = np.digitize(followers, edges) - 1
accounts = np.bincount(label[has_app])

counts, means = [], []
for k in range(300):
    rng = np.random.default_rng([SEED, 2, k])
    seeds = chosen.convenience(city.wait, 10, rng)
    ids, wave = network.scrape(city.follows, seeds, 2_000)
    counts.append(np.bincount(label[ids[wave > 0]], minlength=6) / accounts)
    means.append(spend[ids].mean())

chance = 100 * np.mean(counts, axis=0)
noise = 2 * 100 * np.std(counts, axis=0, ddof=1) / np.sqrt(300)
print(f"By lot each would be found in {2_000 / has_app.sum():.2%} of the samples.")
pd.DataFrame(
    {
        "accounts": accounts,
        "found, % of scrapes": [f"{c:.3f} ± {e:.3f}" for c, e in zip(chance, noise, strict=True)],
    },
    index=pd.Index(names, name="followers"),
)

# %%
off = np.mean(means) / truth_app - 1
print(f"The mean spend of such a scrape is off by {off:+.1%} against all accounts,")
print(f"and they by {truth_app / truth - 1:+.1%} against the city.")

# %% tags=["claim-T6"]
claim(
    "T6",
    "no scrape of 300 finds an account that nobody follows",
    measured=round(chance[0] * accounts[0] * 3),
    equals=0,
    unit="accounts found",
)
claim(
    "T6",
    "accounts with 30 followers and more are found far more often than those with one",
    measured=chance[5] / chance[1],
    at_least=10,
    unit="times as often",
)

# %% [markdown]
# Many followers, many ways in. Who is active online has more followers and also spends more, so the
# scrape leans to big spenders. The only chance is in the seeds; the rest is settled by the links.

# %% [markdown]
# ## Three coupons each
#
# **The question.** Not everybody has an account, but nearly everybody has a friend. You pay for an
# interview, and everybody who comes may bring three friends, each with a coupon. Who comes?
# (**T6**)
#
# Friendship goes both ways. Coupons are handed by lot to friends who have not come yet:

# %%
show_source(network.snowball)

# %% [markdown]
# **Your guess.** A person's number of friends is called their **degree**. What is the mean degree
# of those who come with a coupon, if the seeds are drawn by lot?

# %%
print(f"mean degree in the city: {degree.mean():.1f}; of gig workers: {degree[in_c].mean():.1f}")
my_guess = 15  # friends, edit me

# %% [markdown]
# **Measure.** Two kinds of seeds: ten by lot (for which you would need the list that you do not
# have), and ten gig workers, of group C. For each kind 100 snowballs of 2,000 people. The seeds in
# C belong to the one large piece of the network in which everybody can be reached from everybody;
# nearly all the others have no friend at all.

# %%
edges = np.ones(len(city.friends[1])), city.friends[1], city.friends[0]
piece = connected_components(csr_array(edges), directed=False)[1]
linked = piece == np.bincount(piece).argmax()
linked_c = np.flatnonzero(in_c & linked)
SEEDS = {
    "by lot": lambda rng: rng.choice(N, 10, replace=False),
    "in C": lambda rng: rng.choice(linked_c, 10, replace=False),
}
snowballs, rows = {}, []
for number, (name, draw_seeds) in enumerate(SEEDS.items()):
    snowballs[name] = []
    for k in range(100):
        rng = np.random.default_rng([SEED, 3, number, k])
        ids, wave = network.snowball(city.friends, draw_seeds(rng), 3, 2_000, rng)
        snowballs[name].append(ids)
        rows.append(pd.DataFrame({"seeds": name, "wave": wave, "degree": degree[ids]}))
        rows[-1]["C"] = in_c[ids]
everybody = pd.concat(rows)
waves = everybody.groupby(["seeds", "wave"], sort=False)[["degree", "C"]].mean()
full = [row["wave"].max() for row in rows]
print(f"the {len(full)} snowballs are full in wave {min(full)} at the earliest,")
print(f"in wave {max(full)} at the latest")

# %% [markdown]
# In the picture, the line *friends of friends* is the mean degree of whoever stands at the end of a
# friendship that is drawn by lot.

# %%
friends_of_friends = (degree**2).mean() / degree.mean()
fig, (left, right) = figures.new(
    title="From wave 1 on the well-connected come, and the seeds bring their own kind",
    xlabel="wave",
    columns=2,
    size=(7.6, 3.9),
)
for name, colour in zip(SEEDS, (figures.BLUE, figures.GREEN), strict=True):
    line = waves.loc[name].loc[:5]
    left.plot(line["degree"], "o-", ms=4, color=colour)
    right.plot(line["C"], "o-", ms=4, color=colour, label=f"seeds {name}")
left.set(ylabel="mean degree", ylim=(0, 29), xlim=(-1.7, 5.2), xticks=range(6))
figures.mark_truth(left, y=degree.mean(), label="everybody")
figures.mark_truth(left, y=friends_of_friends, label="friends of friends")
figures.mark_guess(left, y=my_guess)
right.set(ylabel="share of C", ylim=(-0.03, 1.05), xlim=(-0.7, 5.2))
figures.mark_truth(right, y=truth_c)
fig.legend(loc="outside lower center", ncols=2, frameon=False)
c_share = {
    name: np.mean([in_c[ids].mean() for ids in samples]) for name, samples in snowballs.items()
}
with_coupon = everybody[everybody["wave"] > 0].groupby("seeds")["degree"].mean()
figures.show(
    fig,
    caption=f"From seeds by lot, people with a coupon have {with_coupon['by lot']:.1f} friends on "
    f"average, against {degree.mean():.1f} in the city. The share of C is {c_share['in C']:.1%} "
    f"from seeds in C and {c_share['by lot']:.1%} from seeds by lot; in the city {truth_c:.1%}.",
    alt="Left, mean degree by wave: seeds by lot start at the city's mean, and from wave 1 on lie "
    "near twice that. Right, the share of C: from seeds in C it falls from one, slowly, and is "
    "still far above the truth in wave 5; from seeds by lot it stays near the truth.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "from seeds by lot, those with a coupon have as many friends as friends of friends have",
    measured=with_coupon["by lot"] / friends_of_friends,
    between=(0.85, 1.15),
)
claim(
    "T6",
    "after 2,000 people the seeds still decide: share of C from seeds in C, against by lot",
    measured=c_share["in C"] / c_share["by lot"],
    at_least=5,
    unit="times",
)

# %% [markdown]
# **Why.** A coupon travels along a friendship. Somebody with d friends stands at the end of d
# friendships, so they are found d times as easily as somebody with one. Where the chance is
# proportional to d, the mean of d becomes
#
# $$\frac{\sum d \cdot d}{\sum d} = \frac{E[d^2]}{E[d]} = E[d] + \frac{\text{Var}(d)}{E[d]}$$
#
# which is more than $E[d]$ as soon as degrees differ. *Your friends have more friends than you do*
# (Feld, 1991).
#
# The second bias is another one. People have friends of their own kind: most friends of gig workers
# are gig workers. That is **homophily**. The sample looks large, but all of it descends from ten
# seeds, a few waves away. From seeds in C the degree, though above the city's mean, stays lower
# than from seeds by lot: gig workers stay among themselves, and have fewer friends than others.

# %% [markdown]
# ## One over the degree
#
# **The question.** If people come in proportion to their degree, weight each by one over it. When
# does that repair the sample? (**T6**)
#
# It is exact for another way of walking. A **random walk** goes from a person to one of the friends
# by lot, again and again, and may come back:

# %%
show_source(network.random_walks)

# %% [markdown]
# After many steps it is at each person in proportion to their degree, wherever it began. Theory
# says so where everybody can be reached from everybody, friendships go both ways, and people do not
# fall into two sides with friendships only between the sides (a walk would swap sides at each
# step). Try it on a real network: Zachary's karate club (1977), the 34 members of a university club
# and who spent time with whom, published data that ships with networkx. 20,000 walkers start from
# *one* member.

# %%
club = nx.karate_club_graph()
club_degree = np.array([club.degree(i) for i in club])
matrix = csr_array(nx.to_numpy_array(club, weight=None))

rng = np.random.default_rng([SEED, 4])
steps = network.random_walks((matrix.indptr, matrix.indices), np.zeros(20_000, int), 60, rng)

# %%
fig, axes = figures.new(
    title="A long walk forgets where it began, and visits in proportion to the degree",
    xlabel="degree",
    columns=2,
)
for ax, step in zip(axes, (2, 60), strict=True):
    visits = np.bincount(steps[step - 1], minlength=34) / 200
    ax.plot([0, 18], [0, 1800 / club_degree.sum()], color=figures.GREY, lw=1.2)
    ax.scatter(club_degree, visits, s=22, zorder=3)
    ax.set(ylabel=f"walkers there after {step} steps (%)", xlim=(0, 18.5), ylim=(-1, None))
theory = 100 * club_degree.max() / club_degree.sum()
figures.show(
    fig,
    caption="Each dot is a member of the karate club; the grey line is proportion to the degree. "
    f"After 60 steps {visits[33]:.1f} % of the walkers are at the member with most friends, and "
    f"theory says {theory:.1f}.",
    alt="Left, after two steps the 34 dots are scattered far from the grey line. Right, after "
    "sixty steps all lie on it, a straight line through the origin.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "in the karate club walkers come to have as many friends as friends of friends have",
    measured=club_degree[steps[-1]].mean() * club_degree.mean() / (club_degree**2).mean(),
    between=(0.95, 1.05),
)

# %% [markdown]
# So weights of 1/degree repair a long walk. The weighted mean
#
# $$\frac{\sum y_i / d_i}{\sum 1 / d_i}$$
#
# is called **RDS-II** (Volz and Heckathorn, 2008), after *respondent-driven sampling*, in which
# people recruit each other with coupons. In the field nobody walks thousands of steps. The weights
# are put on what there is.
#
# **Your guess.** Snowballs from seeds in C hold the share of C printed here. What is the share
# after weighting each person by 1/degree?

# %%
print(f"share of C: in the city {truth_c:.1%}, in snowballs from C {c_share['in C']:.1%}")
my_guess = 15  # %, edit me


# %%
def rds(values, ids):
    return hajek(values[ids], 1 / degree[ids])  # the weighted mean above


# %% [markdown]
# **Measure.** The walks start in C as well: ten at a time, of 20 steps and of 2,000 steps. All
# steps of a walk are used, the first ones too.


# %%
def walks(length, rng):
    ten = rng.choice(linked_c, 10, replace=False)
    return network.random_walks(city.friends, ten, length, rng).ravel()


SAMPLES = {
    "snowball, seeds by lot": snowballs["by lot"],
    "snowball, seeds in C": snowballs["in C"],
}
for length in (20, 2_000):
    rngs = [np.random.default_rng([SEED, 5, length, k]) for k in range(100)]
    SAMPLES[f"walks of {length:,} steps from C"] = [walks(length, rng) for rng in rngs]


# %%
def estimates(ids):
    ids = ids[degree[ids] > 0]  # a seed without a friend has no weight
    c = in_c[ids].mean(), rds(in_c, ids)
    mean = spend[ids].mean() / truth - 1, rds(spend, ids) / truth - 1
    return 100 * np.array([*c, *mean])


COLUMNS = ["C %", "C %, 1/degree", "spend, error %", "spend, error %, 1/degree"]
each = {name: [estimates(ids) for ids in samples] for name, samples in SAMPLES.items()}
repaired = pd.DataFrame({name: np.mean(e, axis=0) for name, e in each.items()}, COLUMNS).T
noise = pd.DataFrame({name: np.std(e, axis=0) / 5 for name, e in each.items()}, COLUMNS).T
print(f"truth: C {truth_c:.1%}; ± two Monte Carlo standard errors of 100 samples")
repaired.map("{:.1f} ± ".format) + noise.map("{:.1f}".format)

# %%
fig, axes = figures.new(
    title="1/degree mends long walks, and harms a snowball from C", columns=2, size=(7.6, 2.9)
)
goals = {"share of C (%)": truth_c * 100, "error of the mean spend (%)": 0}
for number, (ax, (label, goal)) in enumerate(zip(axes, goals.items(), strict=True)):
    pairs = repaired[COLUMNS[2 * number : 2 * number + 2]].to_numpy()
    for row, (before, after) in enumerate(pairs):
        ax.plot([before, after], [-row, -row], color=figures.GREY, lw=1.2)
        ax.plot(before, -row, "o", color=figures.ORANGE)
        ax.plot(after, -row, "o", color=figures.GREEN)
    ax.set(xlabel=label, ylim=(-3.6, 1.1), yticks=-np.arange(4), yticklabels=[])
    figures.mark_truth(ax, x=goal)
axes[0].set_yticklabels(repaired.index)
figures.mark_guess(axes[0], x=my_guess)
worse = repaired.loc["snowball, seeds in C"]
long = repaired.loc["walks of 2,000 steps from C"]
figures.show(
    fig,
    caption=f"From plain (orange) to weighted (green). Snowballs from C go from "
    f"{worse.iloc[0]:.0f} % to {worse.iloc[1]:.0f} % of C. The mean spend of walks of 2,000 steps "
    f"goes from {long.iloc[2]:+.1f} % to {long.iloc[3]:+.1f} %.",
    alt="Two panels of four rows, each with a plain and a weighted dot. For snowballs and short "
    "walks that start in C the weighted dot lies farther from the truth in both panels; for the "
    "others it lies on the truth in the mean spend.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "1/degree repairs long walks: the bias of their mean spend shrinks",
    measured=abs(long.iloc[3] / long.iloc[2]),
    at_most=0.2,
    unit="of the bias is left",
)
claim(
    "T6",
    "on snowballs from C the same weights raise the share of C, already far too large",
    measured=worse.iloc[1] / worse.iloc[0],
    at_least=1.1,
    unit="times",
)
claim(
    "T6",
    "short walks from C, weighted, still hold several times too many of C",
    measured=repaired.loc["walks of 20 steps from C"].iloc[1] / (100 * truth_c),
    at_least=4,
    unit="times the truth",
)

# %% [markdown]
# **Why.** The weights take for granted that nothing but the degree decides. Where the seeds were
# drawn by lot that is nearly so, and they mend the spend of a snowball as well. From seeds in C it
# is not. Gig workers have fewer friends than others, so each gets more weight, in a sample that
# already holds too many of them. Look at the spend there: two biases, the well-connected and the
# gig workers, nearly cancelled, and the repair of one lays the other bare.
#
# How long do the seeds last? Let 20,000 walkers start in C, and look at where they are:

# %%
rng = np.random.default_rng([SEED, 6])
many = network.random_walks(city.friends, rng.choice(linked_c, 20_000), 50, rng)
pd.DataFrame(
    {
        step: [in_c[many[step - 1]].mean(), rds(in_c, many[step - 1])]
        for step in (1, 2, 5, 10, 20, 30, 50)
    },
    index=["share of C", "share of C, 1/degree"],
).round(3).rename_axis(columns="step")

# %% [markdown]
# It takes tens of steps until the seeds are forgotten. The snowballs above were full in wave five,
# so nobody in them is more than five steps away from a seed. Fewer coupons make longer chains, and
# one may throw the first steps away; each of those is an interview that somebody paid for. The
# walks of 2,000 steps above kept theirs, and, weighted, hold a little too many of C.
#
# **Where it stops being true.** Whoever is not linked to the large piece never comes. And the
# weights need each person's true degree: in the field people are asked how many friends they have,
# and guess.

# %%
print(f"{(~linked).sum():,} people are not linked to the large piece, {(degree == 0).sum():,} of")
print("them without a friend; without them all the mean spend is off by", end=" ")
print(f"{spend[linked].mean() / truth - 1:+.2%}")

# %% [markdown]
# ## Where nobody has a list
#
# **The question.** You want to know what gig workers spend, and there is no list of gig workers.
# Suppose you may contact 1,000 people. Do you draw them by lot, if somebody lends you the city's
# register, or by coupons from five gig workers that you happen to know? (**T6**, its limit)
#
# **Your guess.** By lot the error is known before you start: the spread of spend within C, over the
# square root of the number found. How large is it by coupons, weighted by 1/degree? Take the root
# of the mean squared error (RMSE), which counts bias and spread together.

# %%
within, spread = spend[in_c].mean(), spend[in_c].std()
print(f"by lot: {1_000 * truth_c:.0f} gig workers among 1,000, and an RMSE of about")
print(f"{spread / within / np.sqrt(1_000 * truth_c):.0%} of the mean spend within C")
my_guess = 20  # %, edit me

# %% [markdown]
# **Measure.** The gig workers that you happen to know are among the active ones, those who open the
# app. You look at the estimate of the mean spend *within* C as the contacts go on.

# %%
waits = np.where(in_c & linked, city.wait, np.inf)  # only gig workers are seeds


def by_lot(rng):
    return rng.choice(N, 1_000, replace=False)


def by_coupons(rng):
    five = chosen.convenience(waits, 5, rng)
    return network.snowball(city.friends, five, 3, 1_000, rng)[0]


WAYS = {
    "by lot": (by_lot, np.ones(N)),
    "coupons": (by_coupons, np.ones(N)),
    "coupons, 1/degree": (by_coupons, 1 / np.maximum(degree, 1)),
}
rounds = []
for name, (draw, weights) in WAYS.items():
    for k in range(300):
        ids = draw(np.random.default_rng([SEED, 7, k]))
        for contacts in range(300, 1_001, 100):
            c = ids[:contacts][in_c[ids[:contacts]]]
            error = 100 * (hajek(spend[c], weights[c]) / within - 1)
            rounds.append((name, contacts, len(c), error))
rounds = pd.DataFrame(rounds, columns=["way", "contacts", "found", "error"])
rounds["square"] = rounds["error"] ** 2

# %%
at_the_end = rounds[rounds["contacts"] == 1_000].groupby("way", sort=False)
rare = pd.DataFrame({"C found": at_the_end["found"].mean()})
rare["bias %"] = at_the_end["error"].mean()
rare["spread %"] = at_the_end["error"].std(ddof=1)
rare["RMSE %"] = np.sqrt(at_the_end["square"].mean())
rare.round(1)

# %%
fig, ax = figures.new(
    title="Coupons from five who belong beat the lottery, once weighted by 1/degree",
    xlabel="people contacted",
    ylabel="mean spend within C, RMSE in %",
)
rmse = np.sqrt(rounds.groupby(["way", "contacts"])["square"].mean())
for name in WAYS:
    ax.plot(rmse[name], "o-", ms=4, label=name)
ax.set(xlim=(280, 1_005), ylim=(0, None))
figures.mark_guess(ax, y=my_guess)
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"After 1,000 contacts the mean spend within C has an RMSE of "
    f"{rare.loc['by lot', 'RMSE %']:.1f} % by lot and of "
    f"{rare.loc['coupons, 1/degree', 'RMSE %']:.1f} % by weighted coupons, which found "
    f"{rare.loc['coupons', 'C found']:.0f} of C where the lottery found "
    f"{rare.loc['by lot', 'C found']:.0f}.",
    alt="RMSE against people contacted: the line of the lottery falls from the top and ends near "
    "that of plain coupons; the line of weighted coupons lies far below both.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "among as many contacts, coupons from five of C find many more of C than the lottery",
    measured=rare.loc["coupons", "C found"] / rare.loc["by lot", "C found"],
    at_least=5,
    unit="times as many",
    limit=True,
)
claim(
    "T6",
    "and, weighted, they tell better than the lottery what those within C spend",
    measured=rare.loc["coupons, 1/degree", "RMSE %"] / rare.loc["by lot", "RMSE %"],
    at_most=0.8,
    unit="of the lottery's RMSE",
    limit=True,
)

# %% [markdown]
# **Why.** The bias of the seeds is a bias towards C. Where the question is about C alone, that is
# no bias but a way in. The degree is most of what remains, and the weights mend that. The same
# coupons cannot tell how *large* C is: that takes the lottery, or walks long enough to forget their
# seeds. And if there is no register either, the row *by lot* does not exist. Then you use links,
# and say whom they cannot reach.

# %% [markdown]
# ## Side by side
#
# The methods of this lesson, and a lottery, are put into one frame: 300 samples of 2,000, the error
# of the mean spend, the share of 95 % intervals that contain the truth, and what it costs at the
# city's made-up prices. Of those along links, all but *snowball from C* start from the first ten to
# open the app. The walks are ten of 200 steps. Nobody set their chances, but they are independent
# of one another, so the spread *between* the ten stands in for a design's variance (nine degrees of
# freedom).

# %%
by_name = city.methods()
coupon = by_name["snowball"].price
linked_app = np.where(linked, city.wait, np.inf)


def weighted_snowball(rng):
    ids = by_name["snowball"].draw(rng).ids
    ids = ids[degree[ids] > 0]
    return compare.Drawn(ids, 1 / degree[ids])


def snowball_from_c(rng):
    ids, _ = network.snowball(city.friends, SEEDS["in C"](rng), 3, 2_000, rng)
    return compare.Drawn(ids)


def walks_from_app(rng):
    starts = chosen.convenience(linked_app, 10, rng)
    visited = network.random_walks(city.friends, starts, 200, rng).ravel()
    which_walk = np.tile(np.arange(10), 200)
    return compare.Drawn(visited, 1 / degree[visited], cluster=which_walk)


listed = [
    by_name["simple random"],
    by_name["followings, scraped"],
    by_name["snowball"],
    compare.Method("snowball, 1/degree", compare.REPAIRED, weighted_snowball, coupon),
    compare.Method("snowball from C", compare.NO_CHANCE, snowball_from_c, coupon),
    compare.Method("walks, 1/degree", compare.BY_CHANCE, walks_from_app, coupon),
]
family = {method.name: method.family for method in listed}

# %% tags=["nbval-ignore-output"]
measured = compare.measure(
    listed,
    {"spend": spend, "C": in_c},
    city.district,
    repeats=300,
    seed=SEED,
    progress=lambda rounds: progress(rounds, "samples"),
)

# %%
table = compare.summary(measured, "spend", truth)
about_c = compare.summary(measured, "C", truth_c)
shown = methods.shown(table).drop(columns="n")
walked = table.loc["walks, 1/degree"]
shown["share of C"] = (truth_c * (1 + about_c["bias %"] / 100)).round(3)
shown

# %% [markdown]
# After ± stand two Monte Carlo standard errors. *Naive* intervals take the sample as drawn by lot,
# *design* ones use the design's own variance, and the walks the spread between them; *none* means
# that there is nothing to compute it from. The branches of a snowball compete for the same people,
# and where it leans no interval knows it. In the picture blue has a variance, orange has none,
# green is repaired by weights; a bar covers the middle 95 % of the estimates.

# %%
fig, _ = methods.bias_and_spread(
    table, family, title="Links lean to big spenders; 1/degree takes most of that away"
)
figures.show(
    fig,
    caption=f"Error of the mean spend. Scraped followings are off by "
    f"{table.loc['followings, scraped', 'bias %']:+.0f} %, snowballs by "
    f"{table.loc['snowball', 'bias %']:+.0f} %, weighted walks by "
    f"{walked['bias %']:+.1f} %. The share of C in snowballs from C is "
    f"{shown.loc['snowball from C', 'share of C']}, and their mean spend looks fine.",
    alt="Six rows, a dot for the bias and a bar for the spread of each method. Simple random "
    "sampling and weighted walks lie around the truth; scraping and the plain snowball lie to "
    "its right.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "intervals from the spread between independent walks hit about as often as they promise",
    measured=walked["hit, design"],
    at_least=0.85,
)
claim(
    "T6",
    "intervals as if simple random hit less often",
    measured=walked["hit, naive"],
    at_most=0.92,
)

# %% [markdown]
# Who is in them? Count over repeated draws, by degree, and hold it against what theory says of long
# walks. A walk may come to somebody twice; each visit counts, so for walks and for theory these are
# mean visits per person, in %. By lot the chance is 1 % for everybody.

# %%
edges = [0, 1, 5, 10, 20, 50]
by_degree = np.digitize(degree, edges) - 1
names = ["0", "1 to 4", "5 to 9", "10 to 19", "20 to 49", "50 and more"]
columns = {
    method.name: compare.chances(method, by_degree, repeats=100, seed=SEED)["measured"]
    for method in [by_name["snowball"], listed[-1]]
}
columns["in proportion to degree"] = np.bincount(
    by_degree, 2_000 * degree / degree.sum()
) / np.bincount(by_degree)
chances = 100 * pd.DataFrame(columns)
chances.index = pd.Index(names, name="degree")
chances.round(2).rename_axis(columns="chance in %")

# %% [markdown]
# In a city of 200,000 a snowball of 2,000 comes in proportion to the degree, too. So the weights
# mend that part of its bias, and most of what is left in the table of methods (*snowball,
# 1/degree*) comes from its seeds, who are active in the app.
#
# *Matters* means: goes with what you ask about.
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | simple random | all alike, from a list | no list; a rare group | a number for all |
# | scraping | all whom they follow | fame matters; some have no followers | the well-known |
# | snowball | who comes brings friends | degree or seeds matter | to find one kind |
# | snowball, 1/degree | each counts 1/degree | the seeds matter | a mean within that kind |
# | walks, 1/degree | long chains, by lot | chains short, degrees wrong | no list, and patience |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T6", "accounts that a finished crawl has missed", f"{1 - share_found:.0%}"),
        ("T6", "accounts that nobody follows", f"{accounts[0] / has_app.sum():.0%}"),
        ("T6", "share of C: truth; snowballs from C; weighted",
         f"{truth_c:.1%}; {worse.iloc[0]:.1f} %; {worse.iloc[1]:.1f} %"),
        ("T6", "error of mean spend, long walks: plain; weighted",
         f"{long.iloc[2]:+.1f} %; {long.iloc[3]:+.1f} %"),
        ("T6", "walks, intervals that hit: naive; between walks",
         f"{walked['hit, naive']:.0%}; {walked['hit, design']:.0%}"),
        ("T6 limit", "RMSE of the mean spend in C: by lot; by coupons",
         f"{rare.loc['by lot', 'RMSE %']:.1f} %; {rare.loc['coupons, 1/degree', 'RMSE %']:.1f} %"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** A crawl, a friend-of-a-friend panel, a dataset grown from "related items": each is a
# sample along links. Write down the seeds, the direction of the links, and how many waves were
# taken. Ask who has no link that leads to them. Keep everybody's degree: without it no weight can
# mend the bias of the well-connected. Use several seeds of different kinds, and look whether the
# estimates still differ by seed: if they do, the chains are too short. Use links to *find* a rare
# kind, and a lottery to count it.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each statistical bound above would fail by chance less than once in a million
# runs, by theory or by many repetitions. That no account without followers is found, and that a
# crawl misses them, does not hang on chance at all.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/03_sampling_through_a_network.ipynb) has three
# tasks: write the scraper, find out whom it can never reach, and compute RDS-II.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   section on sampling.
# - Scott Feld, "Why your friends have more friends than you do", *American Journal of Sociology*
#   96(6), 1991.
# - Leo Goodman, "Snowball sampling", *Annals of Mathematical Statistics* 32(1), 1961: with seeds
#   drawn by lot, for counting ties rather than people.
# - Douglas Heckathorn, "Respondent-driven sampling: a new approach to the study of hidden
#   populations", *Social Problems* 44(2), 1997: the coupons.
# - Erik Volz and Douglas Heckathorn, "Probability based estimation theory for respondent driven
#   sampling", *Journal of Official Statistics* 24(1), 2008: RDS-II.
# - Sharad Goel and Matthew Salganik, "Assessing respondent-driven sampling", *PNAS* 107(15), 2010.
# - Wayne Zachary, "An information flow model for conflict and fission in small groups", *Journal of
#   Anthropological Research* 33(4), 1977; in networkx as
#   [karate_club_graph](https://networkx.org/documentation/stable/reference/generated/networkx.generators.social.karate_club_graph.html).
