# %% [markdown]
# # What a model learns from a sample
#
# Pick two thousand people in twenty-one ways, and train the same model on them. Whom it serves, and
# who pays for that, depends on who was in the sample.
#
# **You will be able to** compare sampling methods in one frame, for an estimate and for a model;
# read a model group by group and see through a metric that rewards refusing everybody; decide when
# to oversample, when to weight, and how to split.
#
# **Claims tested here**
#
# - **T3** "Training data is always a part of the world that some sampling method picked."
# - **T4** "There are two families of sampling methods: with chance and without." Of its limit: a
#   well-modelled sample without chance can beat a small random one.
#
# **Time** 60 minutes. **Before this**
# [Every dataset is a sample](01_every_dataset_is_a_sample.ipynb): bias, spread, inclusion
# probability, interval. And what a logistic regression is. The lessons in between take the methods
# one by one; [Side by side](#Side-by-side) below has a sentence about each.

# %%
import numpy as np
import pandas as pd
from scipy.special import expit, logit
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
# them afterwards.
#
# Riverton's people belong to three groups, A (settled), B (newcomers) and C (gig workers). They
# were [set by the authors](../../datasets/riverton_people/README.md) and stand for no real group.

# %%
default, in_c = city.default, city.group == 2
by_group = city.people.groupby("group", observed=True)["default"]
groups = pd.DataFrame({"share of the city": by_group.size() / city.N})
groups["of them default"] = by_group.mean()
groups.round(3)

# %% [markdown]
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
def draw(name, repeat):
    """One sample of this method, the same for the same repeat."""
    method = by_name[name]
    return method.draw(compare.generator(SEED, method, repeat))


def answer(name, repeat):
    """The mean spend, estimated from one sample."""
    drawn = draw(name, repeat)
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
my_guess = 10  # % of the truth, edit me

# %% [markdown]
# **Measure.** Each method draws 300 times. `compare.measure` does what you see above for three
# questions (two for later), notes what a sample costs, and computes two standard errors of each
# estimate. The *naive* one takes the people for drawn by lot, whatever was done. The other follows
# the method's own *design*, by how much its strata, districts or weighted people differ.
#
# It also counts how often people are drawn, in eighteen bins: in each group those without the app,
# and the others by fifths of how much they do online.

# %%
asked = {"spend": city.spend, "default": default, "is in C": in_c}
has_app = city.people["has_app"].to_numpy()
fifth = pd.qcut(city.people["activity"], 5, labels=False).to_numpy() + 1
bins = city.group * 6 + np.where(has_app, fifth, 0)

# %% tags=["nbval-ignore-output"]
measured = compare.measure(
    by_name.values(),
    asked,
    city.district,
    repeats=300,
    seed=SEED,
    progress=lambda rounds: progress(rounds, "samples"),
    bins=bins,
)

# %%
table = compare.summary(measured, "spend", city.spend.mean())
methods.shown(table)

# %% [markdown]
# - *bias*: how far the estimates are off on average, ± two of its Monte Carlo standard errors, as
#   far as 300 repetitions leave it open; in a table as long as this a row or two lie outside by
#   chance. *RMSE*: the typical distance from the truth. It holds bias and *spread*.
# - *95 % hit*: the share of 95 % intervals that contain the truth, by either standard error.
# - *chances off*: how far the worst bin's chance is from the design's, in standard errors (SE); one
#   to three where all is right. *Unknown*: no design sets the chances beforehand. Then the bin that
#   is drawn least stands against the one drawn most; 0 : 1 where somebody never comes.
# - *crowns*: the list, the people, and a trip to each district that is visited.

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
    "where a design sets chances, people are drawn with these chances, bin by bin",
    measured=table.loc[chance, "chances off"].drop("whole clusters").max(),  # too lumpy for bins
    at_most=7,
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
# family has a bias that no interval contains. Most of its samples are also cheaper.
#
# **Where it stops being true.** The blue family is not always closer. Two whole districts are
# without bias, and most of their estimates are far off in one direction or the other.
# *Respondent-driven* sampling, a walk from friend to friend with weights of one over the number of
# friends, comes close. So does *app, by activity*, which weights by the very thing that drives who
# opens the app.

# %% tags=["claim-T4"]
claim(
    "T4",
    "people from the app, weighted by what drives it, beat two whole districts by lot",
    measured=table.loc["app, by activity", "RMSE %"] / table.loc["whole clusters", "RMSE %"],
    at_most=0.4,
    limit=True,
)

# %% [markdown]
# ## The same samples train a model
#
# **The question.** Now each sample trains the credit model: a logistic regression of default on ten
# columns. Does the method still matter, and for whom? (**T3**)

# %%
X = scoring.features(city.people)  # [200,000 x 10], standardised
print(*scoring.COLUMNS, "log_income", "log_tenure", "is_b", "is_c", sep=", ")

# %% [markdown]
# *Volatility* is how much an income moves from month to month. *is_b* and *is_c* say who is in
# group B and in C.
#
# A default costs Riverton Pay nine times what a customer who pays brings in. So it refuses whoever
# has a probability of default above one tenth: there $9p$ is more than $1 - p$. Here is one model
# from a simple random sample, read by hand for C:

# %%
LOSS = 9
THRESHOLD = 1 / (1 + LOSS)


def train(ids, weight=None, features=X):
    """The credit model from these people; [n] ids, [n] weights."""
    model = LogisticRegression(max_iter=1_000)
    return model.fit(features[ids], default[ids], sample_weight=weight)


ids = draw("simple random", 0).ids
p = train(ids).predict_proba(X)[:, 1]
refused = p > THRESHOLD
lost = LOSS * (default & ~refused) + (refused & ~default)

print(f"trained on {in_c[ids].sum()} rows of C, {default[ids][in_c[ids]].sum()} of them defaulters")
print(f"flagged             {refused[in_c].mean():.2f}  of C are refused")
print(f"false-positive rate {refused[in_c & ~default].mean():.2f}  of those who would pay are")
print(f"recall              {refused[in_c & default].mean():.2f}  of those who default are")
print(f"precision           {default[in_c & refused].mean():.2f}  of the refused would default")
print(f"calibration         {p[in_c].mean() / default[in_c].mean():.2f}  mean p / share of default")
print(f"cost                {lost[in_c].mean():.2f}  per person, in payers' worth")

# %% [markdown]
# Without recall and with the **AUC**, the share of pairs (one defaults, one pays) that are ranked
# right, these are the metrics of `scoring.judge`, which computes them for everybody and for each
# group.
#
# **Your guess.** That was one model, and it learned C from few defaulters. Train fifty, from fifty
# *simple random* samples. Of 100 people in C who would have paid, how many do they refuse on
# average?

# %%
my_guess = 20  # of 100, edit me

# %% [markdown]
# **Measure.** Fifty models for each method, from 2,000 rows each, judged on the whole city. A row
# is a row here: the model gets no weights, but for the two repaired methods, which are nothing else
# than weights. Four methods whose chances are those of another one are left out; try them.

# %% tags=["nbval-ignore-output"]
everybody = scoring.judged_by(X, default, city.people["group"])
left_out = ["Bernoulli", "systematic", "income strata, prop.", "weighted, by income"]
trained = [name for name in family if name not in left_out]


def judged(name, repeat):
    """One sample, one model, one row of metrics for everybody and for each group."""
    drawn, weight = draw(name, repeat), None
    if family[name] == compare.REPAIRED:
        weight = drawn.weights / drawn.weights.mean()
    report = scoring.judge(train(drawn.ids, weight), everybody).stack()
    report["C", "rows"] = in_c[drawn.ids].sum()
    return report


rounds = [(name, repeat) for name in trained for repeat in range(50)]
models = pd.DataFrame({one: judged(*one) for one in progress(rounds, "models")}).T
models = models.rename_axis(["method", "round"])

# %%
FPR = "false-positive rate"
mean_of = models.groupby("method", sort=False).mean()
columns = [("C", "rows"), *((group, "AUC") for group in ("all", "A", "B", "C")),
           ("all", "cost")]  # fmt: skip
by_method = mean_of[columns].round(3)
by_method.columns = [f"{metric}, {group}" for group, metric in columns]
by_method["rows, C"] = by_method["rows, C"].round().astype(int)
by_method

# %% [markdown]
# And every metric for one group. Change the group to see what the same models do to the others.

# %%
one_group = "C"  # or "A", "B", "all"
mean_of[one_group][list(scoring.METRICS)].round(3)

# %%
fifty = 100 * models.loc["simple random"]["C", FPR]
print(f"payers in C refused by fifty models of simple random sampling: {fifty.min():.0f}", end=" ")
print(f"to {fifty.max():.0f} of 100, {fifty.mean():.0f} on average")

# %% [markdown]
# From one lottery to the next, what a model does to C differs that much. For a small group one
# trained model says little about the method that drew its rows. So compare means. Fifty rounds give
# fifty differences from simple random sampling, and their mean has a standard error. Below five of
# them this lesson says **not told apart** and claims nothing.


# %%
def beside(column, name, other="simple random", table=models):
    """Mean difference of two methods over the rounds, and its standard error."""
    gap = table.loc[name][column] - table.loc[other][column]
    return gap.mean(), gap.std(ddof=1) / len(gap) ** 0.5


# %%
others = trained[1:]
fig, axes = figures.new(
    title="What an oversampled group gains, all others pay for; most gaps are not told apart",
    size=(7.6, 5.4),
    columns=3,
)
rows = -np.arange(len(others))
panels = {
    "AUC gap overall": (("all", "AUC"), 1, (-0.09, 0.115)),
    "AUC gap in C": (("C", "AUC"), 1, (-0.09, 0.115)),
    "payers in C refused (%)": (("C", FPR), 100, (15, 100)),
}
for ax, (label, (column, scale, limits)) in zip(axes, panels.items(), strict=True):
    gap, error = scale * np.array([beside(column, name) for name in others]).T
    told = np.abs(gap) > 5 * error
    colour = np.where(told, [methods.COLOURS[family[name]] for name in others], figures.GREY)
    start = fifty.mean() if scale == 100 else 0
    ax.hlines(rows, start + gap - 5 * error, start + gap + 5 * error, colour, lw=4, alpha=0.4)
    ax.scatter(start + gap, rows, c=colour, s=24, zorder=4)
    ax.set(yticks=rows, xlim=limits, ylim=(rows[-1] - 0.7, 3.0), xlabel=label)
    ax.set_yticklabels([])
    figures.mark_truth(ax, x=start, label="simple random")
axes[0].set_yticklabels(others)
for label, name in zip(axes[0].get_yticklabels(), others, strict=True):
    label.set_color(methods.COLOURS[family[name]])
figures.mark_guess(axes[2], x=my_guess)
figures.show(
    fig,
    caption="Bars: five standard errors of the difference from simple random sampling to each "
    "side; grey: not told apart. Equal places per group change the AUC by "
    f"{beside(('C', 'AUC'), 'equal per group')[0]:+.3f} in C, by "
    f"{beside(('A', 'AUC'), 'equal per group')[0]:+.3f} in A and by "
    f"{beside(('B', 'AUC'), 'equal per group')[0]:+.3f} in B. The lottery's models refuse "
    f"{fifty.mean():.0f} of 100 payers in C.",
    alt="Three panels with one row per method. Overall most dots lie close to the line of simple "
    "random sampling, equal per group and two-phase to its left. In C these two lie far to the "
    "right, convenience and quota to the left. The third panel shows the share of payers in C who "
    "are refused: between four and seven in ten for all but judgment, which refuses most.",
)

# %% tags=["claim-T3"]
claim(
    "T3",
    "same model, same n: a third of C in the sample ranks C better than a lottery",
    measured=beside(("C", "AUC"), "equal per group")[0],
    at_least=0.04,
    unit="AUC",
)
claim(
    "T3",
    "the others pay: overall the same models cost the lender more than the lottery's",
    measured=beside(("all", "cost"), "equal per group")[0],
    at_least=0.01,
    unit="per person",
)
claim(
    "T3",
    "people from the app rank C worse than a lottery does",
    measured=beside(("C", "AUC"), "convenience")[0],
    below=0,
    unit="AUC",
)
claim(
    "T3",
    "an expert's typical people make a model that sees far too much default in C",
    measured=mean_of.loc["judgment", ("C", "calibration")],
    at_least=1.4,
)

# %% [markdown]
# **Why.** Look at the share that defaults, by fifths of volatility within each group:

# %%
of_group = city.people.groupby("group", observed=True)["volatility"]
steady_to_moving = of_group.transform(lambda v: pd.qcut(v, 5, labels=False) + 1)
pd.crosstab(city.people["group"], steady_to_moving, values=default, aggfunc="mean").round(3)

# %% [markdown]
# In A and B a moving income means more risk. In C, whose gig workers earn when they work, it means
# less. The model has one slope for all: C's rows pull it one way, the others' the other way, and
# the majority of the rows wins. With a third of the rows C wins something, and A and B, nearly the
# whole city, lose.
#
# **Where it stops being true.** Proportional strata put C's share right in every sample, and that
# is all they do: C is outvoted as before. Nor is the size of the sample to blame. A model trained
# on the whole city ranks C no better, and costs no less there:

# %%
scoring.judge(train(np.arange(city.N)), everybody).round(3)

# %% [markdown]
# ### A metric that likes to refuse
#
# Recall in C is the share of its defaulters who are refused. Hold three methods against a rule that
# needs no model: refuse everybody in C. (**T3**)

# %%
to_c = mean_of["C"].loc[["simple random", "judgment", "equal per group"]]
rule = scoring.judge_scores(np.where(in_c, 9.0, -9.0), everybody).loc["C"]
to_c = pd.concat([to_c, pd.DataFrame({"refuse all of C": rule}).T])
share = default[in_c].mean()
to_c["recall"] = 1 - (to_c["cost"] - to_c[FPR] * (1 - share)) / (LOSS * share)
to_c[["recall", "flagged", "false-positive rate", "precision", "cost"]].round(3)

# %% tags=["claim-T3"]
claim(
    "T3",
    "an expert's sample makes a model that refuses many more of C's payers than a lottery",
    measured=beside(("C", FPR), "judgment")[0],
    at_least=0.12,
    unit="of the payers",
)
claim(
    "T3",
    "equal places per group cost less in C than the rule does",
    measured=rule["cost"] - mean_of.loc["equal per group", ("C", "cost")],
    at_least=0.05,
    unit="per person",
)
claim(
    "T3",
    "people from the app train models that cost more in C than the rule",
    measured=mean_of.loc["convenience", ("C", "cost")] - rule["cost"],
    above=0,
    unit="per person",
)

# %% [markdown]
# By recall the rule is perfect and judgment second. By cost the lottery's and judgment's models are
# not told apart from the rule, which knows nothing: more of C default than the threshold of one
# tenth, so at the lender's prices refusing all of C is hard to beat. Neither asks what it means for
# the people. The false-positive rate does: how many of those who would pay are sent away. Precision
# tells how much a refusal is based on. Report them together, for each group: one number alone can
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
unweighted = {}
for name, value in asked.items():
    a_third_each = np.mean([np.mean(value[city.group == g]) for g in range(3)])
    unweighted[name] = 100 * (a_third_each / np.mean(value) - 1)
weighted = {
    name: compare.summary(measured, name, np.mean(value)).loc["equal per group", "bias %"]
    for name, value in asked.items()
}
weights = pd.DataFrame({"no weights: bias %": unweighted, "weights: bias %": weighted})
weights.round(1) + 0.0  # so that no zero reads -0.0

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
X_of = {"one slope": X, "own slope": np.column_stack([X, volatility * in_c])}
PLANS = {
    "lottery": ("simple random", False),
    "oversampled": ("equal per group", False),
    "oversampled, weighted": ("equal per group", True),
}


def aucs(kind, plan, repeat):
    """Train one model on one sample; its AUC overall and in C."""
    name, use_weights = PLANS[plan]
    drawn = draw(name, repeat)
    weight = drawn.weights / drawn.weights.mean() if use_weights else None
    fitted = train(drawn.ids, weight, X_of[kind])
    score = X_of[kind] @ fitted.coef_[0] + fitted.intercept_[0]
    return scoring.judge_scores(score, everybody).loc[["all", "C"], "AUC"]


# %% tags=["nbval-ignore-output"]
rounds = [(kind, plan, repeat) for kind in X_of for plan in PLANS for repeat in range(50)]
fits = pd.DataFrame({one: aucs(*one) for one in progress(rounds, "models")}).T
fits.index.names = ["model", "plan", "round"]

# %%
weighing = fits.groupby(["model", "plan"], sort=False).mean()
weighing.rename(columns={"all": "AUC overall", "C": "AUC in C"}).round(3)

# %%
fig, ax = figures.new(
    title="With one slope, weights take back what oversampling gave",
    xlabel="AUC in C",
    size=(7.6, 2.6),
)
for kind, colour in {"one slope": figures.BLUE, "own slope": figures.GREEN}.items():
    dots = fits.loc[kind]["C"]
    heights = dots.index.get_level_values("plan").map({p: -k for k, p in enumerate(PLANS)})
    ax.scatter(dots, heights, s=10, alpha=0.4, lw=0, color=colour)
    middle = weighing.loc[kind]["C"]
    ax.scatter(middle[list(PLANS)], [0, -1, -2], marker="|", s=300, color=colour)
    ax.text(middle["lottery"], 0.35, kind, color=colour, ha="center")
ax.set(yticks=[0, -1, -2], ylim=(-2.5, 0.95))
ax.set_yticklabels(PLANS)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption="Dots are models, bars means. With one slope: "
    f"{weighing.loc[('one slope', 'lottery'), 'C']:.3f} for the lottery, "
    f"{weighing.loc[('one slope', 'oversampled'), 'C']:.3f} oversampled, "
    f"{weighing.loc[('one slope', 'oversampled, weighted'), 'C']:.3f} weighted. With its "
    f"own slope C has {weighing.loc[('own slope', 'lottery'), 'C']:.3f} "
    "from the lottery already.",
    alt="Three rows of dots for the AUC in C. The model with one slope is low for the lottery, "
    "higher when oversampled, and as low again when weighted. The model with a slope of its own "
    "for C is higher than all of these in each row.",
)


# %% tags=["claim-T3"]
def weights_cost(kind, column="C"):
    """AUC that weights take from the oversampled model."""
    return -beside(column, "oversampled, weighted", "oversampled", fits.loc[kind])[0]


claim(
    "T3",
    "one slope for all: weights take the AUC in C that oversampling had given",
    measured=weights_cost("one slope"),
    at_least=0.04,
    unit="AUC",
)
claim(
    "T3",
    "and give back the overall AUC that it had taken",
    measured=-weights_cost("one slope", "all"),
    at_least=0.008,
    unit="AUC",
)
claim(
    "T3",
    "with a slope of its own for C, weights take little",
    measured=weights_cost("own slope"),
    at_most=0.03,
    unit="AUC",
)
claim(
    "T3",
    "that one column lifts the AUC in C without any oversampling",
    measured=weighing.loc[("own slope", "lottery"), "C"]
    - weighing.loc[("one slope", "lottery"), "C"],
    at_least=0.05,
    unit="AUC",
)

# %% [markdown]
# **Why.** A model with one slope cannot be right for A and for C at once. It is **misspecified**,
# and then it matters whom it is fitted to: without weights to the sample, in which every third
# person is of C; with weights to the city, in which C is outvoted. Neither is *the* right one. The
# model with C's own slope has no such conflict, and any sample that has enough of C will do. So
# look for what the model lacks before you turn to the sample.
#
# **Where it stops being true.** Weights cost spread, and a model pays for it as an estimate does.
# *App, by activity* brought the estimate close to the truth. But a few people of low activity stand
# for a large part of the city there, so two thousand are worth [far
# fewer](07_repairing_a_sample.ipynb). The same samples, with their weights and without:

# %%
plain = {k: scoring.judge(train(draw("app, by activity", k).ids), everybody) for k in range(50)}
plain = pd.DataFrame({k: report.stack() for k, report in plain.items()}).T
harm = (models.loc["app, by activity"] - plain)["all"][["AUC", "cost"]]
harm.agg(["mean", "sem"]).round(4).rename({"mean": "weights - none", "sem": "standard error"})

# %% tags=["claim-T3"]
claim(
    "T3",
    "weights that mend an estimate can harm a model: the overall AUC falls",
    measured=harm["AUC"].mean(),
    below=0,
    unit="AUC",
)
claim(
    "T3",
    "and the cost rises",
    measured=harm["cost"].mean(),
    above=0,
    unit="per person",
)

# %% [markdown]
# ### Selected by the outcome
#
# Selection by the outcome itself is mended by no column. Defaults are rare, so people often take
# all defaulters and as many payers. Here 1,000 of each are drawn by lot. It is called
# **case-control** sampling, or *undersampling the majority*. The model learns that half of all
# people default.
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
gain, error = beside(("all", "AUC"), "as it comes", table=pd.concat([models, cases]))
print(f"AUC, half of them defaulters - lottery: {gain:+.4f}, standard error {error:.4f}")
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
    "and more defaulters in the sample rank better than a lottery's few, corrected or not",
    measured=gain,
    at_least=0.002,
    unit="AUC",
)

# %% [markdown]
# The ranking was never wrong; the probabilities were. The shift moves everybody by the same amount,
# so for this misspecified model it is about right on average and not in each group: look at C.
# Weights refit the slopes as well. Both need people drawn by lot among the defaulters and among the
# payers. Where people come by themselves, such as those who complain, or where only those who
# defaulted are listed, neither helps.

# %% [markdown]
# ## What the test part can tell
#
# **The question.** You train on a part of your data and test on the rest. The test part is a sample
# as well: who has to be in it? (**T3**)
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


def calibration(model, rows):
    """Mean probability over the share of default of these people."""
    p = expit(X[rows] @ model.coef_[0] + model.intercept_[0])
    return p.mean() / default[rows].mean()


def split_two_ways(rng, n=4_000):
    """Random split, temporal split, and what happens to the model in use."""
    mixed = rng.permutation(past)
    early, late = mixed[month[mixed] < 12], mixed[month[mixed] >= 12]
    in_use = train(mixed[:n])
    p = expit(X @ in_use.coef_[0] + in_use.intercept_[0])
    p[mixed[:n]] = np.nan  # nobody is tested on what they were trained on
    told = [
        calibration(in_use, mixed[n:]),
        calibration(train(early[:n]), late),
        calibration(in_use, future),
    ]
    return told, p


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng([SEED, 2])
splits = [split_two_ways(rng) for _ in progress(range(50), "splits")]

# %%
names = ["random split", "temporal split", "the months to come"]
says = pd.Series(np.mean([told for told, _ in splits], axis=0), names)
p = np.nanmean([p for _, p in splits], axis=0)
by_month = [p[month == m].mean() / default[month == m].mean() for m in range(24)]
fig, ax = figures.new(
    title="On average right about the past, and too bright a view of what comes",
    xlabel="month of joining",
    ylabel="mean probability / share of default",
)
ax.axvspan(17.5, 23.5, color=figures.GREY, alpha=0.15, lw=0)
ax.plot(range(24), by_month, "o-", ms=4, color=figures.BLUE)
ax.text(17.8, 1.22, "still to come", color="#555555")
ax.set(xlim=(-0.5, 23.5), ylim=(0.6, 1.3))
figures.mark_truth(ax, y=1, label="right")
for start, value, colour, label in [
    (11.5, says["temporal split"], figures.ORANGE, "temporal split"),
    (17.5, my_guess, figures.GUESS_COLOUR, figures.GUESS),
]:
    ax.hlines(value, start, start + 6, colour, linestyles="dashed")
    place = 0.01 if label == figures.GUESS else -0.05
    ax.text(start + 0.1, value + place, label, color=colour, fontsize=9)
figures.show(
    fig,
    caption=f"The random split says {says['random split']:.2f}, a mean "
    f"over months that hides the slope. The temporal split says "
    f"{says['temporal split']:.2f}; what comes is "
    f"{says['the months to come']:.2f}.",
    alt="Calibration by month of joining falls from above one in the first months to well below "
    "one in the last, crossing one in the middle of the months that the model was trained on.",
)

# %% tags=["claim-T3"]
claim(
    "T3",
    "the random split promises more than the months to come hold: a gap in calibration",
    measured=says["random split"] - says["the months to come"],
    at_least=0.12,
)
claim(
    "T3",
    "the temporal split had told of it",
    measured=says["random split"] - says["temporal split"],
    at_least=0.08,
)

# %% [markdown]
# **Why.** Default grows more common over the months, and no column of the model tells the month.
# Shuffled, every test month lies among training months. The test part has to stand to the training
# part as the world to come stands to the data you have. The same goes for rows of one person or one
# shop: a random split puts them on both sides, and then tests on people whom the model knows.
#
# **Where it stops being true.** A temporal split withholds the latest months from training. It is
# right for the question; for the model in use, train again on all of the past.

# %% [markdown]
# ## Side by side
#
# The two tables above are the shared frame, [for an
# estimate](#Twenty-one-ways-to-ask-two-thousand-people) and [for a
# model](#The-same-samples-train-a-model). In the first, ± is two Monte Carlo standard errors;
# *naive* intervals take the people for drawn by lot, those by *design* use the design's own
# variance. In words:
#
# | method | in one sentence | fails when | right choice when |
# |---|---|---|---|
# | simple random | a lottery over the list | a group is rare | there is a list, and no more |
# | Bernoulli | a coin for each person | n must be exact | rows stream by |
# | systematic | every k-th of the list | the list has a period | the list has an order |
# | strata, proportional | a lottery in each part | a rare group matters | parts differ |
# | income strata, prop. | the same, parts by income | income says nothing | spending goes with it |
# | income strata, Neyman | more where answers differ | another is asked | one question matters |
# | equal per group | as many from each group | weights are forgotten | each group matters |
# | whole clusters | all of a few districts | districts differ | only districts are listed |
# | two-stage | some people of many districts | read naively | trips are dear |
# | PPS, by income | chances by size, fixed n | size says nothing | the answer grows with size |
# | Poisson, by debt | a coin each, by size | n must be exact | rows stream by |
# | weighted, by income | n draws by size, from all | many are drawn twice | n is a small part |
# | two-phase | ask many for their group first | the first call is dear | no list tells the group |
# | convenience | who opens the app first | coming goes with the answer | trying a question out |
# | quota | the same, until cells are full | it does so within cells | nothing else is paid for |
# | judgment | the typical, says an expert | the untypical matter | a few cases are studied |
# | followings, scraped | whom known accounts follow | nobody follows some | the network is asked |
# | snowball | friends bring friends | seeds share a circle | finding people is all |
# | respondent-driven | a walk along friends, weighted | the walk is short | a mean, but no list |
# | app, raked | weighted by age, group, borough | other things drive coming | these drive coming |
# | app, by activity | weighted by activity | those without it differ | it drives coming |

# %% [markdown]
# ## What you measured

# %%
pd.DataFrame(
    [
        ("T4", "quota, with exact margins: bias", f"{table.loc['quota', 'bias %']:+.0f} %"),
        ("T4", "worst bin of all designs: chances off",
         f"{table.loc[chance, 'chances off'].max():.1f} standard errors"),
        ("T4 limit", "app by activity, whole clusters: RMSE",
         f"{table.loc['app, by activity', 'RMSE %']:.1f} %, "
         f"{table.loc['whole clusters', 'RMSE %']:.1f} %"),
        ("T3", "equal per group - lottery: AUC in A, B, C",
         ", ".join(f"{beside((g, 'AUC'), 'equal per group')[0]:+.3f}" for g in "ABC")),
        ("T3", "AUC in C that weights take: one slope, own slope",
         f"{weights_cost('one slope'):.3f}, {weights_cost('own slope'):.3f}"),
        ("T3", "half defaulters: calibration, then weighted",
         f"{by_outcome.iloc[0]['calibration, all']:.1f}, "
         f"{by_outcome.iloc[1]['calibration, all']:.2f}"),
        ("T3", "calibration: random split, months to come",
         f"{says.iloc[0]:.2f}, {says.iloc[2]:.2f}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Report a model for each group: share flagged, false-positive rate, precision,
# calibration, AUC, cost, and how many rows of the group it learned from. Hold each against the rule
# that needs no model. Before you oversample a rare group, or weight, give the model the columns it
# lacks. If you oversample, keep the chances, and say who pays. Weight every estimate. After
# selection by the outcome, correct the probabilities. Split as the data will be used: by time, by
# person.
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
# - scikit-learn on [groups and time in
#   cross-validation](https://scikit-learn.org/stable/modules/cross_validation.html): `GroupKFold`
#   and `TimeSeriesSplit`.
