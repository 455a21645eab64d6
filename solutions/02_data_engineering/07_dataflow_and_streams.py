# %% [markdown]
# # Exercise: dataflow and streams
#
# You count events by the time at which they happened, write a consumer's step that may be repeated
# and may die anywhere, and add up a stream that delivers twice and corrects itself.
#
# Save, then run `python3 course.py check 02_data_engineering/07` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 40 minutes. **Before this** the lesson [Dataflow and
# streams](../../chapters/02_data_engineering/07_dataflow_and_streams.ipynb).

# %%
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

# %% [markdown]
# ## What the checks use
#
# A database file, and a watcher beside it. Each time your code is about to run a statement, the
# watcher reads the file through a second connection. What it sees is what would be left if your
# process died at that moment. You need not change anything here.

# %%
TABLES = """
CREATE TABLE balance (merchant TEXT PRIMARY KEY, crowns INTEGER);
CREATE TABLE done (id TEXT PRIMARY KEY);
CREATE TABLE progress (next INTEGER);
"""
EMPTY = ((), (), ((0,),))  # nothing paid, nothing done, goes on at offset 0


def read_state(path):
    """Return what a file holds, one tuple of rows for each table."""
    with closing(sqlite3.connect(path)) as db:
        rows = [db.execute(f"SELECT * FROM {table}") for table in ("balance", "done", "progress")]
        return tuple(tuple(sorted(table.fetchall())) for table in rows)


def write_state(path, state):
    """Make a file that holds a state."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(TABLES)
        for table, rows in zip(("balance", "done", "progress"), state, strict=True):
            for row in rows:
                db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        db.commit()


# %%
def deliver(handle, deliveries, state=EMPTY):
    """Give (offset, event) pairs to a consumer that starts from a state.

    Return (what the file holds at the end, all states in which a death would have left it).
    """
    with tempfile.TemporaryDirectory() as folder:
        path, left = Path(folder) / "bank.db", []
        write_state(path, state)

        def watch(statement):
            with suppress(sqlite3.Error):
                left.append(read_state(path))

        for offset, event in deliveries:
            with closing(sqlite3.connect(path)) as db:
                db.set_trace_callback(watch)
                handle(db, offset, dict(event))
                db.set_trace_callback(None)
        end = read_state(path)
    return end, list(dict.fromkeys([*left, end]))


def crowns(state):
    """Return {merchant: crowns} of a state."""
    return dict(state[0])


def goes_on_at(state):
    """Return the offset at which the consumer goes on, None if that is not one row."""
    return state[2][0][0] if len(state[2]) == 1 else None


def after_death(handle, events, left):
    """Return the state at the end if a new process goes on from the state that a death left."""
    start = goes_on_at(left) or 0
    return deliver(handle, list(enumerate(events))[start:], left)[0]


# %% [markdown]
# ## Task 1: A counter with a watermark
#
# Count events in windows of their event time, and drop what comes too late. The **watermark** is
# the largest event time seen so far, less a delay. A window is over once the watermark has reached
# its end, and an event that comes for it after that is dropped. Say how many were.


# %% solution="watermark"
def count_windows(events, width, delay):
    """Return (counts, dropped).

    events: pairs (event_time, arrival_time) of whole seconds, in order of arrival. They may be
    gone through once. Before the first event there is no watermark.
    width: of a window, seconds; the windows are [0, width), [width, 2 width), ...
    delay: how far the watermark stays behind the largest event time seen so far, seconds.
    counts: {start of the window: how many events were counted in it}.
    dropped: how many events came when their window was over. Every event is counted or dropped.

    Example: count_windows([(50, 51), (75, 76), (55, 78), (90, 91), (58, 95)], 60, 20) is
    ({0: 2, 60: 2}, 1). After the event of second 90 the watermark is at 70, past the end of the
    window [0, 60); the event of second 58 comes too late for it.
    """
    ### BEGIN SOLUTION
    counts, dropped, watermark = {}, 0, float("-inf")
    for event_time, _ in events:
        start = event_time // width * width
        if start + width <= watermark:
            dropped += 1
        else:
            counts[start] = counts.get(start, 0) + 1
        watermark = max(watermark, event_time - delay)
    return counts, dropped
    ### END SOLUTION


# %% check="watermark"
events = [(50, 51), (75, 76), (55, 78), (90, 91), (58, 95)]
answer = count_windows(iter(events), 60, 20)
assert isinstance(answer, tuple | list) and len(answer) == 2, (
    f"Your function returned {answer!r}; expected two things, (counts, dropped)."
)
counts, dropped = answer
assert sum(counts.values()) + dropped == 5, (
    f"Of five events you counted {sum(counts.values())} and dropped {dropped}; expected 5 in all:"
    " every event is counted or dropped, and the dropped are counted too. See hint 3."
)
counts, dropped = count_windows(iter([(10, 70), (20, 71)]), 60, 30)
assert dict(counts) == {0: 2}, (
    f"For two events of seconds 10 and 20, which arrive at 70 and 71, you counted {dict(counts)};"
    " expected {0: 2}. A window takes the events that happened in it: look at the first number of"
    " a pair. See hint 1."
)
counts, dropped = count_windows(iter([(50, 50), (30, 51)]), 60, 0)
assert dropped == 0, (
    f"With no delay you dropped {dropped} of the event times 50, 30; expected 0. The second is"
    " behind the watermark, but its window [0, 60) is not over. See hint 3."
)
counts, dropped = count_windows(iter([(10, 10), (65, 66), (20, 67)]), 60, 30)
assert dropped == 0, (
    f"With a delay of 30 you dropped {dropped} of the event times 10, 65, 20; expected 0: after 65"
    " the watermark is at 35, and the window [0, 60) is not over. See hint 2."
)
late = [(10, 10), (100, 101), (40, 102), (15, 103), (20, 104)]
counts, dropped = count_windows(iter(late), 60, 30)
assert dropped > 0, (
    "With a delay of 30 you dropped 0 of the event times 10, 100, 40, 15, 20; expected 3: after 100"
    " the watermark is at 70, and the window [0, 60) is over. See hint 3."
)
assert dropped == 3, (
    f"With a delay of 30 you dropped {dropped} of the event times 10, 100, 40, 15, 20; expected 3."
    " The watermark never goes back: after 40 it is still at 70. See hint 2."
)
counts, dropped = count_windows(iter(events), 60, 20)
assert (dict(counts), dropped) == ({0: 2, 60: 2}, 1), (
    f"For the example you return {dict(counts)} and {dropped}; expected {{0: 2, 60: 2}} and 1."
)

# %% hidden="watermark"
### BEGIN HIDDEN TESTS
counts, dropped = count_windows(iter([(5, 5), (70, 300), (8, 301)]), 60, 20)
assert dropped == 0, (
    f"With a delay of 20 you dropped {dropped} of the event times 5, 70, 8 that arrive at 5, 300,"
    " 301; expected 0. The watermark follows the event times: it is at 50. See hint 2."
)
counts, dropped = count_windows(iter([(5, 5), (80, 80), (6, 81)]), 60, 20)
assert dropped == 1, (
    f"With a delay of 20 you dropped {dropped} of the event times 5, 80, 6; expected 1: at 60 the"
    " watermark has reached the end of [0, 60), and reached is over. See hint 3."
)
counts, dropped = count_windows(iter([(300, 300), (5, 301), (305, 302)]), 60, 0)
assert (dict(counts), dropped) == ({300: 2}, 1), (
    f"For the event times 300, 5, 305 with no delay you return {dict(counts)} and {dropped};"
    " expected {300: 2} and 1. A window can be over though nothing was counted in it. See hint 3."
)
many = [(i + (-(i % 7) * 40 if i % 7 > 3 else 0), i) for i in range(400, 4_000, 3)]
for delay, expected in [(0, 514), (120, 470), (200, 127), (240, 0)]:
    counts, dropped = count_windows(iter(many), 50, delay)
    assert dropped == expected, (
        f"With a delay of {delay} you dropped {dropped} of 1,200 events; expected {expected}."
        " Follow the watermark event by event on a short list. See hint 3."
    )
    assert sum(counts.values()) == 1_200 - expected, (
        f"With a delay of {delay} you counted {sum(counts.values()):,} of 1,200 events; expected"
        f" {1_200 - expected:,}. See hint 3."
    )
counts, dropped = count_windows(iter([]), 60, 0)
assert (dict(counts), dropped) == ({}, 0), (
    f"For a stream without events you return {dict(counts)} and {dropped}; expected {{}} and 0."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# One loop over the pairs, and of each pair the first number only. The window of an event time
# begins at `event_time // width * width`.
# </details>
#
# <details><summary>Hint 2: the watermark</summary>
#
# Begin with minus infinity. After each event: `watermark = max(watermark, event_time - delay)`.
# Without the `max` an old event would push it back.
# </details>
#
# <details><summary>Hint 3: counted or dropped</summary>
#
# Compare the watermark with the *end* of the event's window, `start + width`. If the watermark is
# there or beyond, add one to `dropped`. If not, add one to the window's count.
# </details>

# %% [markdown] tags=["solution-only"]
# Each event meets the watermark of those before it, and then moves it. Nothing else is kept than
# counts, one number for the watermark and one for the dropped.
#
# What usually goes wrong: counting by arrival, which is right on a quiet day; dropping in silence,
# after which nobody can say how far the counts are off; a watermark that follows the last event and
# so goes back; dropping what is behind the watermark instead of what belongs to a window that is
# over.

# %% [markdown]
# ## Task 2: A step that may be repeated
#
# A consumer gets events that say what a merchant is to be paid. It adds each amount to the
# merchant's balance. It may die at any moment. The same event may come again: under the same
# offset, because the consumer died, or under a later one, because its *producer* did not know that
# it had been heard, and sent it twice. Write the step so that each event has its effect once.
#
# The database has three tables: `balance (merchant, crowns)` with `merchant` as its key, `done
# (id)` with `id` as its key, and `progress (next)`, which holds one row.


# %% solution="step"
def handle(db, offset, event):
    """Add an event's amount to its merchant's balance, once, and note how far the consumer is.

    db: a connection made by sqlite3.connect(path); commit what is to stay.
    offset: where the event stands in the log, 0, 1, 2, ...
    event: {"id": "a1", "merchant": "0071", "amount": 100}. What has the same id is the same event.

    Afterwards `progress.next` is offset + 1 (it may stay where it was, if that was further), and
    the merchant's balance holds the amount once, however often the event was delivered and
    wherever the process died before. A process that starts again reads `progress.next` and gets
    the events from there on. A merchant without a row in `balance` gets one. You may use `done` as
    you like.

    Example: after handle(db, 0, event), handle(db, 0, event) and handle(db, 1, event) with the
    event above, `balance` holds ("0071", 100) and `progress` holds 2.
    """
    ### BEGIN SOLUTION
    with db:
        new = db.execute("INSERT OR IGNORE INTO done VALUES (?)", (event["id"],)).rowcount
        if new:
            db.execute(
                "INSERT INTO balance VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET crowns = crowns + excluded.crowns",
                (event["merchant"], event["amount"]),
            )
        db.execute("UPDATE progress SET next = ?", (offset + 1,))
    ### END SOLUTION


# %% check="step"
a = {"id": "a1", "merchant": "0071", "amount": 100}
b = {"id": "b2", "merchant": "0071", "amount": 100}
c = {"id": "c3", "merchant": "0305", "amount": 50}
end, _ = deliver(handle, [(0, a)])
assert crowns(end) == {"0071": 100}, (
    f"After one event of 100 crowns for 0071 the balances are {crowns(end)}; expected"
    " {'0071': 100}. What is not committed is gone with the connection. See hint 1."
)
assert goes_on_at(end) == 1, (
    f"After the event of offset 0 `progress` holds {list(end[2])}; expected [(1,)]: the offset at"
    " which the consumer goes on, in one row. See hint 1."
)
end, _ = deliver(handle, [(0, a), (0, a)])
assert crowns(end) == {"0071": 100}, (
    f"Delivered twice under offset 0, to an empty file, 100 crowns make {crowns(end)}; expected"
    " {'0071': 100}. What was heard is for `done` to say: memory dies with the process. See hint 2."
)
end, _ = deliver(handle, [(0, a), (1, a)])
assert crowns(end) == {"0071": 100}, (
    f"Sent twice, under offsets 0 and 1, an event of 100 crowns makes {crowns(end)}; expected"
    " {'0071': 100}: what has the same id is the same event. See hint 2."
)
assert goes_on_at(end) == 2, (
    f"Sent twice, under offsets 0 and 1, an event leaves `progress` at {goes_on_at(end)}; expected"
    " 2: a duplicate must move the offset on too. See hint 3."
)
end, states = deliver(handle, [(0, a), (1, b), (2, c)])
assert crowns(end) == {"0071": 200, "0305": 50}, (
    f"After a1 and b2 of 100 crowns each for 0071, and 50 for 0305, the balances are {crowns(end)};"
    " expected {'0071': 200, '0305': 50}. Two events may be alike in all but their id. See hint 2."
)
after = [sum(crowns(after_death(handle, [a, b, c], left)).values()) for left in states]
assert min(after) == 250, (
    f"Killed at one place and started again, your consumer pays {min(after)} crowns; expected 250."
    " Something was noted as done before it was, or no transaction held it together. See hint 3."
)
assert max(after) == 250, (
    f"Killed at one place and started again, your consumer pays {max(after)} crowns; expected 250."
    " It died after it had paid and before it had noted so. See hint 3."
)

# %% hidden="step"
### BEGIN HIDDEN TESTS
sent = [
    {"id": name, "merchant": merchant, "amount": amount}
    for name, merchant, amount in [
        ("x", "1", 7), ("y", "2", 11), ("x", "1", 7), ("z", "1", 7), ("y", "2", 11), ("w", "3", 5),
    ]
]  # fmt: skip
expected = {"1": 14, "2": 11, "3": 5}
end, states = deliver(handle, list(enumerate(sent)))
assert crowns(end) == expected, (
    f"For the ids x, y, x, z, y, w the balances are {crowns(end)}; expected {expected}: each id"
    " counts once. See hint 2."
)
assert goes_on_at(end) == 6, (
    f"After the event of offset 5 `progress` holds {list(end[2])}; expected [(6,)]. See hint 1."
)
for left in states:
    found = after_death(handle, sent, left)
    assert crowns(found) == expected, (
        f"Killed when the file held {crowns(left)} and the offset {goes_on_at(left)}, and started"
        f" again, your consumer makes {crowns(found)}; expected {expected}. See hint 3."
    )
    assert goes_on_at(found) == 6, (
        f"Killed and started again, your consumer ends at offset {goes_on_at(found)}; expected 6."
        " See hint 1."
    )
redelivered = [(0, sent[0]), (1, sent[1]), (0, sent[0]), (1, sent[1]), (2, sent[2]), (3, sent[3])]
end, _ = deliver(handle, redelivered)
assert crowns(end) == {"1": 14, "2": 11}, (
    f"For the offsets 0, 1, 0, 1, 2, 3 the balances are {crowns(end)}; expected"
    " {'1': 14, '2': 11}. See hint 2."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Three statements: one for `done`, one for `balance`, one for `progress`. `with db:` around them
# makes them one transaction, and commits it. `INSERT INTO balance VALUES (?, ?) ON CONFLICT DO
# UPDATE SET crowns = crowns + excluded.crowns` adds to a row or makes one; `UPDATE progress SET
# next = ?` keeps one row.
# </details>
#
# <details><summary>Hint 2: the key</summary>
#
# Whether an event has been here is for `done` to say, by its id. Its offset does not tell, and
# neither does its amount. `INSERT OR IGNORE INTO done VALUES (?)` changes one row if the id is new
# and none if it is not: look at the `rowcount` of what `db.execute` returns. (An `IntegrityError`:
# the id is in `done`, and your code did not see it. `SELECT` gives tuples, such as `("a1",)`.)
# </details>
#
# <details><summary>Hint 3: where it may die</summary>
#
# Between two transactions. The id and the amount have to be in the same one: alone, the first is a
# loss and the second a double payment. The offset may be in it as well, or come after. It must not
# come before, and it moves on for a duplicate too. `with db:` ends a transaction. It begins none:
# Python does, before the first `INSERT`, unless you set `isolation_level` to None (autocommit).
# </details>

# %% [markdown] tags=["solution-only"]
# The id is refused by the key of `done` the second time, and then nothing is added. The id and the
# amount stand in one transaction, so there is no moment at which one of them is there without the
# other. The offset may be committed later: then an event comes again, and finds its id.
#
# What usually goes wrong: the offset first, which loses; two transactions without a key, which
# doubles; a key that has a transaction of its own, which loses as well; trusting offsets alone,
# though the producer can send twice.

# %% [markdown]
# ## Task 3: From at least once to once
#
# A transport delivers payments *at least once*, in any order. A payment can be corrected: a later
# revision replaces the earlier ones, even its merchant can be another. Add up what each merchant
# gets.


# %% solution="totals"
def totals(messages):
    """Return {merchant: crowns}.

    messages: dictionaries such as {"id": "p1", "revision": 1, "merchant": "0071", "amount": 100},
    in any order. They may be gone through once. The same id and revision always says the same, and
    may come any number of times. Of an id the highest revision holds, and only that one.
    A merchant who gets nothing may be in the answer, with 0, or not.

    Example: revisions 2, 1 and 2 of p1, of 80, 100 and 80 crowns for 0071, give {"0071": 80}.
    """
    ### BEGIN SOLUTION
    latest = {}
    for message in messages:
        known = latest.get(message["id"])
        if known is None or message["revision"] > known["revision"]:
            latest[message["id"]] = message
    crowns = {}
    for message in latest.values():
        crowns[message["merchant"]] = crowns.get(message["merchant"], 0) + message["amount"]
    return crowns
    ### END SOLUTION


# %% check="totals"
def payment(name, revision, merchant, amount):
    return {"id": name, "revision": revision, "merchant": merchant, "amount": amount}


once = payment("p1", 1, "0071", 100)
got = totals(iter([once, payment("p3", 1, "0305", 9), once]))
assert got.get("0071") == 100, (
    f"Delivered twice, p1 of 100 crowns gives 0071 {got.get('0071')} crowns; expected 100. See"
    " hint 1."
)
got = totals(iter([once, payment("p2", 1, "0071", 100)]))
assert got.get("0071") == 200, (
    f"p1 and p2, both of 100 crowns for 0071, give it {got.get('0071')} crowns; expected 200. Two"
    " payments can be alike: the id tells them apart. See hint 1."
)
got = totals(iter([once, payment("p1", 2, "0071", 80)]))
assert got.get("0071") == 80, (
    f"p1 of 100 crowns, corrected to 80, gives 0071 {got.get('0071')} crowns; expected 80: a later"
    " revision replaces the earlier one. See hint 2."
)
got = totals(iter([payment("p1", 2, "0071", 80), payment("p3", 1, "0305", 9), once]))
assert got.get("0071") == 80, (
    f"p1 corrected to 80 crowns, and later its first revision once more, gives 0071"
    f" {got.get('0071')} crowns; expected 80: the highest revision holds, not the last to arrive."
    " See hint 2."
)

# %% hidden="totals"
### BEGIN HIDDEN TESTS
ten = {"id": "p1", "revision": 10, "merchant": "0071", "amount": 80}
got = totals(iter([ten, {"id": "p1", "revision": 9, "merchant": "0071", "amount": 100}]))
assert got.get("0071") == 80, (
    f"Revision 10 of p1, of 80 crowns, and then revision 9, of 100, give 0071 {got.get('0071')}"
    " crowns; expected 80. As text, 9 is after 10. See hint 2."
)
sent = [
    {"id": name, "revision": revision, "merchant": merchant, "amount": amount}
    for name, revision, merchant, amount in [
        ("a", 1, "1", 30), ("b", 10, "1", 5), ("b", 9, "1", 50), ("a", 2, "2", 30),
        ("c", 1, "1", 30), ("d", 1, "3", 12), ("d", 2, "3", 0), ("d", 1, "3", 12),
        ("a", 1, "1", 30), ("b", 2, "1", 7),
    ]
]  # fmt: skip
for order in (sent, sent[::-1], sorted(sent, key=lambda message: message["amount"])):
    got = {merchant: amount for merchant, amount in totals(iter(order)).items() if amount}
    assert got.get("2") == 30, (
        f"Revision 2 of a gives its 30 crowns to merchant 2 instead of 1, but merchant 2 has"
        f" {got.get('2', 0)}; expected 30. See hint 3."
    )
    assert got.get("1") == 35, (
        f"Merchant 1 has {got.get('1', 0)} crowns; expected 35: 5 of b, whose revision 10 is its"
        " highest, and 30 of c; nothing of a, which went to another. See hint 3."
    )
    assert "3" not in got, (
        f"Payment d was corrected to 0, but merchant 3 has {got.get('3')} crowns; expected 0. See"
        " hint 2."
    )
got = {merchant: amount for merchant, amount in totals(iter([])).items() if amount}
assert got == {}, f"For a stream without messages you return {got}; expected {{}}."
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Do not add while you read. Keep one message for each id, and add at the end.
# </details>
#
# <details><summary>Hint 2: which one</summary>
#
# Replace what you keep for an id if the message's revision is higher, and only then. Compare
# revisions as numbers.
# </details>
#
# <details><summary>Hint 3: the merchant</summary>
#
# The id alone is the key, not the id together with the merchant: a correction can take a payment
# away from a merchant. Who takes back the old amount takes it from the old merchant; taken from the
# new one, it is a `KeyError` or a wrong sum.
# </details>

# %% [markdown] tags=["solution-only"]
# One message for each id, chosen by its revision: the answer is the same for every order and every
# number of deliveries. That it remembers every id is right here. A stream without end needs a rule
# for when an id may be forgotten, such as a week after it was last seen.
#
# What usually goes wrong: telling payments apart by what they say, so that two alike become one;
# the last to arrive taken for the latest; corrections added on top of what they replace.
