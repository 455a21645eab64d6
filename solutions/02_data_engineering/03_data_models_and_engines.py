# %% [markdown]
# # Exercise: data models and engines
#
# You turn documents into relations without loss, move money so that nothing is ever half done,
# count friends by distance, and choose an index that a query really uses.
#
# Save, then run `python3 course.py check 02_data_engineering/03` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 40 minutes. **Before this** the lesson
# [Data models and engines](../../chapters/02_data_engineering/03_data_models_and_engines.ipynb).

# %%
import copy
import sqlite3
import time
import uuid
from collections import Counter

# %% [markdown]
# ## What you work with
#
# Three documents for task 1, a bank for task 2, a query and a table for task 4. Read them when you
# come to the task; you need not change anything here.

# %%
DOCUMENTS = [
    {
        "code": "0071",
        "name": "Mill Books",
        "applications": [
            {"id": 1, "person": {"id": 17, "district": 4}, "amount": 90.0, "instalments": [60, 30]},
            {"id": 2, "person": {"id": 5, "district": 2}, "amount": 12.5, "instalments": []},
        ],
    },
    {
        "code": "0400",
        "name": "Harbour Shop",
        "applications": [
            {"id": 3, "person": {"id": 17, "district": 4}, "amount": 40.0, "instalments": [40]}
        ],
    },
    {"code": "1999", "name": "Closed Corner", "applications": []},
]


# %%
def open_bank():
    """Return (your connection, a reader of the same new bank); Dora's account is closed."""
    path = f"file:{uuid.uuid4().hex}?mode=memory&cache=shared"
    mine, reader = (sqlite3.connect(path, uri=True) for _ in range(2))
    mine.executescript("""
    CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER CHECK (balance >= 0));
    INSERT INTO account VALUES ('Ada', 100), ('Ben', 20), ('Cleo', 0), ('Dora', 50);
    CREATE TRIGGER closed BEFORE UPDATE ON account WHEN new.name = 'Dora'
        BEGIN SELECT RAISE(ABORT, 'this account is closed'); END;
    """)
    return mine, reader


def balances(connection):
    """Return {name: crowns} as this connection sees it."""
    return dict(connection.execute("SELECT name, balance FROM account"))


# %%
def watch(connection):
    """Return a list to which each statement's text will be added that commits, by itself or all."""
    commits = []

    def note(text):
        word = text.strip(" ;\n").upper().split()[0]
        if word in ("COMMIT", "END") or (word == "UPDATE" and not connection.in_transaction):
            commits.append(text)

    connection.set_trace_callback(note)
    return commits


def is_closed(connection):
    try:
        connection.set_trace_callback(None)
    except sqlite3.ProgrammingError:
        return True
    return False


IMPOSSIBLE = [
    ("Ada", "Zoe", 10, "to Zoe, who has no account"),
    ("Zoe", "Ada", 10, "from Zoe, who has no account"),
    ("Ada", "Dora", 10, "to Dora, whose account is closed"),
    ("Dora", "Ada", 10, "from Dora, whose account is closed"),
    ("Ben", "Ada", 51, "of 51 from Ben, who has 50"),
]


# %%
QUERY = """
SELECT application_id, amount FROM application
WHERE merchant_code = ? AND submitted_at >= ? ORDER BY submitted_at"""


def make_table(merchants):
    """Return a connection with 4,000 applications in February, spread evenly over merchants."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE application (application_id INTEGER PRIMARY KEY, merchant_code TEXT,"
        " submitted_at TEXT, amount REAL)"
    )
    rows = [
        (n, f"{n % merchants:04d}", f"2026-02-{1 + n * 7 % 28:02d}", float(n % 97))
        for n in range(4_000)
    ]
    connection.executemany("INSERT INTO application VALUES (?, ?, ?, ?)", rows)
    return connection


def plan_of(connection, query, parameters):
    """Return SQLite's plan as a list of texts."""
    rows = connection.execute(f"EXPLAIN QUERY PLAN {query}", parameters)
    return [row[-1] for row in rows]


def steps_of(connection, query, parameters):
    """Return how many steps SQLite takes."""
    steps = []
    connection.set_progress_handler(lambda: steps.append(1), 1)
    connection.execute(query, parameters).fetchall()
    connection.set_progress_handler(None, 0)
    return len(steps)


# %% [markdown]
# ## Task 1: Documents into relations
#
# A document store holds one document per merchant (`DOCUMENTS` above), with its applications in it
# and their instalments inside those. The same person stands in many of them. Turn the documents
# into four relations in which each fact stands once. Nothing may be lost: from your relations
# somebody will rebuild the documents.


# %% solution="normalise"
def normalise(documents):
    """Return a dict of four relations, each a list of tuples.

    "merchant": (code, name); "person": (person id, district);
    "application": (application id, code, person id, amount);
    "instalment": (application id, number, crowns), the number counting from 1 as in the document.

    documents: a list as DOCUMENTS above; it is left as it is. Every merchant stands in it once, a
    person always with the same district. Codes are texts. The tuples come in any order; no tuple
    stands twice in a relation.

    Example: normalise(DOCUMENTS)["person"] holds (17, 4) and (5, 2), once each, and
    normalise(DOCUMENTS)["instalment"] holds (1, 1, 60), (1, 2, 30) and (3, 1, 40).
    """
    ### BEGIN SOLUTION
    merchants, people, applications, instalments = [], {}, [], []
    for document in documents:
        merchants.append((document["code"], document["name"]))
        for application in document["applications"]:
            person = application["person"]
            people[person["id"]] = (person["id"], person["district"])
            row = (application["id"], document["code"], person["id"], application["amount"])
            applications.append(row)
            for number, crowns in enumerate(application["instalments"], start=1):
                instalments.append((application["id"], number, crowns))
    return {
        "merchant": merchants,
        "person": list(people.values()),
        "application": applications,
        "instalment": instalments,
    }
    ### END SOLUTION


# %% check="normalise"
documents = copy.deepcopy(DOCUMENTS)
got = normalise(documents)
assert documents == DOCUMENTS, "Your function changes the documents; expected them left alone."
names = {"merchant", "person", "application", "instalment"}
assert isinstance(got, dict) and set(got) == names, (
    "Return a dict with the keys merchant, person, application and instalment."
)
got = {name: [tuple(row) for row in rows] for name, rows in got.items()}
twice = [row for row, times in Counter(got["person"]).items() if times > 1]
assert not twice, (
    f"The person {twice[0]} stands more than once; expected once: a person who applied at two"
    " merchants is still one person. See hint 2."
)
missing = {"0071", "0400", "1999"} - {row[0] for row in got["merchant"]}
assert not missing, (
    f"The merchant {min(missing)} is lost; expected all three, also one at which nobody has"
    " applied. See hint 1."
)
twice = [row for row, times in Counter(got["merchant"]).items() if times > 1]
assert not twice, f"The merchant {twice[0]} stands more than once; expected once. See hint 1."
missing = {1, 2, 3} - {row[0] for row in got["application"]}
assert not missing, (
    f"Application {min(missing)} is lost; expected all three, also one without instalments: it is"
    " paid at once. See hint 1."
)
expected = [(1, "0071", 17, 90.0), (2, "0071", 5, 12.5), (3, "0400", 17, 40.0)]
assert sorted(got["application"]) == expected, (
    f"The applications are {sorted(got['application'])}; expected {expected}: a key of the"
    " merchant and of the person, and the amount. See hint 3."
)
expected = [(1, 1, 60), (1, 2, 30), (3, 1, 40)]
assert sorted(got["instalment"]) == expected, (
    f"The instalments are {sorted(got['instalment'])}; expected {expected}: a list has an order,"
    " and in a relation that has to be a column, counted from 1 in that order. See hint 3."
)

# %% hidden="normalise"
### BEGIN HIDDEN TESTS
assert not any(map(list, normalise([]).values())), "Of no documents expected four empty relations."
documents = [
    {"code": "0007", "name": "Mill Books", "applications": []},
    {
        "code": "0008",
        "name": "Mill Books",
        "applications": [
            {"id": n, "person": {"id": n % 3, "district": n % 3}, "amount": 5.0,
             "instalments": [5] * (n % 4)}
            for n in range(8)
        ],
    },
]  # fmt: skip
documents[1]["applications"][1]["instalments"] = [0]  # a first payment of nothing
got = {name: sorted(map(tuple, rows)) for name, rows in normalise(documents).items()}
expected = [("0007", "Mill Books"), ("0008", "Mill Books")]
assert got["merchant"] == expected, (
    f"Two merchants of one name become {got['merchant']}; expected {expected}: the code says who"
    " it is."
)
assert got["person"] == [(0, 0), (1, 1), (2, 2)], (
    f"The people 0, 1 and 2 with eight applications become {got['person']}; expected each once,"
    " with the districts 0, 1 and 2. A number 0 is a value like any other. See hint 2."
)
assert (1, 1, 0) in got["instalment"], (
    "An instalment of 0 crowns is lost; expected (1, 1, 0): a number 0 is a value like any other."
)
expected = [(n, i, 0 if n == 1 else 5) for n in range(8) for i in range(1, n % 4 + 1)]
assert got["instalment"] == expected, (
    f"Of instalments that are alike you keep {len(got['instalment'])}; expected"
    f" {len(expected)}, numbered from 1 within each application. See hint 3."
)
expected = [(n, "0008", n % 3, 5.0) for n in range(8)]
assert got["application"] == expected, (
    f"Eight applications become {got['application'][:3]} ...; expected {expected[:3]} ..."
    " See hint 1."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Each level of the document becomes a relation. Write a merchant's row when you meet the merchant,
# not when you meet an application; an application's row when you meet the application, not when you
# meet an instalment.
# </details>
#
# <details><summary>Hint 2: who is met twice</summary>
#
# Collect people in a dict by their id, or in a set.
# </details>
#
# <details><summary>Hint 3: what holds it together</summary>
#
# Nesting said which application belongs to which merchant; now a column says it. The order of a
# list said which instalment is the first; `enumerate(..., start=1)` gives the column that says it.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: rows are written in the innermost loop. That is an **inner join**: what
# has no instalment, or no application, is gone, and nobody notices until a sum is off. The second
# mistake is to keep the copies. A relation with a person twice is a document in disguise: somebody
# will change one of the two.

# %% [markdown]
# ## Task 2: Move money, or do not
#
# Take crowns from one account and give them to another, in SQLite (`open_bank` above). Whatever
# goes wrong on the way, both accounts must be as they were. When it went well, another connection
# must see it.


# %% solution="transfer"
def transfer(connection, payer, payee, crowns):
    """Move crowns from one account to another, both or neither, and commit.

    connection: a sqlite3.Connection with no open transaction; as sqlite3.connect makes it, it
    opens one before an UPDATE. The table is account (name, balance), with CHECK (balance >= 0).
    payer, payee: names, different from each other. crowns: a whole number above 0.

    Raises LookupError where an account does not exist, and lets sqlite3's own errors through, such
    as sqlite3.IntegrityError where the payer has too little (where both hold, either will do).
    After an error nothing has changed, and no transaction is left open. The connection stays open.

    Example: with Ada 100 and Ben 20, transfer(connection, "Ada", "Ben", 30) leaves 70 and 50.
    """
    ### BEGIN SOLUTION
    with connection:
        for name, change in [(payer, -crowns), (payee, crowns)]:
            done = connection.execute(
                "UPDATE account SET balance = balance + ? WHERE name = ?", (change, name)
            )
            if done.rowcount != 1:
                raise LookupError(f"there is no account {name!r}")
    ### END SOLUTION


# %% check="transfer"
mine, reader = open_bank()
commits = watch(mine)
transfer(mine, "Ada", "Ben", 30)
assert not is_closed(mine), "Your function closes the connection; expected it left open."
assert not mine.in_transaction, (
    "After a transfer your transaction is still open; expected a commit, or nobody else will ever"
    " see it. See hint 1."
)
found = balances(reader)
assert (found["Ada"], found["Ben"]) == (70, 50), (
    f"After moving 30 from Ada (100) to Ben (20) a reader finds {found['Ada']} and {found['Ben']};"
    " expected 70 and 50."
)
assert len(commits) <= 1, (
    f"One transfer commits {len(commits)} times; expected both changes or neither."
    " Is there one commit, at the very end? Between two a reader sees one change without the"
    " other, and a kill leaves it so: to take it back later is no cure. See hint 1."
)
before = balances(reader)
for payer, payee, crowns, what in IMPOSSIBLE:
    try:
        transfer(mine, payer, payee, crowns)
        error = None
    except Exception as raised:
        error = raised
    left_open = mine.in_transaction
    mine.rollback()
    assert balances(reader) == before, (
        f"A transfer {what} leaves {balances(reader)}; expected every account as it was, both"
        " changes or neither. Is there one commit, at the very end? See hint 1."
    )
    kind = LookupError if "no account" in what else sqlite3.IntegrityError
    assert isinstance(error, kind), (
        f"A transfer {what} ends with {error!r}; expected {kind.__name__}: whoever calls must hear"
        " that nothing was moved. An UPDATE that finds no row is no error to SQLite. See hint 2."
    )
    assert not left_open, (
        f"After a transfer {what} your transaction is still open; expected a rollback before the"
        " error goes on. See hint 1."
    )

# %% hidden="transfer"
### BEGIN HIDDEN TESTS
mine, reader = open_bank()
mine.execute("INSERT INTO account VALUES ('O''Hara', 10)")
mine.commit()
try:
    transfer(mine, "O'Hara", "Ada", 10)
    transfer(mine, "Ada", "O'Hara", 10)
    error = None
except Exception as raised:
    error = raised
assert error is None, (
    f"Transfers from and to O'Hara end with {error!r}; expected 10 crowns moved. Give SQLite names"
    " and numbers by ? and not inside the text of the statement, as hint 2 does."
)
for payer, payee, crowns in [("Ben", "Ada", 20), ("Ada", "Cleo", 120), ("Cleo", "Ben", 1)]:
    transfer(mine, payer, payee, crowns)
found = balances(reader)
assert found == {"Ada": 0, "Ben": 1, "Cleo": 119, "Dora": 50, "O'Hara": 10}, (
    f"After three transfers a reader finds {found}; expected Ada 0, Ben 1, Cleo 119, Dora 50,"
    " O'Hara 10."
)
for payer, payee in [("Cleo", "Dora"), ("Dora", "Cleo"), ("Cleo", "Zoe"), ("Zoe", "Cleo")]:
    try:
        transfer(mine, payer, payee, 19)
        error = None
    except Exception as raised:
        error = raised
    left_open = mine.in_transaction
    mine.rollback()
    assert balances(reader) == found, (
        f"A transfer of 19 from {payer} to {payee} failed, and left {balances(reader)}; expected"
        f" {found}. See hint 1."
    )
    assert error is not None and not left_open, (
        f"A transfer of 19 from {payer} to {payee} ends with {error!r}, the transaction"
        f" {'open' if left_open else 'closed'}; expected an error and a rollback. See hint 1."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: both or neither</summary>
#
# `with connection:` commits at its end, and rolls back when an error leaves it. Do both updates
# inside, and let the errors out.
# </details>
#
# <details><summary>Hint 2: an account that is not there</summary>
#
# `connection.execute("UPDATE ... WHERE name = ?", (..., name)).rowcount` says how many rows were
# changed. Where that is 0, raise LookupError, inside the `with`.
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: a commit between the two updates, or a connection that commits each
# statement by itself (`isolation_level = None` without BEGIN), so that the first change stays when
# the second fails; an error that is caught and logged, after which the commit comes all the same; a
# row that is not there. `with connection` does not close the connection, and it does not begin a
# transaction either: the first UPDATE does.

# %% [markdown]
# ## Task 3: Friends by distance
#
# How many people are exactly 1, 2, ... k friendships away? Write it as a loop, or hand it to SQLite
# with a recursive query.


# %% solution="friends"
def friends_by_distance(friendships, start, k):
    """Return a list of k numbers: how many people are exactly 1, 2, ..., k friendships from start.

    friendships: pairs (a, b) of person ids. A friendship goes both ways; it may stand as (a, b),
    as (b, a), or as both. start: a person id, perhaps without any friend. k: 0 or more, at most
    100. A person's distance is the length of the shortest way.

    Example: with friendships 1-2, 2-3, 1-3 and 3-4, friends_by_distance([(1, 2), (2, 3), (1, 3),
    (3, 4)], 1, 3) is [2, 1, 0]: 2 and 3 are friends of 1, and 4 is a friend of 3.
    """
    ### BEGIN SOLUTION
    friends = {}
    for a, b in friendships:
        friends.setdefault(a, set()).add(b)
        friends.setdefault(b, set()).add(a)
    met, edge, counts = {start}, {start}, []
    for _ in range(k):
        edge = {friend for person in edge for friend in friends.get(person, ())} - met
        met |= edge
        counts.append(len(edge))
    return counts
    ### END SOLUTION


# %% check="friends"
ring = [(1, 2), (2, 3), (1, 3), (3, 4)]
got = list(friends_by_distance(ring, 1, 3))
assert len(got) == 3, (
    f"For k = 3 you give {len(got)} numbers, {got}; expected three, for 1, 2 and 3 friendships."
    " See hint 1."
)
assert got[0] == 2, f"{got[0]} people are 1 friendship from 1; expected 2, the people 2 and 3."
assert got[1] == 1, (
    f"{got[1]} people are 2 friendships from 1; expected 1, the person 4. 1 itself is at distance"
    " 0, and 2 and 3 were met before. See hint 2."
)
assert got[2] == 0, (
    f"{got[2]} people are 3 friendships from 1; expected 0: all have been met. See hint 2."
)
got = list(friends_by_distance(ring, 4, 2))
assert got == [1, 2], (
    f"From person 4 you give {got}; expected [1, 2]. A friendship (3, 4) goes from 4 to 3 as well."
    " See hint 3."
)
square = [(1, 2), (1, 3), (2, 4), (3, 4)]
got = list(friends_by_distance(square, 1, 2))
assert got == [2, 1], (
    f"In a square 1-2-4-3-1 you give {got} from 1; expected [2, 1]: two ways lead to person 4, and"
    " it is one person. See hint 2."
)

# %% hidden="friends"
### BEGIN HIDDEN TESTS
got = list(friends_by_distance([(1, 2), (2, 1), (1, 2)], 1, 2))
assert got == [1, 0], (
    f"With 1-2 standing three times, in both directions, you give {got}; expected [1, 0]."
)
assert list(friends_by_distance([(1, 2)], 9, 3)) == [0, 0, 0], (
    "For a person without friends expected only zeros, one for each distance."
)
assert list(friends_by_distance([(1, 2)], 1, 0)) == [], "For k = 0 expected an empty list."
began = time.perf_counter()
friends_by_distance([(i, i + 1) for i in range(23)], 0, 23)
taken = time.perf_counter() - began
assert taken < 0.5, (
    f"For a chain of 23 friendships and 23 hops you need {taken:.1f} s; expected a few thousandths."
    " Do you follow every walk, back and forth as well? In SQL, use UNION in place of UNION ALL."
    " See hint 2."
)
path = [(i, i + 1) for i in range(60)]
got = list(friends_by_distance(path, 0, 61))
assert got == [1] * 60 + [0], (
    f"On a chain of 60 friendships you count {sum(got)} people from one end; expected one at each"
    " distance up to 60, and none beyond."
)
grid = [((x, y), (x + 1, y)) for x in range(6) for y in range(7)]
grid += [((x, y), (x, y + 1)) for x in range(7) for y in range(6)]
numbered = [(7 * a[0] + a[1], 7 * b[0] + b[1]) for a, b in grid]
got = list(friends_by_distance(numbered, 0, 12))
expected = [2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]
assert got == expected, (
    f"On a grid of 7 by 7 you count {got} from a corner; expected {expected}. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: one round per distance</summary>
#
# Keep the people at the current distance. Their friends are the candidates for the next one. Do
# this k times.
# </details>
#
# <details><summary>Hint 2: who was met</summary>
#
# Keep a set of everybody met so far, the start included. Only who is not in it is new. In SQL, take
# for each person the smallest number of hops: `SELECT person, min(hops) ... GROUP BY person`; and
# use `UNION`, which drops a row that is there already, while `UNION ALL` follows every walk.
# </details>
#
# <details><summary>Hint 3: both ways</summary>
#
# Put each friendship in twice, as (a, b) and as (b, a).
# </details>

# %% [markdown] tags=["solution-only"]
# What usually goes wrong: counting walks instead of people, so that the start comes back at
# distance 2 and everybody with two ways counts twice; reading a friendship in one direction; one
# round too many. In SQL, `UNION ALL` follows every walk, and without a limit on the hops it never
# ends as soon as there is a ring; `UNION` over (person, hops) ends, but a person may come at
# several distances, hence the `min`.

# %% [markdown]
# ## Task 4: An index that the query uses
#
# Write one `CREATE INDEX` statement for this query, which is not yours to change. The plan should
# SEARCH by both conditions and need no sort of its own.
#
# ```sql
# SELECT application_id, amount FROM application
# WHERE merchant_code = ? AND submitted_at >= ? ORDER BY submitted_at
# ```


# %% solution="index"
def index_statement():
    """Return one SQL statement, a text, that creates an index on the table application.

    With it the plan of QUERY is a SEARCH by merchant_code and by submitted_at, without a sort
    (SQLite calls it "USE TEMP B-TREE FOR ORDER BY"). The index works for any rows.

    Example of the form, but not of the right columns: "CREATE INDEX mine ON application (amount)".
    """
    ### BEGIN SOLUTION
    return "CREATE INDEX mine ON application (merchant_code, submitted_at)"
    ### END SOLUTION


# %% check="index"
table = make_table(merchants=50)
asked = ("0007", "2026-02-20")
without = steps_of(table, QUERY, asked)
statement = index_statement()
assert isinstance(statement, str), (
    f"You return {statement!r}; expected one SQL statement, a text. Is a return missing?"
)
try:
    table.execute(statement)
    trouble = None
except sqlite3.Error as error:
    trouble = str(error).rstrip(".")
assert trouble != "UNIQUE constraint failed: application.merchant_code, application.submitted_at", (
    "Your index is UNIQUE, and fails: a merchant may have two applications at the same time."
)
assert trouble is None, f"SQLite says of your statement: {trouble}. See hint 1."
found = " | ".join(plan_of(table, QUERY, asked))
assert "SEARCH" in found, (
    f"The plan is: {found}. Expected a SEARCH: the query compares the columns themselves, so the"
    " index has to begin with one of them, not with a function of it or with another column, and"
    " hold all rows (no WHERE) in their usual order (no COLLATE). See hint 1."
)
assert "merchant_code=?" in found, (
    f"The plan is: {found}. It searches by time alone, and so goes through every merchant's"
    " applications since then. Which column is compared with =, and must therefore come first?"
    " See hint 2."
)
assert "submitted_at>?" in found, (
    f"The plan is: {found}. It searches by merchant alone. The index can hold the second condition"
    " as well. See hint 2."
)
assert "TEMP B-TREE" not in found, (
    f"The plan is: {found}. It sorts; expected an index that has the rows in that order already."
    " See hint 2."
)
with_index = steps_of(table, QUERY, asked)
assert with_index * 10 < without, (
    f"The query takes {with_index:,} steps, and without an index {without:,}; expected less than a"
    " tenth."
)

# %% hidden="index"
### BEGIN HIDDEN TESTS
table = make_table(merchants=7)
asked = ("0003", "2026-02-28")
answer = table.execute(QUERY, asked).fetchall()
try:
    table.execute(index_statement())
    trouble = None
except sqlite3.Error as error:
    trouble = str(error).rstrip(".")
assert trouble is None, (
    f"On another table SQLite says of your statement: {trouble}. The index should work for any"
    " rows."
)
found = " | ".join(plan_of(table, QUERY, asked))
assert "SEARCH" in found and "merchant_code=? AND submitted_at>?" in found, (
    f"On another table the plan is: {found}. Expected a SEARCH by both conditions. See hint 2."
)
assert sorted(table.execute(QUERY, asked)) == sorted(answer), (
    "On another table the query gives another answer with your index; expected the same rows."
)
other = plan_of(table, QUERY, ("0003", "2026-02-01"))
assert "SEARCH" in " | ".join(other), (
    f"For another day the plan is: {' | '.join(other)}. Expected an index for every day."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `CREATE INDEX name ON table (first, second)`. The index is sorted by the first column, then by the
# second, like a phone book by last name and first name. Look up what the query looks up.
# </details>
#
# <details><summary>Hint 2: which comes first</summary>
#
# In a phone book, all people of one last name stand together, sorted by first name. So the column
# that is compared with `=` comes first, and the one with `>=`, by which the rows are also to be
# sorted, second.
# </details>

# %% [markdown] tags=["solution-only"]
# Equality first, then the range, then what else is read: with `amount` as a third column the index
# covers the query, and the table is not read at all. The rule has a price: each index is written
# with each row.
#
# What usually goes wrong: the range first. Then the index finds the first day and goes through all
# that follow, for every merchant. An index on `substr(submitted_at, 1, 10)` is used only by a query
# that says the same. Two indexes of one column each do not make one of two: SQLite takes one of
# them for a table.
