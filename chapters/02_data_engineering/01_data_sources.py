# %% [markdown]
# # Where data comes from
#
# Four sources were asked how many people applied for credit yesterday, and none gave the number. By
# the end you will know why each was wrong, and you will take in thousands of bodies of user input
# without losing one.
#
# **You will be able to** say what a source counts before you use its count; let user input in so
# that nothing malformed reaches the model; find what only a batch shows, and take its predictions
# back; account for every body that came.
#
# **Time** 40 minutes. **Before this** nothing of this chapter; some pandas.

# %% [markdown]
# ## Four kinds of sources
#
# Riverton Pay grants credit at the checkout. The city and the service are made up, so the truth is
# known. What the service knows comes from four kinds of sources.
#
# | source | who produces it | how fast | how far to trust it |
# |---|---|---|---|
# | user input | customers, by hand | at once; they wait for the answer | not at all |
# | system logs | programs | at once; read when something broke | it happened; not why |
# | internal database | the bank's services | as its jobs run | high, for what it is kept for |
# | third party | another firm | late, as its contract says | as far as you can check it |
#
# Two claims of the course's [ledger](../LEDGER.md) are tested:
#
# - **D1**: who knows where data comes from uses it better.
# - **D2**: users type what models predict on, and what they type is easily malformed. *Limit*: a
#   well-formed lie passes every validation.

# %%
import inspect
import json
from datetime import datetime

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pydantic import BaseModel

from labkit.intake import checks, form
from labkit.intake.dead_letters import Store
from labkit.intake.form import Application
from labkit.intake.malformed import GOOD, KINDS, make_corpus
from labkit.intake.route import CountingModel, Intake, IntakeServer
from labkit.lesson import claim, figures, finding, show_source
from labkit.riverton.applications import make_applications
from labkit.riverton.data import load_people

SEED = 1  # change it: every claim below should still hold

# %% [markdown]
# ## One question, four answers
#
# **The question.** How many people applied yesterday? (**D1**)
#
# **Your guess.** You count the bodies that the form received. By how many per cent is that too
# many?

# %%
my_guess = 2  # %, edit me

# %% [markdown]
# **Measure.** First the truth: everybody who applied on one day.

# %%
rng = np.random.default_rng([SEED, 1])
month = make_applications(28_000, rng).to_pandas()
month["day"] = month["submitted_at"].dt.day
yesterday = month[month["day"] == 17]
truth = yesterday["person_id"].nunique()
print(f"{truth:,} people applied, {len(yesterday):,} times")

# %% [markdown]
# Now what each source holds of that day. The form gets a body for every press of the button. The
# log has a line for every request, and a monitor asks every two minutes whether the service is up.

# %%
presses = rng.geometric(0.8, len(yesterday))  # in one case of five they press again
bodies = yesterday.loc[yesterday.index.repeat(presses), ["person_id"]]
log = pd.concat(
    [
        pd.DataFrame({"endpoint": "/apply", "user": bodies["person_id"]}),
        pd.DataFrame({"endpoint": "/health", "user": None}, index=range(24 * 30)),
    ]
)

# %% [markdown]
# The database has a table of loans, which are granted, and one of decisions, which are taken. Staff
# try the service out under accounts of their own. And the credit bureau sends a file each morning
# with those whom the service asked about: only people whom it knows, and often days later.

# %%
staff = pd.DataFrame({"person_id": -1 - np.arange(8).repeat(3), "approved": True})
asked = pd.concat([yesterday[["person_id", "approved"]], staff], ignore_index=True)
decisions = asked[asked["approved"].notna()]  # who left before the answer got none
loans = decisions[decisions["approved"].astype(bool)]

known = pd.Series(rng.random(len(load_people())) < 0.85)
feed = month[month["person_id"].map(known)].copy()
feed["sent_on"] = feed["day"] + 1 + rng.choice(4, len(feed), p=[0.5, 0.3, 0.15, 0.05])

# %% [markdown]
# Ask each source as you would on the first morning, and then as somebody who knows what it counts.
# For the bureau that means to wait until all its files have come, and to allow for the people whom
# it does not know; their share is learnt from an older day.

# %%
before = month[month["day"] == 10]["person_id"]
covered = feed[feed["day"] == 10]["person_id"].nunique() / before.nunique()
of_yesterday = feed[feed["day"] == 17]
customers = decisions[decisions["person_id"] >= 0]
answers = pd.DataFrame(
    {
        "user input": (len(bodies), bodies["person_id"].nunique()),
        "system logs": (len(log), log.loc[log["endpoint"] == "/apply", "user"].nunique()),
        "internal database": (len(loans), customers["person_id"].nunique()),
        "third party": (
            (of_yesterday["sent_on"] == 18).sum(),
            round(of_yesterday["person_id"].nunique() / covered),
        ),
    },
    index=["as it stands", "understood"],
).T
off = 100 * (answers / truth - 1)
answers.assign(**{"off, %": off["as it stands"].round(1), "then, %": off["understood"].round(1)})

# %%
fig, ax = figures.new(
    title="No source counts people, until you know what it does count",
    xlabel="its answer (% of the people who applied)",
    size=(7.6, 3.2),
)
for y, source in enumerate(reversed(off.index)):
    first, then = 100 + off.loc[source]
    ax.plot([first, then], [y, y], color=figures.GREY, lw=1.5, zorder=1)
    ax.plot(first, y, "o", color=figures.ORANGE, ms=9)
    ax.plot(then, y, "o", color=figures.BLUE, ms=9)
ax.annotate("as it stands", (100 + off.iloc[1, 0], 2), (0, 9), textcoords="offset points",
            color=figures.ORANGE, ha="center", fontsize=9.5)  # fmt: skip
ax.annotate("understood", (100 + off.iloc[1, 1], 2), (5, 9), textcoords="offset points",
            color=figures.BLUE, fontsize=9.5)  # fmt: skip
ax.set_yticks(range(4), list(reversed(off.index)))
ax.set(ylim=(-0.6, 3.9), xlim=(20, 220))
ax.grid(axis="y", visible=False)
figures.mark_truth(ax, x=100)
figures.mark_guess(ax, x=100 + my_guess)
figures.show(
    fig,
    caption=f"Of {truth:,} people the form counts {off.iloc[0, 0]:+.0f} %, the log "
    f"{off.iloc[1, 0]:+.0f} %, the database {off.iloc[2, 0]:+.0f} % and the bureau "
    f"{off.iloc[3, 0]:+.0f} %. Understood, none is off by more than "
    f"{off['understood'].abs().max():.1f} %. You guessed {my_guess:+g} % for the form.",
    alt="Four rows, one per source. An orange dot, the answer as it stands, lies far from the "
    "truth in most of them; a blue dot, the understood one, lies on it or near it.",
)

# %% tags=["claim-D1"]
claim(
    "D1",
    "a source read as it stands is far off: the worst of the four",
    measured=off["as it stands"].abs().max(),
    at_least=50,
    unit="%",
)
claim(
    "D1",
    "once it is known what each counts, all four come near: the worst of them",
    measured=off["understood"].abs().max(),
    at_most=12,
    unit="%",
)

# %% [markdown]
# **Why.** A source counts what its makers needed: presses, requests, loans, files. *How many
# people* was nobody's question. Before you use a number, ask what makes it go up by one.
#
# **Where it stops being true.** Knowing a source does not fill its holes. Who left before the
# answer is in no decision, so the database stays a little low, and nobody repairs that by counting
# more cleverly. The bureau's answer is an estimate: it holds as long as it knows the same share of
# people every day.

# %% [markdown]
# ## Fifteen ways to be wrong
#
# **The question.** User input is the source that you trust least, and the model predicts on it.
# What has to stand between them? (**D2**)
#
# This is what the form should send, one *body* (the bytes of a request) for each application:

# %%
corpus = make_corpus(4_000, np.random.default_rng([SEED, 2]), twins=100)
sent = corpus.sent
for name, value in json.loads(sent["body"][sent["kind"] == GOOD].iloc[0]).items():
    print(f"{name:>15}  {value!r}")

# %% [markdown]
# And this is what comes instead. The corpus is made up, its kinds are not: services meet them all.
# The first twelve show in the body. The last three are in perfect form; you need other bodies, or
# another table, to see that something is wrong.

# %%
listed = pd.DataFrame([(k.name, k.means, k.at_edge) for k in KINDS])
listed.columns = ["kind", "for example", "one body shows it"]
listed["bodies"] = listed["kind"].map(sent["kind"].value_counts())
listed.index += 1
listed

# %% [markdown]
# **The wrong way.** Read the JSON and convert what you need; what cannot be converted raises.


# %%
def by_hand(body):
    record = json.loads(body)
    int(record["person_id"]), int(record["stated_income"])
    float(record["amount"]), str(record["merchant_code"])


# %% [markdown]
# Better: declare the fields with their types, and let *pydantic* check them. This is the
# declaration that people write first.


# %%
class Declared(BaseModel):
    application_id: int
    checkout: str
    submitted_at: datetime
    person_id: int
    merchant_code: str
    amount: float
    instalments: int | None
    channel: str
    card_country: str
    basket: list[str]
    device: str
    stated_income: int


# %% [markdown]
# **Your guess.** How many of the twelve kinds get through it?

# %%
my_guess = 1  # of 12, edit me

# %% [markdown]
# **The right way.** `strict`: nothing is converted (but times, which JSON writes as text).
# `extra="forbid"`: no field that nobody asked for. And a range or a list of values for each field.

# %%
print(inspect.getsource(Application))

# %% [markdown]
# One kind passes even that. JSON allows a field to come twice, and nearly every parser takes the
# last without a word. So the edge has three layers: bytes, JSON, form. `Refused` carries the layer,
# the field and the reason.

# %%
show_source(form.read, form.decode, form.no_field_twice)

# %% [markdown]
# **Measure.** Every body against four edges: which share of a kind gets through?

# %%
edges = {
    "by hand": by_hand,
    "declared": Declared.model_validate_json,
    "strict": Application.model_validate_json,
    "three layers": form.read,
}


def gets_through(edge, body):
    try:
        edge(body)
    except (ValueError, KeyError, TypeError):
        return False
    return True


through = pd.DataFrame({n: [gets_through(e, b) for b in sent["body"]] for n, e in edges.items()})
through = through.groupby(sent["kind"].to_numpy()).mean()
through = through.loc[[k.name for k in KINDS] + [GOOD]]
at_edge = [k.name for k in KINDS if k.at_edge]
open_for = (through.loc[at_edge] > 0).sum()
through.round(2)

# %%
fig, ax = figures.new(
    title="What a type declaration lets through, and what a strict form stops", size=(7.6, 5.2)
)
for x, edge in enumerate(through):
    for y, kind in enumerate(through.index):
        share, wrong = through.loc[kind, edge], kind != GOOD
        if share == 0:
            ax.plot(x, y, "s", ms=13, color="#DCE6EE")
        else:
            colour = figures.ORANGE if wrong else figures.BLUE
            ax.plot([x, x + 0.32], [y, y], color=colour, lw=2)
            ax.plot(x + 0.32, y, ">", color=colour, ms=8)
    note = f"{open_for[edge]} of 12\nget through"
    ax.text(x, 16.9, note, ha="center", va="top", fontsize=9.5)
ax.text(1, 18.9, f"your guess: {my_guess}", color=figures.GUESS_COLOUR, ha="center", fontsize=9.5,
        va="top")  # fmt: skip
ax.axhline(11.5, color=figures.GREY, lw=1)
ax.axhline(14.5, color=figures.GREY, lw=1)
ax.text(3.6, 5.5, "one body\nshows it", va="center", fontsize=9.5)
ax.text(3.6, 13, "only many\nbodies do", va="center", fontsize=9.5)
ax.set_yticks(range(16), through.index)
ax.set_xticks(range(4), through.columns)
ax.xaxis.tick_top()
ax.set(xlim=(-0.5, 4.3), ylim=(19.6, -0.7))
ax.grid(visible=False)
ax.tick_params(length=0)
ax.spines[["left", "bottom"]].set_visible(False)
figures.show(
    fig,
    caption=f"Arrows get through, squares are stopped. Of twelve kinds that a body shows, "
    f"{open_for['by hand']} get through a conversion by hand, {open_for['declared']} through "
    f"declared types, {open_for['strict']} through a strict form, and {open_for['three layers']} "
    f"through all three layers. You guessed {my_guess} for the declared types.",
    alt="A table of sixteen kinds of bodies and four edges. Most kinds pass the edge written by "
    "hand, many the declared types, one the strict form and none of the first twelve the three "
    "layers. The last three kinds and the good bodies pass all four.",
)

# %% [markdown]
# Now for real. The route runs in a process of its own and answers over HTTP; the model behind it is
# a logistic regression of default. This is all the route does with a body. `bury` writes a *dead
# letter*: the bytes as they came, their number (*offset*), the reason.

# %%
show_source(Intake.take, CountingModel.score)

# %%
server = IntakeServer().start()
answered = server.post_all(sent["body"], checks.arrival_text(corpus))
stats = server.stats()
answered["kind"] = sent["kind"]
first = answered[answered["status"] == 422].groupby("kind")["reason"].first()
first.str.slice(0, 48).to_frame()

# %% [markdown]
# Every body must be somewhere. And the model itself says whom it saw: it counts inside its own
# method, so no way round the edge would escape it.

# %%
bad = sent.index[sent["kind"].isin(at_edge)]
seen = set(stats["model_saw"])
pd.Series(
    {
        "received": stats["received"],
        "accepted": stats["accepted"],
        "dead": stats["dead"],
        "rows that the model saw": len(stats["model_saw"]),
        "of these malformed, as a body shows": len(seen & set(bad)),
        "of these in perfect form, and wrong": (~sent.loc[list(seen), "kind"].isin([GOOD])).sum(),
    },
    name="bodies",
).to_frame()

# %% tags=["claim-D2"]
refused = answered["status"].eq(422).groupby(answered["kind"]).mean()
claim(
    "D2",
    "declared types alone let several of the twelve kinds through",
    measured=int(open_for["declared"]),
    at_least=4,
    unit="kinds",
)
claim(
    "D2",
    "the route refuses every body of all twelve: the least share of a kind",
    measured=float(refused[at_edge].min()),
    equals=1.0,
)
claim(
    "D2",
    "malformed bodies that the model saw, counted in the model",
    measured=len(seen & set(bad)),
    equals=0,
)
claim(
    "D2",
    "good bodies that were refused",
    measured=int(answered.loc[answered["kind"] == GOOD, "status"].eq(422).sum()),
    equals=0,
)
claim(
    "D2",
    "received less accepted less dead",
    measured=stats["received"] - stats["accepted"] - stats["dead"],
    equals=0,
)

# %% [markdown]
# **Why.** A converter answers whether it can make a number of this. `int(True)` is 1 and
# `float("NaN")` is a float. A validator answers whether this is what was agreed.

# %% [markdown]
# ## What only a batch shows
#
# **The question.** Three kinds have been scored. Can you find them afterwards, and at what price?
# (**D2**)
#
# Put what was accepted into one table, and the shop's own record of when each basket was opened
# beside it. *pandera* checks whole tables. *Time travel*: an application cannot be submitted before
# its basket was opened, nor after it arrived. *Cents*: a merchant's amounts jump by a factor near a
# hundred, and stay there. (A threshold for everybody would hit the jewellers.)

# %%
show_source(checks.in_time, checks.after_a_jump)

# %% [markdown]
# *Duplicates* come from retries: the answer was slow, the app sent the purchase again, and gave it
# a new id. **The wrong way** to find them: a purchase is the same if person, merchant and amount
# are. In pandera that is one line.
#
# **Your guess.** The corpus has 40 duplicates. How many innocent purchases does the line reject
# beside them?

# %%
my_guess = 3  # purchases, edit me

# %%
with Store(server.path) as store:
    scored = checks.batch(store.predictions(), corpus.checkouts)
kind, twin = sent.loc[scored.index, "kind"], sent.loc[scored.index, "twin"]

unique = pa.DataFrameSchema(
    unique=["person_id", "merchant_code", "amount"], report_duplicates="exclude_first"
)
try:
    unique.validate(scored, lazy=True)
except pa.errors.SchemaErrors as errors:
    hit = pd.Index(errors.failure_cases["index"].unique()).astype(int)
print(f"rejected: {len(hit)}, of them duplicates: {(kind[hit] == 'duplicate').sum()}, "
      f"innocent: {twin[hit].sum()}")  # fmt: skip

# %% [markdown]
# *Innocent twins*: people buy the same thing twice, a second ticket, another coffee. Perhaps a time
# limit helps: it is a duplicate if it comes soon after the first.

# %%
windows = pd.to_timedelta(np.geomspace(3, 86_400, 40).round(), unit="s")
rows = [checks.repeated_within(scored, w) for w in windows]
caught = pd.Series([(r & (kind == "duplicate")).sum() for r in rows])
innocent = pd.Series([(r & twin).sum() for r in rows])

# %% [markdown]
# No limit does both. The form has a field for that: `checkout`, a key that the shop's page makes
# once per basket. A retry repeats it; a second purchase has one of its own.

# %%
show_source(checks.first_of_its_checkout)
by_key = dict(checks.found(scored))
by_key = pd.Series(by_key).reindex(scored.index)
key_caught = ((by_key == "duplicate") & (kind == "duplicate")).sum()
key_innocent = ((by_key == "duplicate") & twin).sum()

# %%
fig, ax = figures.new(
    title="No time limit tells a retry from a second purchase; a key does",
    xlabel="innocent purchases rejected",
    ylabel="duplicates found",
)
ax.plot(innocent, caught, "-", color=figures.ORANGE)
for limit, name in [(10, "10 s"), (60, "1 min"), (600, "10 min"), (3_600, "1 h"),
                    (86_400, "a day")]:  # fmt: skip
    i = int(np.argmin(np.abs(windows.total_seconds() - limit)))
    ax.plot(innocent[i], caught[i], "o", color=figures.ORANGE, ms=6)
    ax.annotate(name, (innocent[i], caught[i]), (5, -13), textcoords="offset points", fontsize=9.5,
                color=figures.ORANGE)  # fmt: skip
ax.plot(key_innocent, key_caught, "*", color=figures.BLUE, ms=16, clip_on=False)
ax.annotate("by key", (key_innocent, key_caught), (-12, 0), textcoords="offset points",
            color=figures.BLUE, fontsize=9.5, ha="right", va="center")  # fmt: skip
ax.set(xlim=(-14, 115), ylim=(0, 47))
figures.mark_guess(ax, x=my_guess)
amounts = scored["amount"]
figures.show(
    fig,
    caption=f"Within a day the rule finds {caught.iloc[-1]} duplicates and rejects "
    f"{innocent.iloc[-1]} purchases worth {amounts[rows[-1] & twin].sum():,.0f} crowns. The key "
    f"finds {key_caught} and rejects {key_innocent}. You guessed {my_guess}.",
    alt="Duplicates found against innocent purchases rejected. The line of time limits rises "
    "slowly to the right: to find all duplicates it rejects all twins. A star at the top left, "
    "the key, finds all and rejects none.",
)

# %% [markdown]
# Now take the predictions back. A *retraction* is a row of its own, and the prediction stays: who
# was told what, and what was taken back, can be asked for later. Whoever counts or trains leaves
# out what is retracted.

# %%
show_source(Store.retract)
with Store(server.path) as store:
    store.retract(checks.found(scored))
    store.retract(checks.found(scored))  # once more: it changes nothing
    counts, kept = store.counts(), store.predictions()["retracted"].isna()
where = pd.DataFrame({"kind": sent["kind"], "at": "the edge"})
where.loc[kept.index, "at"] = np.where(kept, "kept", "retracted")
ended = pd.crosstab(where["kind"], where["at"]).loc[[k.name for k in KINDS] + [GOOD]]

# %%
fig, ax = figures.new(
    title="Twelve kinds end before the model, three after it, none gets lost",
    size=(7.6, 5.4),
)
layers = ["received", "bytes", "JSON", "form", "model", "batch", "kept"]
with Store(server.path) as store:
    stopped_by = store.letters()["layer"].map({"bytes": 1, "json": 2, "form": 3})
stop = where["at"].map({"retracted": 5, "kept": 6}).fillna(stopped_by)
for y, name in enumerate(ended.index):
    for x, n in stop[where["kind"] == name].value_counts().items():
        colour = {5: figures.ORANGE, 6: figures.GREEN}.get(x, figures.BLUE)
        ax.plot([0, x], [y, y], color=colour, lw=1.2 + n**0.5 / 9, solid_capstyle="butt")
        ax.plot(x, y, ">" if x == 6 else "|", color=colour, ms=9, mew=3)
        ax.text(x + 0.14, y, f"{n:,}", va="center", fontsize=9.5, color=colour)
ax.axvspan(3.5, 4.5, color="#EEEEEE", zorder=0)
ax.set_yticks(range(16), ended.index)
ax.set_xticks(range(7), layers)
ax.xaxis.tick_top()
ax.set(xlim=(-0.1, 6.9), ylim=(15.7, -0.7))
ax.tick_params(length=0)
ax.grid(axis="y", visible=False)
figures.show(
    fig,
    caption=f"{stats['received']:,} bodies received: {counts['dead']:,} are dead letters (blue), "
    f"{counts['retracted']:,} were scored and retracted (orange), {kept.sum():,} kept (green). "
    "The numbers are bodies.",
    alt="Sixteen lanes, one for each kind of body, through seven layers. Twelve end at bytes, JSON "
    "or form, before the model; three pass the model and end in the batch; the good ones go on to "
    "the end.",
)

# %% tags=["claim-D2"]
share_found = (ended["retracted"] / ended.sum(axis=1))[["time travel", "duplicate", "cents"]]
claim(
    "D2",
    "time travel, duplicates and cents all pass the edge: the least share of a kind",
    measured=1 - float(refused[share_found.index].max()),
    equals=1.0,
)
claim(
    "D2",
    "in batch they are found and their predictions retracted: the least share of a kind",
    measured=float(share_found.min()),
    at_least=0.9,
)
claim(
    "D2",
    "good applications that are retracted by mistake, as a share",
    measured=float(ended.loc[GOOD, "retracted"] / ended.loc[GOOD].sum()),
    at_most=0.002,
)
claim(
    "D2",
    "accepted less kept less retracted",
    measured=int(counts["accepted"] - kept.sum() - counts["retracted"]),
    equals=0,
)

# %%
finding(
    "a uniqueness rule on person, merchant and amount rejects innocent purchases",
    measured=int(twin[hit].sum()),
    at_least=80,
)
finding(
    "a key made where the purchase is made rejects none",
    measured=int(key_innocent),
    equals=0,
)

# %% [markdown]
# **Why.** Whether two purchases are one is known at the till, and nowhere else. What a source does
# not write down, no check can find out later.
#
# **Where it stops being true.** An edge with a good clock could refuse the future by itself, and
# one that remembers keys the duplicates, if it remembers for long enough and in all its processes.
# The past and the cents need the other table, or the other amounts. And between scoring and the
# batch, all three did what predictions do: credit was granted.

# %% [markdown]
# ## What gets lost in silence
#
# **The question.** Many pipelines clean with two calls, `errors="coerce"` and `dropna()`. What
# becomes of the same bodies? (**D2**)
#
# **Your guess.** Which share of the good applications is left?

# %%
my_guess = 0.95  # edit me


# %%
def cleaned(bodies):
    """What is left, by offset."""
    records = {}
    for offset, body in bodies.items():
        try:
            records[offset] = json.loads(body)
        except ValueError:
            continue
    table = pd.DataFrame.from_dict(records, orient="index")
    for name in ["amount", "stated_income", "merchant_code"]:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    table["submitted_at"] = pd.to_datetime(table["submitted_at"], errors="coerce", utc=True)
    return table


table = cleaned(sent["body"])
needed = ["amount", "stated_income", "merchant_code", "submitted_at"]
ways = {
    "dropna()": table.dropna(),
    "the form's fields, dropna()": table[list(Application.model_fields)].dropna(),
    "dropna(subset=numbers)": table.dropna(subset=needed),
}
left = pd.DataFrame({n: sent.loc[t.index, "kind"].value_counts() for n, t in ways.items()})
left = left.reindex(ended.index).fillna(0).astype(int)
left.insert(0, "sent", sent["kind"].value_counts())
left

# %% [markdown]
# Read the last line first. `dropna()` drops a row for any hole. One unknown field in a few bodies
# makes a column that is empty for all others, and so the only rows left are malformed ones. Without
# that column it drops everybody who pays at once, because `instalments` is null for them. With the
# right subset the good ones stay, and most of the malformed stay with them: `True` has become 1,
# the zeros are gone, a negative amount is a number like any other.

# %%
wrong = left.index != GOOD
rows = {
    name: (left.loc[GOOD, name], left.loc[wrong, name].sum(), len(sent) - left[name].sum(), 0)
    for name in ways
}
rows["three layers and a batch"] = (kept.sum(), 0, 0, counts["dead"] + counts["retracted"])
names = ["good, kept", "wrong, kept", "lost without a trace", "out, with a reason"]
fate = pd.DataFrame(rows, index=names).T
fig, ax = figures.new(
    title="Where the bodies went: coercing and dropping keeps no account",
    xlabel="bodies",
    size=(7.6, 3.4),
)
colours = [figures.GREEN, figures.ORANGE, "#BBBBBB", figures.BLUE]
start = np.zeros(len(fate))
for name, colour in zip(names, colours, strict=True):
    ax.barh(range(len(fate)), fate[name], left=start, color=colour, height=0.6, label=name)
    start += fate[name].to_numpy()
ax.set_yticks(range(len(fate)), fate.index)
ax.set(ylim=(3.6, -0.9), xlim=(0, len(sent) * 1.01))
ax.grid(axis="y", visible=False)
ax.legend(ncols=4, loc="upper left", bbox_to_anchor=(-0.3, -0.2), frameon=False, fontsize=9.5)
figures.mark_guess(ax, x=my_guess * (sent["kind"] == GOOD).sum())
good_left = left.loc[GOOD, list(ways)] / left.loc[GOOD, "sent"]
figures.show(
    fig,
    caption=f"Of the good applications {good_left.iloc[0]:.0%} are left after dropna(), "
    f"{good_left.iloc[1]:.0%} with the form's fields only, {good_left.iloc[2]:.0%} with a subset, "
    f"and then {left.loc[wrong, 'dropna(subset=numbers)'].sum()} wrong ones with them. You guessed "
    f"{my_guess:.0%}.",
    alt="Four bars of equal length. The first is nearly all lost without a trace, the second to a "
    "good third, the third keeps the good and many wrong bodies. The fourth has good ones and, "
    "apart from them, those that are out with a reason.",
)

# %% tags=["claim-D2"]
claim(
    "D2",
    "dropna() on the form's own fields loses good applications without a word, as a share",
    measured=1 - float(good_left.iloc[1]),
    at_least=0.25,
)
claim(
    "D2",
    "of the twelve kinds, those that coerce and dropna(subset=numbers) let through",
    measured=int((left.loc[at_edge, "dropna(subset=numbers)"] > 0).sum()),
    at_least=6,
    unit="kinds",
)

# %% [markdown]
# **The right way.** A body that is refused is kept, as bytes, with its reason. Then you can count
# what is wrong, ask who sends it, and repair what can be repaired.

# %%
with Store(server.path) as store:
    letters = store.letters()
same = letters["raw"].eq(sent.loc[letters.index, "body"])
print(f"{len(letters)} dead letters, {same.sum()} with the bytes that were sent")
letters.groupby(["layer", "field", "kind"]).size().rename("letters").to_frame()


# %% [markdown]
# Two of these have one certain meaning: an old app sends the amount as text, and a spreadsheet has
# eaten the zeros of a code that always has four digits. The others have none. Which amount is
# meant, in which zone was the clock? Who fills that in makes data up.


# %%
def mend(raw):
    """The same bytes, or mended ones where the meaning is certain."""
    try:
        record = form.parse(form.decode(raw))
    except form.Refused:
        return raw
    if isinstance(record.get("amount"), str):
        record["amount"] = float(record["amount"])
    if type(record.get("merchant_code")) is int:
        record["merchant_code"] = f"{record['merchant_code']:04d}"
    return json.dumps(record).encode()


# %% [markdown]
# *Replay* is to send dead letters through again. It must be *idempotent*: to run it twice leaves
# the state that running it once leaves. Two things make it so. The offset is the primary key of a
# prediction, so a second `INSERT OR IGNORE` changes nothing. And the prediction and the mark on the
# letter are written in one transaction: both or none.

# %%
show_source(Store.replay, Store.keep)

# %% [markdown]
# Let it fail in the middle first: the power goes after 30 letters. Then run it, and run it again.

# %%
mendable = ["number as text", "zeros lost"]
model = CountingModel()  # fitted anew, from the same seed


def fails_after_30(offset, application):
    if len(model.seen) == 30:
        raise OSError("the power is gone")
    return model.score(offset, application)


log = []
with Store(server.path) as store:
    log.append(("before", 0, store.counts(), store.fingerprint()))
    try:
        store.replay(mend, fails_after_30)
    except OSError:
        log.append(("broken off", len(model.seen), store.counts(), store.fingerprint()))
    for run in ["replayed", "replayed again"]:
        through = store.replay(mend, model.score)
        log.append((run, through, store.counts(), store.fingerprint()))
    letters = store.letters()
states = pd.DataFrame([{"run": r, "letters tried": n, **c, "state": s[:8]} for r, n, c, s in log])
states.set_index("run")

# %% tags=["claim-D2"]
claim(
    "D2",
    "dead letters hold the bytes that were sent: letters that differ, after the replay as well",
    measured=int((letters["raw"] != sent.loc[letters.index, "body"]).sum()),
    equals=0,
)
claim(
    "D2",
    "the letters of the two kinds that can be mended come through, as a share",
    measured=float(states["replayed"].iloc[-1] / sent["kind"].isin(mendable).sum()),
    equals=1.0,
)
claim(
    "D2",
    "a replay that breaks off leaves the state as it was: different states",
    measured=states["state"][:2].nunique() - 1,
    equals=0,
)
claim(
    "D2",
    "a second replay leaves the state that the first left: different states",
    measured=states["state"][2:].nunique() - 1,
    equals=0,
)
claim(
    "D2",
    "received less accepted less dead, after the replay: the largest of all four states",
    measured=int((len(sent) - states["accepted"] - states["dead"]).abs().max()),
    equals=0,
)

# %% [markdown]
# **Why.** Nothing is ever deleted, so nothing has to be remembered: each body has one number, and
# the tables say where it is. (Here an exception stands for the power cut. The course's tests kill a
# replay for good, in the middle of its transaction, and find the same.)
#
# **Where it stops being true.** What a replay does outside of the database, an e-mail or a payment,
# no transaction takes back. And new predictions need the batch checks too. Run them after every
# replay.

# %% [markdown]
# ## A lie in good form
#
# **The question.** One customer in ten states an income well above the true one. How many of them
# does any layer find? (**D2**, its limit)
#
# **Your guess.** Suppose that a credit bureau knows the incomes of most people, give or take a
# tenth. What share of the lies does that find?

# %%
my_guess = 1.0  # edit me

# %%
rng = np.random.default_rng([SEED, 3])
lie = sent["lie"] & (sent["kind"] == GOOD)
honest = ~sent["lie"] & (sent["kind"] == GOOD)
lies_kept = kept.reindex(sent.index[lie], fill_value=False)

people = load_people()
estimate = people["income"] * np.exp(0.1 * rng.standard_normal(len(people)))
estimate = estimate.where(rng.random(len(people)) < 0.85)  # nobody else is in its files
bureau = scored["person_id"].map(estimate)
ratio = scored["stated_income"] / bureau
suspect = (ratio > 1.25).reindex(sent.index, fill_value=False)
found_lies, alarms = suspect[lie].mean(), suspect[honest].mean()
pd.Series(
    {
        "lies": lie.sum(),
        "refused at the edge": (~lie[lie].index.isin(scored.index)).sum(),
        "retracted after the batch": (~lies_kept).sum(),
        "above 1.25 of what the bureau says": suspect[lie].sum(),
        "honest, and above it as well": suspect[honest].sum(),
    },
    name="applications",
).to_frame()

# %% [markdown]
# What did they gain? Score the same people with their true income.

# %%
told = lie[lie].index.intersection(scored.index)
gain = []
for offset in told:
    said = form.read(sent.loc[offset, "body"])
    true = said.model_copy(update={"stated_income": int(people["income"][said.person_id])})
    gain.append(model.score(offset, said) / model.score(offset, true))
lowered = np.median(gain)
print(f"In the median a lie makes the model's probability of default {lowered:.2f} times as high")

# %%
fig, ax = figures.new(
    title="Every check passes the lies; a second source sees most of them",
    xlabel="income by the bureau (crowns a month)",
    ylabel="income as stated",
    size=(7.6, 4),
)
for group, colour in [(honest, "#AAAAAA"), (lie, figures.ORANGE)]:
    rows = group[group].index.intersection(scored.index)
    ax.plot(bureau[rows], scored.loc[rows, "stated_income"], ".", ms=3.5, color=colour)
ends = np.array([500, 40_000])
ax.plot(ends, 1.25 * ends, color=figures.BLACK, lw=1.2)
ax.text(42_000, 50_000, "1.25 times", fontsize=9.5, va="center")
ax.text(1_300, 9_000, "lies", color=figures.ORANGE, ha="center")
note = f"above the line: {found_lies:.0%} of the lies\nyour guess: {my_guess:.0%}"
ax.text(0.02, 0.96, note, transform=ax.transAxes, va="top", color=figures.GUESS_COLOUR)
ax.text(9_000, 4_000, "honest", color="#777777")
ax.set(xscale="log", yscale="log", xlim=(450, 90_000))
in_file = bureau[told].notna().mean()
figures.show(
    fig,
    caption=f"The bureau knows {in_file:.0%} of those who lie. The rule finds {found_lies:.0%} of "
    f"the lies, you guessed {my_guess:.0%}, and suspects {alarms:.1%} of the honest.",
    alt="Stated against known income on two logarithmic axes. The honest lie along the diagonal; "
    "the lies lie above it, most of them above a line at one and a quarter.",
)

# %% tags=["claim-D2"]
claim(
    "D2",
    "of the well-formed lies the edge refuses and the batch retracts, as a share",
    measured=1 - float(lies_kept.mean()),
    at_most=0.01,
    limit=True,
)
claim(
    "D2",
    "a lie pays: the model's probability of default, as stated against true, the median",
    measured=float(lowered),
    at_most=0.9,
    unit="times",
    limit=True,
)
claim(
    "D2",
    "a second source finds part of the lies, and not those of people whom it does not know",
    measured=float(found_lies),
    between=(0.6, 0.95),
    limit=True,
)

# %% [markdown]
# **Why.** Validation compares a body with an agreement. Whether it is *true* takes a source that
# the customer does not write. And a second source has its own holes and errors: it says nothing of
# those whom it does not know, and it suspects some of the honest.

# %% [markdown]
# ## What you measured

# %%
server.stop()
pd.DataFrame(
    [
        ("D1", "worst source, as it stands", f"{off['as it stands'].abs().max():.0f} % off"),
        ("D1", "worst source, understood", f"{off['understood'].abs().max():.1f} % off"),
        ("D2", "kinds of 12 through declared types", f"{open_for['declared']}"),
        ("D2", "kinds of 12 through three layers", f"{open_for['three layers']}"),
        ("D2", "malformed bodies that the model saw", f"{len(seen & set(bad))}"),
        ("D2", "scored, found in batch, retracted", f"{counts['retracted']}"),
        ("finding", "innocent purchases, by uniqueness", f"{twin[hit].sum()}"),
        ("finding", "innocent purchases, by key", f"{key_innocent}"),
        ("D2", "good ones lost by dropna()", f"{1 - good_left.iloc[0]:.0%}"),
        ("D2", "dead letters replayed", f"{states['replayed'].iloc[-1]}"),
        ("D2 limit", "lies that pass all checks", f"{lies_kept.mean():.0%}"),
        ("D2 limit", "lies that a second source finds", f"{found_lies:.0%}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")

# %% [markdown]
# **At work.**
#
# | question | rule |
# |---|---|
# | a source is new to you | ask who writes it, when, and what makes its count go up by one |
# | user input | strict types, ranges, no unknown fields, no field twice; refuse, do not convert |
# | a body is refused | keep the bytes, the number, the reason; answer with the field's name |
# | it needs other rows | check in batch, and retract: a row of its own, no delete |
# | retries | a key made where the purchase is made; no rule guesses it afterwards |
# | cleaning a table | rows in = rows out + rows rejected, with a reason each; no bare `dropna()` |
# | it might be a lie | a second source, and count whom it does not know |
#
# **How sure are these checks?** The seeds are fixed, so you see the same numbers as everybody. What
# is exact above, such as *received less accepted less dead*, holds under every seed. The bounds on
# the bureau's answer, on `dropna()` and on the lies lie more than five standard errors from what is
# expected. A change of unit is found by statistics, too: an amount beside the change may fall on
# the wrong side, so the claim leaves room for it; in some twenty other seeds none did. The kinds,
# their numbers and the share of lies were set by the authors; at work you count your own dead
# letters.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/01_data_sources.ipynb) has three tasks: a
# validator that loses nothing, dead letters with an idempotent replay, and a batch check that
# spares the innocent.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 3, "Data Engineering
#   Fundamentals": the section on data sources.
# - Martin Kleppmann, *Designing Data-Intensive Applications*, O'Reilly 2017, chapters 11 and 12: on
#   idempotence and on operations that carry an identifier from end to end.
# - Pydantic on [strict mode](https://docs.pydantic.dev/latest/concepts/strict_mode/), pandera on
#   [lazy validation](https://pandera.readthedocs.io/en/stable/lazy_validation.html).
# - RFC 8259, *The JavaScript Object Notation (JSON) Data Interchange Format*, section 4: what
#   happens to a field that comes twice.
