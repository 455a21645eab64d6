"""The repository as a whole: its layout, its lock, and what must not stand in it."""

import fnmatch
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

import course
from labkit import ROOT
from labkit.authoring.form import ABSOLUTE_PATH

SETTINGS = ROOT / "labkit" / "classroom" / "jupyterlab"
FOLDERS = {"chapters", "exercises", "solutions", "datasets", "tests", "labkit"}
OWN = {".git", ".ci", ".venv", ".cache", ".ruff_cache", "work"}
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def texts(*patterns):
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if not OWN & set(path.relative_to(ROOT).parts):
                yield path, path.read_text(encoding="utf-8")


def test_six_folders_and_labkit():
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert found - OWN - {"__pycache__"} == FOLDERS


def test_the_lock_names_no_address_and_every_package_has_hashes():
    assert "://" not in LOCK
    assert "index-url" not in LOCK
    for entry in re.split(r"\n(?=\w)", LOCK.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_lock_holds_what_the_project_asks_for():
    def plain(name):
        return re.sub(r"[-_.]+", "-", re.split(r"[ ;<>=\[]", name)[0]).lower()

    locked = {plain(line) for line in LOCK.splitlines() if re.match(r"\w", line)}
    assert {plain(name) for name in PROJECT["project"]["dependencies"]} <= locked


def test_one_version_of_each_package_for_every_python():
    """A seeded number comes out alike on every Python only if the libraries are the same."""
    names = [line.split("==")[0] for line in LOCK.splitlines() if re.match(r"\w", line)]
    assert len(names) == len(set(names))


def test_the_supported_pythons_are_the_same_everywhere():
    oldest, newest = course.OLDEST, course.NEWEST
    wanted = f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"
    assert PROJECT["project"]["requires-python"] == wanted
    assert f"Python 3.{oldest[1]}, 3.12 or 3.{newest[1]}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    "path", [p for p, _ in texts("*.md", "*.py", "[cdel]*/**/*.py", "[cd]*/**/*.md")]
)
def test_no_path_of_somebody_s_machine(path):
    if "authoring" not in path.parts:
        found = ABSOLUTE_PATH.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_an_exercise_holds_neither_a_solution_nor_a_hidden_check():
    for path, text in texts("exercises/*/*.ipynb"):
        for secret in ("BEGIN SOLUTION", "HIDDEN TESTS", "solution-only"):
            assert secret not in text, f"{path.relative_to(ROOT)} holds {secret!r}"
    assert not list(ROOT.glob("exercises/**/*.py")), "text twins belong to solutions/"


def test_every_dataset_states_its_licence():
    folders = [path for path in (ROOT / "datasets").iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert "licen" in (folder / "README.md").read_text(encoding="utf-8").lower(), folder.name
        assert json.loads((folder / "croissant.json").read_text(encoding="utf-8"))["license"]


def test_the_data_stays_small():
    size = sum(path.stat().st_size for path in (ROOT / "datasets").rglob("*") if path.is_file())
    assert size < 15_000_000


# JupyterLab as a learner meets it


def test_settings_for_learners_are_ones_that_jupyterlab_knows():
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    overrides = json.loads((SETTINGS / "overrides.json").read_text(encoding="utf-8"))
    for plugin, settings in overrides.items():
        package, name = plugin.split(":")
        schema = json.loads((schemas / package / f"{name}.json").read_text(encoding="utf-8"))
        assert settings.keys() <= schema["properties"].keys()
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_learners_are_not_shown_the_tools_of_authors():
    page = json.loads((SETTINGS / "page_config.json").read_text(encoding="utf-8"))
    assert page["disabledExtensions"]["@jupyter/nbgrader"]


def test_learners_see_notebooks_and_not_what_they_are_made_from():
    config = (SETTINGS / "jupyter_server_config.py").read_text(encoding="utf-8")
    globs = re.findall(r'^    "(.+)",$', config.split("hide_globs")[1], re.MULTILINE)

    def hidden(name):
        return any(fnmatch.fnmatch(name, glob) for glob in globs)

    assert all(hidden(name) for name in ("03_batching.py", "exercises", "labkit", "course.py"))
    assert not any(hidden(n) for n in ("03_batching.ipynb", "work", "datasets", "solutions"))
