# %% [markdown]
# # Data models and engines
#
# The same facts can be kept as tables, as documents or as a graph, by rows or by columns. Each
# choice makes one question cheap and another one dear, and you can count by how much.
#
# **You will be able to** say which data model a question is cheap in, and count it; read a query
# plan and choose an index that it uses; choose between an engine for transactions and one for
# analysis; say what a transaction promises, and show it on a process that you kill.
#
# **Time** 40 minutes. **Before this** [Data formats](02_formats.ipynb) (order by row and by
# column).

# %% [markdown]
# ## The same city, three times
#
# A **data model** says what the things are that you store and how they hang together. Three are in
# daily use:
#
# - **relational**: tables. Each fact stands once, and rows refer to each other by keys.
# - **document**: one self-contained text per thing, such as a JSON object. What belongs together
#   stands together, copies of shared facts included.
# - **graph**: nodes and the edges between them, both with properties.
#
# You store Riverton's people, merchants and friendships in all three, with four weeks of
# applications for pay-later credit at the checkout. Riverton is made up. The engines are SQLite and
# DuckDB, which run inside your Python process: there is no server to set up.
#
# One claim of the course's [ledger](../LEDGER.md) is tested:
#
# - **D6**: data formats span text that nests, such as JSON, and binary layouts by row or by column.
#   *Limit*: a column layout loses when you read one row or append one.

# %% tags=["wall-clock"]
import json
import sqlite3
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb
import networkx as nx
import numpy as np
import pandas as pd

from labkit.engines import counters, layout, writer
from labkit.lesson import claim, figures, finding, show_source
from labkit.riverton.applications import make_applications
from labkit.riverton.data import load_friendships, load_merchants, load_people

SEED = 3  # change it: every claim below should still hold
N = 100_000  # applications

folder = tempfile.TemporaryDirectory()
here = Path(folder.name)
made = make_applications(N, np.random.default_rng([SEED, 1])).to_pandas()
made["submitted_at"] = made["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%S")
made["instalments"] = made["instalments"].astype("Int16")
applications = made.astype(object).where(made.notna(), None)
people = load_people()[["person_id", "district", "age"]]
merchants = load_merchants()
near_by = people.index[people["district"] < 10]  # friendships within ten districts
friends = load_friendships()
friends = friends[friends.isin(near_by).all(axis=1)]
print(f"{N:,} applications, {len(people):,} people, {len(merchants):,} merchants")
print(f"{len(friends):,} friendships among the {len(near_by):,} people of ten districts")

# %% [markdown]
# **As relations.** Five tables. A merchant's name stands in one row. A basket, which is a list, has
# to become a table of its own. An **index** is a sorted copy of some columns, by which the engine
# finds rows without going through the table; a primary key has one.

# %%
con = sqlite3.connect(here / "relations.db")
con.executescript("""
CREATE TABLE person (person_id INTEGER PRIMARY KEY, district INTEGER, age INTEGER);
CREATE TABLE merchant (code TEXT PRIMARY KEY, name TEXT);
CREATE TABLE application (application_id INTEGER PRIMARY KEY, submitted_at TEXT,
    person_id INTEGER, merchant_code TEXT, amount REAL, instalments INTEGER, channel TEXT);
CREATE TABLE item (application_id INTEGER, kind TEXT);
CREATE TABLE friend (person INTEGER, friend INTEGER);
""")


def fill(table, rows):
    rows = list(rows)
    places = ", ".join("?" * len(rows[0]))
    con.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


fill("person", people.to_numpy().tolist())
fill("merchant", [(m[1:], f"Shop {m[1:]}") for m in merchants["merchant"]])
columns = ["application_id", "submitted_at", "person_id", "merchant_code", "amount",
           "instalments", "channel"]  # fmt: skip
fill("application", applications[columns].to_numpy().tolist())
baskets = zip(applications["application_id"], applications["basket"], strict=True)
fill("item", [(number, kind) for number, basket in baskets for kind in basket])
pairs = friends.to_numpy().tolist()
fill("friend", [pair for a, b in pairs for pair in [(a, b), (b, a)]])
con.executescript("""
CREATE INDEX item_of ON item (application_id, kind);
CREATE INDEX friend_of ON friend (person, friend);
CREATE INDEX person_in ON person (district);
CREATE INDEX application_by ON application (person_id);
""")
con.commit()

# %% [markdown]
# **As documents.** One JSON object per application, with its merchant, its person and its basket
# inside; one per person of the ten districts, with the list of friends.

# %%
store = sqlite3.connect(here / "documents.db")
store.execute("CREATE TABLE document (id INTEGER PRIMARY KEY, body TEXT)")
store.execute("CREATE TABLE profile (id INTEGER PRIMARY KEY, body TEXT)")
names = dict(con.execute("SELECT code, name FROM merchant"))
districts, ages = people["district"].tolist(), people["age"].tolist()
bodies = []
for row in applications.to_dict("records"):
    code, p = row.pop("merchant_code"), row.pop("person_id")
    row["merchant"] = {"code": code, "name": names[code]}
    row["person"] = {"person_id": p, "district": districts[p], "age": ages[p]}
    row["basket"] = list(row["basket"])
    bodies.append((row["application_id"], json.dumps(row)))
store.executemany("INSERT INTO document VALUES (?, ?)", bodies)
known = {int(person): [] for person in near_by}
for a, b in pairs:
    known[a].append(b)
    known[b].append(a)
profiles = [(person, json.dumps({"friends": ids})) for person, ids in known.items()]
store.executemany("INSERT INTO profile VALUES (?, ?)", profiles)
store.commit()
print(json.dumps(json.loads(bodies[76][1]), indent=1)[:430], "...")

# %% [markdown]
# **As a graph.** People, merchants, applications, kinds of goods and districts are nodes. From
# one node that you know, you walk along the edges to the others.

# %%
graph = nx.Graph()
for code, name in names.items():
    graph.add_node(("merchant", code), name=name)
for number, person, code, amount, basket in applications[
    ["application_id", "person_id", "merchant_code", "amount", "basket"]
].itertuples(index=False):
    node = ("application", number)
    graph.add_node(node, amount=amount)
    graph.add_edge(node, ("person", person))
    graph.add_edge(node, ("merchant", code))
    graph.add_edges_from((node, ("kind", kind)) for kind in basket)
for person, district in people[["person_id", "district"]].to_numpy().tolist():
    graph.add_edge(("person", person), ("district", district))
graph.add_edges_from((("person", a), ("person", b)) for a, b in pairs)
print(f"{graph.number_of_nodes():,} nodes, {graph.number_of_edges():,} edges")

# %% [markdown]
# ## What a question touches
#
# **The question.** Four questions are put to each model. How many rows, documents or nodes does
# each of them touch?
#
# 1. *Rename*: the most popular merchant has a new name.
# 2. *Whole*: show one application, with its merchant, person and basket.
# 3. *Nested*: which applications of people from district 7 have toys in the basket?
# 4. *Hops*: who is within four friendships of a given person?
#
# **Your guess.** There are 50 applications per merchant. In how many documents does the most
# popular merchant's name have to be changed?

# %%
my_guess = 50  # documents, edit me

# %% [markdown]
# **Measure.** Clocks differ from machine to machine; counts do not. Changed rows are counted by the
# engine (`total_changes`). For rows that are read, a view is put before each table, which lets
# every row through and counts it. The query's text stays as it is.

# %%
show_source(counters.count_rows)

# %%
popular, one = "0000", 77
district, kind = 7, "toys"
start = max(near_by, key=lambda person: len(known[person]))  # who has the most friends
reader = sqlite3.connect(here / "relations.db")
rows_read = counters.count_rows(reader)
store_reader = sqlite3.connect(here / "documents.db")
documents_read = counters.count_rows(store_reader)
nodes_seen = Counter()


def near(node, kind):
    """The neighbours of a kind that a node has; each neighbour looked at counts."""
    nodes_seen["nodes"] += len(graph[node])
    return [other for other in graph[node] if other[0] == kind]


touched = {}  # (question, model) -> count


def note(question, model, counter):
    touched[question, model] = counter.total()
    counter.clear()


# %% [markdown]
# *Rename.* A relation has the name once. The documents have a copy each.

# %%
before = con.total_changes
con.execute("UPDATE merchant SET name = 'Harbour Shop' WHERE code = ?", [popular])
con.commit()
touched["rename", "relations"] = con.total_changes - before

before = store.total_changes
store.execute(
    "UPDATE document SET body = json_set(body, '$.merchant.name', 'Harbour Shop')"
    " WHERE body ->> '$.merchant.code' = ?", [popular],
)  # fmt: skip
store.commit()
touched["rename", "documents"] = store.total_changes - before

graph.nodes["merchant", popular]["name"] = "Harbour Shop"
touched["rename", "graph"] = 1

# %% [markdown]
# These are the documents that were *written*. To find them, every document was read.
#
# *Whole.* Now the document has it all in one place. The relations are put together again by a
# **join**, which follows the keys.

# %%
WHOLE = """
SELECT * FROM application JOIN person USING (person_id)
JOIN merchant ON code = merchant_code JOIN item USING (application_id)
WHERE application_id = ?"""
lines = reader.execute(WHOLE, [one]).fetchall()
note("whole", "relations", rows_read)
found = store_reader.execute("SELECT body FROM document WHERE id = ?", [one])
(body,) = found.fetchone()
note("whole", "documents", documents_read)
node = ("application", one)
parts = [node, *graph[node]]
touched["whole", "graph"] = len(parts)
same = {line[-1] for line in lines} == set(json.loads(body)["basket"])
print(f"{len(lines)} rows of a join; the same basket as in the document: {same}")

# %% [markdown]
# *Nested.* The condition lies inside: in the person, and in a list.

# %%
NESTED = """
SELECT application_id FROM person JOIN application USING (person_id)
JOIN item USING (application_id) WHERE district = ? AND kind = ?"""
answers = {"relations": {n for (n,) in reader.execute(NESTED, [district, kind])}}
note("nested", "relations", rows_read)

INSIDE = """
SELECT document.id FROM document, json_each(body, '$.basket') AS entry
WHERE body ->> '$.person.district' = ? AND entry.value = ?"""
answers["documents"] = {n for (n,) in store_reader.execute(INSIDE, [district, kind])}
note("nested", "documents", documents_read)

answers["graph"] = {
    application[1]
    for person in near(("district", district), "person")
    for application in near(person, "application")
    if ("kind", kind) in near(application, "kind")
}
note("nested", "graph", nodes_seen)
nested_alike = len({frozenset(found) for found in answers.values()})
print({model: len(found) for model, found in answers.items()})

# %% [markdown]
# *Hops.* In a graph you keep the people whom you have met, and look at the neighbours of each only
# once. In SQL a **recursive** query does the same: it starts from one row, joins the table to what
# it has found, and goes on until nothing new comes. `UNION` drops what is there already.

# %%
REACH = """
WITH RECURSIVE reach (person, hops) AS (
    VALUES (?, 0)
    UNION
    SELECT friend, hops + 1 FROM reach JOIN friend USING (person) WHERE hops < {hops})
SELECT DISTINCT person FROM reach"""


def friends_in_profile(person):
    found = store_reader.execute("SELECT body FROM profile WHERE id = ?", [person])
    return json.loads(found.fetchone()[0])["friends"]


def by_documents(start, hops):
    met, edge = {start}, {start}
    for _ in range(hops):
        edge = {friend for p in edge for friend in friends_in_profile(p)} - met
        met |= edge
    return met


def by_graph(start, hops):
    met, edge = {start}, {start}
    for _ in range(hops):
        edge = {o[1] for p in edge for o in near(("person", p), "person")} - met
        met |= edge
    return met


# %% [markdown]
# Many people write it as a chain of joins instead: friends, friends of friends, and so on. It gives
# the same answer. Count what it touches.


# %%
def by_joins(start, hops):
    met = {start}
    for length in range(1, hops + 1):
        query = f"SELECT f{length}.friend FROM friend f1"
        for i in range(2, length + 1):
            query += f" JOIN friend f{i} ON f{i}.person = f{i - 1}.friend"
        query += " WHERE f1.person = ?"
        met |= {person for (person,) in reader.execute(query, [start])}
    return met


def by_recursion(start, hops):
    query = REACH.format(hops=hops)
    return {person for (person,) in reader.execute(query, [start])}


ways = [
    ("a chain of joins", by_joins, rows_read),
    ("a recursive query", by_recursion, rows_read),
    ("documents", by_documents, documents_read),
    ("graph", by_graph, nodes_seen),
]
friendships = graph.subgraph(("person", person) for person in known)
hops_table, differ = {}, 0
for hops in (1, 2, 3, 4):
    within = nx.single_source_shortest_path_length(friendships, ("person", start), hops)
    hops_table[hops] = {"people met": len(within) - 1}
    for name, way, counter in ways:
        counter.clear()
        differ += way(int(start), hops) != {node[1] for node in within}
        hops_table[hops][name] = counter.total()
for model in ("documents", "graph"):
    touched["hops", model] = hops_table[4][model]
touched["hops", "relations"] = hops_table[4]["a recursive query"]
hops_table = pd.DataFrame(hops_table).T.rename_axis("hops")
print("answers that differ from networkx's:", differ)
hops_table

# %%
questions = ["rename", "whole", "nested", "hops"]
models = {"relations": figures.BLUE, "documents": figures.ORANGE, "graph": figures.GREEN}
fig, ax = figures.new(
    title="No model is cheap for every question",
    xlabel="rows, documents or nodes touched (log scale)",
    size=(7.6, 4.2),
)
for place, question in enumerate(questions):
    for offset, (model, colour) in enumerate(models.items()):
        y, count = place + 0.26 * (offset - 1), touched[question, model]
        ax.barh(y, count - 0.8, left=0.8, height=0.22, color=colour)
        name = f"{count:,}  {model}" if place == 0 else f"{count:,}"
        ax.text(count * 1.12, y, name, va="center", color=colour, fontsize=9)
ax.set(xscale="log", xlim=(0.8, 1.5e6), yticks=range(4), ylim=(3.6, -0.6))
ax.set_yticklabels(questions)
ax.grid(axis="y", visible=False)
ax.vlines(my_guess, -0.45, 0.45, figures.GUESS_COLOUR, (0, (5, 3)), lw=1.4)
ax.text(my_guess * 1.1, -0.3, figures.GUESS, color=figures.GUESS_COLOUR, fontsize=9)
figures.show(
    fig,
    caption=f"A new name for one merchant: {touched['rename', 'relations']} row, or "
    f"{touched['rename', 'documents']:,} documents, where you guessed {my_guess:,}. One whole "
    f"application: {touched['whole', 'documents']} document, or {touched['whole', 'relations']} "
    f"rows. The nested question: {touched['nested', 'relations']:,} rows, or all "
    f"{touched['nested', 'documents']:,} documents.",
    alt="Bars of rows touched by four questions in three models, on a logarithmic axis. Renaming "
    "costs the documents most, the whole application costs them least.",
)

# %%
finding(
    "a fact that stands once is changed once",
    measured=touched["rename", "relations"],
    equals=1,
    unit="row",
)
finding(
    "its copies in documents have to be changed one by one",
    measured=touched["rename", "documents"],
    at_least=1_000,
    unit="documents",
)
finding(
    "one whole application is one document, and as rows it comes in pieces",
    measured=touched["whole", "relations"] / touched["whole", "documents"],
    at_least=4,
    unit="times",
)
finding(
    "for a nested condition all documents are read, for indexed relations few rows",
    measured=touched["nested", "documents"] / touched["nested", "relations"],
    at_least=10,
    unit="times",
)
# %%
finding(
    "all three models give the same nested answer",
    measured=nested_alike,
    equals=1,
    unit="answer",
)
finding("four ways to count hops never differ from networkx", measured=differ, equals=0)
walks = hops_table["a chain of joins"] / hops_table["a recursive query"]
finding(
    "at four hops a chain of joins goes through far more rows than a recursive query",
    measured=walks[4],
    at_least=4,
    unit="times",
)

# %% [markdown]
# **Why.** A document is a question that somebody has answered beforehand: *show me this
# application*. It is one read, and every other question has to open all of them. Relations keep
# each fact once, so they are cheap to change and open to any question, at the price of a join. A
# chain of joins follows every *walk* of four steps, and there are many walks to the same person.
# The graph and the recursive query remember who was met. The documents look good at hops, because a
# profile has a whole list of friends inside: each friendship stands in two of them, and is changed
# in both.
#
# **Where it stops being true.** The relations were this cheap because the right indexes were there.
# Document engines have indexes too, into lists as well: MongoDB calls them multikey, PostgreSQL has
# GIN. Those help the nested question; they do not help the rename. And at four hops the recursive
# query is no worse than the graph: you need no graph engine for a question of fixed, small depth.

# %% [markdown]
# ## Say what, not how
#
# **The question.** SQL is **declarative**: you say which rows you want, and the engine decides how
# to get them. A loop is **imperative**: you say how. What is that worth?
#
# Here is one question in both: how much was asked for at merchant 1234?

# %%
QUERY = "SELECT sum(amount) FROM application WHERE merchant_code = '1234'"


def by_loop():
    total, fetched = 0.0, 0
    for code, amount in con.execute("SELECT merchant_code, amount FROM application"):
        fetched += 1
        if code == "1234":
            total += amount
    return total, fetched


total, fetched = by_loop()
(by_sql,) = con.execute(QUERY).fetchone()
print(f"loop: {total:.2f} crowns from {fetched:,} rows fetched; SQL: {by_sql:.2f} crowns")
print("plan:", *counters.plan(con, QUERY))

# %% [markdown]
# `EXPLAIN QUERY PLAN` shows how the engine will do it. SCAN means that it goes through the whole
# table, as the loop does. SQLite compiles a query into steps of a small virtual machine, and calls
# you back after each step if you ask it to. That gives a count of the work.

# %%
show_source(counters.steps)

# %% [markdown]
# **Your guess.** You add an index on `merchant_code` and leave the query as it is. To how many per
# cent does the number of steps fall?

# %%
my_guess = 10  # % of the steps without an index, edit me

# %% [markdown]
# **Measure.** And with indexes that people also make: with the columns in the wrong order; one that
# holds the amount as well, so that the table need not be read (a **covering** index); and with the
# right index, but a query that wraps the column in a function.

# %%
WRAPPED = QUERY.replace("merchant_code =", "upper(merchant_code) =")
tries = {
    "no index": (None, QUERY),
    "amount, code": ("(amount, merchant_code)", QUERY),
    "code, wrapped": ("(merchant_code)", WRAPPED),
    "code": ("(merchant_code)", QUERY),
    "code, amount": ("(merchant_code, amount)", QUERY),
}
rows = {}
for name, (index, query) in tries.items():
    if index:
        con.execute(f"CREATE INDEX tried ON application {index}")
    rows[name] = {
        "plan": counters.plan(con, query)[0].replace("application USING ", ""),
        "steps": counters.steps(con, query),
        "same answer": bool(np.isclose(con.execute(query).fetchone()[0], total)),
    }
    con.execute("DROP INDEX IF EXISTS tried")
tried = pd.DataFrame(rows).T

# %% tags=["nbval-ignore-output"]
tried

# %%
share = 100 * tried["steps"].astype(float) / tried.loc["no index", "steps"]
fig, ax = figures.new(
    title="An index pays only if the plan uses it",
    xlabel="steps (% of those without an index, log scale)",
    size=(7.6, 3.1),
)
searches = tried["plan"].str.startswith("SEARCH")
ax.barh(tried.index, share, color=np.where(searches, figures.BLUE, figures.ORANGE), height=0.6)
for y, (value, found) in enumerate(zip(share, searches, strict=True)):
    percent = f"{value:.0f} %" if value > 1 else f"{value:.3f} %"
    ax.text(value * 1.15, y, f"{'SEARCH' if found else 'SCAN'}, {percent}", va="center",
            fontsize=9)  # fmt: skip
ax.set(xscale="log", xlim=(0.005, 2_000), ylim=(-1.2, 4.5))
ax.invert_yaxis()
ax.grid(axis="y", visible=False)
figures.mark_guess(ax, x=my_guess)
figures.show(
    fig,
    caption=f"With an index on merchant_code the query takes {share['code']:.2g} % of the "
    f"steps; you guessed {my_guess} %. With the columns in the other order it takes "
    f"{share['amount, code']:.0f} %, with the column wrapped in a function "
    f"{share['code, wrapped']:.0f} %.",
    alt="Bars of steps for five indexes on a logarithmic axis: three scans take about as many "
    "steps as without an index, two searches a tiny part of them.",
)

# %%
finding(
    "the same query takes a small part of the steps once there is an index",
    measured=share["code"],
    at_most=1,
    unit="%",
)
scanned = tried.index[~searches]
finding(
    "an index in the wrong order and a wrapped column still scan",
    measured=len(scanned) - 1,
    equals=2,
    unit="plans",
)
finding(
    "whatever the plan, the answer is the same",
    measured=int(tried["same answer"].sum()),
    equals=len(tried),
    unit="answers",
)

# %% [markdown]
# **Why.** An index is sorted by its first column, then by its second, like a phone book. You cannot
# look up a first name in one. And it is sorted by `merchant_code`, not by `upper(merchant_code)`:
# the engine does not know that the two have the same order. The loop can be helped by no index at
# all. It has said how.
#
# A column engine gets the same text and makes another plan of it. DuckDB's profiler tells what the
# scan was told to do:

# %%
duck = duckdb.connect(config={"threads": 1})
duck.register("made", made)
duck.execute("CREATE TABLE application AS SELECT * FROM made")
(scan,) = counters.duckdb_scans(duck, QUERY)
print(f"{scan['type']} of {len(made.columns)} columns")
for what in ("columns", "filter", "rows"):
    print(f"  {what} handed on: {scan[what]}")

# %% [markdown]
# The condition went down into the scan (**filter pushdown**), so that few rows come up; of the
# columns only the ones that are needed are read at all, and one is handed on (**projection
# pushdown**). Nobody wrote that into the query.
#
# **Where it stops being true.** The engine chooses by estimates, and it can only use what it can
# see. A condition inside a Python function, or inside a text that it does not parse, it cannot push
# anywhere. And each index is written anew with every row that changes.

# %% [markdown]
# ## Two kinds of work, two engines
#
# **The question.** SQLite keeps the values of a row together, DuckDB those of a column (**D6**). An
# application is read and changed by its key, thousands of times a day: **OLTP**, online transaction
# processing. A report goes through all of them and adds up: **OLAP**, online analytical processing.
# Does one engine do both?
#
# **Your guess.** Reading one application by its key: how many times as fast as DuckDB is SQLite?

# %%
my_guess = 2  # times as fast, edit me

# %% [markdown]
# **Measure.** One table with twelve columns, a file in each engine, the same primary key. First the
# counts: how much of each file has to be read, by the file's own layout? SQLite keeps a table as a
# tree of small pages of whole rows; from the root to a row's leaf is a short way, but a report goes
# through all leaves. DuckDB keeps each column by itself, compressed, in large blocks; a row's
# values lie in many of them.

# %%
ROWS = 200_000
many = make_applications(ROWS, np.random.default_rng([SEED, 2])).to_pandas()
many["submitted_at"] = many["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%S")
many["instalments"] = many["instalments"].astype("Int16")
many["basket"] = many["basket"].map(",".join)
DECLARED = """CREATE TABLE application (application_id INTEGER PRIMARY KEY,
    submitted_at VARCHAR, person_id INTEGER, merchant_code VARCHAR, amount DOUBLE,
    instalments INTEGER, channel VARCHAR, card_country VARCHAR, basket VARCHAR,
    device VARCHAR, score DOUBLE, approved BOOLEAN)"""
by_column = duckdb.connect(here / "by_column.duckdb", config={"threads": 1})
by_column.execute(DECLARED)
by_column.register("many", many)
by_column.execute("INSERT INTO application SELECT * FROM many")
by_column.execute("CHECKPOINT")
values = by_column.execute("SELECT * FROM application").fetchall()
by_row = sqlite3.connect(here / "by_row.db")
by_row.execute(DECLARED)
by_row.executemany(f"INSERT INTO application VALUES ({', '.join('?' * 12)})", values)
by_row.commit()
print(f"{ROWS:,} rows of {len(many.columns)} columns in each engine")

# %%
REPORT = """SELECT merchant_code, count(*), sum(amount) FROM application
    GROUP BY merchant_code ORDER BY merchant_code"""
file, table = here / "by_row.db", "application"
(page_size,) = by_row.execute("PRAGMA page_size").fetchone()
pages = layout.sqlite_pages_to_row(file, table, 150_000)
two = ["merchant_code", "amount"]
to_read = pd.DataFrame(
    {
        "the report (2 columns)": {
            "SQLite": layout.sqlite_bytes(file),
            "DuckDB": layout.duckdb_bytes(by_column, table, two),
        },
        "one row": {
            "SQLite": page_size * len(pages),
            "DuckDB": layout.duckdb_bytes(by_column, table, row=149_999),
        },
    }
)
print(f"SQLite: {len(pages)} pages of {page_size:,} bytes lead to the row")
(to_read / 1_000).round().astype(int).rename_axis("kB to read")

# %% [markdown]
# Now the clock. The report; 200 rows read by key, one query each; 200 rows changed by key; and, as
# a control, 200 queries that read nothing. The median of three. The changes are taken back at the
# end, so that neither engine waits for the disk, and each repetition meets the same table.

# %% tags=["nbval-ignore-output"]
keys = np.random.default_rng([SEED, 3]).integers(1, ROWS, 200).tolist()


def report(engine):
    return engine.execute(REPORT).fetchall()


def read(engine):
    query = "SELECT * FROM application WHERE application_id = ?"
    return [engine.execute(query, [key]).fetchone()[:5] for key in keys]


def change(engine):
    query = "UPDATE application SET score = score / 2 WHERE application_id = ?"
    for key in keys:
        engine.execute(query, [key])


def read_nothing(engine):
    for _ in keys:
        engine.execute("SELECT 1").fetchone()


# %% tags=["nbval-ignore-output"]
def median_seconds(work, engine):
    taken = []
    for _ in range(3):
        engine.execute("BEGIN")
        begin = time.perf_counter()
        work(engine)
        taken.append(time.perf_counter() - begin)
        engine.execute("ROLLBACK")
    return float(np.median(taken))


works = {"the report": report, "read by key": read, "change by key": change,
         "read nothing": read_nothing}  # fmt: skip
seconds = pd.DataFrame(
    {
        name: {"SQLite": median_seconds(work, by_row), "DuckDB": median_seconds(work, by_column)}
        for name, work in works.items()
    }
)
(1_000 * seconds).round(1).rename_axis("milliseconds")

# %% tags=["nbval-ignore-output"]
rows_equal = [(*a[:2], round(a[2], 2)) for a in report(by_row)] == [
    (*a[:2], round(a[2], 2)) for a in report(by_column)
]
reads_equal = read(by_row) == read(by_column)
bare = seconds.loc["DuckDB", "read nothing"] / seconds.loc["SQLite", "read by key"]
ratio = (seconds.loc["SQLite"] / seconds.loc["DuckDB"]).drop("read nothing")
fig, ax = figures.new(
    title="Each engine wins its own kind of work, by far",
    xlabel="SQLite's time / DuckDB's time (log scale)",
    size=(7.6, 2.7),
)
colours = np.where(ratio > 1, figures.ORANGE, figures.BLUE)
ax.barh(ratio.index, ratio - 1, left=1, color=colours, height=0.55)
for y, value in enumerate(ratio):
    faster = f"DuckDB {value:.0f} times" if value > 1 else f"SQLite {1 / value:.0f} times"
    ax.annotate(faster, (max(value, 1), y), (5, 0), va="center", fontsize=9,
                textcoords="offset points")  # fmt: skip
ax.set(xscale="log", xlim=(5e-4, 1e3), ylim=(-0.9, 2.5))
ax.axvline(1, color=figures.BLACK, lw=1)
ax.invert_yaxis()
ax.grid(axis="y", visible=False)
figures.mark_guess(ax, x=1 / my_guess)
figures.show(
    fig,
    caption=f"The report is {ratio['the report']:.0f} times as fast in DuckDB. Reading by key is "
    f"{1 / ratio['read by key']:.0f} times as fast in SQLite, where you guessed {my_guess}; "
    f"changing by key {1 / ratio['change by key']:.0f} times.",
    alt="Three bars from a middle line: the report reaches to DuckDB's side, reading and changing "
    "by key reach to SQLite's side.",
)

# %% tags=["claim-D6"]
claim(
    "D6",
    "for two columns of all rows the row layout has more to read",
    measured=to_read.loc["SQLite", "the report (2 columns)"]
    / to_read.loc["DuckDB", "the report (2 columns)"],
    at_least=5,
    unit="times the bytes",
)
claim(
    "D6",
    "a report over all rows is faster in the engine that stores by column",
    measured=ratio["the report"],
    at_least=3,
    unit="times",
)
claim(
    "D6",
    "for one row it is the column layout that has more to read",
    measured=to_read.loc["DuckDB", "one row"] / to_read.loc["SQLite", "one row"],
    at_least=20,
    unit="times the bytes",
    limit=True,
)
claim(
    "D6",
    "rows are read by their key faster in the engine that stores by row",
    measured=1 / ratio["read by key"],
    at_least=3,
    unit="times",
    limit=True,
)
claim(
    "D6",
    "rows are changed by their key faster in the engine that stores by row",
    measured=1 / ratio["change by key"],
    at_least=3,
    unit="times",
    limit=True,
)
# %% tags=["nbval-ignore-output"]
finding(
    "even a query that reads nothing takes DuckDB longer than a row takes SQLite",
    measured=bare,
    at_least=3,
    unit="times",
)
# %%
finding(
    "both engines give the same report and the same rows",
    measured=rows_equal and reads_equal,
    equals=True,
)

# %% [markdown]
# **Why.** Two things are at work. The bytes are the layout: the report needs two columns of twelve,
# the single row needs all. The control shows the other. A query that reads nothing has no layout to
# suffer from, and takes DuckDB longer than a whole row takes SQLite. DuckDB plans each query at
# length and works on thousands of values at a time, which pays when there are thousands.
#
# **Where it stops being true.** With a covering index on both columns SQLite has less to read for
# this report, too. A commit for each change waits for the disk in both engines, and the disk may
# take longer than either. That is why a service writes to one engine and reports from another, and
# why the data has to be carried across: the last section.

# %%
by_row.close()
by_column.close()

# %% [markdown]
# ## Kill the writer
#
# **The question.** Every night a job books 50 payments of 100 crowns, with two entries each: 100
# leave the customer, 100 reach the merchant. It dies in the middle. What is left?
#
# A **transaction** is a group of changes that counts as one. Engines promise four things of it, by
# the letters **ACID**: *atomic*, all of it or nothing; *consistent*, no rule of the table is
# broken; *isolated*, nobody sees it half done; *durable*, what is committed stays.
#
# **Your guess.** One transaction holds all 100 entries. The job is killed when it has written 51.
# How many does a reader find?

# %%
my_guess = 51  # entries, edit me

# %% [markdown]
# **Measure.** Three ways to write, all of them in use:

# %%
show_source(writer.plain_file, writer.a_commit_each, writer.one_transaction)

# %% [markdown]
# Each runs as a process of its own. `halt` tells you once it has written as many entries as you
# want, and holds it there. A reader looks. Then the process is killed by the operating system
# (SIGKILL, which no program can catch), and the reader looks again.

# %%
HALTS = {"31": 31, "51": 51, "100, not closed": 100, "closed": writer.END}
rows = []
for how in (writer.plain_file, writer.a_commit_each, writer.one_transaction):
    for when, halt in HALTS.items():
        path = here / f"{how.__name__} {when}"
        with writer.halted(how, path, count=100, halt=halt):
            seen_before, _ = writer.found(how, path)
        left, crowns = writer.found(how, path)
        rows.append((how.__name__.replace("_", " "), when, seen_before, left, crowns))
labels = ["written by", "killed at", "seen before", "left", "crowns too many"]
killed = pd.DataFrame(rows, columns=labels)
by_kill = killed.set_index(["written by", "killed at"])
by_kill["left"].unstack("killed at")[list(HALTS)].rename_axis("entries left", axis=1)

# %% [markdown]
# The file has less than was written: what a program writes gathers in a **buffer** of some thousand
# bytes, which goes to the file whenever it is full, be that within a payment or not.
#
# A payment takes from one and gives to another, so all entries should add up to 0. Do they?

# %%
by_kill["crowns too many"].unstack("killed at")[list(HALTS)].rename_axis("crowns", axis=1)

# %%
fig, ax = figures.new(
    title="Only the transaction leaves all or nothing",
    xlabel="when the writer was killed (entries written)",
    ylabel="entries left",
)
looks = {"plain file": ("o--", figures.ORANGE), "a commit each": ("s-", figures.SKY),
         "one transaction": ("D-", figures.BLUE)}  # fmt: skip
for name, (style, colour) in looks.items():
    ax.plot(list(HALTS), by_kill.loc[name, "left"], style, color=colour, ms=6)
ax.text(1.4, 80, "a commit each", color=figures.SKY, ha="right", fontsize=9.5)
ax.text(1.18, 36, "plain file", color=figures.ORANGE, fontsize=9.5)
ax.text(1.35, 4, "one transaction", color=figures.BLUE, fontsize=9.5)
ax.set_ylim(-5, 108)
figures.mark_guess(ax, y=my_guess)
at_51 = by_kill.xs("51", level="killed at")["left"]
figures.show(
    fig,
    caption=f"Killed at 51 entries: {at_51['one transaction']} are left of one transaction, "
    f"where you guessed {my_guess}; {at_51['a commit each']} with a commit each, and "
    f"{at_51['plain file']} in the plain file, whose last entries were still in a buffer.",
    alt="Entries left against when the writer was killed. File and single commits rise step by "
    "step; the transaction stays at zero until it is committed, and then has all.",
)

# %%
transaction = killed[killed["written by"] == "one transaction"]
half = by_kill.drop("closed", level="killed at")
finding(
    "atomic: before the commit a killed transaction leaves",
    measured=int(half.loc["one transaction", "left"].max()),
    equals=0,
    unit="entries",
)
finding(
    "durable: killed after the commit it leaves all",
    measured=int(transaction["left"].iloc[-1]),
    equals=100,
    unit="entries",
)
finding(
    "isolated: while it was halted in the middle, a reader saw",
    measured=int(transaction["seen before"].iloc[:-1].max()),
    equals=0,
    unit="entries",
)
finding(
    "a plain file and single commits are left with half a payment somewhere",
    measured=max(half.loc[way, "crowns too many"].min() for way in looks if "one" not in way),
    below=0,
    unit="crowns",
)

# %% [markdown]
# The letter that is missing is C. A rule that the table knows is kept, whoever writes:

# %%
bank = sqlite3.connect(":memory:")
bank.execute("CREATE TABLE account (name TEXT, balance INTEGER CHECK (balance >= 0))")
bank.execute("INSERT INTO account VALUES ('Ada', 50)")
bank.commit()
try:
    with bank:
        bank.execute("UPDATE account SET balance = balance - 80 WHERE name = 'Ada'")
except sqlite3.IntegrityError as error:
    print("refused:", error)
print(*bank.execute("SELECT * FROM account"))

# %% [markdown]
# **Why.** Before SQLite changes the file, it writes the old pages into a **journal** beside it, and
# the commit ends with deleting the journal. A transaction as small as this one was still in the
# writer's memory, and died with it. Of a large one, part is in the file already; then whoever opens
# it next finds the journal of a writer that is gone, and puts the old pages back: a **rollback**. A
# plain file has nothing to go back to.
#
# **Where it stops being true.** The process died, not the machine. Against a power cut the engine
# has to wait until the disk says that it has written, at each commit, and the disk must not lie.
# And a transaction promises nothing about what lies outside the engine: an e-mail that was sent in
# the middle stays sent.

# %% [markdown]
# ## What the load threw away
#
# To report from a second engine, somebody has to carry the data over. **ETL** is extract,
# transform, load: clean first, and load only what the report needs. **ELT** loads everything raw
# and transforms inside the engine, as often as needed. The report of the day asked for payments in
# instalments, by merchant. Half a year later somebody asks about device versions, and about those
# who paid at once.

# %%
raw = here / "applications.jsonl"
raw.write_text("\n".join(body for _, body in bodies), encoding="utf-8")
SOURCE = f"read_json('{raw.as_posix()}', format = 'newline_delimited')"
etl = f"""CREATE TABLE etl AS SELECT application_id, merchant.code AS code, amount, instalments
    FROM {SOURCE} WHERE instalments IS NOT NULL"""
duck.execute(etl)
duck.execute(f"CREATE TABLE raw AS SELECT * FROM {SOURCE}")
LATER = {
    "those who paid at once": "SELECT count(*) FROM {} WHERE instalments IS NULL",
    "devices of build 4057": "SELECT count(*) FROM {} WHERE device LIKE '%build 4057)'",
}
rows = {}
for question, query in LATER.items():
    for table in ("etl", "raw"):
        try:
            (answer,) = duck.execute(query.format(table)).fetchone()
        except duckdb.BinderException:
            answer = "no such column"
        rows[question, table] = answer
later = pd.Series(rows).unstack()
later.rename(columns={"etl": "ETL", "raw": "ELT"})

# %%
dropped = N - duck.execute("SELECT count(*) FROM etl").fetchone()[0]
finding(
    "what the transform dropped, the raw table still has to the row",
    measured=int(later.loc["those who paid at once", "raw"]) - dropped,
    equals=0,
    unit="rows missing",
)
finding(
    "from what ETL loaded, those who paid at once cannot be recovered",
    measured=int(later.loc["those who paid at once", "etl"]),
    equals=0,
    unit="rows",
)

# %% [markdown]
# ELT is not free. It keeps everything, so also what is malformed, what nobody will ask for, and
# personal data that you may have no right to keep. The transform moves from the load to the query,
# and so do its errors.
#
# ## What you measured

# %%
con.close()
store.close()
reader.close()
store_reader.close()
duck.close()
folder.cleanup()
bytes_report = to_read["the report (2 columns)"]
pd.DataFrame(
    [
        ("", "rename: documents for one row", f"{touched['rename', 'documents']:,}"),
        ("", "one whole application: rows for one document", touched["whole", "relations"]),
        ("", "nested: documents / rows",
         f"{touched['nested', 'documents'] / touched['nested', 'relations']:.0f}"),
        ("", "four hops: rows by joins / by recursion", f"{walks[4]:.1f}"),
        ("D6", "report: bytes by row / by column",
         f"{bytes_report['SQLite'] / bytes_report['DuckDB']:.0f}"),
        ("D6 limit", "one row: bytes by column / by row",
         f"{to_read.loc['DuckDB', 'one row'] / to_read.loc['SQLite', 'one row']:.0f}"),
        ("", "killed at 51: left of one transaction", at_51["one transaction"]),
        ("", "killed at 51: left in the plain file", at_51["plain file"]),
        ("", "rows that ETL dropped", f"{dropped:,}"),
    ],
    columns=["claim", "what", "counted"],
).set_index("claim")  # fmt: skip

# %% [markdown]
# **At work.** Ask what will be asked, and how often.
#
# | if mostly | take |
# |---|---|
# | one whole thing is read by its key, and shared facts hardly change | documents |
# | facts change, and questions are not known beforehand | relations |
# | the depth of the walk is part of the question, and unbounded | a graph engine |
# | single rows are read and changed by key | a row engine: SQLite, PostgreSQL |
# | a few columns of all rows are added up | a column engine: DuckDB |
# | several changes only make sense together | one transaction around them |
#
# Look at the plan before you buy a larger machine. Keep raw what you are allowed to keep, and
# transform copies. These models mix well: PostgreSQL holds JSON, and relations hold graphs.
#
# **How sure are these checks?** Nearly all of them are counts and come out the same each time. The
# three clocks are held to a factor of 3, far inside of what was seen on a busy machine. Steps
# depend on the version of SQLite, bytes on the version of DuckDB that the course has locked.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/03_data_models_and_engines.ipynb) has four
# tasks: turn documents into relations without loss, move money atomically, count friends by
# distance, and choose an index that a query uses.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 3, "Data Engineering
#   Fundamentals": the sections on data models, and on data storage engines and processing.
# - Martin Kleppmann, *Designing Data-Intensive Applications*, O'Reilly 2017, chapters 2, 3 and 7:
#   data models, storage, transactions.
# - E. F. Codd, "A relational model of data for large shared data banks", *Communications of the
#   ACM* 13(6), 1970.
# - SQLite on [query plans](https://sqlite.org/eqp.html), and on how a
#   [commit is atomic](https://sqlite.org/atomiccommit.html).
# - Mark Raasveldt and Hannes Mühleisen, "DuckDB: an embeddable analytical database", *SIGMOD* 2019.
