"""A learner's own copies: handed out once, never overwritten, news announced."""

import json
import shutil
import socket

import pytest

from labkit import ROOT
from labkit.authoring.contents import chapters
from labkit.authoring.links import broken_links
from labkit.classroom import lab
from labkit.classroom.copies import hand_out
from labkit.classroom.course import Course
from labkit.classroom.start_page import write_start_page

LESSON = "01_chapter/01_lesson.ipynb"


def write(path, *sources, outputs=()):
    """A notebook with a code cell that has `outputs` and a text cell for each of `sources`."""
    code = {"cell_type": "code", "source": ["x = 1"], "outputs": [*outputs], "execution_count": 1}
    cells = [{"cell_type": "markdown", "source": [source]} for source in sources]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": [code, *cells]}), encoding="utf-8")


def text_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells[1:]]


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


@pytest.fixture(params=["chapters", "exercises"])
def desk(request, course):
    """(the original as it was released, the learner's copy of it, what hands out)."""
    original = course.root / request.param / LESSON
    write(original, "first")
    return original, course.copies()[original], lambda: hand_out(course)


def test_what_has_no_copy_is_handed_out(desk):
    _, copy, give = desk
    assert give() == []
    assert text_of(copy) == ["first"]


def test_an_untouched_copy_follows_its_original(desk):
    original, copy, give = desk
    give()
    write(original, "second")
    assert give() == []
    assert text_of(copy) == ["second"]


def test_a_copy_that_was_only_opened_follows_its_original(desk):
    original, copy, give = desk
    give()
    opened = json.loads(copy.read_text(encoding="utf-8"))
    opened["metadata"] = {"language_info": {"version": "3.12"}}
    copy.write_text(json.dumps(opened), encoding="utf-8")
    write(original, "second")
    assert give() == []
    assert text_of(copy) == ["second"]


@pytest.mark.parametrize(
    "touch",
    [
        lambda cells: cells[0].update(source="x = 2"),
        lambda cells: cells[0].update(outputs=[{"output_type": "stream", "text": "2"}]),
        lambda cells: cells.pop(),
    ],
)
def test_an_answer_a_result_and_a_deleted_cell_count_as_touched(desk, touch):
    original, copy, give = desk
    give()
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    touch(notebook["cells"])
    mine = json.dumps(notebook)
    copy.write_text(mine, encoding="utf-8")
    write(original, "second")
    assert len(give()) == 1
    assert copy.read_text(encoding="utf-8") == mine


def test_a_touched_copy_is_never_overwritten_and_news_is_announced_until_taken(desk):
    original, copy, give = desk
    give()
    copy.write_text("my work", encoding="utf-8")
    assert give() == []
    write(original, "second")
    for _ in range(2):
        (line,) = give()
        assert f"newer version of 01_chapter/{copy.name} is here" in line
        assert copy.read_text(encoding="utf-8") == "my work"
    copy.rename(copy.with_name("mine.ipynb"))
    assert give() == []
    assert text_of(copy) == ["second"]


def test_a_copy_that_nobody_recorded_is_never_touched(desk):
    _, copy, give = desk
    copy.parent.mkdir(parents=True)
    copy.write_text("mine", encoding="utf-8")
    assert give() == []
    assert copy.read_text(encoding="utf-8") == "mine"


def test_a_record_that_is_lost_costs_nobody_their_work(desk, course):
    original, copy, give = desk
    give()
    copy.write_text("mine", encoding="utf-8")
    (course.work / ".handed-out.json").write_text('{"half of', encoding="utf-8")
    write(original, "second")
    give()
    assert copy.read_text(encoding="utf-8") == "mine"


def test_a_damaged_original_is_named_and_the_others_are_handed_out(desk, course):
    original, copy, give = desk
    original.write_text("<<<<<<< HEAD", encoding="utf-8")
    other = original.with_name("02_other.ipynb")
    write(other, "fine")
    (line,) = give()
    assert f"{original.parts[-3]}/{LESSON} is damaged" in line
    assert not copy.exists()
    assert text_of(course.copies()[other]) == ["fine"]


def test_a_lesson_is_handed_out_without_its_results(course):
    lesson = course.root / "chapters" / LESSON
    write(lesson, outputs=[{"output_type": "stream", "name": "stdout", "text": ["12.7 times"]}])
    hand_out(course)
    (cell,) = json.loads(course.copies()[lesson].read_text(encoding="utf-8"))["cells"]
    assert cell["outputs"] == [] and cell["execution_count"] is None
    assert "12.7 times" in lesson.read_text(encoding="utf-8")


def test_a_copy_links_to_the_learners_own_copies_and_to_nothing_else_in_their_place(course):
    links = (
        "[exercise](../../exercises/01_chapter/01_lesson.ipynb#task-1)",
        "[next](02_next.ipynb) [ledger](../LEDGER.md) [web](https://example.org/a.ipynb) [up](#a)",
    )
    write(course.root / "chapters" / LESSON, *links)
    write(course.root / "chapters" / "01_chapter" / "02_next.ipynb")
    write(course.root / "exercises" / LESSON, "[lesson](../../chapters/01_chapter/01_lesson.ipynb)")
    hand_out(course)
    assert text_of(course.work / LESSON) == [
        "[exercise](01_lesson_exercise.ipynb#task-1)",
        "[next](02_next.ipynb) [ledger](../../chapters/LEDGER.md)"
        " [web](https://example.org/a.ipynb) [up](#a)",
    ]
    assert text_of(course.work / "01_chapter" / "01_lesson_exercise.ipynb") == [
        "[lesson](01_lesson.ipynb)"
    ]


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """This course, elsewhere, with copies and start page."""
    course = Course(tmp_path_factory.mktemp("course"))
    shutil.copy(ROOT / "README.md", course.root)
    for folder in ("chapters", "exercises", "solutions", "datasets", "labkit"):
        leave = shutil.ignore_patterns("*.parquet")
        shutil.copytree(ROOT / folder, course.root / folder, ignore=leave)
    hand_out(course)
    write_start_page(course, announced=["A newer version is here."])
    return course


def test_every_lesson_and_exercise_is_on_the_start_page(handed_out):
    page = (handed_out.work / "START.md").read_text(encoding="utf-8")
    lessons = [lesson for chapter in chapters() for lesson in chapter.lessons]
    assert lessons
    for lesson in lessons:
        name = f"{lesson.chapter}/{lesson.name}"
        assert not lesson.has_lesson or f"({name}.ipynb)" in page
        assert not lesson.has_exercise or f"({name}_exercise.ipynb)" in page
    assert "A newer version is here." in page


def test_every_link_of_the_start_page_and_of_the_copies_leads_somewhere(handed_out):
    pages = [handed_out.work / "START.md", *handed_out.work.rglob("*.ipynb")]
    assert len(pages) >= 5
    assert {page: broken for page in pages if (broken := broken_links(page))} == {}


def test_a_port_in_use_is_noticed():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert lab.free_port(port) is None
    assert lab.free_port(port) == port


def test_a_display_is_needed_only_where_there_may_be_none(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not lab.has_display("linux")
    assert lab.has_display("darwin")
    monkeypatch.setenv("DISPLAY", ":0")
    assert lab.has_display("linux")
