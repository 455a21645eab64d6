# %% [markdown]
# # Formats
#
# One table, seven files. They hold the same rows, and they are good at different questions. You
# will see why in the bytes that a question makes a reader read, and in what a file forgets.
#
# **You will be able to** say from a file's layout what a query has to read; choose a format for
# scans, for lookups and for appends; read a CSV without losing what is in it; change a schema so
# that old files still read.
#
# **Time** 45 minutes. **Before this** [Data sources](01_data_sources.ipynb), and some pandas.
#
# One claim of the course's [ledger](../LEDGER.md) is tested:
#
# - **D6**: data formats span text that nests, such as JSON, and binary layouts by row or by column.
#   *Limit*: a column layout loses when you read one row or append one.

# %% tags=["wall-clock"]
import gzip
import io
import json
import sqlite3
import tempfile
import timeit
from functools import partial
from pathlib import Path

import fastavro
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from labkit.formats import ask, layout, pictures, write
from labkit.formats.ask import milliseconds, outcome
from labkit.formats.counted import CountedFile, distinct_bytes, merged
from labkit.formats.pages import page_size, pages_to_row
from labkit.formats.survive import verdict
from labkit.lesson import claim, figures, finding, show_source
from labkit.riverton.applications import make_applications

SEED, N = 2, 100_000  # change them: every claim below should still hold

folder = tempfile.TemporaryDirectory()
at = {
    name: Path(folder.name) / f"applications.{ending}"
    for name, ending in {
        "JSON Lines": "jsonl", "CSV": "csv", "Avro": "avro", "Parquet": "parquet",
        "Arrow": "arrow", "SQLite": "sqlite", "DuckDB": "duckdb",
    }.items()
}  # fmt: skip

# %% [markdown]
# ## The table
#
# Riverton Pay lends at the checkout: a customer asks to pay later, a model scores the request. Here
# are four weeks of such applications, in the order in which they came. Riverton is made up, and so
# is the table.

# %%
drawn = make_applications(N + 1, np.random.default_rng([SEED, 1]))
table, one_more = drawn[:N], drawn[N:]
shown = pd.DataFrame(table[:3].to_pylist(), dtype=object).T
shown.assign(type=[str(field.type) for field in table.schema])

# %% [markdown]
# Four of the columns will make trouble later. A merchant's code is text, although it looks like a
# number. `NA` among the countries is Namibia. `instalments` are whole numbers, some of them
# missing. A basket is a list.

# %% [markdown]
# ## Seven files
#
# **The question.** How many bytes does the same table take, and what are they spent on? (**D6**)
#
# **By row, as text.** *JSON Lines* has one JSON object a line, which can nest. *CSV* has one line a
# row and the names once, on top. JSON and CSV know no times, so they are written as text, and CSV
# knows no lists either: the basket goes in as JSON.
#
# **By row, binary.** *Avro* writes a row's values one after the other, with nothing between them.
# What they are stands in a **schema** at the head of the file: names and types, in order.
# `["null", "int"]` is a number that may be missing.

# %%
TIME = {"type": "long", "logicalType": "timestamp-millis"}
TYPES = {
    "application_id": "long", "submitted_at": TIME, "person_id": "int",
    "merchant_code": "string", "amount": "double", "instalments": ["null", "int"],
    "channel": "string", "card_country": "string",
    "basket": {"type": "array", "items": "string"}, "device": "string",
    "score": "double", "approved": ["null", "boolean"],
}  # fmt: skip


def avro_schema(types):
    fields = [{"name": name, "type": kind} for name, kind in types.items()]
    return {"type": "record", "name": "Application", "fields": fields}


# %% [markdown]
# **By column, binary.** *Parquet* cuts the table into **row groups**, here of 10,000 rows, and
# writes each column of a group in one piece, a **column chunk**, encoded and compressed. A
# **footer** at the end says where each chunk begins, and its least and greatest value. Here it is
# `pq.write_table(table, path, row_group_size=10_000)`. *Arrow* writes the columns as they lie in
# memory.
#
# **Databases in a file.** *SQLite* keeps rows in **pages** of a few thousand bytes, in a tree
# ordered by key. *DuckDB* keeps columns in compressed blocks. Both change their file in place.
#
# **Your guess.** How many times as large as the Parquet file is the JSON Lines file?

# %%
my_guess = 3  # times, edit me

# %% [markdown]
# **Measure.** Each by its usual writer: json, csv, fastavro, pyarrow, sqlite3 and duckdb.

# %%
write.write_all(at.values(), table, avro_schema(TYPES))
size = pd.Series({name: path.stat().st_size for name, path in at.items()})
per_row = size / N
with at["JSON Lines"].open() as lines, at["CSV"].open() as more_lines:
    print(next(lines))
    print(next(more_lines) + next(more_lines))

# %% [markdown]
# What are the bytes spent on? In text, count the characters of each column's values; names, quotes
# and commas are the rest. In Avro, encode each value alone. The row formats are counted on every
# 50th row, so the last line may be a tenth off. Arrow and Parquet keep columns apart, and say how
# many bytes each takes; for Parquet the footer says it:

# %%
show_source(layout.chunks, layout._chunk)


# %%
some = table.take(np.arange(0, N, 50)).to_pylist()
in_text, in_avro = write.text_lengths(some), write.avro_lengths(some, TYPES)
with pa.ipc.open_file(at["Arrow"]) as file:
    in_arrow = {n: file.read_all()[n].nbytes / N for n in TYPES}
of_parquet = layout.chunks(at["Parquet"])
in_parquet = {n: sum(c.end - c.start for c in of_parquet if c.column == n) / N for n in TYPES}
spent = pd.DataFrame({"JSON Lines": in_text, "CSV": in_text, "Avro": in_avro,
                      "Arrow": in_arrow, "Parquet": in_parquet})  # fmt: skip
spent.loc["names, quotes, commas"] = per_row[spent.columns] - spent.sum()
spent[["CSV", "Avro", "Parquet"]].round(1)

# %%
fig, ax = pictures.bytes_per_row(
    spent, per_row, title="JSON Lines pays for its names in every row, Parquet writes little twice"
)
figures.mark_guess(ax, x=my_guess * per_row["Parquet"])
figures.show(
    fig,
    caption=f"Of JSON Lines' {per_row['JSON Lines']:.0f} bytes a row"
    f" {spent['JSON Lines'].iloc[-1]:.0f} are names and punctuation. The device takes"
    f" {spent['CSV']['device']:.0f} bytes in CSV and {spent['Parquet']['device']:.1f} in Parquet."
    f" JSON Lines is {size['JSON Lines'] / size['Parquet']:.1f} times as large as Parquet; you"
    f" guessed {my_guess:g}.",
    alt="Seven horizontal bars of bytes per row. JSON Lines is by far the longest and more than"
    " half of it is names and punctuation. DuckDB and Parquet are the shortest.",
)

# %% tags=["claim-D6"]
claim(
    "D6",
    "text that nests repeats its names: JSON Lines is larger than CSV",
    measured=size["JSON Lines"] / size["CSV"],
    at_least=1.5,
    unit="times",
)
claim(
    "D6",
    "text by row is larger than a binary layout by column: CSV against Parquet",
    measured=size["CSV"] / size["Parquet"],
    at_least=2.5,
    unit="times",
)

# %% [markdown]
# **Why.** Values of one column are alike, and in a column layout they stand together. Parquet
# writes the nine kinds of device once per row group, in a **dictionary**, and then a few bits per
# row. A row layout meets the same text again and again, with other values in between.
#
# **Where it stops being true.** Numbers that hardly repeat lose by a dictionary: `person_id` takes
# more than the four bytes of an int, and `application_id`, which counts 1, 2, 3, takes more than in
# CSV. (`score`, of four decimals, gains.) Parquet can write differences instead, but pyarrow does
# so only when told to. DuckDB packs such a column to almost nothing by itself.
#
# And a compressor takes back much of what text costs. The file is then small, but it is still by
# row, and to read any of it you unpack all of it.

# %%
packed = gzip.compress(at["CSV"].read_bytes(), compresslevel=1)
tight = io.BytesIO()
pq.write_table(table, tight, row_group_size=10_000, compression="gzip", compression_level=1)
print(f"CSV / Parquet, as they are: {size['CSV'] / size['Parquet']:.1f} times")
print(f"CSV / Parquet, both by gzip: {len(packed) / tight.tell():.1f} times")

# %% [markdown]
# ## What a question reads
#
# **The question.** You want the sum of one column, `amount`. How many of the file's bytes does the
# reader have to read? (**D6**)
#
# A clock would tell you about this machine, its disk and what it did a moment ago. Bytes are the
# same everywhere. So give each reader a `CountedFile`: it reads like any open file, and notes the
# range of bytes of each read. What is read twice counts once.
#
# **Your guess.** Twelve columns. What share of the Parquet file is read for one of them?

# %%
my_guess = 1 / 12  # edit me

# %% [markdown]
# **Measure.** Five readers, each in its shortest form. (SQLite and DuckDB open their files
# themselves; they come later.)


# %%
def amount_arrow(file):
    number = table.column_names.index("amount")
    options = pa.ipc.IpcReadOptions(included_fields=[number])
    return pc.sum(pa.ipc.open_file(file, options=options).read_all()["amount"]).as_py()


AMOUNT = {
    "JSON Lines": lambda file: sum(
        json.loads(line)["amount"] for line in io.BufferedReader(file)),
    "CSV": lambda file: pd.read_csv(file, usecols=["amount"])["amount"].sum(),
    "Avro": lambda file: sum(
        row["amount"] for row in fastavro.reader(io.BufferedReader(file))),
    "Arrow": amount_arrow,
    "Parquet": lambda file: pd.read_parquet(file, columns=["amount"])["amount"].sum(),
}  # fmt: skip
reads, answers = {}, {}
for name, total in AMOUNT.items():
    file = CountedFile(at[name])
    answers[name] = total(file)
    reads[name] = merged(file.reads)
read = pd.Series({name: distinct_bytes(ranges) for name, ranges in reads.items()})
pd.DataFrame({"answer": pd.Series(answers).round(2), "bytes in the file": size, "bytes read": read,
              "share": (read / size).round(3)}).loc[list(AMOUNT)]  # fmt: skip

# %% [markdown]
# The same answer from all five. Now look at where these bytes lie: ten lines of the CSV, and the
# ten row groups of the Parquet file. One grey is one column; orange is what was read.

# %%
fig, axes = pictures.by_row_and_by_column(
    at["CSV"], reads["CSV"], of_parquet, reads["Parquet"], "amount",
    title="By row one column is read with all others; by column it is read alone",
)  # fmt: skip
in_chunks = N * spent.loc["amount", "Parquet"]
figures.show(
    fig,
    caption=f"Orange: read for the amounts, which are dark. Of the CSV all {read['CSV'] / 1e6:.1f}"
    f" MB, of Parquet {read['Parquet'] / 1e3:,.0f} kB, {read['Parquet'] / size['Parquet']:.1%}:"
    f" {in_chunks / 1e3:,.0f} in the ten chunks, the rest at the end of the file, to get the footer"
    f" in one read. You guessed {my_guess:.1%}.",
    alt="Left, ten lines of text, each cut into twelve pieces, all orange, one of them dark. Right,"
    " ten row groups, each cut into twelve chunks, of which one is orange and the others grey; in"
    " the last group those after it are orange, too.",
)

# %% [markdown]
# `amount` takes more than its twelfth: it is one of the columns that do not compress well. What a
# column costs depends on what is in it, and the footer tells before you read.

# %% tags=["claim-D6"]
claim(
    "D6",
    "a layout by column is read in part: bytes of CSV for each byte of Parquet",
    measured=read["CSV"] / read["Parquet"],
    at_least=10,
    unit="times",
)

# %% [markdown]
# ### Which rows?
#
# The footer also holds the least and the greatest value of each chunk. A reader that looks for
# merchant `0071` need not open a row group whose codes all lie above or below. It is called
# **predicate pushdown**: the filter goes down to the file.
#
# **Your guess.** There are ten row groups, of rows as they came. How many have to be read for one
# merchant?

# %%
my_guess = 1  # row groups, edit me

# %% [markdown]
# **Measure.** The same rows in two orders: as they came, and sorted by merchant.


# %%
def admitted(path, column, low, high):
    """The row groups that can hold a value from low to high."""
    return [c.group for c in layout.chunks(path, column) if c.low <= high and low <= c.high]


by_merchant = Path(folder.name) / "by_merchant.parquet"
write.write_parquet(by_merchant, table.sort_by("merchant_code"))
day = [pd.Timestamp("2026-03-05", tz="UTC"), pd.Timestamp("2026-03-05 23:59", tz="UTC")]
files = {"as they came": at["Parquet"], "sorted by merchant": by_merchant}
groups = {}
for name, path in files.items():
    file = CountedFile(path)
    found = pq.read_table(file, columns=["amount"], filters=[("merchant_code", "==", "0071")])
    groups[name] = len(admitted(path, "merchant_code", "0071", "0071"))
    of_day = len(admitted(path, "submitted_at", *day))
    print(f"{name}: row groups for the merchant {groups[name]}, for one day {of_day};"
          f" {distinct_bytes(file.reads):,} bytes read for {len(found)} rows")  # fmt: skip

# %%
codes = {name: layout.chunks(path, "merchant_code") for name, path in files.items()}
fig, axes = pictures.ranges_of_groups(
    codes, "0071", title="Statistics help only where like stands with like",
    xlabel="merchant codes, least to greatest",
)  # fmt: skip
figures.show(
    fig,
    caption="Orange: row groups that may hold merchant 0071. As they came,"
    f" {groups['as they came']} of 10; sorted, {groups['sorted by merchant']}. You guessed"
    f" {my_guess}.",
    alt="Left, ten bars that all span the whole range of codes, all orange. Right, ten short bars"
    " in a staircase, and only what the line at 0071 crosses is orange.",
)

# %%
finding(
    "sorted by merchant, fewer row groups are read for one: as they came, by sorted",
    measured=groups["as they came"] / groups["sorted by merchant"],
    at_least=5,
    unit="times",
)

# %% [markdown]
# Sorting is a choice: the file that is good for a merchant is bad for a day. Sort by what you
# filter by most.
#
# ### One row
#
# A customer calls, and you want one application, by its id, with all that is in it. It lies in the
# middle of the file.
#
# SQLite goes down a tree. Each page of it says, for ranges of keys, which page comes next; the last
# holds the row. A page is what SQLite reads at a time. So you can walk the tree on the file itself
# and count, beside page 1, which says where the tree begins.
#
# **Your guess.** SQLite reads *x* bytes for the row. How many times *x* does Parquet read?

# %%
my_guess = 1  # times, edit me

# %% [markdown]
# **Measure.**

# %%
KEY = N // 2
file = CountedFile(at["Parquet"])
found = pq.read_table(file, filters=[("application_id", "==", KEY)])
row_read = {"Parquet": distinct_bytes(file.reads)}
with sqlite3.connect(at["SQLite"]) as con:
    root = con.execute("SELECT rootpage FROM sqlite_schema WHERE name = 't'").fetchone()[0]
    plan = con.execute("EXPLAIN QUERY PLAN SELECT * FROM t WHERE application_id = 1")
    print(plan.fetchone()[3])
con.close()
file = CountedFile(at["SQLite"])
page = page_size(file)
way = pages_to_row(file, root, KEY, page)
row_read["SQLite"] = page * len({1, *way})
print(f"SQLite: page 1, then {' -> '.join(map(str, way))}, of {page:,} bytes each")
print(f"Parquet: {len(found)} row found in {row_read['Parquet']:,} bytes: a group and the footer")
more_read = row_read["Parquet"] / row_read["SQLite"]
print(f"That is {more_read:.0f} times as many; you guessed {my_guess:g}.")

# %% [markdown]
# People do put a service's lookups on Parquet, because it reads little for a column.
#
# **One more row.** JSON Lines and CSV get a line at the end, Avro a block. SQLite and DuckDB change
# some pages. Parquet and Arrow end in a footer, and a chunk has no room for one more value. pyarrow
# writes the file anew. (A writer may add a row group and a new footer instead. A group of one row
# has nothing to compress, and every read then has one more group to visit.) Of a database count the
# blocks of 4 KiB that differ afterwards; its journal comes on top.

# %%
changed = {}
for name, path in at.items():
    longer = path.with_stem("longer")
    longer.write_bytes(path.read_bytes())
    write.append(longer, one_more, avro_schema(TYPES))
    changed[name] = write.bytes_changed(path, longer)
pd.Series(changed, name="bytes changed for one more row").to_frame()

# %% tags=["claim-D6"]
claim(
    "D6",
    "a column layout loses when you read one row: bytes of Parquet for each byte of SQLite",
    measured=more_read,
    at_least=10,
    unit="times",
    limit=True,
)
claim(
    "D6",
    "a column layout loses when you append one: bytes that pyarrow writes of Parquet for each byte"
    " of JSON Lines",
    measured=changed["Parquet"] / changed["JSON Lines"],
    at_least=1_000,
    unit="times",
    limit=True,
)

# %% [markdown]
# **Why.** One row has a value in every column, so a column layout fetches a piece from each, and
# pyarrow's piece is a whole chunk. (Other readers use an index of the pages within a chunk, where
# the file has one.) Our row groups are small. pyarrow's default is a million rows: then it would
# read the whole file for one of them.
#
# ### And the clock
#
# Each task from the closed file to the answer, as a script would do it; the median of five runs, or
# of as many as fit into a fifth of a second. The files are in the memory of the operating system by
# now, so this is the work of the readers, not of the disk.
#
# There is a trap. Arrow can **map** a file into memory: the operating system promises to fetch a
# page when somebody touches it.


# %% tags=["nbval-ignore-output"]
def map_arrow():
    return pa.ipc.open_file(pa.memory_map(str(at["Arrow"]))).read_all()


before = pa.total_allocated_bytes()
mapped = map_arrow()
fetched = pa.total_allocated_bytes() - before
print(f"'Read' {mapped.nbytes / 1e6:.0f} MB in {milliseconds(map_arrow):.2f} ms")
print(f"and to pandas in {milliseconds(lambda: map_arrow().to_pandas(), runs=1):.2f} ms")

# %%
finding(
    "a memory-mapped read that touches nothing allocates nothing: bytes",
    measured=fetched,
    equals=0,
)

# %% [markdown]
# So here whatever is read is used. Text and Avro are read from the start, up to the row. Appends go
# to copies, with a new id each time.
#
# **Your guess.** How many times as long as the fastest of the seven does the CSV take for the sum
# of a column?

# %%
my_guess = 2  # times, edit me


# %% tags=["nbval-ignore-output"]
def sum_of(name):
    with io.FileIO(at[name]) as file:
        return AMOUNT[name](file)


def append_one(copy, ids):
    row = one_more.set_column(0, "application_id", pa.array([next(ids)]))
    write.append(copy, row, avro_schema(TYPES))


SUM, ids = "SELECT sum(amount) FROM t", iter(range(N + 100, N + 200))
copies = {name: path.with_stem("longer") for name, path in at.items()}
TASKS = {
    "sum of a column": {name: partial(sum_of, name) for name in AMOUNT} | {
        "SQLite": partial(ask.sqlite, at["SQLite"], SUM),
        "DuckDB": partial(ask.in_duckdb, at["DuckDB"], SUM),
    },
    "one row": ask.one_row(at, "application_id", KEY),
    "append a row": {name: partial(append_one, copy, ids) for name, copy in copies.items()},
}  # fmt: skip
ms = pd.DataFrame({task: {name: milliseconds(f) for name, f in by.items()}
                   for task, by in TASKS.items()}).loc[list(at)]  # fmt: skip

# %% tags=["nbval-ignore-output"]
ratio = ms / ms.min()
fig, ax = pictures.times_of_best(ratio, title="No format is best at everything")
figures.show(
    fig,
    caption="Times as long as the best of the column. The sum on the CSV takes"
    f" {ratio.loc['CSV', 'sum of a column']:,.0f} times as long as the best; you guessed"
    f" {my_guess:g}.",
    alt="A table of seven formats and three tasks, darker where a format takes longer. No format"
    " is lightest everywhere. Text and Avro are darkest at one row, Parquet at appending.",
)

# %% tags=["claim-D6"]
claim(
    "D6",
    "pandas sums a column of the CSV more slowly than of the Parquet file",
    measured=ms.loc["CSV", "sum of a column"] / ms.loc["Parquet", "sum of a column"],
    at_least=1.5,
    unit="times",
)
claim(
    "D6",
    "one row by its key: Parquet takes longer than SQLite",
    measured=ms.loc["Parquet", "one row"] / ms.loc["SQLite", "one row"],
    at_least=3,
    unit="times",
    limit=True,
)
claim(
    "D6",
    "one more row: Parquet takes longer than JSON Lines",
    measured=ms.loc["Parquet", "append a row"] / ms.loc["JSON Lines", "append a row"],
    at_least=20,
    unit="times",
    limit=True,
)

# %% [markdown]
# **What the table does not say.** An append to SQLite or DuckDB waits until the disk has it, and is
# undone if the power fails in between. A line appended to text does neither.
#
# ## The same question in memory
#
# **The question.** Once the table is in memory, does its order still matter? (**D6**)
#
# NumPy keeps an array by row (order C, its default) or by column (order F, which pandas and Arrow
# resemble).
#
# **Your guess.** A million rows of twelve numbers. How many times as long as by column does the sum
# of one column take by row?

# %%
my_guess = 1  # times, edit me

# %% [markdown]
# **Measure.** The same for twenty thousand rows.


# %% tags=["nbval-ignore-output"]
def ns_per_number(numbers):
    """Time to sum them (ns per number): the least of nine, for what disturbs only adds."""
    sums = max(1, 400_000 // len(numbers))
    return 1e9 * min(timeit.repeat(numbers.sum, number=sums, repeat=9)) / sums / len(numbers)


big = np.random.default_rng([SEED, 2]).random((1_000_000, 12))
taken = {}
for n in (20_000, 1_000_000):
    by_order = {order: ns_per_number(big[:n].copy(order)[:, 4]) for order in "CF"}
    taken[n] = (big[:n].nbytes / 1e6, by_order["C"], by_order["F"], by_order["C"] / by_order["F"])
columns = ["MB", "by row (ns per number)", "by column (ns per number)", "ratio"]
in_memory = pd.DataFrame(taken, index=columns).T.rename_axis("rows")
slower = in_memory["ratio"]
print(f"A million rows: {slower[1_000_000]:.1f} times as long by row; you guessed {my_guess:g}.")
far = in_memory.iloc[1, 1] >= 2 * in_memory.iloc[0, 1]
can_show = (far, "its cache is large, or its memory keeps up with it.")
in_memory.round(2)

# %% tags=["claim-D6"]
claim(
    "D6",
    "the sum of a column takes longer by row, at a million rows",
    measured=slower[1_000_000],
    at_least=2,
    unit="times",
    needs=can_show,
)
claim(
    "D6",
    "most of what by row takes longer is gone at twenty thousand rows: the share that is left",
    measured=(slower[20_000] - 1) / (slower[1_000_000] - 1),
    at_most=0.5,
    needs=can_show,
    limit=True,
)

# %% [markdown]
# **Why.** A processor does not fetch a number from memory; it fetches a **cache line**, 64 bytes or
# eight numbers, into its **cache**, a small fast memory in levels: L1, then L2 with a megabyte or
# two, then L3. Here are 16 rows of 12 numbers in both orders, one cache line beside the other.

# %%
fig, axes = pictures.cache_lines(
    rows=16, columns=12, wanted=4,
    title="What one column makes the processor fetch, in light orange",
)  # fmt: skip
figures.show(
    fig,
    caption="Dark: the 16 numbers of one column. By row they lie in 16 cache lines of 24, by column"
    " in 2. Whatever else is in a line that is needed comes along.",
    alt="Two grids of 24 cache lines of 8 numbers. By row dark cells are scattered over two thirds"
    " of the lines. By column they fill two lines.",
)

# %% [markdown]
# By row the sum needs eight times the lines. It is the picture of the file once more: what is asked
# for is small, what can be fetched has a fixed size, and the layout decides how much is of use.
#
# **Where it stops being true.** The small table stays in the cache, in L2 or L3, where lines are at
# hand. What is left of the difference is mostly arithmetic: a processor adds neighbours several at
# a time. In the large table fetching and adding overlap, and a processor also fetches lines that it
# only expects to need, so the ratio can be below eight or above.

# %% [markdown]
# ## What a file forgets
#
# **The question.** You write the table and read it back. What is no longer the same?
#
# To each column one of three things can happen. *Kept*: the kind of value and all values are the
# same. *Needs its type*: it is of another kind, and comes back whole once you say what it was.
# *Lost*: no cast brings it back.

# %%
SUSPECTS = ["merchant_code", "card_country", "instalments", "approved", "submitted_at", "basket"]
some_rows = table[:2_000]
small = {name: path.with_stem("small") for name, path in at.items()}
write.write_all(small.values(), some_rows, avro_schema(TYPES))

# %% [markdown]
# **Your guess.** Of the six columns, how many does `pd.read_csv`, as it is, lose?

# %%
my_guess = 0  # of 6, edit me


# %%
in_duck = ask.table_from_duckdb
of_sqlite = zip(*ask.sqlite(small["SQLite"], "SELECT * FROM t"), strict=True)
with small["JSON Lines"].open() as lines, small["Avro"].open("rb") as file:
    of_json = pa.Table.from_pylist([json.loads(line) for line in lines])
    of_avro = pa.Table.from_pylist(list(fastavro.reader(file)))
came_back = {
    "CSV, pandas": pd.read_csv(small["CSV"]),
    "CSV, pyarrow": pa.csv.read_csv(small["CSV"]),
    "CSV, DuckDB": in_duck(f"FROM read_csv('{small['CSV']}')"),
    "JSON Lines, json": of_json,
    "JSON Lines, pandas": pd.read_json(small["JSON Lines"], lines=True),
    "JSON Lines, DuckDB": in_duck(f"FROM read_json('{small['JSON Lines']}')"),
    "SQLite, sqlite3": dict(zip(TYPES, map(list, of_sqlite), strict=True)),
    "Parquet, pandas": pd.read_parquet(small["Parquet"]),
    "Parquet, pyarrow": pq.read_table(small["Parquet"]),
    "Avro, fastavro": of_avro,
    "Arrow, pyarrow": write.read_arrow(small["Arrow"]),
    "DuckDB, DuckDB": in_duck("FROM t", small["DuckDB"]),
}
survived = pd.DataFrame(
    {
        reader: {column: verdict(some_rows[column], columns[column]) for column in SUSPECTS}
        for reader, columns in came_back.items()
    }
).T
keep_all = (survived == "kept").all(axis=1)
print("All six kept: " + "; ".join(survived.index[keep_all]))

# %%
STATES = {"kept": "#E4F1EA", "needs its type": "#F6DFA0", "lost": "#E8A07A"}
some_lost = survived[~keep_all]
fig, ax = pictures.states(some_lost, STATES, title="The file keeps what its reader throws away")
lost = (survived == "lost").sum(axis=1)
figures.show(
    fig,
    caption=f"Readers, as they are, that do not keep all six columns. pandas loses"
    f" {lost['CSV, pandas']} of them from the CSV; you guessed {my_guess}.",
    alt="A table of seven readers and six columns. Some readers of CSV and JSON Lines lose codes"
    " or countries, and all have columns that need their type.",
)

# %% [markdown]
# Not all that is kept is safe. pandas reads the times of JSON Lines as times because the column's
# name ends in `_at`. Where yes or no may be missing, pandas makes numbers of it from JSON Lines,
# and a column of objects from CSV and Parquet.
#
# Is it the file that forgets? Look into it.

# %%
frame = pd.read_csv(at["CSV"])
with at["CSV"].open() as lines:
    in_file = sum(",0071," in line for line in lines)
of_namibia = pc.sum(pc.equal(table["card_country"], "NA")).as_py()
print(f"Lines of the CSV that hold ,0071,: {in_file:,}")
print(f"Rows with merchant_code '0071' after pd.read_csv: {(frame.merchant_code == '0071').sum()}")
print(f"Cards of Namibia: {of_namibia:,}; after pd.read_csv: {(frame.card_country == 'NA').sum()}")

# %% [markdown]
# The file keeps `0071` and `NA`. The reader guesses types from what it sees, and a CSV cannot tell
# it better: types live outside the file. So bring them along.

# %%
with_types = pd.read_csv(
    small["CSV"],
    dtype={"merchant_code": "str", "card_country": "str", "instalments": "Int16",
           "approved": "boolean"},
    parse_dates=["submitted_at"],
    converters={"basket": json.loads},
    keep_default_na=False,  # NA is a country
    na_values={"instalments": [""], "approved": [""]},
)  # fmt: skip
kept = sum(verdict(some_rows[column], with_types[column]) == "kept" for column in SUSPECTS)
print(f"CSV, pandas, with types: {kept} of {len(SUSPECTS)} kept")

# %%
finding(
    "the default reader of pandas loses columns of the CSV",
    measured=int(lost["CSV, pandas"]),
    at_least=2,
)
finding(
    "with its types the same reader keeps all six",
    measured=kept,
    equals=6,
)

# %% [markdown]
# ### A schema changes
#
# Avro and Parquet hold data against a schema when they are written (**schema on write**); text
# takes anything, and its reader finds out (**schema on read**).
#
# A year later the table has a new column, and old files are still there. Avro reads a file with two
# schemas: the **writer's**, which the file carries, and the **reader's**, which you give. Fields
# meet by name.

# %%
old_types = {name: TYPES[name] for name in ("person_id", "amount", "instalments", "channel")}
old_rows = [{name: row[name] for name in old_types} for row in some]
old_file = io.BytesIO()
fastavro.writer(old_file, avro_schema(old_types), old_rows)


def changed_schema(without=(), **fields):
    kept = {name: kind for name, kind in old_types.items() if name not in (*without, *fields)}
    schema = avro_schema(kept)
    for name, field in fields.items():
        schema["fields"].append({"name": name, **field})
    return schema


CHANGES = {
    "a new field with a default": changed_schema(
        currency={"type": "string", "default": "crowns"}),
    "a new field without": changed_schema(currency={"type": "string"}),
    "a field left out": changed_schema(without=["instalments"]),
    "renamed, with the old name as alias": changed_schema(
        without=["channel"], entry={"type": "string", "aliases": ["channel"]}),
    "renamed without": changed_schema(without=["channel"], entry={"type": "string"}),
    "int becomes long": changed_schema(person_id={"type": "long"}),
    "double becomes string": changed_schema(amount={"type": "string"}),
}  # fmt: skip


def read_on(schema):
    old_file.seek(0)
    return str(next(iter(fastavro.reader(old_file, reader_schema=schema))))


evolved = {change: outcome(partial(read_on, schema)) for change, schema in CHANGES.items()}
print(f"{'as written':36}{old_rows[0]}\n")
for change, text in evolved.items():
    print(f"{change:36}{text}")

# %%
finding(
    "of seven changes three are refused: no default, no alias, another type",
    measured=sum(not text.startswith("{") for text in evolved.values()),
    equals=3,
)

# %% [markdown]
# What raises an error is the kind case. Where rows are sent one by one, as **messages**, each holds
# the values alone, without a schema, to be short. Here you read 2,000 messages by a schema that has
# two fields in the wrong order, the amount and the score.


# %%
def in_order(*names):
    return fastavro.parse_schema(avro_schema({name: TYPES[name] for name in names}))


def through(row, writer, reader):
    message = io.BytesIO()
    fastavro.schemaless_writer(message, writer, row)
    message.seek(0)
    return fastavro.schemaless_reader(message, reader, None)


sent_by = in_order("person_id", "amount", "score", "channel")
mistaken = in_order("person_id", "score", "amount", "channel")
got = [outcome(partial(through, row, sent_by, mistaken)) for row in some]
silent = sum(isinstance(row, dict) for row in got)
print(f"{silent:,} of {len(some):,} decoded without an error, such as")
print(f"  sent { ({name: some[0][name] for name in got[0]}) }")
print(f"  read {got[0]}")

# %%
finding(
    "with two fields of one type exchanged every message decodes, to nonsense",
    measured=silent,
    equals=len(some),
)

# %% [markdown]
# **Why.** The bytes of a number do not say that they are a number, let alone whose. A file of Avro
# carries its writer's schema, so this cannot happen to it. For messages people send the schema's
# number along, and keep the schemas in a **registry**.
#
# **Where it stops being true.** A name is not a meaning. If the amounts change from crowns to
# hundredths, every schema still fits, and no format tells you.
#
# | you need | take | because |
# |---|---|---|
# | to look into it, to send it to anybody | CSV, JSON Lines | all tools read them; add the types |
# | to add a line at a time: logs | JSON Lines | an append touches the end only |
# | messages with a schema that changes | Avro | defaults and aliases; small rows |
# | to scan columns of many rows | Parquet | chunks, statistics, compression |
# | columns in memory, shared by programs | Arrow | it is mapped, not parsed |
# | one row by its key, and to change it | SQLite | a tree of pages, transactions |
# | queries over columns that also change | DuckDB | columns, in a database |
#
# ## What you measured

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    [
        ("D6", "CSV / Parquet, bytes", f"{size['CSV'] / size['Parquet']:.1f}"),
        ("D6", "CSV / Parquet, bytes read for a column", f"{read['CSV'] / read['Parquet']:.0f}"),
        ("D6 limit", "Parquet / SQLite, bytes read for a row", f"{more_read:.0f}"),
        ("D6 limit", "Parquet / JSON Lines, bytes written for a row",
         f"{changed['Parquet'] / changed['JSON Lines']:,.0f}"),
        ("D6", "in memory, by row / by column, a million rows", f"{slower[1_000_000]:.1f}"),
        ("", "columns of six that pandas loses from the CSV", f"{lost['CSV, pandas']}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %%
folder.cleanup()

# %% [markdown]
# **At work.** Ask first what is read at a time, a row or a column, and how often one row is added.
# Land what comes in row by row, in a log or a database, and rewrite it in large Parquet files,
# sorted by what you filter by. Never give a CSV away without its types, and never read one without.
# Change a schema so that old files still read: new fields have defaults, renamed ones have aliases,
# types only widen. For old readers of new files only a new field is safe; renaming and widening
# break them.
#
# **How sure are these checks?** Bytes are counted, and come out alike in every run; another seed
# changes them by a few per cent. Times are compared as ratios, with bounds far inside of what many
# runs gave, some on a busy machine. How a default reader guesses types depends on its version:
# these are the ones that the course has locked.
#
# ## Your turn
#
# The [exercise](../../exercises/02_data_engineering/02_formats.ipynb) has three tasks: read a CSV
# and keep its types, work out from a footer how many bytes a query needs, and change a schema so
# that old files still read.
#
# ## Going further
#
# - Chip Huyen, *Designing Machine Learning Systems*, O'Reilly 2022, chapter 3, "Data Engineering
#   Fundamentals": the section on data formats.
# - Martin Kleppmann, *Designing Data-Intensive Applications*, O'Reilly 2017, chapters 3 and 4:
#   column-oriented storage; encoding and evolution.
# - Ulrich Drepper, "What Every Programmer Should Know About Memory", 2007: cache lines.
# - [Parquet's file format](https://parquet.apache.org/docs/file-format/),
#   [Avro's specification](https://avro.apache.org/docs/1.12.0/specification/) (its section on
#   schema resolution), [SQLite's file format](https://www.sqlite.org/fileformat2.html).
