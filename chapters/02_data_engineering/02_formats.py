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
# **Time** 50 minutes. **Before this** [Data sources](01_data_sources.ipynb), and some pandas.
#
# One claim of the course's [ledger](../LEDGER.md) is tested:
#
# - **D6**: data formats span text that nests, such as JSON, and binary layouts by row or by column.
#   *Limit*: a column layout loses when you read one row or append one.

# %% tags=["wall-clock"]
import csv
import gzip
import io
import json
import sqlite3
import tempfile
import time
import timeit
from functools import partial
from pathlib import Path

import duckdb
import fastavro
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from labkit.formats import layout
from labkit.formats.counted import CountedFile, distinct_bytes, merged
from labkit.formats.pages import next_page, page_size, pages_to_row
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


# %%
def as_json(value):
    return value.isoformat(timespec="milliseconds")  # what JSON does not know: times


def write_jsonl(path, rows, mode="w"):
    with path.open(mode, newline="") as file:
        file.writelines(json.dumps(row, default=as_json) + "\n" for row in rows)


def as_text(row):
    return row | {
        "submitted_at": as_json(row["submitted_at"]),
        "basket": json.dumps(row["basket"]),
    }


def write_csv(path, rows, mode="w"):
    with path.open(mode, newline="") as file:
        lines = csv.DictWriter(file, table.column_names, lineterminator="\n")
        if mode == "w":
            lines.writeheader()
        lines.writerows(map(as_text, rows))


# %% [markdown]
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


def write_avro(path, rows, mode="wb"):
    with path.open(mode) as file:
        fastavro.writer(file, avro_schema(TYPES), rows)


# %% [markdown]
# **By column, binary.** *Parquet* cuts the table into **row groups**, here of 10,000 rows, and
# writes each column of a group in one piece, a **column chunk**, encoded and compressed. A
# **footer** at the end says where each chunk begins, and its least and greatest value. *Arrow*
# writes the columns as they lie in memory.


# %%
def write_parquet(path, part):
    pq.write_table(part, path, row_group_size=10_000)


def write_arrow(path, part):
    with pa.ipc.new_file(path, part.schema) as file:
        file.write_table(part, max_chunksize=10_000)


# %% [markdown]
# **Databases in a file.** *SQLite* keeps rows in **pages** of a few thousand bytes, in a tree
# ordered by key. *DuckDB* keeps columns in compressed blocks. Both change their file in place.


# %%
def insert_sqlite(path, rows):
    with sqlite3.connect(path) as con:  # commits at the end
        con.execute(
            "CREATE TABLE IF NOT EXISTS t (application_id INTEGER PRIMARY KEY,"
            " submitted_at TEXT, person_id INTEGER, merchant_code TEXT, amount REAL,"
            " instalments INTEGER, channel TEXT, card_country TEXT, basket TEXT,"
            " device TEXT, score REAL, approved INTEGER)"
        )
        places = ", ".join("?" * len(TYPES))
        values = [tuple(as_text(row).values()) for row in rows]
        con.executemany(f"INSERT INTO t VALUES ({places})", values)
    con.close()


def insert_duckdb(path, part):
    with duckdb.connect(str(path)) as con:
        con.register("part", part)
        con.execute("CREATE TABLE IF NOT EXISTS t AS FROM part LIMIT 0")
        con.execute("INSERT INTO t FROM part")


# %% [markdown]
# **Your guess.** How many times as large as the Parquet file is the JSON Lines file?

# %%
my_guess = 3  # times, edit me

# %% [markdown]
# **Measure.**

# %%
rows = table.to_pylist()
write_jsonl(at["JSON Lines"], rows)
write_csv(at["CSV"], rows)
write_avro(at["Avro"], rows)
write_parquet(at["Parquet"], table)
write_arrow(at["Arrow"], table)
insert_sqlite(at["SQLite"], rows)
insert_duckdb(at["DuckDB"], table)
size = pd.Series({name: path.stat().st_size for name, path in at.items()})
per_row = size / N
with at["JSON Lines"].open() as lines, at["CSV"].open() as more_lines:
    print(next(lines))
    print(next(more_lines) + next(more_lines))

# %% [markdown]
# What are the bytes spent on? In text, count the characters of each column's values; names, quotes
# and commas are the rest. In Avro, encode each value alone. The row formats are counted on the
# first 2,000 rows. Arrow and Parquet keep columns apart, and say how many bytes each takes; of a
# Parquet file its footer does:

# %%
show_source(layout.chunks, layout._chunk)


# %%
def text_length(value):
    return len("" if value is None else str(value))


def avro_length(value, kind):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, kind, value)
    return out.tell()


first = table[:2_000].to_pylist()
in_text = {n: np.mean([text_length(as_text(row)[n]) for row in first]) for n in TYPES}
in_avro = {n: np.mean([avro_length(row[n], TYPES[n]) for row in first]) for n in TYPES}
with pa.ipc.open_file(at["Arrow"]) as file:
    in_arrow = {n: file.read_all()[n].nbytes / N for n in TYPES}
of_parquet = layout.chunks(at["Parquet"])
in_parquet = {n: sum(c.end - c.start for c in of_parquet if c.column == n) / N for n in TYPES}
spent = pd.DataFrame({"JSON Lines": in_text, "CSV": in_text, "Avro": in_avro,
                      "Arrow": in_arrow, "Parquet": in_parquet})  # fmt: skip
spent.loc["names, quotes, commas"] = per_row[spent.columns] - spent.sum()
spent.round(1)

# %%
fig, ax = figures.new(
    title="JSON Lines pays for its names in every row, Parquet for little twice",
    xlabel="bytes per row",
    size=(7.6, 3.8),
)
parts = {
    "names, quotes, commas": figures.GREY,
    "device": figures.ORANGE,
    "basket": figures.GREEN,
    "submitted_at": figures.YELLOW,
}
by_part = spent.T[list(parts)].assign(others=spent.drop(list(parts)).sum(), whole=0.0)
for name in ["SQLite", "DuckDB"]:
    by_part.loc[name] = 0.0
    by_part.loc[name, "whole"] = per_row[name]
by_part = by_part.loc[per_row.sort_values().index]
left = np.zeros(len(by_part))
colours = [*parts.values(), figures.BLUE, "#C9C9C9"]
for part, colour in zip(by_part, colours, strict=True):
    label = {"others": "nine others", "whole": "not taken apart"}.get(part, part)
    ax.barh(by_part.index, by_part[part], left=left, color=colour, label=label)
    left += by_part[part]
for place, name in enumerate(by_part.index):
    ax.text(per_row[name] + 3, place, f"{per_row[name]:.0f}", va="center", fontsize=9.5)
ax.grid(axis="y", visible=False)
ax.legend(loc="lower right", frameon=False, fontsize=9.5)
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
# **Where it stops being true.** Numbers that hardly repeat gain nothing from a dictionary: look at
# `amount` and `person_id`. And a compressor takes back much of what text costs. The file is then
# small, but it is still by row, and to read any of it you unpack all of it.

# %%
packed = len(gzip.compress(at["CSV"].read_bytes(), compresslevel=1))
print(f"CSV / Parquet, as they are: {size['CSV'] / size['Parquet']:.1f} times")
print(f"CSV / Parquet, the CSV packed by gzip: {packed / size['Parquet']:.1f} times")

# %% [markdown]
# ## What a question reads
#
# **The question.** You want the sum of one column, `amount`. How many of the file's bytes does the
# reader have to read? (**D6**)
#
# A clock would tell you about this machine, its disk and what it did a moment ago. Bytes are the
# same everywhere. So give each reader a file that notes what it is asked for.

# %%
show_source(CountedFile.readinto, merged, distinct_bytes)

# %% [markdown]
# **Your guess.** Twelve columns. What share of the Parquet file is read for one of them?

# %%
my_guess = 1 / 12  # edit me

# %% [markdown]
# **Measure.** Five readers, each in its shortest form. (SQLite and DuckDB open their files
# themselves; they come later.)


# %%
def amount_jsonl(file):
    return sum(json.loads(line)["amount"] for line in io.BufferedReader(file))


def amount_csv(file):
    return pd.read_csv(file, usecols=["amount"])["amount"].sum()


def amount_avro(file):
    return sum(row["amount"] for row in fastavro.reader(io.BufferedReader(file)))


def amount_arrow(file):
    number = table.column_names.index("amount")
    options = pa.ipc.IpcReadOptions(included_fields=[number])
    return pc.sum(pa.ipc.open_file(file, options=options).read_all()["amount"]).as_py()


def amount_parquet(file):
    return pc.sum(pq.read_table(file, columns=["amount"])["amount"]).as_py()


AMOUNT = {"JSON Lines": amount_jsonl, "CSV": amount_csv, "Avro": amount_avro,
          "Arrow": amount_arrow, "Parquet": amount_parquet}  # fmt: skip
reads, answers = {}, {}
for name, total in AMOUNT.items():
    file = CountedFile(at[name])
    answers[name] = total(file)
    reads[name] = merged(file.reads)
read = pd.Series({name: distinct_bytes(ranges) for name, ranges in reads.items()})
pd.DataFrame({"answer": pd.Series(answers).round(2), "bytes in the file": size, "bytes read": read,
              "share": (read / size).round(3)}).loc[list(AMOUNT)]  # fmt: skip

# %% [markdown]
# The same answer from all five. Now look at where these bytes lie. First, the two layouts: ten
# lines of the CSV, and the ten row groups of the Parquet file. One colour is one column.

# %%
begin = {c.group: c.start for c in reversed(of_parquet)}  # the first chunk of each group
grey = {name: ["#D6D6D6", "#B6B6B6"][place % 2] for place, name in enumerate(TYPES)}
shade = grey | {"amount": figures.ORANGE}
fig, (by_row, by_column) = figures.new(
    title="By row an amount lies in every line; by column the amounts lie together",
    columns=2,
    size=(7.6, 3.6),
)
with at["CSV"].open() as lines:
    for y, line in zip(range(11), lines, strict=False):
        x = 0
        for name, value in zip(TYPES, next(csv.reader([line])), strict=True):
            width = len(value) + 1 + ('"' in value) * (2 + value.count('"'))
            by_row.barh(y, width, left=x, color=shade[name] if y else "white", height=0.9)
            x += width
for c in of_parquet:
    left = (c.start - begin[c.group]) / 1e3
    by_column.barh(c.group + 1, (c.end - c.start) / 1e3, left=left,
                   color=shade[c.column], height=0.9)  # fmt: skip
    if c.group == 0 and c.end - c.start > 10_000:
        by_column.text(left + (c.end - c.start) / 2e3, 0.35, c.column, rotation=40,
                       ha="left", va="bottom", fontsize=8)  # fmt: skip
by_row.set(xlabel="byte of the line", ylabel="line of the CSV")
by_column.set(xlabel="kB of the row group", ylabel="row group of the Parquet file")
for ax in (by_row, by_column):
    ax.set(yticks=range(1, 11), ylim=(10.6, -2.2))
    ax.grid(visible=False)
of_amount = [c for c in of_parquet if c.column == "amount"]
in_chunks = sum(c.end - c.start for c in of_amount)
figures.show(
    fig,
    caption=f"Orange: the amounts. Left, ten lines of {N:,}. Right, the whole file: the"
    f" {len(of_amount)} orange chunks hold {N:,} amounts in {in_chunks / 1e3:,.0f} kB.",
    alt="Left, ten lines of text, each cut into twelve grey pieces, one of which is orange. Right,"
    " ten row groups, each cut into twelve chunks, of which one is orange.",
)

# %% [markdown]
# And now the files from first byte to last, with what was really read.

# %%
fig, ax = figures.new(
    title="Two of five readers can skip what they were not asked for",
    xlabel="offset in the file (MB)",
    size=(7.6, 3.4),
)
order = ["JSON Lines", "CSV", "Arrow", "Avro", "Parquet"]
for y, name in enumerate(order):
    ax.barh(y, size[name] / 1e6, color="#DADADA", height=0.7)
    for start, end in reads[name]:
        ax.barh(y, (end - start) / 1e6, left=start / 1e6, color=figures.ORANGE, height=0.7)
    ax.text(size[name] / 1e6 + 0.4, y, f"{read[name] / size[name]:.1%} read", va="center",
            fontsize=9.5)  # fmt: skip
guessed = my_guess * size["Parquet"] / 1e6
ax.plot([guessed] * 2, [3.6, 4.4], color=figures.GUESS_COLOUR, ls="--")
ax.text(guessed, 4.75, f"{figures.GUESS}, in MB of Parquet", color=figures.GUESS_COLOUR, fontsize=9,
        va="center")  # fmt: skip
ax.set(yticks=range(5), yticklabels=order, ylim=(5, -0.6), xlim=(0, size.max() * 1.13e-6))
ax.grid(axis="y", visible=False)
figures.show(
    fig,
    caption=f"Orange: what the reader asked for. Parquet: {read['Parquet'] / 1e3:,.0f} kB, of which"
    f" {in_chunks / 1e3:,.0f} are the chunks of the amounts and the rest is what it reads at the"
    f" end to find them. CSV: all {size['CSV'] / 1e6:.1f} MB.",
    alt="Five strips, as long as the files. Those of JSON Lines, CSV and Avro are orange from end"
    " to end. Those of Arrow and Parquet are grey with ten thin orange pieces.",
)

# %% [markdown]
# `amount` takes more than its twelfth: it is one of the columns that do not compress well. What a
# column costs depends on what is in it, and the footer tells before you read.

# %% tags=["claim-D6"]
claim(
    "D6",
    "for one column a layout by row is read whole: the share of the CSV that was read",
    measured=read["CSV"] / size["CSV"],
    equals=1.0,
)
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
# **Your guess.** There are ten row groups. How many have to be read for one merchant, who has a few
# hundred rows?

# %%
my_guess = 1  # row groups, edit me

# %% [markdown]
# **Measure.** The same rows in two orders: as they came, and sorted by merchant.


# %%
def admitted(path, column, low, high):
    """The row groups that can hold a value from low to high."""
    of_column = [c for c in layout.chunks(path) if c.column == column]
    return [c.group for c in of_column if c.low <= high and low <= c.high]


by_merchant = Path(folder.name) / "by_merchant.parquet"
write_parquet(by_merchant, table.sort_by("merchant_code"))
day = [pd.Timestamp("2026-03-05", tz="UTC"), pd.Timestamp("2026-03-05 23:59", tz="UTC")]
files = {"as they came": at["Parquet"], "sorted by merchant": by_merchant}
rows_of = {}
for name, path in files.items():
    file = CountedFile(path)
    found = pq.read_table(file, columns=["amount"], filters=[("merchant_code", "==", "0071")])
    rows_of[name] = {
        "groups for one merchant": len(admitted(path, "merchant_code", "0071", "0071")),
        "groups for one day": len(admitted(path, "submitted_at", *day)),
        "rows of merchant 0071": len(found),
        "bytes read for them": distinct_bytes(file.reads),
    }
by_order = pd.DataFrame(rows_of).T
by_order

# %%
fig, axes = figures.new(
    title="Statistics help only where like stands with like",
    columns=2,
    xlabel="merchant codes, least to greatest",
    ylabel="row group",
    size=(7.6, 3.3),
)
for ax, (name, path) in zip(axes, files.items(), strict=True):
    let_in = admitted(path, "merchant_code", "0071", "0071")
    for c in layout.chunks(path):
        if c.column == "merchant_code":
            low, high = int(c.low), int(c.high)
            colour = figures.ORANGE if c.group in let_in else figures.GREY
            ax.barh(c.group + 1, high - low + 1, left=low, color=colour, height=0.6)
    ax.set_title(name, fontsize=10)
    ax.set(yticks=range(1, 11), ylim=(10.7, -0.2))
    ax.grid(axis="y", visible=False)
    figures.mark_truth(ax, x=71, label="0071")
groups = by_order["groups for one merchant"]
figures.show(
    fig,
    caption=f"Orange: row groups that may hold merchant 0071. As they came, {groups.iloc[0]} of 10;"
    f" sorted, {groups.iloc[1]}. You guessed {my_guess}.",
    alt="Left, ten bars that all span the whole range of codes, all orange. Right, ten short bars"
    " in a staircase, and only what the line at 0071 crosses is orange.",
)

# %%
finding(
    "in the order of arrival the statistics exclude no row group for a merchant",
    measured=int(groups["as they came"]),
    equals=10,
)
finding(
    "sorted by merchant, few row groups are left",
    measured=int(groups["sorted by merchant"]),
    at_most=2,
)

# %% [markdown]
# Sorting is a choice: the file that is good for a merchant is bad for a day. Sort by what you
# filter by most.
#
# ### One row
#
# **The wrong way.** Parquet reads little for a column, so people put a service's lookups on it. A
# customer calls, and you want one application, by its id.
#
# **Your guess.** How many times as many bytes does Parquet read as SQLite?

# %%
my_guess = 0.5  # times, edit me

# %% [markdown]
# **Measure.** SQLite goes down a tree. Each page of it says, for ranges of keys, which page comes
# next; the last holds the row. Here is that walk, on the file itself. A page is what SQLite reads
# at a time, so this is what it has to read, beside page 1, which says where the tree begins.

# %%
show_source(pages_to_row, next_page)

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
print(f"Parquet: {len(found)} row found in {row_read['Parquet']:,} bytes, all columns of a group")
more_read = row_read["Parquet"] / row_read["SQLite"]
print(f"That is {more_read:.0f} times as many; you guessed {my_guess:g}.")

# %% [markdown]
# **One more row.** JSON Lines and CSV get a line at the end, Avro a block. SQLite and DuckDB change
# some pages. Parquet and Arrow end in a footer, and a column has no room for one more value: the
# file is written anew. (Or the row becomes a file of its own, and the next one too.)

# %%
BLOCK = 4096


def changed(before, after):
    """Bytes in blocks of 4 KiB that are not what they were."""
    starts = range(0, max(len(before), len(after)), BLOCK)
    return BLOCK * sum(before[i : i + BLOCK] != after[i : i + BLOCK] for i in starts)


def rewrite(read, write, path, part):
    write(path, pa.concat_tables([read(path), part]))


def read_arrow(path):
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


APPEND = {
    "JSON Lines": lambda path, part: write_jsonl(path, part.to_pylist(), "a"),
    "CSV": lambda path, part: write_csv(path, part.to_pylist(), "a"),
    "Avro": lambda path, part: write_avro(path, part.to_pylist(), "a+b"),
    "Arrow": partial(rewrite, read_arrow, write_arrow),
    "Parquet": partial(rewrite, pq.read_table, write_parquet),
    "SQLite": lambda path, part: insert_sqlite(path, part.to_pylist()),
    "DuckDB": insert_duckdb,
}

# %%
written = {}
for name, append in APPEND.items():
    copy = Path(folder.name) / f"copy{at[name].suffix}"
    copy.write_bytes(at[name].read_bytes())
    append(copy, one_more)
    if name in ("Arrow", "Parquet"):
        written[name] = copy.stat().st_size
    elif name in ("SQLite", "DuckDB"):
        written[name] = changed(at[name].read_bytes(), copy.read_bytes())
    else:
        written[name] = copy.stat().st_size - at[name].stat().st_size
write_parquet(alone := Path(folder.name) / "alone.parquet", one_more)
print(f"One row as a Parquet file of its own: {alone.stat().st_size:,} bytes")
pd.Series(written, name="bytes written for one more row").to_frame()

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
    "a column layout loses when you append one: bytes of Parquet for each byte of JSON Lines",
    measured=written["Parquet"] / written["JSON Lines"],
    at_least=1_000,
    unit="times",
    limit=True,
)
claim(
    "D6",
    "small files do not mend it: one row as a Parquet file, for each byte of JSON Lines",
    measured=alone.stat().st_size / written["JSON Lines"],
    at_least=5,
    unit="times",
    limit=True,
)

# %% [markdown]
# **Why.** One row has a value in every column, so a column layout fetches a piece from each, and
# the piece is a whole chunk. Our row groups are small. pyarrow's default is a million rows: then
# this reader would read the whole file for one of them.
#
# ### And the clock
#
# Each task from the closed file to the answer, as a script would do it; the median of five runs, or
# of as many as fit into a third of a second. The files are in the memory of the operating system by
# now, so this is the work of the readers, not of the disk.
#
# There is a trap. Arrow can **map** a file into memory: the operating system promises to fetch a
# page when somebody touches it.


# %% tags=["nbval-ignore-output"]
def map_arrow():
    return pa.ipc.open_file(pa.memory_map(str(at["Arrow"]))).read_all()


def milliseconds(work, runs=5):
    taken = []
    while not taken or (len(taken) < runs and sum(taken) < 300):
        start = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - start))
    return float(np.median(taken))


before = pa.total_allocated_bytes()
mapped = map_arrow()
fetched = pa.total_allocated_bytes() - before
print(f"'Read' {mapped.nbytes / 1e6:.0f} MB in {milliseconds(map_arrow):.2f} ms")
print(f"and to pandas in {milliseconds(lambda: map_arrow().to_pandas()):.2f} ms")

# %%
finding(
    "a memory-mapped read that touches nothing is free: bytes that Arrow allocated for it",
    measured=fetched,
    equals=0,
)

# %% [markdown]
# So here whatever is read is used. **Your guess.** How many times as long as on Parquet does DuckDB
# take for the sum on the CSV?

# %%
my_guess = 2  # times, edit me


# %%
def duck(query, path=None):
    with duckdb.connect(str(path) if path else ":memory:") as con:
        return con.execute(query).fetchall()


def lite(query):
    con = sqlite3.connect(at["SQLite"])
    answer = con.execute(query).fetchall()
    con.close()
    return answer


def first_with_key(rows):
    return next(row for row in rows if row["application_id"] == KEY)


def row_csv():
    with at["CSV"].open() as file:
        return next(row for row in csv.DictReader(file) if row["application_id"] == str(KEY))


def lines_of(name):
    with at[name].open("rb") as file:
        yield from fastavro.reader(file) if name == "Avro" else map(json.loads, file)


def all_of(connect, path):
    con = connect(str(path))
    frame = pd.read_sql("SELECT * FROM t", con) if connect is sqlite3.connect else (
        con.execute("FROM t").df())  # fmt: skip
    con.close()
    return frame


# %% tags=["nbval-ignore-output"]
lookup = f"SELECT * FROM t WHERE application_id = {KEY}"
one_id = pc.field("application_id") == KEY
TASKS = {
    "all, to pandas": {
        "JSON Lines": lambda: pd.read_json(at["JSON Lines"], lines=True),
        "CSV": lambda: pd.read_csv(at["CSV"]),
        "Avro": lambda: pd.DataFrame(lines_of("Avro")),
        "Arrow": lambda: map_arrow().to_pandas(),
        "Parquet": lambda: pd.read_parquet(at["Parquet"]),
        "SQLite": lambda: all_of(sqlite3.connect, at["SQLite"]),
        "DuckDB": lambda: all_of(duckdb.connect, at["DuckDB"]),
    },
    "sum of a column": {
        "JSON Lines": lambda: sum(row["amount"] for row in lines_of("JSON Lines")),
        "CSV": lambda: amount_csv(at["CSV"]),
        "Avro": lambda: sum(row["amount"] for row in lines_of("Avro")),
        "Arrow": lambda: pc.sum(map_arrow()["amount"]),
        "Parquet": lambda: amount_parquet(at["Parquet"]),
        "SQLite": lambda: lite("SELECT sum(amount) FROM t"),
        "DuckDB": lambda: duck("SELECT sum(amount) FROM t", at["DuckDB"]),
    },
    "one row": {
        "JSON Lines": lambda: first_with_key(lines_of("JSON Lines")),
        "CSV": row_csv,
        "Avro": lambda: first_with_key(lines_of("Avro")),
        "Arrow": lambda: map_arrow().filter(one_id),
        "Parquet": lambda: pq.read_table(at["Parquet"], filters=one_id),
        "SQLite": lambda: lite(lookup),
        "DuckDB": lambda: duck(lookup, at["DuckDB"]),
    },
}
ms = pd.DataFrame({task: {name: milliseconds(f) for name, f in by.items()}
                   for task, by in TASKS.items()})  # fmt: skip

# %% [markdown]
# Appends go to copies, with a new id each time. And DuckDB (now open already) and pandas each sum
# the column from both files.

# %% tags=["nbval-ignore-output"]
copies = {name: Path(folder.name) / f"append{path.suffix}" for name, path in at.items()}
ids = iter(range(N + 100, N + 200))


def add_one(name):
    new_id = pa.array([next(ids)])
    APPEND[name](copies[name], one_more.set_column(0, "application_id", new_id))


for name, path in copies.items():
    path.write_bytes(at[name].read_bytes())
ms["append a row"] = {name: milliseconds(partial(add_one, name)) for name in APPEND}

open_duck = duckdb.connect(config={"threads": 1})


def by_duck(name):
    query = f"SELECT sum(amount) FROM '{at[name]}'"
    return milliseconds(lambda: open_duck.execute(query).fetchall())


duck_ratio = by_duck("CSV") / by_duck("Parquet")
pandas_ratio = milliseconds(lambda: amount_csv(at["CSV"])) / milliseconds(
    lambda: pd.read_parquet(at["Parquet"], columns=["amount"])["amount"].sum()
)
open_duck.close()

# %% tags=["nbval-ignore-output"]
ratio = ms / ms.min()
fig, ax = figures.new(title="No format is best at everything", size=(7.6, 3.9))
ax.imshow(np.log10(ratio), cmap="Oranges", aspect="auto", vmin=0, vmax=4.5)
for y, name in enumerate(ratio.index):
    for x, task in enumerate(ratio):
        value = ratio.loc[name, task]
        text = "best" if value == 1 else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
        colour = "white" if value > 300 else figures.BLACK
        ax.text(x, y, text, ha="center", va="center", color=colour)
ax.set(xticks=range(4), xticklabels=ratio.columns, yticks=range(7), yticklabels=ratio.index)
ax.grid(visible=False)
ax.tick_params(length=0)
figures.show(
    fig,
    caption="Times as long as the best of the column. DuckDB takes"
    f" {duck_ratio:.0f} times as long for the sum on the CSV as on Parquet (you guessed"
    f" {my_guess:g}), pandas {pandas_ratio:.1f} times.",
    alt="A table of seven formats and four tasks, darker where a format takes longer. Each format"
    " is dark somewhere. Text is darkest at one row, Parquet and Arrow at appending.",
)

# %% tags=["claim-D6"]
claim(
    "D6",
    "DuckDB sums a column of the CSV more slowly than of the Parquet file",
    measured=duck_ratio,
    at_least=3,
    unit="times",
)
claim(
    "D6",
    "so does pandas",
    measured=pandas_ratio,
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
# **What the table does not say.** The first column is not the same work: from the CSV pandas leaves
# times and baskets as text, from Parquet it makes them. SQLite's append waits until the disk has
# it, and undoes it if the power fails in between; a line appended to text does neither.
#
# **Where it stops being true.** A table that fits into a few pages is read whole whatever its
# format, and what you measure then is how long the library takes to begin.

# %% [markdown]
# ## The same question in memory
#
# **The question.** Once the table is in memory, does its order still matter? (**D6**)
#
# NumPy keeps an array by row (order C, its default) or by column (order F, which pandas and Arrow
# resemble). A processor does not fetch a number from memory; it fetches a **cache line**, 64 bytes
# or eight numbers, into its **cache**, a small fast memory. Here are 16 rows of 12 numbers in both
# orders, one cache line beside the other.

# %%
number = np.arange(16 * 12).reshape(16, 12) % 12  # each cell holds its column
fig, axes = figures.new(
    title="What one column makes the processor fetch, in light orange",
    columns=2,
    xlabel="number within the cache line",
    ylabel="cache line",
    size=(7.6, 4.0),
)
for ax, order in zip(axes, "CF", strict=True):
    wanted = number.ravel(order).reshape(24, 8) == 4
    fetched_too = wanted.any(axis=1, keepdims=True) & ~wanted
    ax.imshow(0.35 * fetched_too + 0.75 * wanted, cmap="Oranges", vmin=0, vmax=1, aspect="auto")
    ax.set_title({"C": "by row (C)", "F": "by column (F)"}[order], fontsize=10)
    ax.set(xticks=np.arange(8), yticks=[0, 5, 11, 17, 23], yticklabels=[1, 6, 12, 18, 24])
    ax.set_xticklabels(range(1, 9))
    ax.set_xticks(np.arange(-0.5, 8), minor=True)
    ax.set_yticks(np.arange(-0.5, 24), minor=True)
    ax.grid(visible=False)
    ax.grid(which="minor", color="#BBBBBB", linewidth=0.6)
    ax.tick_params(which="minor", length=0)
figures.show(
    fig,
    caption="Dark: the 16 numbers of one column. By row they lie in 16 cache lines of 24, by column"
    " in 2. Whatever else is in a line that is needed comes along.",
    alt="Two grids of 24 cache lines of 8 numbers. By row dark cells are scattered over two thirds"
    " of the lines. By column they fill two lines.",
)

# %% [markdown]
# It is the picture of the file once more. What is asked for is small, what can be fetched has a
# fixed size, and the layout decides how much of it is of use.
#
# **Your guess.** A million rows of twelve numbers. How many times as long as by column does the sum
# of one column take by row?

# %%
my_guess = 1  # times, edit me

# %% [markdown]
# **Measure.** The lines first, by the addresses of the numbers. Then the clock.


# %%
def lines_touched(numbers):
    """How many cache lines the numbers of a one-dimensional view lie in."""
    first = numbers.__array_interface__["data"][0]
    return len(np.unique((first + np.arange(len(numbers)) * numbers.strides[0]) // 64))


# %% tags=["nbval-ignore-output"]
by_row_big = np.random.default_rng([SEED, 2]).random((1_000_000, 12))
by_column_big = np.asfortranarray(by_row_big)
fetched_lines = pd.DataFrame(
    {
        order: {
            "one column": lines_touched(array[:, 4]),
            "a thousand rows": sum(lines_touched(array[i]) for i in range(1_000)),
        }
        for order, array in {"by row (C)": by_row_big, "by column (F)": by_column_big}.items()
    }
)
fetched_lines

# %% tags=["nbval-ignore-output"]
HOW_MANY = [5_000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_000_000]


def ns_per_number(numbers):
    """Time to sum them (ns per number): the least of nine, for what disturbs only adds."""
    sums = max(1, 400_000 // len(numbers))
    return 1e9 * min(timeit.repeat(numbers.sum, number=sums, repeat=9)) / sums / len(numbers)


taken = pd.DataFrame(
    {
        "by row": [ns_per_number(by_row_big[:n].copy("C")[:, 4]) for n in HOW_MANY],
        "by column": [ns_per_number(by_row_big[:n].copy("F")[:, 4]) for n in HOW_MANY],
    },
    index=HOW_MANY,
)
slower = taken["by row"] / taken["by column"]
small_array = by_row_big[:20_000].copy()
offer = ns_per_number(by_row_big[:, 7]) / ns_per_number(small_array[:, 7])
can_show = (offer >= 2, "its cache is large, or its memory keeps up with it.")

# %% tags=["nbval-ignore-output"]
fig, ax = figures.new(
    title="By row is slow where the table outgrows the cache",
    xlabel="rows of 12 numbers",
    ylabel="time by row / time by column",
)
ax.plot(slower, "o-", ms=4)
ax.set(xscale="log", xlim=(2_200, 1.3e6), ylim=(0, 1.15 * slower.max()), xticks=HOW_MANY)
ax.set_xticklabels([f"{n:,}" for n in HOW_MANY], fontsize=9)
ax.minorticks_off()
figures.mark_guess(ax, y=my_guess)
figures.show(
    fig,
    caption=f"With {HOW_MANY[2]:,} rows the sum of a column takes {slower[20_000]:.1f} times as"
    f" long by row, with a million {slower[1_000_000]:.1f} times. You guessed {my_guess:g}.",
    alt="The ratio of times against the number of rows. It is low for few rows and rises steeply"
    " where the table no longer fits into the cache.",
)

# %% tags=["claim-D6"]
claim(
    "D6",
    "a column by row touches more cache lines than by column",
    measured=fetched_lines.loc["one column"].iloc[0] / fetched_lines.loc["one column"].iloc[1],
    at_least=7.5,
    unit="times",
)
claim(
    "D6",
    "a row by column touches more cache lines than by row",
    measured=fetched_lines.iloc[1, 1] / fetched_lines.iloc[1, 0],
    at_least=4,
    unit="times",
    limit=True,
)
claim(
    "D6",
    "and so the sum of a column takes longer by row, at a million rows",
    measured=slower[1_000_000],
    at_least=2,
    unit="times",
    needs=can_show,
)
claim(
    "D6",
    "most of that is gone where the table fits into the cache: the ratio at a million rows, by"
    " that at twenty thousand",
    measured=slower[1_000_000] / slower[20_000],
    at_least=1.5,
    unit="times",
    needs=can_show,
    limit=True,
)

# %% [markdown]
# **Why.** Eight times the lines, and a memory that delivers so many lines a second. In the cache
# the lines are at hand. What is left of the difference is arithmetic: a processor adds neighbours
# several at a time.
#
# | level | fetched at once | what a column wants of it by row |
# |---|---|---|
# | CSV file | the file, to find the ends of lines | one field of each line |
# | SQLite file | a page | one value of each of the page's rows |
# | Parquet file | a column chunk | all of it |
# | memory, by row | a cache line | one number of eight, or none |
# | memory, by column | a cache line | all of it |

# %% [markdown]
# ## What a file forgets
#
# **The question.** You write the table and read it back. What is no longer the same?
#
# Of each column, three things can become. *Kept*: the kind of value and all values are the same.
# *Needs its type*: it is of another kind, and comes back whole once you say what it was. *Lost*: no
# type brings it back.

# %%
SUSPECTS = ["merchant_code", "card_country", "instalments", "approved", "submitted_at", "basket"]
some_rows = table[:2_000]
small = {name: Path(folder.name) / f"small{path.suffix}" for name, path in at.items()}
write_jsonl(small["JSON Lines"], some_rows.to_pylist())
write_csv(small["CSV"], some_rows.to_pylist())
write_avro(small["Avro"], some_rows.to_pylist())
write_parquet(small["Parquet"], some_rows)
write_arrow(small["Arrow"], some_rows)
insert_sqlite(small["SQLite"], some_rows.to_pylist())
insert_duckdb(small["DuckDB"], some_rows)

# %%
OF_KIND = {
    "text": (pa.types.is_string, pa.types.is_large_string),
    "whole number": (pa.types.is_integer,),
    "number": (pa.types.is_floating,),
    "yes or no": (pa.types.is_boolean,),
    "time": (pa.types.is_timestamp,),
    "list": (pa.types.is_list,),
}


def kind_of(column):
    known = [k for k, tests in OF_KIND.items() if any(is_it(column.type) for is_it in tests)]
    return (known or [str(column.type)])[0], getattr(column.type, "tz", None) is not None


def told(column, kind):
    """The column as the type that you know it had."""
    if pa.types.is_list(kind) and kind_of(column)[0] == "text":
        column = pa.array([json.loads(text) for text in column.to_pylist()])
    return column.cast(kind)


def verdict(original, came):
    try:
        whole = told(came, original.type).equals(original)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        whole = False
    if not whole:
        return "lost"
    return "kept" if kind_of(came) == kind_of(original) else "needs its type"


# %% [markdown]
# **Your guess.** Of the six columns, how many does `pd.read_csv`, as it is, lose?

# %%
my_guess = 0  # of 6, edit me


# %%
def arrow_column(columns, name):
    column = columns[name]
    if not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array([pa.array(column, from_pandas=True)])
    return column.combine_chunks()


def in_duck(query, path=None):
    with duckdb.connect(str(path) if path else ":memory:") as con:
        return con.sql(query).to_arrow_table()


with sqlite3.connect(small["SQLite"]) as con:
    of_sqlite = con.execute("SELECT * FROM t").fetchall()
con.close()
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
    "SQLite, sqlite3": dict(zip(TYPES, map(list, zip(*of_sqlite, strict=True)), strict=True)),
    "Parquet, pandas": pd.read_parquet(small["Parquet"]),
    "Avro, fastavro": of_avro,
    "Parquet, pyarrow": pq.read_table(small["Parquet"]),
    "Arrow, pyarrow": pa.ipc.open_file(pa.memory_map(str(small["Arrow"]))).read_all(),
    "DuckDB, DuckDB": in_duck("FROM t", small["DuckDB"]),
}
survived = pd.DataFrame(
    {
        reader: {c: verdict(arrow_column(some_rows, c), arrow_column(columns, c)) for c in SUSPECTS}
        for reader, columns in came_back.items()
    }
).T

# %%
STATES = {"kept": "#E4F1EA", "needs its type": "#F6DFA0", "lost": "#E8A07A"}
fig, ax = figures.new(title="The file keeps what its reader throws away", size=(7.6, 4.3))
grid = survived.map(list(STATES).index)
ax.imshow(grid, cmap=plt.matplotlib.colors.ListedColormap(list(STATES.values())), vmin=0, vmax=2,
          aspect="auto")  # fmt: skip
for y, reader in enumerate(survived.index):
    for x, column in enumerate(SUSPECTS):
        ax.text(x, y, survived.loc[reader, column], ha="center", va="center", fontsize=9)
ax.set(xticks=range(6), xticklabels=SUSPECTS, yticks=range(12), yticklabels=survived.index)
ax.tick_params(length=0, labelsize=9)
ax.grid(visible=False)
lost = (survived == "lost").sum(axis=1)
figures.show(
    fig,
    caption=f"Six columns, written once for each format and read by default readers. pandas loses"
    f" {lost['CSV, pandas']} of them from the CSV; you guessed {my_guess}.",
    alt="A table of twelve readers and six columns. Some readers of CSV and JSON Lines lose codes"
    " or countries; those of Avro, Arrow and DuckDB keep all.",
)

# %% [markdown]
# Is it the file? Look into it.

# %%
frame = pd.read_csv(at["CSV"])
with at["CSV"].open() as lines:
    in_file = sum(",0071," in line for line in lines)
of_namibia = pc.sum(pc.equal(table["card_country"], "NA")).as_py()
print(f"Lines of the CSV that hold ,0071,: {in_file:,}")
print(f"Rows with merchant_code '0071' after pd.read_csv: {(frame.merchant_code == '0071').sum()}")
print(f"Cards of Namibia: {of_namibia:,}; after pd.read_csv: {(frame.card_country == 'NA').sum()}")
print(f"Countries that are missing, of which there were none: {frame.card_country.isna().sum():,}")

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
pd.Series(
    {c: verdict(arrow_column(some_rows, c), arrow_column(with_types, c)) for c in SUSPECTS}
).to_frame("CSV, pandas, with types").T

# %%
finding(
    "the default reader of pandas loses columns of the CSV",
    measured=int(lost["CSV, pandas"]),
    at_least=2,
)
finding(
    "Parquet, read by pyarrow, keeps all six",
    measured=int((survived.loc["Parquet, pyarrow"] == "kept").sum()),
    equals=6,
)

# %% [markdown]
# ### Who says no?
#
# A schema can be held against data when they are written (**schema on write**) or when they are
# read (**schema on read**). Somebody sends an amount as text, with a comma: `164,21`.

# %%
good = table[:3].to_pylist()
four = [*good, good[0] | {"application_id": N + 9, "amount": "164,21"}]
tried = {name: Path(folder.name) / f"tried{path.suffix}" for name, path in at.items()}


def sum_sqlite():
    con = sqlite3.connect(tried["SQLite"])
    (total,) = con.execute("SELECT sum(amount) FROM t").fetchone()
    con.close()
    return total


def as_table():
    return pa.Table.from_pylist(four, schema=table.schema)


WRITE_AND_SUM = {
    "JSON Lines": (lambda: write_jsonl(tried["JSON Lines"], four),
                   lambda: amount_jsonl(io.FileIO(tried["JSON Lines"]))),
    "CSV": (lambda: write_csv(tried["CSV"], four), lambda: amount_csv(tried["CSV"])),
    "SQLite": (lambda: insert_sqlite(tried["SQLite"], four), sum_sqlite),
    "Avro": (lambda: write_avro(tried["Avro"], four), None),
    "Parquet": (lambda: write_parquet(tried["Parquet"], as_table()), None),
}  # fmt: skip


def outcome(work):
    try:
        return work()
    except Exception as error:
        return type(error).__name__


says = {}
for name, (write, total) in WRITE_AND_SUM.items():
    refused = outcome(write)
    says[name] = (refused, "-") if refused else ("accepted", outcome(total))
print(f"The three good amounts are {[row['amount'] for row in good]}.")
pd.DataFrame(says, index=["writing", "sum of the amounts"]).T

# %% [markdown]
# Avro and Parquet refuse at the door. JSON Lines finds out when somebody computes. The CSV reader
# makes the column text, and its sum is all texts in a row. SQLite stores what comes, and counts the
# text as the number that it begins with; a table declared `STRICT` would refuse.
#
# ### A schema changes
#
# A year later the table has a new column, and old files are still there. Avro reads a file with two
# schemas: the **writer's**, which the file carries, and the **reader's**, which you give. Fields
# meet by name.

# %%
old_types = {name: TYPES[name] for name in ("person_id", "amount", "instalments", "channel")}
old_rows = [{name: row[name] for name in old_types} for row in first]
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
# What raises an error is the kind case. In a stream each message holds the values alone, without a
# schema, to be short. Here you read 2,000 messages by a schema that has two fields in the wrong
# order: first the number and the amount, then the amount and the score.


# %%
def in_order(*names):
    return fastavro.parse_schema(avro_schema({name: TYPES[name] for name in names}))


def through(row, writer, reader):
    message = io.BytesIO()
    fastavro.schemaless_writer(message, writer, row)
    message.seek(0)
    return fastavro.schemaless_reader(message, reader, None)


sent_by = in_order("person_id", "amount", "score", "channel")
mistaken = {
    "person_id and amount": in_order("amount", "person_id", "score", "channel"),
    "amount and score": in_order("person_id", "score", "amount", "channel"),
}
silent = {}
for swapped, schema in mistaken.items():
    came = [(row, outcome(partial(through, row, sent_by, schema))) for row in first]
    decoded = [(row, got) for row, got in came if isinstance(got, dict)]
    silent[swapped] = len(decoded)
    print(f"{swapped}: {len(decoded):,} of {len(came):,} decoded without an error, such as")
    row, got = decoded[0]
    for word, values in [("sent", [row[name] for name in got]), ("read", list(got.values()))]:
        print(f"  {word} {dict(zip(got, values, strict=True))}")

# %%
finding(
    "with two fields of one type exchanged every message decodes, to nonsense",
    measured=silent["amount and score"],
    equals=len(first),
)

# %% [markdown]
# **Why.** The bytes of a number do not say that they are a number, let alone whose. A file of Avro
# carries its writer's schema, so this cannot happen to it. For messages people send the schema's
# number along, and keep the schemas in a **registry**.
#
# **Where it stops being true.** A name is not a meaning. If the amounts change from crowns to
# hundredths, every schema still fits, and no format tells you.

# %% [markdown]
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
        ("D6", "JSON Lines / CSV, bytes", f"{size['JSON Lines'] / size['CSV']:.1f}"),
        ("D6", "CSV / Parquet, bytes", f"{size['CSV'] / size['Parquet']:.1f}"),
        ("D6", "CSV / Parquet, bytes read for a column", f"{read['CSV'] / read['Parquet']:.0f}"),
        ("D6", "CSV / Parquet, time for it, DuckDB", f"{duck_ratio:.0f}"),
        ("D6", "CSV / Parquet, time for it, pandas", f"{pandas_ratio:.1f}"),
        ("", "row groups of 10 for a merchant: arrived, sorted", " and ".join(map(str, groups))),
        ("D6 limit", "Parquet / SQLite, bytes read for a row", f"{more_read:.0f}"),
        ("D6 limit", "Parquet / JSON Lines, bytes written for a row",
         f"{written['Parquet'] / written['JSON Lines']:,.0f}"),
        ("D6", "in memory, by row / by column, a million rows", f"{slower[1_000_000]:.1f}"),
        ("D6 limit", "the same, twenty thousand rows", f"{slower[20_000]:.1f}"),
        ("", "columns of six that pandas loses from the CSV", f"{lost['CSV, pandas']}"),
        ("", "messages decoded by a wrong schema, no error", f"{silent['amount and score']:,}"),
    ],
    columns=["claim", "what", "measured"],
).set_index("claim")  # fmt: skip

# %%
folder.cleanup()

# %% [markdown]
# **At work.** Ask first what is read at a time, a row or a column, and how often one row is added.
# Land what comes in row by row, in a log or a database, and rewrite it in large Parquet files,
# sorted by what you filter by. Never give a CSV away without its types, and never read one without.
# Change a schema only by what old readers and old files survive: new fields have defaults, renamed
# fields have aliases, types only widen.
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
# - Daniel Abadi, Samuel Madden and Nabil Hachem, "Column-Stores vs. Row-Stores: How Different Are
#   They Really?", *SIGMOD* 2008.
# - Ulrich Drepper, "What Every Programmer Should Know About Memory", 2007: cache lines.
# - [Parquet's file format](https://parquet.apache.org/docs/file-format/),
#   [Avro's specification](https://avro.apache.org/docs/1.12.0/specification/) (its section on
#   schema resolution), [SQLite's file format](https://www.sqlite.org/fileformat2.html).
