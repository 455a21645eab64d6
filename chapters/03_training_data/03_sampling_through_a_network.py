# %% [markdown]
# # Sampling through a network
#
# You let a crawler run until it finds nobody new, and it still has not found everybody. What you
# can repair of that, and what not, decides when links are a good way to people.
#
# **You will be able to** say whom a sample along links can never hold; tell the bias of the
# well-connected from the bias of the seeds; say when weights of one over the number of friends help
# and when they harm; choose between links and a lottery.
#
# **Time** 40 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb), for bias, spread and inclusion
# probability.

# %% [markdown]
# ## When you have no list
#
# A lottery needs a list of everybody. Often there is none. You have a few people, and you can see
# whom they know. **Snowball sampling** finds its next people through the ones it has. It begins
# with a few **seeds**; whoever is found through a seed is in **wave** 1, whoever is found through
# wave 1 is in wave 2, and so on. One claim of the course's [ledger](../LEDGER.md) is tested:
#
# - **T6**: snowball sampling finds its next samples through the ones it has, as a scraper follows
#   accounts. Its *limit*: where nobody has a list, it is the only practical way.
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
from scipy.stats import chi2
from scipy.stats import t as student

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
print(f"{N:,} people, {has_app.sum():,} of them with an account in the app;")
print(f"mean spend {truth:,.0f} crowns a month, share of C {truth_c:.1%}")

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
by_wave = 100 * (crawl.mean()[large] / truth - 1)
fig, (left, right) = figures.new(
    title="The crawler stops short of everybody, and comes to the big spenders first",
    xlabel="wave",
    columns=2,
)
left.plot(size.cumsum() / has_app.sum(), "o-", ms=4)
left.set(ylabel="accounts found, share of all", ylim=(0, 1.1), xticks=range(0, 16, 3))
figures.mark_guess(left, y=my_guess)
right.plot(by_wave, "o-", ms=4, color=figures.ORANGE)
right.set(ylabel="their mean spend, error in %", xlim=(0, 14.5), xticks=range(0, 16, 3))
figures.mark_truth(right, y=0, label="the city's mean")
first, last = large[0], large[-1]
figures.show(
    fig,
    caption=f"The crawl ends with {share_found:.0%} of the accounts. Waves of 1,000 accounts "
    f"and more at the right: those of wave {first} spend {by_wave[first]:+.0f} % against the city, "
    f"those of wave {last} {by_wave[last]:+.0f} %.",
    alt="Left, the share of accounts found rises wave by wave and levels off well below one. "
    " Right, the mean spend by wave falls from far above the city's to below it.",
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
# **Why.** Look at a small town: the people under 45 of Riverton's smallest district, and whom they
# follow within the town. The three most active are the seeds.

# %%
smallest = city.district == np.bincount(city.district).argmin()
town = np.flatnonzero(smallest & has_app & (people["age"] < 45))
ties = load_followings()
ties = ties[ties["follower"].isin(town) & ties["followed"].isin(town)]
graph = nx.DiGraph(ties.to_numpy().tolist())
graph = graph.subgraph(max(nx.weakly_connected_components(graph), key=len))
drawn = sorted(graph)
town_seeds = people.loc[drawn, "activity"].nlargest(3).index
town_follows = neighbours(ties, N, directed=True)
in_town, its_wave = network.scrape(town_follows, town_seeds, N)
wave_of = dict(zip(in_town.tolist(), its_wave.tolist(), strict=True))
unfollowed = [i for i in drawn if graph.in_degree(i) == 0]

# %%
place = nx.kamada_kawai_layout(graph.to_undirected())
x, y = np.array([place[i] for i in drawn]).T
reached = np.array([i in wave_of for i in drawn])
seed = np.isin(drawn, town_seeds)
nobody = np.isin(drawn, unfollowed) & ~reached
colour = np.array([wave_of.get(i, 0) for i in drawn])
title = "No arrow points at them, so no path leads to them"
fig, ax = figures.new(title=title, size=(7.6, 4.6))
ax.axis("off")
nx.draw_networkx_edges(
    graph, place, ax=ax, edge_color="#B5B5B5", arrowsize=7, node_size=34, width=0.7
)
ax.scatter(x[nobody], y[nobody], s=34, c="white", ec=figures.ORANGE, lw=1.6, zorder=3)
others = ~reached & ~nobody
ax.scatter(x[others], y[others], s=34, c="white", ec=figures.GREY, lw=1.2, zorder=3)
dots = ax.scatter(
    x[reached], y[reached], s=np.where(seed, 90, 38)[reached], c=colour[reached],
    cmap="viridis_r", ec="#222222", lw=0.6, zorder=4,
)  # fmt: skip
fig.colorbar(dots, ax=ax, label="found in wave (0: seed)", shrink=0.6, pad=0.01)
figures.show(
    fig,
    caption=f"Filled: the {reached.sum()} accounts that the crawl finds. Orange rings: the "
    f"{nobody.sum()} that nobody follows. Grey rings: {others.sum()} whose followers are all out "
    "of reach themselves.",
    alt="A graph of some ninety accounts with arrows from follower to followed. Filled dots, "
    "darker with each wave, lie in the middle; orange rings, which no arrow points at, lie mostly "
    "at the edge.",
)

# %% [markdown]
# An account that nobody follows cannot be found by following, from whichever seeds. Its inclusion
# probability is zero, unless it is a seed: a **structural zero**. No number of repetitions and no
# weight brings it in. (And people without the app have no account at all.) See it in the whole
# city: 300 scrapes of 2,000 accounts, each from ten new seeds. How often is an account found, by
# the number of its followers?

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

chance = np.mean(counts, axis=0)
error = np.std(counts, axis=0, ddof=1) / np.sqrt(300)
pd.DataFrame(
    {
        "accounts": accounts,
        "found, % of scrapes": (100 * chance).round(3),
        "error of that": (100 * error).round(3),
        "by lot it would be": np.full(6, 100 * 2_000 / has_app.sum()).round(3),
    },
    index=pd.Index(names, name="followers"),
)

# %%
off = np.mean(means) / truth - 1
print(f"The mean spend of such a scrape is off by {off:+.1%} on average")

# %% tags=["claim-T6"]
claim(
    "T6",
    "no scrape of 300 finds an account that nobody follows",
    measured=round(chance[0] * accounts[0] * 300),
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
# scrape leans to big spenders. Nothing in this is chance of your making: once the seeds are there,
# all is settled.

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
# **Your guess.** A person's number of friends is called their **degree**. The mean in the city is
# printed here. What is the mean degree of those who come with a coupon?

# %%
print(f"mean degree in the city: {degree.mean():.1f}")
my_guess = 15  # friends, edit me

# %% [markdown]
# **Measure.** Three kinds of seeds: ten by lot (for which you would need the list that you do not
# have), the first ten to open the app, and ten gig workers, of group C. For each kind 100
# snowballs of 2,000 people.

# %%
c_with_friend = np.flatnonzero(in_c & (degree > 0))
SEEDS = {
    "by lot": lambda rng: rng.choice(N, 10, replace=False),
    "from the app": lambda rng: chosen.convenience(city.wait, 10, rng),
    "in C": lambda rng: rng.choice(c_with_friend, 10, replace=False),
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

# %%
friends_of_friends = (degree**2).mean() / degree.mean()
fig, (left, right) = figures.new(
    title="From wave 1 on the well-connected come, and the seeds bring their own kind",
    xlabel="wave",
    columns=2,
    size=(7.6, 3.9),
)
colours = [figures.BLUE, figures.ORANGE, figures.GREEN]
for name, colour in zip(SEEDS, colours, strict=True):
    line = waves.loc[name].loc[:5]
    left.plot(line["degree"], "o-", ms=4, color=colour)
    right.plot(line["C"], "o-", ms=4, color=colour, label=name)
left.set(ylabel="mean degree", ylim=(0, 31))
figures.mark_truth(left, y=degree.mean(), label="everybody")
figures.mark_truth(left, y=friends_of_friends, label="E[d²] / E[d]")
figures.mark_guess(left, y=my_guess)
right.set(ylabel="share of C", ylim=(-0.03, 1.05), xlim=(-0.25, 5))
figures.mark_truth(right, y=truth_c)
figures.label_lines(right)
c_share = {
    name: np.mean([in_c[ids].mean() for ids in samples]) for name, samples in snowballs.items()
}
with_coupon = everybody[everybody["wave"] > 0].groupby("seeds")["degree"].mean()
figures.show(
    fig,
    caption=f"From seeds by lot, people with a coupon have {with_coupon['by lot']:.1f} friends on "
    f"average, against {degree.mean():.1f} in the city. The share of C is {c_share['in C']:.1%} "
    f"from seeds in C and {c_share['from the app']:.1%} from the app; in the city {truth_c:.1%}.",
    alt="Left, mean degree by wave: seeds by lot start at the city's mean, and from wave 1 on lie "
    "near twice that. Right, the share of C: from seeds in C it falls from one, slowly, and is "
    "still far above the truth in wave 5; from other seeds it stays near or below the truth.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "people who come with a coupon have about E[d²] / E[d] friends, as friends of friends do",
    measured=with_coupon["by lot"] / friends_of_friends,
    between=(0.85, 1.15),
)
claim(
    "T6",
    "after 2,000 people the seeds still decide: share of C from seeds in C, against the app",
    measured=c_share["in C"] / c_share["from the app"],
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
# (Feld, 1991). Try it on a real network: Zachary's karate club (1977), the 34 members of a
# university club and who spent time with whom, published data that ships with networkx.

# %%
club = nx.karate_club_graph()
club_degree = np.array([club.degree(i) for i in club])
pd.DataFrame(
    {
        "people": [N, len(club_degree)],
        "mean degree": [degree.mean(), club_degree.mean()],
        "E[d²] / E[d]": [friends_of_friends, (club_degree**2).mean() / club_degree.mean()],
        "without a friend": [(degree == 0).sum(), (club_degree == 0).sum()],
    },
    index=["Riverton", "karate club"],
).round(1)

# %% [markdown]
# The second bias is another one. People have friends of their own kind: most friends of gig workers
# are gig workers. That is **homophily**. The number of people looks large, but they all descend
# from ten seeds, a few waves away.

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
# says so for every connected network whose friendships go both ways and that is not split into two
# sides. Test it on the karate club. 20,000 walkers start from *one* member and take 60 steps.
# Beside it 5,000 snowballs of 10 members, from two seeds by lot, with two coupons each.

# %%
to_csr = csr_array(nx.to_numpy_array(club, weight=None))
club_friends = to_csr.indptr, to_csr.indices

rng = np.random.default_rng([SEED, 4])
steps = network.random_walks(club_friends, np.zeros(20_000, int), 60, rng)
visits = np.bincount(steps[-1], minlength=34)
expected = 20_000 * club_degree / club_degree.sum()
chi_square = ((visits - expected) ** 2 / expected).sum()

inside = np.zeros(34)
for _ in range(5_000):
    two = rng.choice(34, 2, replace=False)
    inside[network.snowball(club_friends, two, 2, 10, rng)[0]] += 1 / 5_000

# %%
fig, (left, right) = figures.new(
    title="A long walk visits in proportion to the degree, a snowball does not",
    xlabel="degree",
    columns=2,
)
line = np.array([0, 18])
left.plot(line, 100 * line / club_degree.sum(), color=figures.GREY, lw=1.2)
left.scatter(club_degree, 100 * visits / 20_000, s=22, zorder=3)
left.set(ylabel="walkers at the person (%)", xlim=(0, 18), ylim=(0, 12))
slope = inside.sum() / club_degree.sum()
right.plot(line, 100 * line * slope, color=figures.GREY, lw=1.2)
right.scatter(club_degree, 100 * inside, s=22, zorder=3, color=figures.ORANGE)
right.set(ylabel="snowballs with the person (%)", xlim=(0, 18), ylim=(0, 105))
per_friend = inside / club_degree
figures.show(
    fig,
    caption="Each dot is a member of the karate club; the grey line is proportion to the degree. "
    f"A walk is at the member with most friends in {100 * visits[33] / 20_000:.1f} % of the cases, "
    f"and theory says {100 * expected[33] / 20_000:.1f}. In snowballs the chance per friend "
    f"is up to {per_friend.max() / per_friend.min():.1f} times as large for one member as for "
    "another.",
    alt="Left, 34 dots lie on a straight line through the origin. Right, the dots rise with the "
    "degree as well, but lie above the line at the left and far below it at the right.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "walkers are at the 34 members in proportion to their degrees (33 degrees of freedom)",
    measured=chi_square,
    at_most=float(chi2.isf(1e-6, 33)),
    unit="chi-square",
)
claim(
    "T6",
    "in snowballs of 10 out of 34 the chance per friend differs between members",
    measured=per_friend.max() / per_friend.min(),
    at_least=1.7,
    unit="times",
)

# %% [markdown]
# In the small club ten are a large part of all. The best-connected are soon in, and cannot be in
# twice, so their chance falls behind their degree.
#
# Weights of 1/degree repair the long walk. The weighted mean
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
print(f"share of C: in the city {truth_c:.3f}, in snowballs from C {c_share['in C']:.3f}")
my_guess = 0.10  # share, edit me


# %%
def rds(values, ids):
    return hajek(values[ids], 1 / degree[ids])  # the weighted mean above


# %% [markdown]
# **Measure.** The walks start in C as well: ten at a time, of 20 steps, and of 2,000 steps. Seeds
# without a friend bring nobody and have no weight; they are left out. So are the few people who are
# friends with nobody in the large **component**, the part of the network in which everybody can be
# reached from everybody.

# %%
matrix = csr_array((np.ones(len(city.friends[1])), city.friends[1], city.friends[0]))
component = connected_components(matrix, directed=False)[1]
in_large = component == np.bincount(component).argmax()
print(f"outside of the large component: {(~in_large).sum():,} people, of whom")
print(f"{(degree == 0).sum():,} have no friend; without all of them the mean spend")
print(f"is off by {spend[in_large].mean() / truth - 1:+.2%}")


def walks(starts, length, rng):
    ten = rng.choice(starts, 10, replace=False)
    return network.random_walks(city.friends, ten, length, rng).ravel()


start_c = np.flatnonzero(in_c & in_large)
SAMPLES = {
    "snowball, seeds by lot": snowballs["by lot"],
    "snowball, seeds in the app": snowballs["from the app"],
    "snowball, seeds in C": snowballs["in C"],
}
for length in (20, 2_000):
    rngs = [np.random.default_rng([SEED, 5, length, k]) for k in range(100)]
    name = f"walks of {length:,} steps from C"
    SAMPLES[name] = [walks(start_c, length, rng) for rng in rngs]

rows, errors = {}, []
for name, samples in SAMPLES.items():
    samples = [ids[degree[ids] > 0] for ids in samples]
    plain = [(in_c[ids].mean(), spend[ids].mean() / truth - 1) for ids in samples]
    after = [(rds(in_c, ids), rds(spend, ids) / truth - 1) for ids in samples]
    rows[name] = [*np.mean(plain, axis=0), *np.mean(after, axis=0)]
    noise = np.std(np.hstack([plain, after]), axis=0, ddof=1) / np.sqrt(len(samples))
    errors.append(noise)
repaired = pd.DataFrame(rows, index=["C", "spend", "C, 1/degree", "spend, 1/degree"]).T
shown = repaired.copy()
for column in ("spend", "spend, 1/degree"):
    shown[column] = shown[column].map("{:+.1%}".format)
most = np.max(errors, axis=0)
print(f"Monte Carlo standard errors: of C at most {most[[0, 2]].max():.3f},")
print(f"of spend at most {most[[1, 3]].max():.1%}")
shown.round(3)

# %%
fig, ax = figures.new(
    title="1/degree mends long walks, and harms a snowball from C",
    xlabel="share of C",
    size=(7.6, 2.9),
)
pairs = repaired[["C", "C, 1/degree"]].to_numpy()
for row, (before, after) in enumerate(pairs):
    ax.annotate("", (after, -row), (before, -row),
                arrowprops={"arrowstyle": "-|>", "color": figures.GREY})  # fmt: skip
    ax.plot(before, -row, "o", color=figures.ORANGE)
    ax.plot(after, -row, "o", color=figures.GREEN)
ax.set(xlim=(0, 0.58), ylim=(-4.6, 1.1), yticks=-np.arange(5))
ax.set_yticklabels(repaired.index)
figures.mark_truth(ax, x=truth_c)
figures.mark_guess(ax, x=my_guess)
worse = repaired.loc["snowball, seeds in C"]
long = repaired.loc["walks of 2,000 steps from C"]
figures.show(
    fig,
    caption=f"From plain (orange) to weighted (green). Snowballs from C go from {worse['C']:.2f} "
    f"to {worse['C, 1/degree']:.2f}, where the truth is {truth_c:.3f}; walks of 2,000 steps from "
    f"{long['C']:.3f} to {long['C, 1/degree']:.3f}.",
    alt="Five rows with an arrow each from the plain to the weighted share of C. For snowballs "
    "and short walks that start in C the arrow leads away from the truth; the others are short "
    "and end near it.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "1/degree repairs long walks: the bias of their mean spend shrinks",
    measured=abs(long["spend, 1/degree"] / long["spend"]),
    at_most=0.2,
    unit="of the bias is left",
)
claim(
    "T6",
    "on snowballs from C the same weights raise the share of C, already far too large",
    measured=worse["C, 1/degree"] / worse["C"],
    at_least=1.1,
    unit="times",
)
claim(
    "T6",
    "short walks from C, weighted, still hold several times too many of C",
    measured=repaired.loc["walks of 20 steps from C", "C, 1/degree"] / truth_c,
    at_least=4,
    unit="times the truth",
)

# %% [markdown]
# **Why.** The weights take for granted that nothing but the degree decides. Where the seeds were
# drawn by lot that is nearly so, and they mend the spend of a snowball as well. From seeds in C it
# is not. Gig workers have fewer friends than others, so each gets more weight, in a sample that
# already holds too many of them. Look at the column *spend* there: two biases, the well-connected
# and the gig workers, nearly cancelled, and the repair of one lays the other bare.
#
# How long do the seeds last? Let 20,000 walkers start in C, and look at where they are:

# %%
rng = np.random.default_rng([SEED, 6])
many = network.random_walks(city.friends, rng.choice(start_c, 20_000), 50, rng)
pd.DataFrame(
    {
        step: [in_c[many[step - 1]].mean(), rds(in_c, many[step - 1]), truth_c]
        for step in (1, 2, 5, 10, 20, 30, 50)
    },
    index=["share of C", "share of C, 1/degree", "truth"],
).round(3).rename_axis(columns="step")

# %% [markdown]
# It takes tens of steps until the seeds are forgotten. A snowball with three coupons has reached
# 2,000 people after five or six. Fewer coupons make longer chains, and one may throw the first
# steps away; each of those is an interview that somebody paid for.
#
# **Where it stops being true.** People outside of the large component stay out for ever. They are
# few here, so the error is small. And the weights need each person's true degree: in the field
# people are asked how many friends they have, and guess.

# %% [markdown]
# ## Where nobody has a list
#
# **The question.** You want to know what gig workers spend, and there is no list of gig workers.
# Suppose you may contact 1,000 people. Do you draw them by lot, if somebody lends you the city's
# register, or by coupons from five gig workers that you happen to know? (**T6**, its limit)
#
# **Your guess.** The number of gig workers among the 1,000 by coupons.

# %%
print(f"by lot you expect {1_000 * truth_c:.0f} of them among 1,000")
my_guess = 100  # gig workers, edit me

# %% [markdown]
# **Measure.** The gig workers that you happen to know are among the active ones, those who open the
# app. You count how many of C are found as the contacts go on, and estimate the mean spend *within*
# C from those found: by lot plainly, by coupons weighted by 1/degree.

# %%
waits = np.where(in_c & (degree > 0), city.wait, np.inf)  # only gig workers come
within = spend[in_c].mean()
WAYS = {
    "coupons, seeds in C": lambda rng: network.snowball(
        city.friends, chosen.convenience(waits, 5, rng), 3, 1_000, rng
    )[0],
    "coupons, seeds in the app": lambda rng: network.snowball(
        city.friends, chosen.convenience(city.wait, 5, rng), 3, 1_000, rng
    )[0],
    "by lot": lambda rng: rng.choice(N, 1_000, replace=False),
}
hidden, paths = {}, {}
for number, (name, draw) in enumerate(WAYS.items()):
    rounds, curves = [], []
    for k in range(300):
        ids = draw(np.random.default_rng([SEED, 7, number, k]))
        curves.append(in_c[ids].cumsum())
        c = ids[in_c[ids]]
        tied = c[degree[c] > 0]  # without a friend there is no weight
        row = [len(c), np.nan, np.nan]
        if len(tied):
            row[1:] = spend[c].mean() / within - 1, rds(spend, tied) / within - 1
        rounds.append(row)
    hidden[name], paths[name] = np.array(rounds), np.mean(curves, axis=0)

# %%
rows = {}
for name, (per_round, weighted) in {
    "by lot": (hidden["by lot"], False),
    "coupons, seeds in C": (hidden["coupons, seeds in C"], False),
    "the same, 1/degree": (hidden["coupons, seeds in C"], True),
}.items():
    error = per_round[:, 2 if weighted else 1]
    rows[name] = {
        "C found": per_round[:, 0].mean(),
        "contacts for each": 1_000 / per_round[:, 0].mean(),
        "bias %": 100 * error.mean(),
        "spread %": 100 * error.std(ddof=1),
        "RMSE %": 100 * np.sqrt((error**2).mean()),
    }
rare = pd.DataFrame(rows).T
rare.round(1)

# %%
fig, ax = figures.new(
    title="A few who belong lead to the others; a lottery has to sift the whole city",
    xlabel="people contacted",
    ylabel="gig workers among them",
)
contacts = np.arange(1, 1_001)
for name, colour in zip(WAYS, colours[::-1], strict=True):
    ax.plot(contacts, paths[name], color=colour, label=name)
ax.set(xlim=(0, 1_000), ylim=(-8, None))
figures.mark_guess(ax, y=my_guess)
figures.label_lines(ax)
figures.show(
    fig,
    caption=f"Among 1,000 people there are {rare.loc['coupons, seeds in C', 'C found']:.0f} gig "
    f"workers by coupons from five of them, and {rare.loc['by lot', 'C found']:.0f} by lot.",
    alt="Gig workers found against people contacted: the line of coupons from seeds in C rises "
    "steeply and bends slowly; the lines of the lottery and of coupons from the app stay near "
    "the bottom.",
)

# %% tags=["claim-T6"]
claim(
    "T6",
    "coupons from five of C need a fraction of the lottery's contacts for each of C found",
    measured=rare.loc["by lot", "contacts for each"]
    / rare.loc["coupons, seeds in C", "contacts for each"],
    at_least=5,
    unit="times fewer",
    limit=True,
)
claim(
    "T6",
    "and, weighted, they tell better than the lottery what those within C spend",
    measured=rare.loc["the same, 1/degree", "RMSE %"] / rare.loc["by lot", "RMSE %"],
    at_most=0.8,
    unit="of the lottery's RMSE",
    limit=True,
)

# %% [markdown]
# **Why.** The bias of the seeds is a bias towards C. Where the question is about C alone, that is
# no bias but a way in, and the degree is what remains, which the weights mend. The same coupons
# cannot tell how *large* C is: that takes the lottery. And if there is no register either, the row
# *by lot* does not exist. Then you use links, and say whom they cannot reach.

# %% [markdown]
# ## Side by side
#
# Every method of this chapter is put into one frame: 300 samples of 2,000, the error of the mean
# spend, the share of 95 % intervals that contain the truth, and what it costs at the city's
# made-up prices. The interval is *naive*: computed as if the sample were simple random. Most
# methods here have no *design*, as nobody set the chances. So there is no formula to hold the
# spread against.
#
# The walks start from the app, ten of 200 steps, weighted by 1/degree. They are independent of one
# another, so the spread *between* the walks can stand in for a design.

# %%
by_name = city.methods()
coupon = by_name["snowball"].price
app_with_friend = np.where(degree > 0, city.wait, np.inf)


def weighted_snowball(rng):
    ids = by_name["snowball"].draw(rng).ids
    ids = ids[degree[ids] > 0]
    return compare.Drawn(ids, 1 / degree[ids])


def snowball_from_c(rng):
    ids, _ = network.snowball(city.friends, SEEDS["in C"](rng), 3, 2_000, rng)
    return compare.Drawn(ids)


def walks_from_app(rng):
    starts = chosen.convenience(app_with_friend, 10, rng)
    visited = network.random_walks(city.friends, starts, 200, rng).ravel()
    which_walk = np.tile(np.arange(10), 200)
    return compare.Drawn(visited, 1 / degree[visited], cluster=which_walk)


listed = [
    by_name["simple random"],
    by_name["followings, scraped"],
    by_name["snowball"],
    compare.Method("snowball, 1/degree", compare.REPAIRED, weighted_snowball, coupon),
    compare.Method("snowball from C", compare.NO_CHANCE, snowball_from_c, coupon),
    compare.Method("walks, 1/degree", compare.REPAIRED, walks_from_app, coupon),
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
shown = methods.shown(table)
shown["share of C"] = (truth_c * (1 + about_c["bias %"] / 100)).round(3)
shown

# %%
fig, _ = methods.bias_and_spread(
    table, family, title="Links lean to big spenders; 1/degree takes most of that away"
)
figures.show(
    fig,
    caption=f"Error of the mean spend. Scraped followings are off by "
    f"{table.loc['followings, scraped', 'bias %']:+.0f} %, snowballs by "
    f"{table.loc['snowball', 'bias %']:+.0f} %, weighted walks by "
    f"{table.loc['walks, 1/degree', 'bias %']:+.1f} %. The share of C in snowballs from C is "
    f"{shown.loc['snowball from C', 'share of C']}, and their mean spend looks fine.",
    alt="Six rows, a dot for the bias and a bar for the spread of each method. Simple random "
    "sampling and weighted walks lie around the truth; scraping and the plain snowball lie to "
    "its right.",
)

# %% [markdown]
# Who is in them? Count over repeated draws, by degree, and hold it against what theory says of long
# walks.

# %%
edges = [0, 1, 5, 10, 20, 50]
by_degree = np.digitize(degree, edges) - 1
names = ["0", "1 to 4", "5 to 9", "10 to 19", "20 to 49", "50 and more"]
columns = {
    method.name: compare.chances(method, by_degree, repeats=100, seed=SEED)["measured"]
    for method in [listed[0], listed[2], listed[5]]
}
columns["in proportion to degree"] = np.bincount(
    by_degree, 2_000 * degree / degree.sum()
) / np.bincount(by_degree)
chances = 100 * pd.DataFrame(columns)
chances.index = pd.Index(names, name="degree")
chances.round(2).rename_axis(columns="chance in %")

# %% [markdown]
# In a city of 200,000 a snowball of 2,000 comes in proportion to the degree, too. So the weights
# mend that part of its bias, and what is left in the table above comes from the seeds. Whoever has
# no friend comes as a seed or not at all, and no weight stands in for them. The little that is left
# for the walks is about what these people make of the mean.
#
# Are the intervals of the walks honest once the spread between walks is used? Ten walks leave nine
# degrees of freedom.

# %%
rounds = []
for k in range(1_000):
    drawn = walks_from_app(np.random.default_rng([SEED, 8, k]))
    mine = spend[drawn.ids]
    naive = mine.std(ddof=1) / np.sqrt(len(mine))
    rounds.append((hajek(mine, drawn.weights), naive, drawn.standard_error(mine)))
estimate, *errors = np.array(rounds).T
reach = {"as if simple random": 1.96, "between the walks": student.ppf(0.975, 9)}
coverage = pd.Series(
    {
        name: (abs(estimate - truth) <= times * error).mean()
        for (name, times), error in zip(reach.items(), errors, strict=True)
    }
)
print(f"spread of the 1,000 estimates: {estimate.std(ddof=1):.0f} crowns")
pd.DataFrame(
    {
        "standard error, mean": [error.mean() for error in errors],
        "95 % intervals that hit": coverage.round(2),
    },
    index=coverage.index,
).round({"standard error, mean": 0})

# %% tags=["claim-T6"]
claim(
    "T6",
    "intervals from the spread between independent walks hit about as often as they promise",
    measured=coverage["between the walks"],
    between=(0.9, 0.99),
)
claim(
    "T6",
    "intervals as if simple random hit less often",
    measured=coverage["as if simple random"],
    at_most=0.87,
)

# %% [markdown]
# For the snowball nothing of the kind exists: its branches compete for the same people, and where
# it leans no interval knows it. What people compute is a *bootstrap* along the chains (Salganik,
# 2006). Tried out on real networks, such intervals were much too narrow (Goel and Salganik, 2010).
#
# In the table, *it* is what you ask about.
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | simple random | all alike, from a list | no list; a rare group | a number for all |
# | scraping | all whom they follow | it goes with fame; no followers | the well-known |
# | snowball | who comes brings friends | it goes with degree or seeds | to find one kind |
# | snowball, 1/degree | weighted by 1/degree | it goes with seeds | a mean within that kind |
# | walks, 1/degree | long chains, by lot | chains short, degrees wrong | no list, and patience |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T6", "accounts that a finished crawl has missed", f"{1 - share_found:.0%}"),
        ("T6", "accounts that nobody follows", f"{accounts[0] / has_app.sum():.0%}"),
        ("T6", "friends: everybody; with a coupon",
         f"{degree.mean():.1f}; {with_coupon['by lot']:.1f}"),
        ("T6", "share of C: truth; snowballs from C; from the app",
         f"{truth_c:.3f}; {c_share['in C']:.3f}; {c_share['from the app']:.3f}"),
        ("T6", "snowballs from C, weighted by 1/degree", f"{worse['C, 1/degree']:.3f}"),
        ("T6", "mean spend, long walks: plain; weighted",
         f"{long['spend']:+.1%}; {long['spend, 1/degree']:+.1%}"),
        ("T6", "walks, intervals that hit: naive; between walks",
         f"{coverage.iloc[0]:.0%}; {coverage.iloc[1]:.0%}"),
        ("T6 limit", "contacts for each of C: by lot; by coupons",
         f"{rare.loc['by lot', 'contacts for each']:.1f}; "
         f"{rare.loc['coupons, seeds in C', 'contacts for each']:.1f}"),
        ("T6 limit", "RMSE of the mean spend in C: the same two",
         f"{rare.loc['by lot', 'RMSE %']:.1f} %; {rare.loc['the same, 1/degree', 'RMSE %']:.1f} %"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** A crawl, a friend-of-a-friend panel, a dataset grown from "related items": each is a
# sample along links. Write down the seeds, the direction of the links, and how many waves were
# taken. Ask who has no link that leads to them. Keep everybody's degree, as it is the only weight
# you will ever have. Use several seeds of different kinds, and look whether the estimates still
# differ by seed: if they do, the chains are too short. Use links to *find* a rare kind, and a
# lottery to count it.
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
# - Sharad Goel and Matthew Salganik, "Assessing respondent-driven sampling", *PNAS* 107(15), 2010;
#   Matthew Salganik, "Variance estimation, design effects, and sample size calculations for
#   respondent-driven sampling", *Journal of Urban Health* 83, 2006.
# - Wayne Zachary, "An information flow model for conflict and fission in small groups", *Journal of
#   Anthropological Research* 33(4), 1977; in networkx as
#   [karate_club_graph](https://networkx.org/documentation/stable/reference/generated/networkx.generators.social.karate_club_graph.html).
