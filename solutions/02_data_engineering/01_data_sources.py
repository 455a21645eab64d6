# %% [markdown]
# # Exercise: where data comes from
#
# You write a validator that loses nothing, dead letters that can be replayed whatever happens in
# the middle, and batch checks that spare the innocent.
#
# Save, then run `python3 course.py check 02_data_engineering/01` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 45 minutes. **Before this** the lesson
# [Where data comes from](../../chapters/02_data_engineering/01_data_sources.ipynb).

# %%
import json
import math
import sqlite3
import tempfile
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

# %% [markdown]
# ## What the checks use
#
# A database with two tables, a way to let the power go at any statement, a table of applications,
# and some wrong bodies. You need not change anything here.

# %%
TABLES = """
CREATE TABLE dead_letters (
    offset INTEGER PRIMARY KEY, raw BLOB, reason TEXT, replayed INTEGER DEFAULT 0
);
CREATE TABLE accepted (offset INTEGER, record TEXT);
"""


class PowerCut(BaseException):
    """The power is gone. Nothing in a program can catch that."""


class Fragile(sqlite3.Connection):
    """A connection that lets `statements` through; at the next one the power goes."""

    statements = math.inf

    def cursor(self, factory=None):
        return super().cursor(FragileCursor)

    def execute(self, *statement):
        return self.cursor().execute(*statement)

    def executemany(self, statement, rows):
        return self.cursor().executemany(statement, rows)


class FragileCursor(sqlite3.Cursor):
    def execute(self, *statement):
        self.connection.statements -= 1
        if self.connection.statements < 0:
            raise PowerCut
        return super().execute(*statement)

    def executemany(self, statement, rows):
        for row in rows:
            self.execute(statement, row)
        return self


# %%
class Power:
    """A database file, and what became of it when the power went."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "letters.sqlite"
        with self.on() as db:
            db.executescript(TABLES)
        db.close()

    def on(self, statements=math.inf):
        """Connect; the power lasts for so many statements."""
        db = sqlite3.connect(self.path, factory=Fragile)
        db.statements = statements
        return db

    def run(self, work, statements=math.inf):
        """Do work(db); return what it returns, or "power cut". What is not committed is lost."""
        db = self.on(statements)
        try:
            return work(db)
        except PowerCut:
            return "power cut"
        finally:
            db.close()

    def rows(self, query):
        return self.run(lambda db: db.execute(query).fetchall())

    def keep(self, bury, letters):
        """Bury (offset, raw) with a function of yours."""
        for offset, raw in letters:
            self.run(lambda db, o=offset, r=raw: bury(db, o, r, "amount"))
        return self

    def state(self):
        letters = self.rows("SELECT offset, raw, replayed FROM dead_letters ORDER BY offset")
        return letters, sorted(self.rows("SELECT offset, record FROM accepted"))


# %%
def comma(raw):
    """Mend b"1,5" to "1.5"; raises ValueError for what is no number then."""
    text = raw.decode("utf-8").replace(",", ".")
    float(text)
    return text


# %%
def row(minute, person, merchant, amount, checkout):
    """One scored application, which arrived at this minute of the day."""
    time = pd.Timestamp("2026-03-02", tz="UTC") + pd.Timedelta(minutes=minute)
    return time, person, merchant, amount, checkout


def as_table(rows):
    columns = ["received_at", "person", "merchant", "amount", "checkout"]
    return pd.DataFrame(rows, columns=columns).rename_axis("offset")


# %%
WRONG = {  # a body, and the field at fault
    "amount as text": (b'{"id": 1, "amount": "9.5", "merchant": "0071"}', "amount"),
    "amount NaN": (b'{"id": 1, "amount": NaN, "merchant": "0071"}', "amount"),
    "amount below zero": (b'{"id": 1, "amount": -3, "merchant": "0071"}', "amount"),
    "id true": (b'{"id": true, "amount": 9.5, "merchant": "0071"}', "id"),
    "merchant as a number": (b'{"id": 1, "amount": 9.5, "merchant": 71}', "merchant"),
    "no merchant": (b'{"id": 1, "amount": 9.5}', "merchant"),
}

# %% [markdown]
# ## Task 1: A validator that loses nothing
#
# Bodies come in as bytes. Each should be a JSON object with exactly three fields:
#
# - `id`: a whole number, at least 1;
# - `amount`: a number above 0, at most 10,000 (crowns);
# - `merchant`: a text of four digits from 0 to 9, such as `"0071"`.
#
# Nothing is converted: `"12"` is no number, and neither are `true` and `NaN`. Sort the bodies into
# those that are accepted and those that are rejected, each with a reason that names the field. A
# body that is no JSON object in UTF-8 has the reason `body`. (Fields that come twice are not asked
# for here.)
#
# <details><summary>How sure is this check?</summary>
#
# It does not depend on chance: a right answer always passes, and the mistakes that it is made to
# find always fail.
# </details>


# %% solution="validator"
def sort_bodies(bodies):
    """Return (accepted, rejected): two lists, each in the order of the bodies.

    bodies: a list of bytes. The offset of a body is its place in the list, from 0 on.
    accepted: tuples (offset, record); the record is a dict with the values as they were sent.
    rejected: tuples (offset, reason); the reason is a text that names a field at fault, or "body".
    Raises nothing, whatever the bytes are.

    Example: sort_bodies([b'{"id": 1, "amount": 9.5, "merchant": "0071"}', b'{"id": 2'])
    gives [(0, {"id": 1, "amount": 9.5, "merchant": "0071"})] and [(1, "body: ...")].
    """
    ### BEGIN SOLUTION

    class Form(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        id: int = Field(ge=1)
        amount: float = Field(gt=0, le=10_000, allow_inf_nan=False)
        merchant: str = Field(pattern="^[0-9]{4}$")

    accepted, rejected = [], []
    for offset, body in enumerate(bodies):
        try:
            accepted.append((offset, Form.model_validate_json(body).model_dump()))
        except ValidationError as error:
            first = error.errors()[0]
            field = first["loc"][0] if first["loc"] else "body"
            rejected.append((offset, f"{field}: {first['msg']}"))
    return accepted, rejected
    ### END SOLUTION


# %% check="validator"
good = [
    json.dumps({"id": 1, "amount": 9.5, "merchant": "0071"}).encode(),
    json.dumps({"merchant": "1234", "amount": 7, "id": 2}).encode(),
]
try:
    accepted, rejected = sort_bodies([good[0], b'{"id": 2', good[1]])
except NotImplementedError:
    raise
except Exception as error:
    raise AssertionError(
        f"The second of three bodies is cut off, and your function raises {type(error).__name__}."
        " Expected: it raises nothing, and goes on to the next body. See hint 1."
    ) from None
assert len(accepted) + len(rejected) == 3, (
    f"Of 3 bodies you accept {len(accepted)} and reject {len(rejected)}; expected 3 in all. Each"
    " body is in one of the two lists. See hint 1."
)
assert [offset for offset, _ in accepted] == [0, 2], (
    f"You accept the offsets {[offset for offset, _ in accepted]}; expected [0, 2]: the first and"
    " the third body are good. What comes after a bad body still counts. See hint 1."
)
assert dict(accepted)[0] == {"id": 1, "amount": 9.5, "merchant": "0071"}, (
    f"The record of offset 0 is {dict(accepted)[0]}; expected the three values as they were sent."
)
assert rejected[0][0] == 1 and "body" in rejected[0][1], (
    f"The cut-off body is rejected as {rejected[0]}; expected (1, a reason with the word body)."
    " A rejection without a reason helps nobody. See hint 2."
)
for case, (body, field) in WRONG.items():
    accepted, rejected = sort_bodies([good[0], body])
    assert len(rejected) == 1, (
        f"A body with {case} is accepted; expected to be rejected. Convert nothing: test what it"
        " is. (In Python True is an int, and NaN is a float.) See hint 3."
    )
    assert isinstance(rejected[0][1], str) and field in rejected[0][1], (
        f"A body with {case} gets the reason {rejected[0][1]!r}; expected a text that names"
        f" {field}. See hint 2."
    )

# %% hidden="validator"
### BEGIN HIDDEN TESTS
fine = b'{"id": 7, "amount": 10000, "merchant": "0000"}'
values = {
    "amount": [True, math.inf, None, 10_000.01, 0, 10**399],
    "id": ["7", 0],
    "merchant": ["071", "00712", "abcd", "0071\n", "²²²²", "\u0660\u0660\u0667\u0661"],
    "note": ["a field more"],
}
start = {"id": 7, "amount": 1, "merchant": "0071"}
faulty = [
    (json.dumps(start | {field: value}).encode(), field, f"{field} {value!r:.14}")
    for field in values
    for value in values[field]
]
faulty += [
    (b'{"id": 7, "amount": 1, "merchant": "00\xff1"}', "body", "bytes that are not UTF-8"),
    (fine.decode().encode("utf-16"), "body", "UTF-16 for UTF-8"),
    (b"[" * 100_000, "body", "brackets nested very deep"),
    (b"[]", "body", "a list"),
    (b"", "body", "nothing"),
]
for body, field, case in faulty:
    try:
        accepted, rejected = sort_bodies([body, fine])
    except Exception as error:
        raise AssertionError(
            f"At a body with {case} your function raises {type(error).__name__}; expected: it"
            " raises nothing, whatever the bytes are. See hint 1."
        ) from None
    offsets = [o for o, _ in accepted], [o for o, _ in rejected]
    assert offsets == ([1], [0]), (
        f"Of a body with {case} and a good one you accept the offsets {offsets[0]} and reject"
        f" {offsets[1]}; expected [1] and [0]. See hint 3."
    )
    assert field in rejected[0][1], (
        f"A body with {case} gets the reason {rejected[0][1]!r}; expected one that names {field}."
        " See hint 2."
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# One loop over `enumerate(bodies)`, one `try` inside it. In each turn exactly one of the two lists
# grows by one.
# </details>
#
# <details><summary>Hint 2: the reason</summary>
#
# The reason is made where the fault is found, for there the field is known. With pydantic it stands
# in `error.errors()[0]["loc"]`, which is empty when the body as a whole is at fault.
# </details>
#
# <details><summary>Hint 3: nearly there</summary>
#
# `class Form(BaseModel)` with `ConfigDict(strict=True, extra="forbid")`, `Field(ge=1)`,
# `Field(gt=0, le=10_000, allow_inf_nan=False)` and `Field(pattern="^[0-9]{4}$")`, and then
# `Form.model_validate_json(body)`. By hand: `body.decode("utf-8")` before `json.loads`, which may
# raise `RecursionError` as well; `type(x) is int` instead of `isinstance`; `0 < x <= 10_000`, which
# is False for NaN; and `re.fullmatch("[0-9]{4}", x)`, for `isdigit` and `\d` know more digits than
# ten, and a `$` lets a line feed follow.
# </details>

# %% [markdown] tags=["solution-only"]
# Each turn of the loop ends in exactly one `append`, so accepted and rejected together are what was
# received, whatever the bytes are. That is worth more than any single rule: a rule that is missing
# can be added when the count of rejections shows it, and a body that is gone cannot.
#
# What usually goes wrong: coercing and dropping, which accepts `"9.5"` and loses the rest without
# a word. One `try` around the whole loop: the first error ends it. `isinstance(x, int)`, which is
# true for `True`. A list of rejected bodies without reasons: nobody can tell a bug of the app from
# an attack.

# %% [markdown]
# ## Task 2: Dead letters and a replay
#
# Write two functions on the tables of the set-up cell.
#
# - `bury` keeps a refused body: the very bytes, with the reason. To bury the same offset again
#   changes nothing.
# - `replay` tries all letters that wait (`replayed` is 0). `fix(raw)` gives the text of the mended
#   record, or raises ValueError where there is no remedy: then the letter goes on waiting. A mended
#   record goes into `accepted`, and its letter is marked with `replayed = 1`. No letter is deleted.
#
# Both leave their work committed. The power may go at any statement, and what was not committed is
# lost. Whatever happens, after one more `replay` each record is in `accepted` exactly once.
#
# <details><summary>How sure is this check?</summary>
#
# It lets the power go at every statement in turn, and compares what is left. It does not depend on
# chance.
# </details>


# %% solution="replay"
def bury(db, offset, raw, reason):
    """Keep a dead letter, and commit. db: sqlite3.Connection; raw: bytes. Returns nothing.

    Example: after bury(db, 3, b"\\xff", "body") twice, dead_letters has one row for offset 3, and
    its raw is b"\\xff".
    """
    ### BEGIN SOLUTION
    with db:  # commits at its end, and rolls back if something was raised
        db.execute(
            "INSERT OR IGNORE INTO dead_letters (offset, raw, reason) VALUES (?, ?, ?)",
            (offset, raw, reason),
        )
    ### END SOLUTION


def replay(db, fix):
    """Try every waiting letter again; return how many came through in this run.

    fix: a function of bytes that returns a text, or raises ValueError.

    Example: of the letters b"1,5" and b"?" a fix that turns the comma into a point and raises for
    the other lets one through: replay returns 1, and 0 when it is called again.
    """
    ### BEGIN SOLUTION
    through = 0
    with db:  # a record and the mark on its letter: both or none
        waiting = "SELECT offset, raw FROM dead_letters WHERE replayed = 0 ORDER BY offset"
        for offset, raw in db.execute(waiting).fetchall():
            try:
                record = fix(raw)
            except ValueError:
                continue
            db.execute("INSERT INTO accepted VALUES (?, ?)", (offset, record))
            db.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", (offset,))
            through += 1
    return through
    ### END SOLUTION


# %% check="replay"
came = [(0, b"1,5"), (1, b"\xff\x00"), (2, b"2,5"), (2, b"2,5"), (5, b"?"), (9, b"3,5")]
power = Power().keep(bury, came)
letters, accepted = power.state()
assert [offset for offset, _, _ in letters] == [0, 1, 2, 5, 9], (
    f"After burying the offsets 0, 1, 2, 2, 5, 9 the table has {[o for o, _, _ in letters]};"
    " expected [0, 1, 2, 5, 9]. Is it committed, and is the same letter harmless twice? See hint 1."
)
assert letters[1][1] == b"\xff\x00", (
    f"The letter b'\\xff\\x00' is kept as {letters[1][1]!r}; expected the very bytes: what has been"
    " decoded with errors replaced never comes back. See hint 1."
)
try:
    through = power.run(lambda db: replay(db, comma))
except ValueError:
    raise AssertionError(
        "Your replay ends at the first letter that cannot be mended; expected: it goes on waiting,"
        " and the next one is tried. See hint 2."
    ) from None
assert through == 3, f"Of 5 letters replay lets {through} through; expected 3, those with a comma."
once = power.state()
assert once[1] == [(0, "1.5"), (2, "2.5"), (9, "3.5")], (
    f"After the replay `accepted` has {once[1]}; expected the offsets 0, 2 and 9. Is it committed?"
)
assert [offset for offset, _, _ in once[0]] == [0, 1, 2, 5, 9], (
    f"After the replay dead_letters has {[o for o, _, _ in once[0]]}; expected all five: a letter"
    " is marked, not deleted. See hint 2."
)
again = power.run(lambda db: replay(db, comma))
assert power.state() == once, (
    f"After a second replay `accepted` has {len(power.state()[1])} rows; expected 3, as after the"
    " first. Try only the letters with replayed = 0. See hint 2."
)
assert again == 0, f"The second replay says that {again} came through; expected 0."

# %% hidden="replay"
### BEGIN HIDDEN TESTS
came = [(0, b"7,1"), (10, b"!"), (20, b"8,2 "), (30, b"9")]
whole = Power().keep(bury, came)
whole.run(lambda db: replay(db, comma))
expected = whole.state()
assert expected[1] == [(0, "7.1"), (20, "8.2 "), (30, "9")], (
    f"Of four other letters `accepted` has {expected[1]}; expected the offsets 0, 20 and 30."
)
for statements in range(40):
    cut = Power().keep(bury, came)
    happened = cut.run(lambda db: replay(db, comma), statements)
    letters, _ = cut.state()
    at = f"The power goes after statement {statements} of a replay."
    assert len(letters) == 4, (
        f"{at} Then {4 - len(letters)} of 4 letters are gone; expected all 4: delete nothing, and"
        " nothing before its record is written. See hint 3."
    )
    cut.run(lambda db: replay(db, comma))
    twice = len(cut.state()[1]) - len({offset for offset, _ in cut.state()[1]})
    assert twice == 0, (
        f"{at} After another replay {twice} records are in `accepted` twice; expected each once."
        " The record and the mark belong into one transaction. See hint 3."
    )
    assert cut.state() == expected, (
        f"{at} After another replay the tables differ from those of a replay that was not cut;"
        " expected the same. See hint 3."
    )
    if happened != "power cut":
        break
whole.keep(bury, came)
assert whole.state() == expected, (
    "After a replay the same letters are buried again, and the tables change: letters wait that"
    " were replayed. Expected no change. See hint 1."
)
reasons = whole.rows("SELECT DISTINCT reason FROM dead_letters")
assert reasons == [("amount",)], f"All letters were buried for 'amount'; you keep {reasons}."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: burying</summary>
#
# `INSERT OR IGNORE` leaves a row alone whose primary key is there already. Give SQLite the bytes as
# they are: a `BLOB` takes them.
# </details>
#
# <details><summary>Hint 2: which letters</summary>
#
# `SELECT offset, raw FROM dead_letters WHERE replayed = 0`, and fetch all of them before you write.
# One `try` for each letter, around `fix` alone.
# </details>
#
# <details><summary>Hint 3: both or none</summary>
#
# `with db:` commits at the end of the block, and rolls back if something was raised in it. The
# `INSERT` and the `UPDATE` of a letter stand in the same block, with no commit between them.
# </details>

# %% [markdown] tags=["solution-only"]
# Between any two commits the database is in a state that makes sense: a letter waits, or it is
# marked and its record is there. So it does not matter where the power goes, and a second replay
# has nothing to repair. One transaction for each letter is right as well.
#
# What usually goes wrong: trying all letters each time, so that each replay inserts anew. Two
# commits, one for the record and one for the mark: a cut between them makes a record double. Delete
# first, then write: a cut between them makes it vanish. And `raw.decode(errors="replace")`: the fix
# that would have understood the bytes comes too late.

# %% [markdown]
# ## Task 3: What only a batch shows
#
# A table of scored applications, by offset. Two things are wrong with it.
#
# - *Duplicates*: a purchase that was sent again shares its `checkout` with the first. The first to
#   arrive is right, all later ones are duplicates. People may well buy the same thing twice.
# - *Cents*: some merchants began to send cents for crowns. A row is in cents if its amount is more
#   than 30 times the median of the first five rows that came from its merchant, duplicates
#   included. (Those five are known to be in crowns. A merchant with fewer than five rows is left
#   alone.)
#
# The table is in no particular order, and neither are the offsets. `received_at` says what came
# first.
#
# <details><summary>How sure is this check?</summary>
#
# It does not depend on chance.
# </details>


# %% solution="suspects"
def suspects(table):
    """Return (duplicates, cents): two sets of offsets.

    table: a DataFrame by offset with received_at (timestamps), person, merchant (texts), amount
    (crowns, or so it should be) and checkout (a text). It is not changed.

    Example: of three rows with the offsets 0, 1, 2, which arrived in this order, from the same
    person, merchant and amount, with the checkouts a, a, b, only 1 is a duplicate.
    """
    ### BEGIN SOLUTION
    ordered = table.sort_values("received_at")
    duplicates = ordered.index[ordered.duplicated("checkout")]
    first_five = ordered.groupby("merchant")["amount"].head(5)
    median = first_five.groupby(ordered["merchant"]).median()
    enough = ordered.groupby("merchant")["amount"].transform("size") >= 5
    factor = ordered["amount"] / ordered["merchant"].map(median)
    return set(duplicates), set(ordered.index[enough & (factor > 30)])
    ### END SOLUTION


# %% check="suspects"
coffee = [5.0, 4.0, 6.0, 5.0, 4.5, 5.5, 450.0, 520.0, 5.0]
rings = [4_000.0, 5_200.0, 3_900.0, 4_400.0, 9_000.0, 16_000.0]
rows = [row(i, f"p{i}", "0007", a, f"k{i}") for i, a in enumerate(coffee)]
rows += [row(20 + i, f"q{i}", "0500", a, f"m{i}") for i, a in enumerate(rings)]
rows += [
    row(40, "ann", "0007", 5.0, "a1"), row(41, "ann", "0007", 5.0, "a1"),  # sent again
    row(42, "bob", "0007", 4.0, "b1"), row(43, "bob", "0007", 4.0, "b2"),  # two coffees
    row(50, "cy", "0900", 3.0, "c1"), row(51, "cy", "0900", 400.0, "c2"),  # a merchant of two rows
]  # fmt: skip
batch = as_table(rows)
duplicates, cents = suspects(batch)
duplicates, cents = set(duplicates), set(cents)
assert 18 not in duplicates, (
    "Offset 18 is in the duplicates; expected not: bob bought two coffees, each with a checkout of"
    " its own. Person, merchant and amount do not tell a retry from a twin. See hint 1."
)
assert 16 in duplicates, (
    f"The duplicates are {sorted(duplicates)}; expected [16]: ann's purchase came again under the"
    " same checkout, a minute later, so not all fields are equal. See hint 1."
)
assert duplicates == {16}, f"The duplicates are {sorted(duplicates)}; expected [16]. See hint 1."
assert not cents & set(range(9, 15)), (
    f"The offsets {sorted(cents & set(range(9, 15)))} are said to be in cents; expected none of 9"
    " to 14: they come from a jeweller, whose amounts have always been high. See hint 2."
)
assert {6, 7} <= cents, (
    f"In cents are {sorted(cents)}; expected 6 and 7: coffees for 450 and 520. Compare each with"
    " its own merchant's first amounts. See hint 2."
)
assert 20 not in cents, (
    "Offset 20 is said to be in cents; expected not: its merchant has fewer than five rows."
)
assert cents == {6, 7}, f"In cents are {sorted(cents)}; expected [6, 7]. See hint 2."

# %% hidden="suspects"
### BEGIN HIDDEN TESTS
turned = [row(i, f"p{i}", "0007", a, f"k{i}") for i, a in enumerate([4.0] * 6 + [450.0] * 6)]
turned += [row(20, "ann", "0007", 5.0, "a1"), row(21, "ann", "0007", 5.0, "a1")]
turned = as_table(turned).set_axis(range(13, -1, -1)).iloc[::-1]  # the last to come has offset 0
as_it_was = turned.copy()
duplicates, cents = map(set, suspects(turned))
assert duplicates == {0}, (
    "In a table that begins with the last to arrive, offset 0, the duplicates are"
    f" {sorted(duplicates)}; expected [0]: the first is the first to arrive, by received_at, and"
    " not the first in the table or by offset. See hint 3."
)
assert cents == {2, 3, 4, 5, 6, 7}, (
    f"In a table that begins with the last to arrive those in cents are {sorted(cents)};"
    " expected 2 to 7: the first five are the first to arrive. See hint 3."
)
assert turned.equals(as_it_was), (
    "Your function changes the table: its order, its rows or its columns. Expected it as it was."
    " Sort a copy. See hint 3."
)
# The same merchants, and from the sixth row on nearly everything in cents.
late = [row(i, f"r{i}", "0042", a, f"n{i}") for i, a in enumerate([10.0] * 5 + [1_000.0] * 20)]
late += [row(60 + i, "eve", "0042", 10.0, "e") for i in range(3)]
late += [row(90 + i, f"s{i}", "0043", a, f"o{i}") for i, a in enumerate([1, 1, 1, 1, 90, 31, 30.0])]
table = as_table(late)
duplicates, cents = map(set, suspects(table))
assert duplicates == {26, 27}, (
    f"A purchase that came three times gives the duplicates {sorted(duplicates)}; expected"
    " [26, 27]."
)
assert set(range(5, 25)) <= cents, (
    f"Of 20 rows in cents you find {len(cents & set(range(5, 25)))}; expected all. Most rows of"
    " the merchant are in cents: compare with its first five only. See hint 2."
)
assert cents & set(range(28, 35)) == {32, 33}, (
    f"Of the amounts 1, 1, 1, 1, 90, 31, 30 you find {sorted(cents & set(range(28, 35)))};"
    " expected [32, 33]: 90 and 31 are more than 30 times the median 1. See hint 2."
)
assert cents == {*range(5, 25), 32, 33}, f"In cents are {sorted(cents)}, and that is too many."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: the key</summary>
#
# `checkout` is made once per purchase. `duplicated("checkout")` is False for the first row of each
# and True for all that follow.
# </details>
#
# <details><summary>Hint 2: the merchant's own measure</summary>
#
# `groupby("merchant")["amount"].head(5)` gives the first five of each, and their median one number
# for each merchant, which `map` brings back to the rows. A median, because one of the five may be a
# large purchase.
# </details>
#
# <details><summary>Hint 3: the order</summary>
#
# `ordered = table.sort_values("received_at")` first: it gives a copy, and leaves the table as it
# is. The offsets are the index, and travel along.
# </details>

# %% [markdown] tags=["solution-only"]
# Both checks ask what is normal *for this one*: this purchase, this merchant. A rule for all has to
# choose between the coffees in cents and the jeweller's honest rings, which cost more.
#
# What usually goes wrong: `drop_duplicates` on person, merchant and amount rejects the second
# coffee, and on all fields it finds nothing, because the times differ. A threshold for everybody,
# or three standard deviations, flags the jeweller. And a median over all of a merchant's rows moves
# along with the cents, once they are most of them.
