"""What datasets/ holds is what the seed gives, described, checked and loaded with care."""

import hashlib
import json
import shutil
import sys

import mlcroissant as mlc
import pyarrow.parquet as pq
import pytest

from labkit import ROOT
from labkit.logs.records import FIELDS
from labkit.riverton import __main__ as command
from labkit.riverton import build as building
from labkit.riverton import data, datasheet
from labkit.riverton.catalog import (
    ARROW_TYPES,
    CATALOG,
    RIVERTON_FRIENDSHIPS,
    RIVERTON_LOG,
    RIVERTON_PEOPLE,
)
from labkit.riverton.shipped_log import ShippedLog
from labkit.riverton.world import World

TABLES = [(dataset, table) for dataset in CATALOG for table in dataset.tables]
TABLE_FILES = [f"{dataset.folder}/{table.file}" for dataset, table in TABLES]
FILES = [
    f"{dataset.folder}/{item.file}"
    for dataset in CATALOG
    for item in dataset.tables + dataset.files
]
# What the metadata library itself is warned of by the libraries below it.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index"),
]
each_dataset = pytest.mark.parametrize("dataset", CATALOG, ids=lambda d: d.folder)
each_table = pytest.mark.parametrize(("dataset", "table"), TABLES, ids=TABLE_FILES)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    return folder, building.build(folder)


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(data.DATASETS / "riverton_people", tmp_path / "riverton_people")
    return tmp_path


@pytest.fixture
def small_world():
    return World(
        **{
            table.name: getattr(data, f"load_{table.name}")().head(20)
            for dataset in (RIVERTON_PEOPLE, RIVERTON_FRIENDSHIPS)
            for table in dataset.tables
        }
    )


@pytest.fixture(scope="module")
def small_log():
    log = pq.read_table(data.DATASETS / "riverton_log/log.parquet").slice(0, 20).to_pandas()
    return ShippedLog(log, b"a line\n", b"{}")


# Building


def test_a_build_gives_the_same_files_byte_for_byte(built):
    folder, written = built
    names = sorted(path.relative_to(folder).as_posix() for path in written)
    texts = [f"{d.folder}/{file}" for d in CATALOG for file in ("README.md", "croissant.json")]
    assert names == sorted(FILES + texts)
    for name in FILES:
        assert (folder / name).read_bytes() == (data.DATASETS / name).read_bytes(), name
    for name in texts:
        old, new = ((root / name).read_text("utf-8") for root in (data.DATASETS, folder))
        assert old == new, name


def test_a_build_leaves_nothing_else_behind(built):
    folder, written = built
    assert {path for path in folder.rglob("*") if path.is_file()} == set(written)


def test_a_build_that_fails_half_way_changes_nothing(copied, small_world, small_log, monkeypatch):
    def fail(dataset, folder):
        raise OSError("no space left on device")

    def content():
        return {path: path.read_bytes() for path in copied.rglob("*") if path.is_file()}

    monkeypatch.setattr(building, "make_world", lambda: small_world)
    monkeypatch.setattr(building, "make_log", lambda: small_log)
    monkeypatch.setattr(building, "describe", fail)
    before = content()
    with pytest.raises(OSError, match="no space"):
        building.build(copied)
    assert content() == before


def test_what_a_killed_build_left_behind_is_cleared_away(
    tmp_path, small_world, small_log, monkeypatch
):
    monkeypatch.setattr(building, "make_world", lambda: small_world)
    monkeypatch.setattr(building, "make_log", lambda: small_log)
    left = tmp_path / ".build-killed"
    left.mkdir()
    (left / "people.parquet").write_bytes(b"half")
    monkeypatch.setattr(datasheet, "fill", lambda prose, *_: prose)
    building.build(tmp_path)
    assert not left.exists()


def test_a_datasheet_that_is_gone_is_named_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "DATASETS", tmp_path)
    monkeypatch.setattr(building, "make_world", lambda: pytest.fail("the world was made"))
    with pytest.raises(data.DatasetError, match="git checkout -- datasets/riverton_people/README"):
        building.build(tmp_path)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "Nothing was changed: No space left on device"),
        (data.DatasetError("a datasheet is missing"), "Nothing was changed. a datasheet is"),
    ],
)
def test_a_build_that_fails_is_one_line(monkeypatch, error, said):
    def fail():
        raise error

    monkeypatch.setattr(building, "build", fail)
    monkeypatch.setattr(sys, "argv", ["riverton", "build"])
    with pytest.raises(SystemExit, match=said):
        command.main()


def test_a_python_without_the_libraries_hands_over_to_the_courses_own(tmp_path, monkeypatch):
    called = []
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command.subprocess, "call", lambda line, cwd: called.append((line, cwd)))
    monkeypatch.setattr(sys, "argv", ["riverton", "build"])
    missing = ModuleNotFoundError(name="mlcroissant")
    command._with_the_courses_own_python(missing)
    assert called == [([str(python), "-m", "labkit.riverton", "build"], tmp_path)]
    python.unlink()
    assert "no mlcroissant" in command._with_the_courses_own_python(missing)


def test_the_command_says_what_it_wrote(monkeypatch, capsys):
    file = data.DATASETS / FILES[0]
    monkeypatch.setattr(building, "build", lambda: [file])
    monkeypatch.setattr(sys, "argv", ["riverton", "build"])
    command.main()
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith(f"datasets/{FILES[0]}")
    assert f"{file.stat().st_size:,} B" in first
    assert "in all" in last


def test_everything_stays_small():
    size = sum(path.stat().st_size for path in data.DATASETS.rglob("*") if path.is_file())
    assert size < 15e6


# Describing


@each_dataset
def test_croissant_validates_without_a_warning(dataset):
    described = mlc.Dataset(jsonld=data.DATASETS / dataset.folder / "croissant.json")
    assert described.metadata.issues.errors == set()
    assert described.metadata.issues.warnings == set()
    assert described.metadata.license == [building.LICENCE]


@each_table
def test_croissant_reads_the_table_it_describes(dataset, table):
    described = mlc.Dataset(jsonld=data.DATASETS / dataset.folder / "croissant.json")
    record = next(iter(described.records(table.name)))
    assert list(record) == [f"{table.name}/{column.name}" for column in table.columns]


@each_table
def test_parquet_holds_the_columns_of_the_catalogue(dataset, table):
    schema = pq.read_schema(data.DATASETS / dataset.folder / table.file)
    expected = {column.name: ARROW_TYPES[column.kind] for column in table.columns}
    assert dict(zip(schema.names, schema.types, strict=True)) == expected


@each_dataset
def test_datasheet_answers_every_question(dataset):
    text = (data.DATASETS / dataset.folder / "README.md").read_text(encoding="utf-8")
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert tuple(headings) == datasheet.HEADINGS
    prose = " ".join(text.split())
    for needed in ("Riverton is made up", "none estimates a real group", "CC BY 4.0", "what not?"):
        assert needed in prose, needed
    for table in dataset.tables:
        for column in table.columns:
            assert f"| `{column.name}` |" in text, column.name


@each_dataset
def test_the_index_of_datasets_leads_to_each_datasheet(dataset):
    index = (data.DATASETS / "README.md").read_text(encoding="utf-8")
    assert f"({dataset.folder}/README.md)" in index


def test_a_datasheet_without_its_markers_is_refused(small_world):
    with pytest.raises(ValueError, match="lacks the markers"):
        datasheet.fill("# A datasheet", CATALOG[0], small_world)


# Loading


@each_table
def test_a_loaded_frame_is_fresh(dataset, table):
    load = getattr(data, f"load_{table.name}")
    first = load()
    column = first.columns[0]
    kept = first[column].copy()
    first[column] = None
    assert load()[column].equals(kept)


def test_a_file_is_hashed_once_and_again_after_a_change(copied, monkeypatch):
    hashed = []
    real = hashlib.sha256

    def counting(content):
        hashed.append(len(content))
        return real(content)

    monkeypatch.setattr(data.hashlib, "sha256", counting)
    path = data.verified("riverton_people/districts.parquet", copied)
    data.verified("riverton_people/districts.parquet", copied)
    assert len(hashed) == 1
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(data.DatasetError):
        data.verified("riverton_people/districts.parquet", copied)
    assert len(hashed) == 2


def test_a_missing_file_is_named_with_the_command_that_brings_it_back(copied):
    (copied / "riverton_people/people.parquet").unlink()
    with pytest.raises(data.DatasetError) as caught:
        data.verified("riverton_people/people.parquet", copied)
    assert str(caught.value) == (
        "datasets/riverton_people/people.parquet is missing. "
        "Rebuild it with: python3 -m labkit.riverton build"
    )


def test_a_changed_file_is_named_with_what_is_off(copied):
    path = copied / "riverton_people/truth.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(data.DatasetError) as caught:
        data.verified("riverton_people/truth.parquet", copied)
    message = str(caught.value)
    assert "\n" not in message
    assert "datasets/riverton_people/truth.parquet has changed" in message
    assert hashlib.sha256(content).hexdigest()[:12] in message
    assert message.endswith("python3 -m labkit.riverton build")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_text("{", encoding="utf-8"), "does not describe"),
        (lambda path: path.write_text(json.dumps({"distribution": []})), "does not describe"),
        (lambda path: path.write_text("null"), "does not describe"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read"),
    ],
    ids=["missing", "unreadable", "silent", "null", "a folder"],
)
def test_metadata_that_cannot_vouch_for_a_file_are_named(copied, spoil, problem):
    spoil(copied / "riverton_people/croissant.json")
    with pytest.raises(data.DatasetError, match=problem) as caught:
        data.verified("riverton_people/people.parquet", copied)
    assert "datasets/riverton_people/croissant.json" in str(caught.value)


def test_the_log_is_typed_and_its_truth_tells_of_it():
    log, truth = data.load_log(), data.load_log_truth()
    assert {name: str(kind) for name, kind in log.dtypes.items()} == {
        field.name: field.dtype for field in FIELDS
    }
    assert len(log) == truth["lines"]
    assert log["packages"].dropna().map(lambda packages: "numpy" in packages).any()
    spilt = next(i for i in truth["incidents"] if i["kind"] == "personal_data")
    assert log["msg"].iloc[spilt["lines"][0] - 1] != "answered"


def test_the_sample_has_the_lines_and_the_broken_lines_of_its_truth():
    lines, truth = data.log_sample().read_bytes().splitlines(), data.load_log_truth("sample")
    broken = next(i for i in truth["incidents"] if i["kind"] == "broken_lines")["lines"]
    assert len(lines) == truth["lines"]
    for number in broken["not_utf8"]:
        with pytest.raises(UnicodeDecodeError):
            lines[number - 1].decode()


def test_what_has_no_table_is_described_and_checked():
    described = json.loads((data.DATASETS / "riverton_log/croissant.json").read_text("utf-8"))
    formats = {entry["name"]: entry["encodingFormat"] for entry in described["distribution"]}
    assert formats == {item.file: item.format for item in RIVERTON_LOG.tables + RIVERTON_LOG.files}


def test_every_file_passes_its_check():
    for name in FILES:
        assert data.verified(name) == ROOT / "datasets" / name
