# %% [markdown]
# # Exercise: formats
#
# You read a CSV and keep its types, work out from a Parquet file's footer what a query has to read,
# and change a schema so that old files still read.
#
# Save, then run `python3 course.py check 02_data_engineering/02` in a terminal in the course's
# folder: a task counts as done when it says passed, for it tries more cases than the check below
# each task.
#
# **Time** 35 minutes. **Before this** the lesson
# [Formats](../../chapters/02_data_engineering/02_formats.ipynb).

# %%
import copy
import io

import fastavro
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# %% [markdown]
# ## What the tasks use
#
# Task 1 works on three lines of a CSV, task 2 on the footer of a Parquet file that is made in
# memory, task 3 on an Avro schema. You need not change anything here.


# %%
def footer_of(columns, rows, without_statistics=()):
    """Write a Parquet file in memory, `rows` rows per row group, and return its footer."""
    out = io.BytesIO()
    known = [name for name in columns if name not in without_statistics]
    pq.write_table(pa.table(columns), out, row_group_size=rows, write_statistics=known)
    return pq.read_metadata(io.BytesIO(out.getvalue()))


def day_columns(n):
    return {
        "id": list(range(n)),
        "amount": [round((37.7 * i) % 500, 2) for i in range(n)],
        "merchant": [f"{(i * 7) % 400:04d}" for i in range(n)],
        "device": [f"riverton-pay/4.{i % 9} (phone)" for i in range(n)],
        "basket": [["books", "toys", "shoes"][: i % 3 + 1] for i in range(n)],
    }


def sizes_of(footer):
    """Return bytes in the file and unpacked, one row for each (row group, column)."""
    places = [(g, c) for g in range(footer.num_row_groups) for c in range(footer.num_columns)]
    parts = {place: footer.row_group(place[0]).column(place[1]) for place in places}
    return pd.DataFrame(
        {
            (g, part.path_in_schema.split(".")[0]): {
                "bytes": part.total_compressed_size,
                "unpacked": part.total_uncompressed_size,
            }
            for (g, _), part in parts.items()
        }
    ).T


footer = footer_of(day_columns(6_000), 1_000, without_statistics=["merchant"])
chunk = footer.row_group(2).column(0)
print(chunk.path_in_schema, chunk.statistics.min, chunk.statistics.max,
      chunk.total_compressed_size, chunk.total_uncompressed_size)  # fmt: skip
print(footer.row_group(2).column(2).statistics, "- of the column merchant there are none")
print(footer.row_group(2).column(4).path_in_schema, "- the numbers of a list have a longer path")


# %%
FIRST = {
    "type": "record",
    "name": "Application",
    "fields": [
        {"name": "person_id", "type": "int"},
        {"name": "amount", "type": "double"},
        {"name": "channel", "type": "string"},
        {"name": "instalments", "type": ["null", "int"]},
    ],
}
REQUEST = {
    "type": "record",
    "name": "Request",
    "doc": "of the till",
    "fields": [
        {"name": "channel", "type": "string", "aliases": ["way"], "doc": "of entry"},
        {"name": "basket", "type": {"type": "array", "items": "string"}},
        {"name": "score", "type": "float", "default": 0.5},
        {"name": "person_id", "type": "int", "doc": "of the register"},
    ],
}
OLD_ROWS = [
    {"person_id": 7, "amount": 54.0, "channel": "web", "instalments": None},
    {"person_id": 175958, "amount": 120.5, "channel": "till", "instalments": 12},
]
NEW_ROWS = [{"person_id": 3_000_000_000, "amount": 1.0, "entry": "app", "instalments": 3,
             "currency": "euros", "approved_by": "Eva"}]  # fmt: skip


# %%
def write_and_read(rows, writer, reader):
    """Write rows into an Avro file in memory by one schema, read them by another.

    Return (the rows that were read, None), or (None, what went wrong).
    """
    file = io.BytesIO()
    try:
        schema = fastavro.parse_schema(copy.deepcopy(writer))
        fastavro.writer(file, schema, rows, validator=True)  # refuses what a type cannot hold
        file.seek(0)
        return list(fastavro.reader(file, reader_schema=copy.deepcopy(reader))), None
    except Exception as error:
        return None, f"{type(error).__name__}: {' '.join(str(error).split())[:90]}"


# %%
APPLICATIONS = """merchant_code,card_country,instalments,amount,approved,submitted_at
0071,DE,3,54.5,True,2026-03-02T00:00:11.515+00:00
0007,NA,,120,,2026-03-02T00:00:42.159+00:00
0671,NO,12,,False,2026-03-02T00:00:45.744+00:00
"""
COLUMNS = {
    "merchant_code": "text", "card_country": "text", "instalments": "whole",
    "amount": "number", "approved": "yes or no", "submitted_at": "time",
}  # fmt: skip

# %% [markdown]
# ## Task 1: A CSV and its types
#
# A CSV holds text, and `pd.read_csv` guesses what it was: `0071` becomes 71, and Namibia's `NA`
# becomes a missing value. Read it by types that you are given.


# %% solution="types"
def read_typed(file, types):
    """Return a pandas DataFrame of the CSV, each column of the type that is given for it.

    file: an open text file. Its first line holds the names; fields may stand in quotes.
    types: {name: type} for every column of the file, with these types:
    "text": the text as it stands in the file, character for character; an empty field is "".
    "whole": whole numbers, in an integer dtype, such as pandas' Int64 or Int32.
    "number": numbers, as float64.
    "yes or no": True and False, in the dtype boolean; the file says True or False.
    "time": times with the zone UTC; the file has them as 2026-03-02T00:00:11.515+00:00.
    In all but text an empty field is a missing value. Rows and columns stay in order, and none is
    lost: in a file of one column an empty line is a row whose field is empty.

    Example: for the file "code,pieces\\n0071,2\\nNA,\\n" and the types {"code": "text",
    "pieces": "whole"} the column code is "0071", "NA" and pieces is 2, missing.
    """
    ### BEGIN SOLUTION
    missing = {name: [""] for name, kind in types.items() if kind != "text"}
    dtype = {"text": "str", "whole": "Int64", "number": "float64", "yes or no": "boolean"}
    frame = pd.read_csv(
        file,
        dtype={name: dtype[kind] for name, kind in types.items() if kind in dtype},
        keep_default_na=False,
        na_values=missing,
        skip_blank_lines=False,
    )
    for name, kind in types.items():
        if kind == "time":
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame
    ### END SOLUTION


# %% check="types"
frame = read_typed(io.StringIO(APPLICATIONS), COLUMNS)
assert isinstance(frame, pd.DataFrame) and list(frame) == list(COLUMNS), (
    "Expected a DataFrame with the file's columns in their order. See hint 1."
)
assert len(frame) == 3, (
    f"You return {len(frame)} rows; expected 3: a missing value is no reason to drop a row."
)
codes = frame["merchant_code"].tolist()
assert codes == ["0071", "0007", "0671"], (
    f"The merchant codes are {codes}; expected '0071', '0007', '0671': text is text, whatever it"
    " looks like. See hint 1."
)
countries = frame["card_country"].tolist()
assert countries == ["DE", "NA", "NO"], (
    f"The countries are {countries}; expected 'DE', 'NA', 'NO': pandas takes NA for a missing"
    " value unless it is told not to. See hint 2."
)
assert pd.api.types.is_integer_dtype(frame["instalments"]), (
    f"The instalments have the dtype {frame['instalments'].dtype}; expected whole numbers that may"
    " be missing, such as Int64. See hint 3."
)
assert frame["instalments"].isna().tolist() == [False, True, False], (
    "Of the instalments the second is missing; expected so in your table, too. See hint 2."
)
assert pd.api.types.is_bool_dtype(frame["approved"]), (
    f"The column approved has the dtype {frame['approved'].dtype}; expected boolean, which has"
    " room for a missing value. See hint 3."
)
approved = [None if pd.isna(value) else bool(value) for value in frame["approved"]]
assert approved == [True, None, False], (
    f"The column approved is {approved}; expected True, missing, False. The text 'False' is not"
    " empty, so bool('False') is True. See hint 3."
)
zone = str(getattr(frame["submitted_at"].dtype, "tz", None))
assert zone == "UTC", (
    f"The times have the dtype {frame['submitted_at'].dtype}; expected times with the zone UTC."
    " See hint 4."
)

# %% hidden="types"
### BEGIN HIDDEN TESTS
hidden_text = """id,note,code,paid,at
9007199254740993,"a, b",NA,False,
,,null,,2026-03-02T23:59:59.000+00:00
9007199254740995, x ,007,True,2026-03-03T00:00:00.001+00:00
"""
hidden_types = {"id": "whole", "note": "text", "code": "text", "paid": "yes or no", "at": "time"}
hidden = read_typed(io.StringIO(hidden_text), hidden_types)
assert len(hidden) == 3, f"Of 3 rows with empty fields you return {len(hidden)}."
notes = hidden["note"].tolist()
assert notes == ["a, b", "", " x "], (
    f"The texts are {notes}; expected 'a, b', '' and ' x ': an empty text is a text, and spaces"
    " belong to it. See hint 2."
)
codes = hidden["code"].tolist()
assert codes == ["NA", "null", "007"], (
    f"The codes are {codes}; expected 'NA', 'null', '007', as they stand in the file. See hint 2."
)
ids = hidden["id"].dropna().tolist()
assert ids == [9007199254740993, 9007199254740995], (
    f"The ids are {ids}; expected 9007199254740993 and 9007199254740995: on the way through a"
    " float, whole numbers above 2 to the power of 53 are rounded. See hint 3."
)
paid = [None if pd.isna(value) else bool(value) for value in hidden["paid"]]
assert paid == [False, None, True], f"Expected False, missing, True; you have {paid}."
times, last = hidden["at"].tolist(), str(hidden["at"][2])[11:23]
assert str(hidden["at"].dt.tz) == "UTC" and pd.isna(times[0]) and last == "00:00:00.001", (
    f"The times are {times}; expected a missing one, 23:59:59 and 00:00:00.001, in the zone UTC."
)
numbers = read_typed(io.StringIO("n,x\n1,2\n2,\n"), {"n": "whole", "x": "number"})
assert numbers["x"].dtype == "float64" and numbers["x"].dropna().tolist() == [2.0], (
    f"Of the file 'n,x / 1,2 / 2,' x is {numbers['x'].tolist()}; expected 2.0, missing, as float64."
)
only = read_typed(io.StringIO("code\n007\n\nNA\n"), {"code": "text"})["code"].tolist()
assert only == ["007", "", "NA"], (
    f"Of the file of one column, 'code / 007 / / NA', you return {only}; expected '007', '', 'NA':"
    " an empty line is a row whose field is empty. See hint 1."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `pd.read_csv(file, dtype={...})` takes a dtype for each column; "str" is text. It leaves out empty
# lines unless you say `skip_blank_lines=False`.
# </details>
#
# <details><summary>Hint 2: what is missing</summary>
#
# `keep_default_na=False` switches off the list of words (NA, null, None, nan, ...) that pandas
# takes for missing. `na_values={"instalments": [""]}` says column by column what is missing
# instead. A column of text stands in no such list.
# </details>
#
# <details><summary>Hint 3: numbers that may be missing</summary>
#
# NumPy's integers and booleans have no room for a missing value. pandas' own "Int64" and "boolean"
# have. Give them as dtypes to `read_csv`, so that no number passes through a float.
# </details>
#
# <details><summary>Hint 4: times</summary>
#
# `pd.to_datetime(column, utc=True)`, after reading.
# </details>

# %% [markdown] tags=["solution-only"]
# A CSV has no place for types, so they come beside it: in code, in a data dictionary, or in a file
# next to it. The same holds for what an empty field means.
#
# What usually goes wrong: to read without types and repair afterwards, when the zeros are gone.
# `dtype=str` alone, which keeps the codes and still drops NA, and leaves numbers as text. A missing
# value among whole numbers, which turns all of them into floats: 3 is then 3.0, and a long id is
# another id. `bool("False")`.

# %% [markdown]
# ## Task 2: What a query has to read
#
# A query wants some columns of the rows whose value in *one* column lies between two bounds. Before
# any data are read, the footer says how many bytes of column chunks that takes: of the row groups
# that can hold such rows, the chunks of the columns wanted and of the column that is tested.


# %% solution="bytes"
def bytes_needed(footer, columns, tested, low, high):
    """Return how many bytes of column chunks the query has to read from the file.

    footer: a pyarrow.parquet.FileMetaData, as above. columns: names of the columns wanted.
    tested: name of the column that is tested; low <= value <= high is asked for.
    A row group has to be read unless a least and a greatest value exclude such a value. Where a
    chunk has none, nothing is excluded: `statistics` is None, or `statistics.has_min_max` is False
    (all values are missing). The column tested is read as well, and once if it is also wanted.
    Bytes are those in the file, compressed. A list's path is its name, a dot, and more.

    Example: in a file of two row groups with ids 0 to 9 and 10 to 19, whose chunks take 50 bytes
    for id and 80 for amount, amounts of the ids 12 to 15 take 50 + 80 = 130.
    """
    ### BEGIN SOLUTION
    needed = 0
    for g in range(footer.num_row_groups):
        group = footer.row_group(g)
        chunks = [group.column(c) for c in range(group.num_columns)]
        known = next(c.statistics for c in chunks if c.path_in_schema.split(".")[0] == tested)
        if known is not None and known.has_min_max and (known.max < low or known.min > high):
            continue
        for chunk in chunks:
            if chunk.path_in_schema.split(".")[0] in {tested, *columns}:
                needed += chunk.total_compressed_size
    return needed
    ### END SOLUTION


# %% check="bytes"
sizes = sizes_of(footer)
in_group_3 = sizes.loc[3]
got = bytes_needed(footer, ["device"], "id", 3_200, 3_300)
both = int(in_group_3["bytes"][["id", "device"]].sum())
said = "For the devices of the ids 3200 to 3300"
assert got != sum(sizes["bytes"][g, name] for g in range(6) for name in ("id", "device")), (
    f"{said} you give {got:,} bytes, those of all six row groups; expected {both:,}: only the"
    " fourth holds such ids, by its statistics. See hint 2."
)
assert got != int(in_group_3["bytes"].sum()), (
    f"{said} you give {got:,} bytes, those of all columns; expected {both:,}: the chunks of id and"
    " device are enough. See hint 1."
)
assert got != int(in_group_3["unpacked"][["id", "device"]].sum()), (
    f"{said} you give {got:,} bytes; expected {both:,}: those in the file, compressed. See hint 3."
)
assert got != int(in_group_3["bytes"]["device"]), (
    f"{said} you give {got:,} bytes, those of device; expected {both:,}: to know which rows they"
    " are, the ids have to be read as well. See hint 1."
)
zero = both + sum(sizes["bytes"][0, name] for name in ("id", "device"))
assert got != zero, (
    f"{said} you give {got:,} bytes, with those of the first row group; expected {both:,}: its"
    " least id is 0, and 0 is a value, not a missing one. See hint 2."
)
assert got == both, f"{said} you give {got:,} bytes; expected {both:,}. See hint 1."
got = bytes_needed(footer, ["id"], "id", 3_200, 3_300)
assert got == int(in_group_3["bytes"]["id"]), (
    f"For the ids 3200 to 3300 themselves you give {got:,} bytes; expected"
    f" {in_group_3['bytes']['id']:,}: a column is read once, even if it is tested and wanted."
    " See hint 1."
)
got = bytes_needed(footer, ["device"], "id", 999, 1_000)
expected = sum(sizes["bytes"][g, name] for g in (0, 1) for name in ("id", "device"))
assert got == expected, (
    f"For the ids 999 to 1000 you give {got:,} bytes; expected {expected:,}: 999 is the last of the"
    " first row group and 1000 the first of the second, and the bounds belong to what is asked for."
    " See hint 2."
)

# %% hidden="bytes"
### BEGIN HIDDEN TESTS
small = footer_of({"at": range(90), "at_night": [i % 2 for i in range(90)]}, 40)
empty = footer_of({"at": pa.array([None] * 40 + list(range(40))), "x": range(80)}, 40)
cases = [
    (footer, ["amount"], "merchant", "0071", "0071", range(6), "the column has no statistics, so no"
     " row group is excluded. See hint 2."),
    (footer, ["basket"], "id", 0, 10, [0], "the path of a list's chunk is longer than its name."
     " See hint 3."),
    (footer, ["device"], "id", 7_000, 8_000, [], "no row group holds such values. See hint 2."),
    (footer, [], "id", -5, 2_500, range(3), "a row group counts where its values and the range"
     " overlap, even in part. See hint 2."),
    (footer, ["device", "amount"], "id", 2_400, 2_600, [2], "a row group can hold the whole range"
     " inside it. See hint 2."),
    (small, ["at_night"], "at", 85, 99, [2], "take the number of row groups and of columns from the"
     " footer. See hint 1."),
    (small, [], "at", 0, 9, [0], "beside at there is at_night; the name is all that stands before"
     " the dot. See hint 3."),
    (empty, ["x"], "at", 0, 9, [0, 1], "where all values of a chunk are missing it has statistics,"
     " but in them has_min_max is False, so nothing is excluded. See hint 2."),
]  # fmt: skip
for file, columns, tested, low, high, groups, why in cases:
    sizes = sizes_of(file)["bytes"]
    expected = sum(sizes[g, name] for g in groups for name in {tested, *columns})
    try:
        got = bytes_needed(file, columns, tested, low, high)
    except TypeError as error:
        got = f"an error ({error})"
    assert got == expected, (
        f"For the columns {columns} where {tested} is from {low} to {high} you give {got};"
        f" expected {expected} bytes: {why}"
    )
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: which chunks</summary>
#
# Go through `range(footer.num_row_groups)`, and in each group through
# `range(group.num_columns)`. A chunk counts if its column is in the set of `columns` and `tested`.
# </details>
#
# <details><summary>Hint 2: which row groups</summary>
#
# Find the chunk of the column tested. A row group is excluded where its greatest value is below
# `low` or its least above `high`. Where `statistics` is None or its `has_min_max` is False, it is
# not. Do not ask whether the least value is true: 0 is a value.
# </details>
#
# <details><summary>Hint 3: names and bytes</summary>
#
# `chunk.path_in_schema.split(".")[0]` is the column's name, `chunk.total_compressed_size` the bytes
# in the file.
# </details>

# %% [markdown] tags=["solution-only"]
# This is how a query engine plans. It also reads the footer, and it may read a little more where
# two chunks lie so close that one longer read is cheaper than two.
#
# What usually goes wrong: the column tested is forgotten, because it is not in the answer. Both
# bounds are taken for outside. A chunk without statistics is skipped, and rows are lost without a
# word: statistics may exclude, and their absence may not.

# %% [markdown]
# ## Task 3: A schema that grows
#
# Avro files of last year were written by a schema `first`. Write the second version, by which those
# files still read:
#
# - `person_id`, so far an int, has to hold numbers beyond 2,147,483,647;
# - `channel` is called `entry` from now on, and its old values are to be kept;
# - `currency` is new, a text; for old rows it is "crowns";
# - `approved_by` is new, a text or missing; for old rows it is missing.
#
# All other fields stay as they are, and so does whatever else is in these two: a `doc`, the aliases
# that `channel` may have from earlier.


# %% solution="evolve"
def second_schema(first):
    """Return the second version of the schema; `first` itself stays as it is.

    first: an Avro schema as a dict, like FIRST. It has at least the fields person_id and channel,
    at any place, and maybe others. The order of fields in what you return is free.

    Example: by second_schema(FIRST) an old row {"person_id": 7, "amount": 54.0, "channel": "web",
    "instalments": None} reads as {"person_id": 7, "amount": 54.0, "entry": "web",
    "instalments": None, "currency": "crowns", "approved_by": None}.
    """
    ### BEGIN SOLUTION
    second = copy.deepcopy(first)
    for field in second["fields"]:
        if field["name"] == "person_id":
            field["type"] = "long"
        if field["name"] == "channel":
            field["name"] = "entry"
            field["aliases"] = [*field.get("aliases", []), "channel"]
    second["fields"] += [
        {"name": "currency", "type": "string", "default": "crowns"},
        {"name": "approved_by", "type": ["null", "string"], "default": None},
    ]
    return second
    ### END SOLUTION


# %% check="evolve"
before = copy.deepcopy(FIRST)
second = second_schema(FIRST)
assert before == FIRST, (
    "Your function changes the schema that it is given; expected a new one. See hint 1."
)
assert second.get("name") == "Application", (
    f"Your record's name is {second.get('name')!r}; expected 'Application', as it was: records meet"
    " by name, too. See hint 1."
)
came, error = write_and_read(OLD_ROWS, FIRST, second)
assert error is None, (
    f"An old file no longer reads ({error}). A new field needs a default, a renamed field its old"
    " name as an alias, and a type may only widen. See hints 2 and 3."
)
names = sorted(came[0])
assert names == ["amount", "approved_by", "currency", "entry", "instalments", "person_id"], (
    f"A row has the fields {names}; expected amount, approved_by, currency, entry, instalments and"
    " person_id."
)
old_values = [
    ("entry", ["web", "till"], "the old values are to be kept. A default would hide them, an alias"
     " finds them. See hint 3."),
    ("currency", ["crowns"] * 2, "that is its default. See hint 2."),
    ("approved_by", [None, None], "it is missing, which is not the text 'null'. See hint 2."),
    ("person_id", [7, 175958], "expected the whole numbers 7 and 175958. See hint 4."),
]  # fmt: skip
for name, expected, why in old_values:
    got = [row[name] for row in came]
    assert repr(got) == repr(expected), f"In old rows {name} is {got}; expected {expected}: {why}"
same = [field for field in second["fields"] if field["name"] in ("amount", "instalments")]
assert sorted(same, key=lambda field: field["name"]) == [FIRST["fields"][1], FIRST["fields"][3]], (
    f"The fields amount and instalments are {same}; expected them as they were. Only person_id gets"
    " a wider type. See hint 1."
)
again, error = write_and_read(NEW_ROWS, second, second)
assert error is None and again == NEW_ROWS, (
    f"A new row with the person 3,000,000,000 does not come back as it was ({error or again})."
    " Which of Avro's types holds such a number? May approved_by be a text, too? See hint 4."
)

# %% hidden="evolve"
### BEGIN HIDDEN TESTS
other = copy.deepcopy(REQUEST)
version = second_schema(other)
assert other == REQUEST, "Your function changes the schema that it is given. See hint 1."
rows = [{"channel": "app", "basket": ["books"], "score": 0.25, "person_id": 2**31 - 1}]
came, error = write_and_read(rows, other, version)
assert error is None, (
    f"By the second version of another schema, with other fields, an old file does not read"
    f" ({error}). Change the schema that you are given, and do not write a new one. See hint 1."
)
expected = {"entry": "app", "basket": ["books"], "score": 0.25, "person_id": 2**31 - 1,
            "currency": "crowns", "approved_by": None}  # fmt: skip
assert came == [expected], (
    f"An old row of another schema reads as {came[0]}; expected {expected}: all other fields stay"
    " as they are. See hint 1."
)
fields = {field["name"]: field for field in version["fields"]}
assert fields["score"] == other["fields"][2], (
    f"The field score is {fields['score']} in the second version; expected it as it was."
)
assert set(fields["entry"]["aliases"]) == {"way", "channel"}, (
    f"The aliases of entry are {fields['entry']['aliases']}; expected 'way', which channel had"
    " already, and 'channel': files of the first of all versions are still there. See hint 3."
)
docs = [fields[name].get("doc") for name in ("entry", "person_id")]
assert docs == ["of entry", "of the register"], (
    f"The docs of entry and person_id are {docs}; expected 'of entry' and 'of the register': change"
    " the two fields, and do not write them anew. See hint 1."
)
refused = write_and_read([{**expected, "currency": None}], version, version)[1]
assert refused is not None, (
    "By your schema a new row may have no currency; expected a text always: only approved_by may be"
    " missing. See hint 2."
)
missing = [{**expected, "approved_by": None, "person_id": -(2**40)}]
assert write_and_read(missing, version, version)[0] == missing, (
    "A new row without approved_by, or with a person_id far below zero, does not come back."
)
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `copy.deepcopy(first)` is a copy down to the fields. Go through `second["fields"]`, change the two
# fields, and add two.
# </details>
#
# <details><summary>Hint 2: defaults</summary>
#
# `{"name": ..., "type": ..., "default": ...}`. A text that may be missing is
# `["null", "string"]`, and its default is Python's `None`.
# </details>
#
# <details><summary>Hint 3: a new name</summary>
#
# The field gets the new name, and "channel" goes into its list `"aliases"`, after those that are
# there already.
# </details>
#
# <details><summary>Hint 4: a wider type</summary>
#
# Avro reads an int as a long, a float or a double, a long as a float or a double, a float as a
# double, and never the other way round. Only one of these is a wider whole number.
# </details>

# %% [markdown] tags=["solution-only"]
# Fields meet by name. What the reader has and the writer lacks takes the default; what has another
# name is found by the alias; what the writer has and the reader lacks is skipped.
#
# What usually goes wrong: a new field without a default, which is found out on the day when
# somebody opens an old file. A renamed field with a default instead of an alias, which reads
# without an error and has lost every old value. A number that becomes a text. `dict(first)`, which
# copies the outermost level only, so that the first schema changes as well.
