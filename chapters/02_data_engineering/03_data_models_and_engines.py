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
# **Time** 40 minutes. **Before this** [Formats](02_formats.ipynb) (order by row and by
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
#   *Limit*: a column layout loses when you read one row or append one. (Reading is tested here;
#   appending, in [Formats](02_formats.ipynb).)

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

from labkit.engines import counters, layout, models, writer
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
# **As relations.** A merchant's name stands in one row. A basket, which is a list, has to become a
# table of its own. An **index** is a sorted copy of some columns, by which the engine finds rows
# without going through the table. (A table with an INTEGER PRIMARY KEY is itself sorted by it.)

# %%
con = sqlite3.connect(here / "relations.db")
con.executescript("""
CREATE TABLE person (person_id INTEGER PRIMARY KEY, district INTEGER, age INTEGER);
CREATE TABLE merchant (code TEXT PRIMARY KEY, name TEXT);
CREATE TABLE application (application_id INTEGER PRIMARY KEY, submitted_at TEXT,
    person_id INTEGER, merchant_code TEXT, amount REAL, instalments INTEGER, channel TEXT,
    card_country TEXT, device TEXT, score REAL, approved INTEGER);
CREATE TABLE item (application_id INTEGER, kind TEXT);
CREATE TABLE friend (person INTEGER, friend INTEGER);
""")


def fill(table, rows):
    rows = list(rows)
    places = ", ".join("?" * len(rows[0]))
    con.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


columns = [column for column in applications if column != "basket"]
names = {m[1:]: f"Shop {m[1:]}" for m in merchants["merchant"]}
baskets = zip(applications["application_id"], applications["basket"], strict=True)
pairs = friends.to_numpy().tolist()
fill("person", people.to_numpy().tolist())
fill("merchant", names.items())
fill("application", applications[columns].to_numpy().tolist())
fill("item", [(number, kind) for number, basket in baskets for kind in basket])
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
# inside; one per person of the ten districts, with the list of friends. **As a graph.** People,
# merchants, applications, kinds of goods and districts are nodes. From a node that you know, you
# walk along the edges to the others.

# %%
store = models.documents(here / "documents.db", applications, people, names)
models.profiles(store, pairs)
(body,) = store.execute("SELECT body FROM document WHERE id = 77").fetchone()
print("document:", body[:95], "...")
graph = models.graph(applications, people, names, pairs)
print(f"graph: {graph.number_of_nodes():,} nodes, {graph.number_of_edges():,} edges")

# %% [markdown]
# ## What a question touches
#
# **The question.** Three questions are put to each model. How many rows, documents or nodes does
# each of them touch?
#
# 1. *Rename*: the most popular merchant has a new name.
# 2. *Whole*: show one application, with its merchant, person and basket.
# 3. *Nested*: which applications of people from district 7 have toys in the basket?
#
# **Your guess.** In how many documents does the most popular merchant's name have to be changed?
# The default is the mean of all merchants.

# %%
my_guess = N // len(merchants)  # documents, edit me
print(f"a merchant has {my_guess} applications on average")

# %% [markdown]
# **Measure.** Clocks differ from machine to machine; counts do not. Changed rows are counted by the
# engine (`total_changes`). For rows that are read, a view is put before each table, which lets
# every row through and counts it. The query's text and plan stay as they are.

# %%
popular, one, district, kind = "0000", 77, 7, "toys"
reader = sqlite3.connect(here / "relations.db")
rows_read = counters.count_rows(reader)
store_reader = sqlite3.connect(here / "documents.db")
documents_read = counters.count_rows(store_reader)
nodes_seen = Counter()
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
document = json.loads(found.fetchone()[0])
note("whole", "documents", documents_read)
touched["whole", "graph"] = 1 + len(graph["application", one])
assert {line[-1] for line in lines} == set(document["basket"])
flat = [document[c] for c in columns if c in document]
assert all(set(flat) <= {*line} for line in lines)  # every column is there
print(f"{len(lines)} rows of a join, or one document")

# %% [markdown]
# *Nested.* The condition lies inside: in the person, and in a list. The relations have an index for
# it. The documents are asked twice: as they are, and with an index on a value inside them.

# %%
NESTED = """
SELECT application_id FROM person JOIN application USING (person_id)
JOIN item USING (application_id) WHERE district = ? AND kind = ?"""
INSIDE = """
SELECT document.id FROM document, json_each(body, '$.basket') AS entry
WHERE body ->> '$.person.district' = ? AND entry.value = ?"""
answers = [{n for (n,) in reader.execute(NESTED, [district, kind])}]
note("nested", "relations", rows_read)
answers += [{n for (n,) in store_reader.execute(INSIDE, [district, kind])}]
note("nested, no index", "documents", documents_read)
store.execute("CREATE INDEX lives_in ON document (body ->> '$.person.district')")
answers += [{n for (n,) in store_reader.execute(INSIDE, [district, kind])}]
note("nested", "documents", documents_read)
answers += [
    {
        number
        for person in models.near(graph, ("district", district), "person", nodes_seen)
        for number in models.near(graph, ("person", person), "application", nodes_seen)
        if kind in models.near(graph, ("application", number), "goods", nodes_seen)
    }
]
note("nested", "graph", nodes_seen)
assert answers == [answers[0]] * 4
print(f"{len(answers[0])} applications, the same in each model")

# %%
questions = {"rename": "rename\n(written)", "whole": "whole\n(read)", "nested": "nested\n(read)"}
colours = {"relations": figures.BLUE, "documents": figures.ORANGE, "graph": figures.GREEN}
fig, ax = figures.new(
    title="Documents are cheap to read whole and dear to change",
    xlabel="rows, documents or nodes touched (log scale)",
    size=(7.6, 3.8),
)
for place, question in enumerate(questions):
    for offset, (model, colour) in enumerate(colours.items()):
        y, count = place + 0.26 * (offset - 1), touched[question, model]
        ax.barh(y, count - 0.8, left=0.8, height=0.22, color=colour)
        name = f"{count:,}  {model}" if place == 0 else f"{count:,}"
        ax.text(count * 1.12, y, name, va="center", color=colour, fontsize=9)
bare = touched["nested, no index", "documents"]
ax.plot([bare], [2], "o", mfc="white", color=figures.ORANGE)
ax.text(bare * 1.25, 2, f"{bare:,}\nno index", va="center", color=figures.ORANGE, fontsize=9)
ax.set(xscale="log", xlim=(0.8, 1.5e6), yticks=range(3), ylim=(2.6, -0.6))
ax.set_yticklabels(questions.values())
ax.grid(axis="y", visible=False)
ax.vlines(my_guess, -0.45, 0.45, figures.GUESS_COLOUR, (0, (5, 3)), lw=1.4)
ax.text(my_guess * 1.1, -0.3, figures.GUESS, color=figures.GUESS_COLOUR, fontsize=9)
median = int(applications["merchant_code"].value_counts().reindex(list(names)).fillna(0).median())
figures.show(
    fig,
    caption=f"A new name for one merchant: {touched['rename', 'relations']} row, or "
    f"{touched['rename', 'documents']:,} documents, where you guessed {my_guess:,}; half of the "
    f"merchants have {median} or fewer. One whole application: {touched['whole', 'documents']} "
    f"document, or {touched['whole', 'relations']} rows. The nested question: "
    f"{touched['nested', 'relations']:,} rows; {bare:,} documents without an index, "
    f"{touched['nested', 'documents']:,} with one.",
    alt="Bars of what three questions touch in three models, on a logarithmic axis. Renaming "
    "costs the documents most, the whole application costs them least.",
)

# %%
finding(
    "copies in documents have to be changed one by one",
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
    "for a condition inside, an index saves most of the documents from being read",
    measured=bare / touched["nested", "documents"],
    at_least=10,
    unit="times",
)

# %% [markdown]
# **Why.** A document is a question that somebody has answered beforehand: *show me this
# application*. That is one read. Relations keep each fact once, so they are cheap to change, at the
# price of a join. A mean says little about the most popular: a few merchants have most of the
# applications.
#
# **Where it stops being true.** It is not the model alone that decides: the nested question is
# cheap wherever there is an index for it, inside documents too. (MongoDB has indexes into lists,
# PostgreSQL has GIN.) No index spares the rename its writes. It comes from **embedding** the
# merchant; a document may also hold a reference to it, and then needs a second read, as a join
# does.

# %% [markdown]
# ## Four hops
#
# **The question.** Who is within four friendships of the person with the most friends? In SQL, many
# people write a chain of joins: friends, friends of friends, and so on. A **recursive** query
# starts from one row, joins the table to what it has found, and goes on until nothing new comes.
# `UNION` drops a row that is there already: a person met twice at the *same* hop.
#
# **Your guess.** For each row that the recursive query reads, how many does the chain read?

# %%
my_guess = 2  # rows, edit me

# %%
REACH = """
WITH RECURSIVE reach (person, hops) AS (
    VALUES (?, 0)
    UNION
    SELECT friend, hops + 1 FROM reach JOIN friend USING (person) WHERE hops < {hops})
SELECT DISTINCT person FROM reach"""


def by_recursion(start, hops):
    query = REACH.format(hops=hops)
    return {person for (person,) in reader.execute(query, [start])}


def by_joins(start, hops):
    met = {start}
    for length in range(1, hops + 1):  # a chain of each length
        query = f"SELECT f{length}.friend FROM friend f1"
        for i in range(2, length + 1):
            query += f" JOIN friend f{i} ON f{i}.person = f{i - 1}.friend"
        query += " WHERE f1.person = ?"
        met |= {person for (person,) in reader.execute(query, [start])}
    return met


# %% [markdown]
# In the documents and in the graph, a loop keeps the people whom it has met, and looks at the
# friends of each only once. A profile counts as one document, however many friends it lists.

# %%
ways = {
    "a chain of joins": (by_joins, rows_read),
    "a recursive query": (by_recursion, rows_read),
    "graph": (lambda *to: models.within_graph(graph, *to, nodes_seen), nodes_seen),
    "documents": (lambda *to: models.within_documents(store_reader, *to), documents_read),
}
start = int(friends.stack().value_counts().idxmax())
friendships = nx.Graph(pairs)
rows = {}
for hops in (1, 2, 3, 4):
    within = set(nx.single_source_shortest_path_length(friendships, start, hops))
    rows[hops] = {"people met": len(within) - 1}
    for name, (way, counter) in ways.items():
        counter.clear()
        assert way(start, hops) == within, name
        rows[hops][name] = counter.total()
hops_table = pd.DataFrame(rows).T.rename_axis("hops")
walks = hops_table["a chain of joins"] / hops_table["a recursive query"]
again = hops_table["a recursive query"] / hops_table["graph"]
print(f"four hops: the chain reads {walks[4]:.1f} times the recursion; you guessed {my_guess}")
print(f"           the recursion reads {again[4]:.1f} times the graph")
hops_table

# %%
finding(
    "at four hops chains of joins go through far more rows than a recursive query",
    measured=walks[4],
    at_least=4,
    unit="times",
)

# %% [markdown]
# **Why.** A chain follows every *walk* of its length, and there are many walks to the same person.
# (Here the chains of one to four friendships are added up.) The recursive query goes on from each
# person once per hop, the graph once in all. The documents look good, because a profile has a whole
# list of friends inside: each friendship stands in two of them, and is changed in both.
#
# **Where it stops being true.** With more hops the recursive query falls back, for it expands the
# same people at every hop; and without the limit on `hops` it never ends. Where you only ask who
# can be reached at all, leave the column `hops` out: then `UNION` keeps each person once, and the
# query ends by itself.

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
# you back after each step if you ask it to. That gives a count of the work, though not its time.
#
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
    }
    assert np.isclose(con.execute(query).fetchone()[0], total)
    con.execute("DROP INDEX IF EXISTS tried")
tried = pd.DataFrame(rows).T

# %% tags=["nbval-ignore-output"]
tried

# %%
share = 100 * tried["steps"].astype(float) / tried.loc["no index", "steps"]
fig, ax = figures.new(
    title="An index saves steps only if the plan can SEARCH it",
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
(matches,) = con.execute(QUERY.replace("sum(amount)", "count(*)")).fetchone()
figures.show(
    fig,
    caption=f"{matches} of {N:,} rows match. With an index on merchant_code the query "
    f"takes {share['code']:.2g} % of the steps; you guessed {my_guess} %. With the columns in the "
    f"other order it takes {share['amount, code']:.0f} %, with the column wrapped in a function "
    f"{share['code, wrapped']:.0f} %.",
    alt="Bars of steps for five tries on a logarithmic axis: the three scans take as many steps "
    "as without an index or more, the two searches a tiny part of them.",
)

# %%
finding(
    "the same query takes a small part of the steps once there is an index",
    measured=share["code"],
    at_most=1,
    unit="%",
)
# %% [markdown]
# **Why.** An index is sorted by its first column, then by its second, like a phone book. You cannot
# look up a first name in one: with the amount first, all entries are scanned. And an index on
# `merchant_code` does not hold the values of `upper(merchant_code)`; one on `upper(merchant_code)`
# would be used. No index spares the loop a single row: it fetches all of them. It has said how.
#
# A column engine makes another plan of the same text: DuckDB reads only the columns that the query
# names (**projection pushdown**), and hands the condition down into the scan, so that few rows come
# up (**filter pushdown**).
#
# **Where it stops being true.** Here few rows match; where most do, going through the table is the
# better plan. The engine chooses by estimates, and only among what it can see: a condition inside a
# Python function it cannot hand down. And an index has a price: each insert, each delete and each
# change of an indexed column is one more write for each index.

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
# Now the clock. The report; 200 rows read by key, one query each; 200 rows changed by key. Clocks
# time the whole engine, not its layout alone. So there is a control: 200 reads of a table of one
# row, whose layout can cost next to nothing. The median of three; the changes are taken back, so
# that neither engine waits for the disk.

# %%
for engine in (by_row, by_column):
    engine.execute(DECLARED.replace("TABLE application", "TABLE single"))
    engine.execute("INSERT INTO single SELECT * FROM application WHERE application_id = 1")
    engine.commit()
keys = np.random.default_rng([SEED, 3]).integers(1, ROWS, 200).tolist()


def report(engine):
    return engine.execute(REPORT).fetchall()


def read(engine):
    query = "SELECT * FROM application WHERE application_id = ?"
    return [engine.execute(query, [key]).fetchone() for key in keys]


def change(engine):
    query = "UPDATE application SET score = score / 2 WHERE application_id = ?"
    for key in keys:
        engine.execute(query, [key])


def read_the_one(engine):
    for _ in keys:
        engine.execute("SELECT * FROM single WHERE application_id = ?", [1]).fetchone()


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
         "read by key, table of one row": read_the_one}  # fmt: skip
seconds = pd.DataFrame(
    {
        name: {"SQLite": median_seconds(work, by_row), "DuckDB": median_seconds(work, by_column)}
        for name, work in works.items()
    }
)
(1_000 * seconds.T).round(1).rename_axis("milliseconds")

# %% tags=["nbval-ignore-output"]
rounded = [[(*a[:2], round(a[2], 2)) for a in report(engine)] for engine in (by_row, by_column)]
assert rounded[0] == rounded[1] and read(by_row) == read(by_column)
one_row = seconds.loc["DuckDB", "read by key, table of one row"]
same_start = one_row / seconds.loc["DuckDB", "read by key"]
ratio = seconds.loc["SQLite"] / seconds.loc["DuckDB"]
fig, ax = figures.new(
    title="Each engine wins its own kind of work, by far",
    xlabel="SQLite's time / DuckDB's time (log scale)",
    size=(7.6, 3.1),
)
colours = np.where(ratio > 1, figures.ORANGE, figures.BLUE)
ax.barh(ratio.index, ratio - 1, left=1, color=colours, height=0.55)
for y, value in enumerate(ratio):
    faster = f"DuckDB {value:.0f} times" if value > 1 else f"SQLite {1 / value:.0f} times"
    ax.annotate(faster, (max(value, 1), y), (5, 0), va="center", fontsize=9,
                textcoords="offset points")  # fmt: skip
ax.set(xscale="log", xlim=(5e-4, 1e3), ylim=(-0.9, 3.5))
ax.axvline(1, color=figures.BLACK, lw=1)
ax.invert_yaxis()
ax.grid(axis="y", visible=False)
ax.vlines(1 / my_guess, 0.6, 1.4, figures.GUESS_COLOUR, (0, (5, 3)), lw=1.4)
ax.annotate(figures.GUESS, (1 / my_guess, 0.6), (-4, 2), ha="right", va="bottom", fontsize=9,
            color=figures.GUESS_COLOUR, textcoords="offset points")  # fmt: skip
figures.show(
    fig,
    caption=f"The report is {ratio['the report']:.0f} times as fast in DuckDB. Reading by key is "
    f"{1 / ratio['read by key']:.0f} times as fast in SQLite, where you guessed {my_guess}; "
    f"changing by key {1 / ratio['change by key']:.0f} times. From a table of one row DuckDB "
    f"needs {same_start:.0%} of the time.",
    alt="Bars from a middle line: the report reaches to DuckDB's side; reading and changing by "
    "key, from a table of one row too, reach to SQLite's side.",
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
    "for one row it is the column layout that has more to read",
    measured=to_read.loc["DuckDB", "one row"] / to_read.loc["SQLite", "one row"],
    at_least=20,
    unit="times the bytes",
    limit=True,
)

# %%
finding(
    "a report over all rows is faster in the engine that stores by column",
    measured=ratio["the report"],
    at_least=3,
    unit="times",
)
finding(
    "rows are read by their key faster in the engine that stores by row",
    measured=1 / ratio["read by key"],
    at_least=3,
    unit="times",
)
finding(
    "it is not the layout alone: DuckDB reads a table of one row more slowly than SQLite the "
    "large one",
    measured=one_row / seconds.loc["SQLite", "read by key"],
    at_least=3,
    unit="times",
)

# %% [markdown]
# **Why.** The bytes are the layout: the report needs two columns, the single row needs all. The
# clock at one row is largely the engine, as the control shows: DuckDB plans each query at length
# and works on thousands of values at a time, which pays when there are thousands. Layout and engine
# are built for the same work, and point the same way.
#
# **Where it stops being true.** With a covering index on both columns SQLite has less to read for
# this report, too. And a commit for each change waits for the disk in both engines, which may take
# longer than either. Where neither kind of work can wait, people keep a row engine for the service
# and a column engine for the reports, and carry the data across.

# %%
by_row.close()
by_column.close()

# %% [markdown]
# ## Kill the writer
#
# **The question.** Every night a job books 50 payments of 100 crowns, with two entries each: 100
# leave the customer, 100 reach the merchant. It dies in the middle. What is left?
#
# A **transaction** in SQL begins with BEGIN and ends with COMMIT. In between there may be many
# statements.
#
# **Your guess.** The job puts all 100 entries between one BEGIN and one COMMIT. It is killed when
# it has written 51. How many does a reader find?

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

# %% [markdown]
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
    f"{at_51['plain file']} in the plain file, whose last entries were still in a buffer of the "
    "program.",
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
    "durable, as far as the process goes: killed after the commit it leaves all",
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
# Engines promise four things of a transaction, by the letters **ACID**: *atomic*, all of it or
# nothing; *consistent*, no rule of the table is broken; *isolated*, nobody sees it half done;
# *durable*, what is committed stays. You saw three. For C, a rule that the table knows is kept,
# whoever writes:

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
# **Why.** A transaction as small as this one was still in the writer's memory, and died with it, as
# did the plain file's last entries. But a file's buffer goes out whenever it is full, be that
# within a payment or not. A large transaction, too, is partly in the file before its commit (not
# tested here). So SQLite first writes the old pages into a **journal** beside the file; whoever
# opens it next finds the journal of a writer that is gone, and puts the old pages back: a
# **rollback**. A plain file has nothing to go back to.
#
# **Where it stops being true.** The process died, not the machine: what a process has handed over
# to the operating system outlives it. Against a power cut the engine has to wait until the disk
# says that it has written, at each commit, and the disk must not lie. And a transaction promises
# nothing about what lies outside the engine: an e-mail that was sent in the middle stays sent.

# %% [markdown]
# ## What you measured

# %%
con.close()
store.close()
reader.close()
store_reader.close()
folder.cleanup()
bytes_report = to_read["the report (2 columns)"]
pd.DataFrame(
    [
        ("", "no index / an index: documents read",
         f"{bare / touched['nested', 'documents']:.0f}"),
        ("", "four hops: rows by joins / by recursion", f"{walks[4]:.1f}"),
        ("", "no index / an index on the code: steps", f"{100 / share['code']:,.0f}"),
        ("D6", "report: bytes by row / by column",
         f"{bytes_report['SQLite'] / bytes_report['DuckDB']:.0f}"),
        ("D6 limit", "one row: bytes by column / by row",
         f"{to_read.loc['DuckDB', 'one row'] / to_read.loc['SQLite', 'one row']:.0f}"),
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
# | a walk of a few hops, or all that can be reached | relations, with a recursive query |
# | paths and patterns over many hops | a graph engine (not measured here) |
# | single rows are read and changed by key | a row engine: SQLite, PostgreSQL |
# | a few columns of all rows are added up | a column engine: DuckDB |
# | several changes only make sense together | one transaction around them |
#
# Look at the plan before you buy a larger machine. These models mix well: PostgreSQL holds JSON,
# and relations hold graphs.
#
# To carry data to a second engine, **ETL** (extract, transform, load) cleans first and loads what
# the report needs; a question that comes later finds the rest missing, unless the source is still
# there. **ELT** loads everything raw and transforms inside the engine, and so also keeps what is
# malformed, and personal data that you may have no right to keep.
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
