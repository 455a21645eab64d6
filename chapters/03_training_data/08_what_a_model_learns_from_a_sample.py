# %% [markdown]
# # What a model learns from a sample
#
# Twenty-one ways to pick two thousand people train models whose overall scores lie close together.
# Most of what they do differently, they do to one group of the city.
#
# **You will be able to** compare sampling methods in one frame, for an estimate and for a model;
# read a model group by group and see through a metric that rewards refusing everybody; decide when
# to oversample, when to weight, and how to split.
#
# **Time** 40 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb), and what a logistic regression
# is. The lessons in between take the methods one by one; here they stand side by side.

# %%
import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from labkit.lesson import claim, figures, methods, progress, show_source
from labkit.riverton import scoring
from labkit.riverton.methods import Riverton
from labkit.sampling import compare, estimate

SEED = 7  # change it: every claim below should still hold

city = Riverton()  # 200,000 made-up people, so the truth is known
by_name = city.methods(n=2_000)
family = {name: method.family for name, method in by_name.items()}
for kind in compare.FAMILIES:
    print(f"{kind}:", *(f"[{name}]" for name in family if family[name] == kind))

# %% [markdown]
# Three families. *By chance*: a design sets everybody's chance to be drawn. *No chance*: people
# come, or somebody prefers them. *Repaired*: people came through the app, and weights are put on
# them afterwards. [Side by side](#Side-by-side) has one sentence about each method.
#
# ## Twenty-one ways to ask two thousand people
#
# **The question.** Same city, same n, one question: what do people spend? How far does the answer
# depend on the method alone? (**T3**, **T4**)
#
# Every method draws its people, and every person stands for some number of others, their
# **weight**. Where all chances are equal the weights are as well; where they are not, a weight is
# one over the chance. The estimate is the weighted mean.

# %%
show_source(estimate.hajek)


# %%
def answer(name, repeat):
    """Draw one sample by this method and estimate the mean spend."""
    method = by_name[name]
    drawn = method.draw(compare.generator(SEED, method, repeat))
    return estimate.hajek(city.spend[drawn.ids], drawn.weights)


print(f"the truth: {city.spend.mean():,.0f} crowns a month")
for name in ("simple random", "two-stage", "judgment", "quota"):
    three = ", ".join(f"{answer(name, repeat):,.0f}" for repeat in range(3))
    print(f"{name:15} {three}")

# %% [markdown]
# **Your guess.** *Quota* takes whoever opens the app first, until each of forty cells of age, sex
# and borough is as full as the city's. So its ages, sexes and boroughs are right to the person. How
# far off is its mean spend, on average over many samples?

# %%
my_guess = 5  # % of the truth, edit me

# %% [markdown]
# **Measure.** Each method draws 300 times. `compare.measure` does what you see above for three
# questions at once, notes what a sample costs, and computes two standard errors of each estimate.
# The *naive* one takes every sample for a simple random one. The other follows the method's own
# *design*, where it has one.

# %% tags=["nbval-ignore-output"]
asked = {
    "spend": city.spend,
    "default": city.default,
    "is in C": city.group == 2,
}


def draw_300_times(families):
    """300 samples of each method of these families, and what they answer."""
    some = [method for method in by_name.values() if method.family in families]
    return compare.measure(some, asked, city.district, repeats=300, seed=SEED, progress=progress)


by_chance = draw_300_times([compare.BY_CHANCE])

# %% tags=["nbval-ignore-output"]
without = draw_300_times([compare.NO_CHANCE, compare.REPAIRED])

# %%
measured = pd.concat([by_chance, without])
table = compare.summary(measured, "spend", city.spend.mean())
methods.shown(table)

# %% [markdown]
# *Bias* is how far the estimates are off on average, with its Monte Carlo standard error, which
# more repetitions would shrink. *Spread* is their standard deviation. *RMSE*, the root mean square
# error, is the typical distance from the truth and holds both. *95 % hit* is the share of 95 %
# intervals that contain the truth. The crowns follow from Riverton's prices, for example:

# %%
priced = ["convenience", "judgment", "snowball", "simple random", "two-phase"]
pd.DataFrame({name: vars(by_name[name].price) for name in priced}).T.astype(int)

# %%
fig, ax = methods.bias_and_spread(
    table,
    family,
    title="By chance every dot is on the truth; without it, few are",
    guess=my_guess,
)
chance = [name for name in family if family[name] == compare.BY_CHANCE]
figures.show(
    fig,
    caption="A dot is a method's mean error, a bar holds the middle 95 % of its estimates. Blue: "
    "by chance; orange: without; green: repaired. The farthest blue dot is "
    f"{table.loc[chance, 'bias %'].abs().max():.1f} % from the truth, quota "
    f"{table.loc['quota', 'bias %']:+.0f} %.",
    alt="One row per sampling method. The blue dots of the methods by chance stand on the line "
    "of the truth, with a very long bar for whole clusters. The orange dots stand far from it "
    "but for one, and one of the two green dots stands on it.",
)

# %% tags=["claim-T3", "claim-T4"]
claim(
    "T3",
    "the method alone moves the mean answer by a large part of the truth",
    measured=table["bias %"].max() - table["bias %"].min(),
    at_least=40,
    unit="%",
)
claim(
    "T4",
    "no method by chance has a bias beyond the noise of its repetitions",
    measured=(table["bias %"].abs() / table["error of bias"])[chance].max(),
    at_most=6,
    unit="standard errors",
)
claim(
    "T4",
    "with its own design's variance every method by chance keeps its promise of 95 %",
    measured=table.loc[chance, "hit, design"].min(),
    at_least=0.86,
)
claim(
    "T4",
    "the naive interval does not, even by chance: two whole districts",
    measured=table.loc["whole clusters", "hit, naive"],
    at_most=0.3,
)

# %% [markdown]
# **Why.** In blue, the design sets the chances, weights undo them, and the dot lands on the truth.
# What remains is spread, and an interval can measure spread when it follows the design. The other
# family has a bias that no interval contains. Most of its samples are also much cheaper.
#
# **Where it stops being true.** The blue family is not always closer. Two whole districts are drawn
# by chance, without bias, and each estimate is far off in one direction or the other. And two
# methods of the other families come close to the truth. *Respondent-driven* sampling walks from
# friend to friend and weights by one over the number of friends. *App, by activity* weights
# people from the app by the very thing that drives who opens it.

# %% tags=["claim-T4"]
claim(
    "T4",
    "people from the app, weighted by what drives it, beat two whole districts by lot",
    measured=table.loc["app, by activity", "RMSE %"] / table.loc["whole clusters", "RMSE %"],
    at_most=0.4,
    limit=True,
)

# %% [markdown]
# And a method is good for a question. The same samples, asked three things:

# %%
biases, spreads = {}, {}
for name, value in asked.items():
    one = compare.summary(measured, name, np.mean(value))
    biases[f"{name}: bias %"] = one["bias %"]
    spreads[f"{name}: spread %"] = one["spread %"]
three_questions = pd.DataFrame({**biases, **spreads})
three_questions.round(1) + 0.0  # so that no zero reads -0.0

# %% [markdown]
# Compare *income strata, Neyman* with *simple random*. It asks more people where spending differs
# more, so it has the smallest spread in the first question. Defaults happen among low incomes,
# where it asks few, and there it does worse than the lottery. Compare *app, raked*: its share of C
# is exact because it was fitted to it, and its spending is nearly as wrong as before.

# %% [markdown]
# ## The same samples train a model
#
# **The question.** Now each sample trains the credit model: a logistic regression of default on ten
# columns, two of which say who is in group B and in C. Does the method still matter, and for whom?
# (**T3**)
#
# A default costs Riverton Pay nine times what a customer who pays brings in. So it refuses whoever
# has a probability of default above one tenth: there $9p$ is more than $1 - p$. Here is one model,
# read by hand for group C, gig workers, who are few:

# %%
LOSS = 9
THRESHOLD = 1 / (1 + LOSS)
X = scoring.features(city.people)  # [200,000 x 10], standardised
default, in_c = city.default, city.group == 2


def train(ids, weight=None):
    """The credit model from these people; [n] ids, [n] weights."""
    model = LogisticRegression(max_iter=1_000)
    return model.fit(X[ids], default[ids], sample_weight=weight)


model = train(by_name["simple random"].draw(np.random.default_rng(SEED)).ids)
p = model.predict_proba(X)[:, 1]
refused = p > THRESHOLD
lost = LOSS * (default & ~refused) + (refused & ~default)

print(f"flagged             {refused[in_c].mean():.2f}  of C are refused")
print(f"false-positive rate {refused[in_c & ~default].mean():.2f}  of those who would pay are")
print(f"recall              {refused[in_c & default].mean():.2f}  of those who default are")
print(f"precision           {default[in_c & refused].mean():.2f}  of the refused would default")
print(f"calibration         {p[in_c].mean() / default[in_c].mean():.2f}  mean p / share of default")
print(f"cost                {lost[in_c].mean():.2f}  per person, in payers' worth")

# %% [markdown]
# With the **AUC**, the share of pairs (one defaults, one pays) that are ranked right, these are the
# metrics of `scoring.judge`, which computes them for everybody and for each group.
#
# **Your guess.** Take the models of fifty *simple random* samples. Of 100 people in C who would
# have paid, how many do they refuse?

# %%
my_guess = 25  # of 100, edit me

# %% [markdown]
# **Measure.** Fifty models for each method, from 2,000 rows each. A row is a row here: the model
# gets no weights yet. (Without weights the two repaired methods are convenience samples, so they
# are left out.) Each model is judged on the whole city.

# %% tags=["nbval-ignore-output"]
everybody = scoring.judged_by(X, default, city.people["group"])
trained = [name for name in family if family[name] != compare.REPAIRED]


def judged(name, repeat):
    """One sample, one model, one row of metrics for everybody and for each group."""
    method = by_name[name]
    ids = method.draw(compare.generator(SEED, method, repeat)).ids
    return scoring.judge(train(ids), everybody).stack()


def fifty_models(drawn_by_chance):
    """Fifty models of each method, by chance or not, and what each does to everybody."""
    some = [name for name in trained if (family[name] == compare.BY_CHANCE) == drawn_by_chance]
    rounds = [(name, repeat) for name in some for repeat in range(50)]
    return {one: judged(*one) for one in progress(rounds, "models")}


by_chance = fifty_models(True)

# %% tags=["nbval-ignore-output"]
without = fifty_models(False)

# %%
models = pd.DataFrame(by_chance | without).T.rename_axis(["method", "round"])
mean_of = models.groupby("method", sort=False).mean()
overall = mean_of["all"][["AUC", "cost"]].add_suffix(", overall")
mean_of["C"].join(overall).round(3).rename_axis("in group C")

# %% [markdown]
# Compare each method with simple random sampling. Fifty rounds give fifty differences; their mean
# has a standard error. Below five of them this lesson calls a difference **noise** and claims
# nothing.


# %%
def beside(column, name, other="simple random", table=models):
    """Mean difference of two methods over the rounds, and its standard error."""
    gap = table.loc[name][column] - table.loc[other][column]
    return gap.mean(), gap.std(ddof=1) / len(gap) ** 0.5


gap, error = beside(("C", "AUC"), "convenience")
print(f"convenience - simple random, AUC in C: {gap:+.3f}, standard error {error:.3f}")

# %%
others = trained[1:]
fig, axes = figures.new(
    title="Overall the models are close; in C the sample decides what they are worth",
    size=(7.6, 5.0),
    columns=3,
)
rows = -np.arange(len(others))
for ax, column in zip(axes[:2], [("all", "AUC"), ("C", "AUC")], strict=True):
    gap, error = np.array([beside(column, name) for name in others]).T
    heard = np.abs(gap) > 5 * error
    colour = np.where(heard, [methods.COLOURS[family[name]] for name in others], figures.GREY)
    ax.hlines(rows, gap - 5 * error, gap + 5 * error, colour, lw=4, alpha=0.4)
    ax.scatter(gap, rows, c=colour, s=24, zorder=4)
    ax.set(yticks=rows, xlim=(-0.09, 0.115), ylim=(rows[-1] - 0.7, 3.0))
    ax.set_yticklabels([])
    figures.mark_truth(ax, x=0, label="simple random")
axes[0].set_yticklabels(others)
axes[0].set_xlabel("AUC gap overall")
axes[1].set_xlabel("AUC gap in C")
of_payers = 100 * mean_of["C"]["false-positive rate"]
colour = [methods.COLOURS[family[name]] for name in others]
axes[2].scatter(of_payers[others], rows, c=colour, s=24, zorder=4)
axes[2].set(yticks=rows, xlim=(0, 100), ylim=(rows[-1] - 0.7, 3.0))
axes[2].set_yticklabels([])
axes[2].set_xlabel("of 100 payers in C, refused")
figures.mark_truth(axes[2], x=of_payers["simple random"], label="simple random")
figures.mark_guess(axes[2], x=my_guess)
figures.show(
    fig,
    caption="Left and middle: difference from simple random sampling, with five standard errors "
    "to each side; grey: noise. Equal places per group change "
    f"the AUC by {beside(('C', 'AUC'), 'equal per group')[0]:+.3f} in C and by "
    f"{beside(('all', 'AUC'), 'equal per group')[0]:+.3f} overall. The lottery's models refuse "
    f"{of_payers['simple random']:.0f} of 100 payers in C.",
    alt="Three panels with one row per method. Overall all dots lie close to the line of simple "
    "random sampling. In C, equal per group and two-phase lie far to the right, convenience and "
    "quota to the left. The third panel shows the share of payers in C who are refused: about "
    "half and more for all, most for judgment.",
)

# %% tags=["claim-T3"]
gain, error = beside(("C", "AUC"), "equal per group")
claim(
    "T3",
    "same model, same n: a third of C in the sample ranks C better than a lottery",
    measured=gain,
    at_least=0.04,
    unit="AUC",
)
claim(
    "T3",
    "the overall AUC says the opposite: there the same models lose against the lottery",
    measured=beside(("all", "AUC"), "equal per group")[0],
    at_most=-0.01,
    unit="AUC",
)
claim(
    "T3",
    "people from the app rank C worse than a lottery does",
    measured=beside(("C", "AUC"), "convenience")[0],
    below=-0.003,
    unit="AUC",
)
claim(
    "T3",
    "an expert's typical people make a model that sees far too much default in C",
    measured=mean_of.loc["judgment", ("C", "calibration")],
    at_least=1.4,
)

# %% [markdown]
# **Why.** The model has one slope for each column. In C a moving income means little risk, in the
# others much, so C's rows pull the slope of *volatility* one way and the others the other way. The
# majority of the rows wins. C is a small part of all pairs, so what happens to it hardly shows in
# the overall AUC.
#
# **Where it stops being true.** Proportional strata put C's share right in every sample, and that
# is all they do: C is outvoted as before, and the difference from the lottery is noise. Nor is the
# sample to blame for everything. A model trained on the whole city treats C no better:

# %%
print(pd.Series(beside(("C", "AUC"), "strata, proportional"), ["gap", "error"]).round(3))
scoring.judge(train(np.arange(city.N)), everybody).round(3)

# %% [markdown]
# ## The metric that likes to refuse
#
# **The question.** In the table above, judgment's models refuse most of C. They catch nearly all of
# its defaulters, and they cost the lender no more in C than the lottery's models. Are they good
# models for C? (**T3**)
#
# Hold them against a rule that needs no model: refuse everybody in C.
#
# **Your guess.** Of the nineteen methods, how many train models that cost the lender less in C than
# that rule?

# %%
my_guess = 18  # of 19 methods, edit me

# %%
to_c = mean_of["C"].loc[["simple random", "judgment", "equal per group"]]
nobody = scoring.judge_scores(np.where(in_c, -9.0, -9.0), everybody).loc["C"]
everyone = scoring.judge_scores(np.where(in_c, 9.0, -9.0), everybody).loc["C"]
rules = pd.DataFrame({"refuse nobody": nobody, "refuse all of C": everyone}).T
to_c = pd.concat([to_c, rules])
prevalence_c = default[in_c].mean()
to_c.insert(1, "recall", to_c["flagged"] * to_c["precision"].fillna(0) / prevalence_c)
to_c.round(3)

# %%
cost = mean_of["C"]["cost"].sort_values()
better = int((cost < everyone["cost"]).sum())
fig, ax = figures.new(
    title="At the lender's own prices, few models beat refusing all of C",
    xlabel="cost per person in C (what one paying customer brings)",
    size=(7.6, 5.0),
)
rows = -np.arange(len(cost))
colour = [methods.COLOURS[family[name]] for name in cost.index]
reach = 5 * models["C", "cost"].groupby("method").std()[cost.index] / 50**0.5
ax.hlines(rows, cost - reach, cost + reach, colour, lw=4, alpha=0.4)
ax.scatter(cost, rows, c=colour, s=30, zorder=4)
ax.set(yticks=rows, ylim=(rows[-1] - 0.7, 1.4), xlim=(0.66, 1.18))
ax.set_yticklabels(cost.index)
figures.mark_truth(ax, x=everyone["cost"], label="refuse all of C")
figures.mark_guess(ax, y=0.5 - my_guess)
figures.show(
    fig,
    caption=f"Means of fifty models, with five standard errors to each side. {better} of "
    f"{len(cost)} means are below the rule's cost. Judgment's is close to it: its models refuse "
    f"{to_c.loc['judgment', 'flagged']:.0%} of C. The dashed line stands below as many methods "
    "as you guessed.",
    alt="Methods in rising order of cost in group C. Equal per group and two-phase stand well to "
    "the left of the line of refusing all of C, judgment a little; the others to the right.",
)

# %% tags=["claim-T3"]
claim(
    "T3",
    "an expert's sample makes a model that refuses many more of C's payers than a lottery",
    measured=beside(("C", "false-positive rate"), "judgment")[0],
    at_least=0.12,
    unit="of the payers",
)
claim(
    "T3",
    "equal places per group do beat the rule, by ranking",
    measured=everyone["cost"] - cost["equal per group"],
    at_least=0.05,
    unit="per person",
)
claim(
    "T3",
    "the app's sample trains models that cost more in C than the rule",
    measured=cost["convenience"] - everyone["cost"],
    at_least=0.05,
    unit="per person",
)

# %% [markdown]
# **Why.** Recall counts the defaulters alone, so refusing everybody is perfect. Cost counts both
# sides at the lender's prices. At nine to one a poor ranking is worth little, and refusing all of C
# is hard to beat. Neither asks what it means for the people. The false-positive rate does: how many
# of those who would pay are sent away. Precision tells how much the refusals are based on,
# calibration whether the probabilities mean anything, and the AUC whether the model knows more
# about somebody than that they are in C. Report them together, for each group. One number alone can
# be had by giving up on the group.

# %% [markdown]
# ## Oversample, and then weight?
#
# **The question.** Equal places per group **oversample** C: it gets many more places than its share
# of the city. Everybody's chance is known, so weights of one over the chance undo it. When should
# they?
#
# For an estimate the answer is short:

# %%
oversampled = by_name["equal per group"]
raw = []
for repeat in range(100):
    ids = oversampled.draw(compare.generator(SEED, oversampled, repeat)).ids
    raw.append([np.mean(value[ids]) for value in map(np.asarray, asked.values())])
truths = np.array([np.mean(value) for value in asked.values()])
raw_bias = pd.Series(100 * (np.mean(raw, axis=0) / truths - 1), list(asked))
weights = pd.DataFrame(
    {
        "no weights: bias %": raw_bias,
        "weights: bias %": three_questions.loc["equal per group"].iloc[:3].to_numpy(),
    }
)
weights.round(1) + 0.0

# %% [markdown]
# For a model it is not. Take two models. The first has one slope for everybody. The second has one
# more column, which is volatility in C and 0 elsewhere: C gets its own slope. Train both on the
# lottery's samples and on the oversampled ones, without weights and with.
#
# **Your guess.** Without weights, oversampling lifted the AUC in C. With weights, and one slope for
# everybody, where does it come to lie?

# %%
my_guess = 0.73  # AUC in C, edit me

# %%
volatility = X[:, scoring.COLUMNS.index("volatility")]
X_both = {"one slope": X, "own slope": np.column_stack([X, volatility * in_c])}
group_a = np.flatnonzero(city.group == 0)
volatile_a = group_a[volatility[group_a] > np.quantile(volatility[group_a], 0.8)]


def two_models(name, repeat, use_weights):
    """Train both models on one sample; AUCs, and calibration where A's incomes move most."""
    drawn = by_name[name].draw(compare.generator(SEED, by_name[name], repeat))
    weight = drawn.weights / drawn.weights.mean() if use_weights else None
    row = {}
    for kind, features in X_both.items():
        rows, y = features[drawn.ids], default[drawn.ids]
        fitted = LogisticRegression(max_iter=1_000).fit(rows, y, sample_weight=weight)
        score = features @ fitted.coef_[0] + fitted.intercept_[0]
        report = scoring.judge_scores(score, everybody)
        row[kind, "AUC overall"] = report.loc["all", "AUC"]
        row[kind, "AUC in C"] = report.loc["C", "AUC"]
        mean_p = expit(score[volatile_a]).mean()
        row[kind, "calibration, volatile A"] = mean_p / default[volatile_a].mean()
    return row


# %% tags=["nbval-ignore-output"]
PLANS = {
    "lottery": ("simple random", False),
    "oversampled": ("equal per group", False),
    "oversampled, weighted": ("equal per group", True),
}
rounds = [(plan, repeat) for plan in PLANS for repeat in range(50)]
fits = {}
for plan, repeat in progress(rounds, "samples"):
    name, use_weights = PLANS[plan]
    fits[plan, repeat] = two_models(name, repeat, use_weights)
fits = pd.DataFrame(fits).T.rename_axis(["plan", "round"])

# %%
weighing = fits.groupby("plan", sort=False).mean().stack(level=0, future_stack=True)
weighing = weighing.swaplevel().sort_index(level=0, ascending=False, sort_remaining=False)
weighing[["AUC overall", "AUC in C", "calibration, volatile A"]].round(3)

# %%
fig, ax = figures.new(
    title="With one slope, weights take back what oversampling gave",
    xlabel="AUC in C",
    size=(7.6, 2.6),
)
for kind, colour in {"one slope": figures.BLUE, "own slope": figures.GREEN}.items():
    dots = fits[kind, "AUC in C"]
    heights = dots.index.get_level_values("plan").map({p: -k for k, p in enumerate(PLANS)})
    ax.scatter(dots, heights, s=10, alpha=0.4, lw=0, color=colour)
    middle = weighing.loc[kind, "AUC in C"]
    ax.scatter(middle[list(PLANS)], [0, -1, -2], marker="|", s=300, color=colour)
    ax.text(middle["lottery"], 0.35, kind, color=colour, ha="center")
ax.set(yticks=[0, -1, -2], ylim=(-2.5, 0.95))
ax.set_yticklabels(PLANS)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption="Dots are models, bars means. With one slope: "
    f"{weighing.loc[('one slope', 'lottery'), 'AUC in C']:.3f} for the lottery, "
    f"{weighing.loc[('one slope', 'oversampled'), 'AUC in C']:.3f} oversampled, "
    f"{weighing.loc[('one slope', 'oversampled, weighted'), 'AUC in C']:.3f} weighted. With its "
    f"own slope C has {weighing.loc[('own slope', 'lottery'), 'AUC in C']:.3f} "
    "from the lottery already.",
    alt="Three rows of dots for the AUC in C. The model with one slope is low for the lottery, "
    "higher when oversampled, and as low again when weighted. The model with a slope of its own "
    "for C is higher than all of these in each row.",
)


# %% tags=["claim-T3"]
def weights_cost(kind):
    """AUC in C that weights take from the oversampled model."""
    gap = beside((kind, "AUC in C"), "oversampled, weighted", "oversampled", fits)
    return -gap[0]


claim(
    "T3",
    "one slope for all: weights take the AUC in C that oversampling had given",
    measured=weights_cost("one slope"),
    at_least=0.04,
    unit="AUC",
)
claim(
    "T3",
    "in return the predictions for A's most volatile incomes come closer to right",
    measured=beside(
        ("one slope", "calibration, volatile A"), "oversampled, weighted", "oversampled", fits
    )[0],
    at_least=0.15,
)
claim(
    "T3",
    "with a slope of its own for C, weights take little",
    measured=weights_cost("own slope"),
    at_most=0.03,
    unit="AUC",
)
gain = fits["own slope", "AUC in C"] - fits["one slope", "AUC in C"]
claim(
    "T3",
    "that one column lifts the AUC in C without any oversampling",
    measured=gain["lottery"].mean(),
    at_least=0.05,
    unit="AUC",
)

# %% [markdown]
# **Why.** A model with one slope cannot be right for A and for C at once. It is **misspecified**,
# and then it matters whom it is fitted to. Without weights it is fitted to the sample, in which
# every third person is of C; with weights to the city, in which C is outvoted. Neither is *the*
# right one: weights make the best compromise for the city, oversampling makes another compromise.
# The model with C's own slope has no such conflict. Any sample that has enough of C will do, and
# weights only make it more uneven. So look for what the model lacks before you turn to the sample.

# %% [markdown]
# **Where it stops being true.** Weights cost spread, and a model pays for it as an estimate does.
# Take *app, by activity*, whose weights brought the estimate close to the truth. A few people of
# low activity stand for a large part of the city. The **effective size** says how many people with
# equal weights would be worth as much (Kish, 1965):

# %%
show_source(estimate.effective_size)

# %%
app = by_name["app, by activity"]
size, fits_app = [], {}
for repeat in range(50):
    drawn = app.draw(compare.generator(SEED, app, repeat))
    size.append(estimate.effective_size(drawn.weights))
    weight = drawn.weights / drawn.weights.mean()
    fits_app["weighted", repeat] = scoring.judge(train(drawn.ids, weight), everybody).stack()
    fits_app["no weights", repeat] = scoring.judge(train(drawn.ids), everybody).stack()
fits_app = pd.DataFrame(fits_app).T.rename_axis(["plan", "round"])
gap, error = beside(("all", "AUC"), "weighted", "no weights", fits_app)
print(f"2,000 people from the app, weighted, are worth {np.mean(size):.0f}")
print(f"AUC overall, weighted - no weights: {gap:+.3f}, standard error {error:.3f}")

# %% tags=["claim-T3"]
claim(
    "T3",
    "weights that mend an estimate can harm a model: the AUC falls",
    measured=gap,
    at_most=-0.006,
    unit="AUC",
)

# %% [markdown]
# ### Selected by the outcome
#
# There is one selection that no column mends. Defaults are rare, so people often take all
# defaulters and as many payers. Here 1,000 of each are drawn by lot. It is called **case-control**
# sampling, or *undersampling the majority*. The selection goes through the very thing that is
# predicted, and the model learns that half of all people default.
#
# Two repairs exist, and both need one number from outside: the share of defaulters in the city.
# Weight the rows by one over their chance. Or shift the **log-odds** afterwards by as much as the
# sample moved them, which is called a **prior correction**.

# %%
defaulters, payers = np.flatnonzero(default), np.flatnonzero(~default)
prevalence = default.mean()


def case_control(rng):
    """Half defaulters, half payers; three ways to read the model."""
    ids = np.r_[rng.choice(defaulters, 1_000, False), rng.choice(payers, 1_000, False)]
    chances = np.where(default[ids], 1_000 / len(defaulters), 1_000 / len(payers))
    plain = train(ids)
    weighted = train(ids, np.mean(chances) / chances)
    score = X @ plain.coef_[0] + plain.intercept_[0]
    shifted = score + logit(prevalence) - logit(0.5)
    return {
        "as it comes": scoring.judge_scores(score, everybody),
        "weighted": scoring.judge(weighted, everybody),
        "shifted": scoring.judge_scores(shifted, everybody),
    }


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 1])
rounds = [case_control(rng) for _ in progress(range(50), "samples")]
cases = {(name, k): report.stack() for k, one in enumerate(rounds) for name, report in one.items()}
cases = pd.DataFrame(cases).T.rename_axis(["method", "round"])

# %%
shown = pd.concat([cases.groupby("method", sort=False).mean(), mean_of.loc[["simple random"]]])
columns = [("all", "flagged"), ("all", "calibration"), ("C", "calibration"), ("all", "AUC")]
by_outcome = shown[columns].round(3)
by_outcome.columns = [f"{metric}, {group}" for group, metric in columns]
by_outcome.rename_axis("half of them defaulters")

# %% tags=["claim-T3"]
gain = cases.loc["shifted"]["all", "AUC"].mean() - mean_of.loc["simple random", ("all", "AUC")]
claim(
    "T3",
    "selected by the outcome, a model sees several times as much default as there is",
    measured=by_outcome.loc["as it comes", "calibration, all"],
    at_least=5,
)
claim(
    "T3",
    "weights set that right",
    measured=by_outcome.loc["weighted", "calibration, all"],
    between=(0.9, 1.15),
)
claim(
    "T3",
    "and with the right correction more defaulters in the sample are a gain: the AUC rises",
    measured=gain,
    at_least=0.002,
    unit="AUC",
)

# %% [markdown]
# The ranking was never wrong; the probabilities were. The shift moves everybody by the same amount,
# so for a misspecified model it is right on average and not in each group: look at C. Weights refit
# the slopes as well. Where the selection through the outcome has chances that nobody knows, neither
# can be had. A lender that sees outcomes for approved customers alone is in that place.

# %% [markdown]
# ## What the test part can tell
#
# **The question.** You have one dataset. You train on a part of it and test on the rest: the test
# part is a sample as well. Who has to be in it? (**T3**)
#
# People joined Riverton Pay over 24 months, and risks drift with the month. You stand at the end of
# month 17. A **random split** tests on people of the same months as it trains on. A **temporal
# split** trains on months 0 to 11 and tests on 12 to 17. Then months 18 to 23 come.
#
# **Your guess.** The random split says: mean probability over share of defaults is 1. What will it
# be in the months to come?

# %%
my_guess = 0.95  # calibration in months 18 to 23, edit me

# %%
month = city.people["cohort"].to_numpy()
past, future = np.flatnonzero(month < 18), np.flatnonzero(month >= 18)


def auc(score, y):
    """Share of pairs (defaults, pays) with the higher score first."""
    paid = np.sort(score[~y])
    return np.searchsorted(paid, np.sort(score[y])).mean() / len(paid)


def test(model, rows):
    """AUC and calibration on these people."""
    score = X[rows] @ model.coef_[0] + model.intercept_[0]
    return auc(score, default[rows]), expit(score).mean() / default[rows].mean()


def split_two_ways(rng, n=4_000):
    """Random split, temporal split, and what happens to the model in use."""
    mixed = rng.permutation(past)
    early, late = mixed[month[mixed] < 12], mixed[month[mixed] >= 12]
    in_use = train(mixed[:n])
    p = expit(X @ in_use.coef_[0] + in_use.intercept_[0])
    p[mixed[:n]] = np.nan  # nobody is tested on what they were trained on
    return test(in_use, mixed[n:]), test(train(early[:n]), late), test(in_use, future), p


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 2])
splits = [split_two_ways(rng) for _ in progress(range(50), "splits")]

# %%
names = ["random split", "temporal split", "the months to come"]
told = np.array([one[:3] for one in splits])  # [50 splits, 3 tests, AUC and calibration]
split_table = pd.DataFrame(told.mean(axis=0), names, ["AUC", "calibration"])
split_table.round(3)

# %%
p = np.nanmean([one[3] for one in splits], axis=0)
by_month = [p[month == m].mean() / default[month == m].mean() for m in range(24)]
fig, ax = figures.new(
    title="On average right about the past, and too bright a view of what comes",
    xlabel="month of joining",
    ylabel="mean probability / share of default",
)
ax.axvspan(17.5, 23.5, color=figures.GREY, alpha=0.15, lw=0)
ax.plot(range(24), by_month, "o-", ms=4, color=figures.BLUE)
ax.text(17.8, 1.17, "still to come", color="#555555")
ax.set(xlim=(-0.5, 23.5), ylim=(0.6, 1.3))
figures.mark_truth(ax, y=1, label="right")
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption=f"The random split says {split_table.loc['random split', 'calibration']:.2f}, a mean "
    f"over months that hides the slope. The temporal split says "
    f"{split_table.loc['temporal split', 'calibration']:.2f}; what comes is "
    f"{split_table.loc['the months to come', 'calibration']:.2f}.",
    alt="Calibration by month of joining falls from above one in the first months to well below "
    "one in the last, crossing one in the middle of the months that the model was trained on.",
)

# %% tags=["claim-T3"]
calibration = split_table["calibration"]
claim(
    "T3",
    "the random split promises more than the months to come hold: a gap in calibration",
    measured=calibration["random split"] - calibration["the months to come"],
    at_least=0.12,
)
claim(
    "T3",
    "the temporal split had told of it",
    measured=calibration["random split"] - calibration["temporal split"],
    at_least=0.08,
)

# %% [markdown]
# **Why.** Each month a little more defaults, and no column of the model tells the month. Shuffled,
# every test month lies among training months. The test part has to stand to the training part as
# the world to come stands to the data you have.
#
# **Where it stops being true.** Not every metric falls. Later months rank a little *better* here,
# since volatility comes to mean more. A temporal split is no rule that scores must drop; it is the
# right question put to them.

# %% [markdown]
# ### Real hands
#
# The same with real people. `load_digits` holds 1,797 digits written by 13 people (Alpaydin and
# Kaynak, UCI Machine Learning Repository, CC BY 4.0; shipped with scikit-learn). Names are not
# given, but the images seem to stand in the list hand by hand. If so, an image's most similar image
# of the same digit stands nearby:

# %%
images, digit = load_digits(return_X_y=True)
images, N_images = images / 16, len(digit)
place = np.arange(N_images)
length = np.square(images).sum(axis=1)
unlike = length[:, None] + length - 2 * images @ images.T  # squared distances
unlike[(digit[:, None] != digit) | np.eye(N_images, dtype=bool)] = np.inf
near = np.abs(unlike.argmin(axis=1) - place) <= 70
by_lot = (np.abs(place[:, None] - place) <= 70).mean()
print(f"most similar image within 70 places: {near.mean():.0%}; any image: {by_lot:.0%}")

# %% [markdown]
# So the first half of the list holds about half of the hands. Train on 400 images of the first
# half, or on 400 from all over, and test on images that were in neither.


# %%
def read(train_on, *tests):
    """Train a reader of digits; its accuracy on each test."""
    reader = LogisticRegression(max_iter=500).fit(images[train_on], digit[train_on])
    return [(reader.predict(images[rows]) == digit[rows]).mean() for rows in tests]


def hands(rng):
    """Accuracy on old hands and new hands, trained on the old ones or on all."""
    old, new = np.array_split(place, 2)
    old, new = rng.permutation(old), rng.permutation(new)
    tests = old[400:], new[400:]
    return read(old[:400], *tests) + read(np.r_[old[:200], new[:200]], *tests)


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 3])
accuracy = np.array([hands(rng) for _ in progress(range(50), "pairs of readers")])

# %%
pd.DataFrame(
    accuracy.mean(axis=0).reshape(2, 2),
    ["first half of the list", "all over the list"],
    ["same hands", "other half's hands"],
).round(3).rename_axis("400 images from")

# %% tags=["claim-T3"]
claim(
    "T3",
    "real hands: a reader does worse on the hands that its sample left out",
    measured=accuracy[:, 0].mean() - accuracy[:, 1].mean(),
    at_least=0.02,
    unit="of the images",
)
claim(
    "T3",
    "as many images, with those hands among them, make up for a good part of it",
    measured=accuracy[:, 3].mean() - accuracy[:, 1].mean(),
    at_least=0.012,
    unit="of the images",
)

# %% [markdown]
# The second half is not the harder one: with its hands in the sample, a reader is as good on it. A
# random split of the first half gives the upper left number. It is true, and it is about hands that
# were in the sample. Where rows belong together, by person, by day, by shop, split by what they
# belong to.

# %% [markdown]
# ## Side by side
#
# The methods once more, for the estimate and for the model. The last three columns hold simple
# random sampling's own metric, and for the others the difference from it; "noise" is less than five
# standard errors.


# %%
def against_lottery(column, name, digits):
    """The difference from simple random sampling as text, or that it is noise."""
    if name not in trained:
        return "needs weights"
    gap, error = beside(column, name)
    if name == "simple random":
        return f"{mean_of.loc[name, column]:.{digits}f}"
    return f"{gap:+.{digits}f}" if abs(gap) > 5 * error else "noise"


side = methods.shown(table)[["bias %", "RMSE %", "95 % hit, design", "crowns"]]
side["AUC overall"] = [against_lottery(("all", "AUC"), name, 3) for name in side.index]
side["AUC in C"] = [against_lottery(("C", "AUC"), name, 3) for name in side.index]
side["refused payers in C"] = [
    against_lottery(("C", "false-positive rate"), name, 2) for name in side.index
]
side

# %% [markdown]
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | simple random | a lottery over the list | a group is rare | there is a list, and no more |
# | Bernoulli | a coin for each person | n must be exact | rows stream by |
# | systematic | every k-th of the list | the list has a period | the list has an order |
# | strata, proportional | a lottery in each part | a rare group matters | parts differ |
# | income strata, Neyman | more where answers differ | another is asked | one question matters |
# | equal per group | as many from each group | weights are forgotten | each group matters |
# | whole clusters | all of a few districts | districts differ | only districts are listed |
# | two-stage | some people of many districts | read naively | trips are dear |
# | PPS, Poisson | chances in proportion to size | size says nothing | totals go with size |
# | weighted | the same, one may come twice | much of the city is drawn | it has to be quick |
# | two-phase | ask many for their group first | the first call is dear | no list tells the group |
# | convenience | who opens the app first | coming goes with the answer | trying a question out |
# | quota | the same, until cells are full | it does so within cells | nothing else is paid for |
# | judgment | the typical, says an expert | the untypical matter | a few cases are studied |
# | followings, scraped | whom known accounts follow | nobody follows some | the network is asked |
# | snowball | friends bring friends | seeds share a circle | nobody has a list |
# | respondent-driven | a walk along friends, weighted | the walk is short | the same, for numbers |
# | app, raked | weighted by age, group, borough | other things drive coming | these drive coming |
# | app, by activity | weighted by activity | those without it differ | it drives coming |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T4", "by chance: largest bias for spend",
         f"{table.loc[chance, 'bias %'].abs().max():.1f} %"),
        ("T4", "quota, with exact margins: bias", f"{table.loc['quota', 'bias %']:+.0f} %"),
        ("T4 limit", "app by activity, whole clusters: RMSE",
         f"{table.loc['app, by activity', 'RMSE %']:.1f} %, "
         f"{table.loc['whole clusters', 'RMSE %']:.1f} %"),
        ("T3", "equal per group - lottery: AUC in C, overall",
         " and ".join(f"{beside((g, 'AUC'), 'equal per group')[0]:+.3f}" for g in ("C", "all"))),
        ("T3", "judgment: share of C that is refused", f"{to_c.loc['judgment', 'flagged']:.0%}"),
        ("T3", "methods cheaper in C than refusing all of it", f"{better} of {len(cost)}"),
        ("T3", "AUC in C that weights take: one slope, own slope",
         f"{weights_cost('one slope'):.3f}, {weights_cost('own slope'):.3f}"),
        ("T3", "half defaulters: calibration, then weighted",
         f"{by_outcome.iloc[0]['calibration, all']:.1f}, "
         f"{by_outcome.iloc[1]['calibration, all']:.2f}"),
        ("T3", "calibration: random split, months to come",
         f"{calibration.iloc[0]:.2f}, {calibration.iloc[2]:.2f}"),
        ("T3", "digits: accuracy on known and on new hands",
         f"{accuracy[:, 0].mean():.3f}, {accuracy[:, 1].mean():.3f}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Report a model for each group: share flagged, false-positive rate, precision,
# calibration, AUC, cost, and how many rows of the group it learned from. Hold each against the rule
# that needs no model. Oversample a rare group on purpose and keep the chances. Weight every
# estimate. Before you weight a model, give it the columns it lacks. After selection by the outcome,
# correct the probabilities. Split as the data will be used: by time, by person.
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody.
# Under any other seed each bound above would fail by chance less than once in a million runs: each
# stands at least five standard errors from what theory, or many repetitions, lead you to expect.

# %% [markdown]
# ## Your turn
#
# The [exercise](../../exercises/03_training_data/08_what_a_model_learns_from_a_sample.ipynb) has
# three tasks: report a model group by group, so that refusing a whole group cannot look good; split
# and oversample in the order that does not leak; and take probabilities back to the city after
# oversampling.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 4, "Training Data": the
#   sections on sampling and on class imbalance; chapter 6 on evaluating slices of data.
# - Gary King and Langche Zeng, "Logistic regression in rare events data", *Political Analysis*
#   9(2), 2001: case-control sampling, the prior correction and weights.
# - Hidetoshi Shimodaira, "Improving predictive inference under covariate shift by weighting the
#   log-likelihood function", *Journal of Statistical Planning and Inference* 90(2), 2000: why
#   weights matter for misspecified models.
# - scikit-learn on
#   [groups and time in cross-validation](https://scikit-learn.org/stable/modules/cross_validation.html):
#   `GroupKFold` and `TimeSeriesSplit`.
