"""A learner's own copies: handed out once, never overwritten, news announced."""

import socket

import pytest

from labkit.classroom import lab
from labkit.classroom.copies import hand_out
from labkit.classroom.start_page import write_start_page


@pytest.fixture
def desk(tmp_path):
    """(the exercise as released, the learner's copy, a function that hands out)."""
    exercise = tmp_path / "exercises" / "01_chapter" / "01_lesson.ipynb"
    exercise.parent.mkdir(parents=True)
    exercise.write_text("first", encoding="utf-8")
    work = tmp_path / "work"
    return (
        exercise,
        work / "01_chapter" / "01_lesson.ipynb",
        lambda: hand_out(exercise.parents[1], work),
    )


def test_an_exercise_without_a_copy_is_handed_out(desk):
    _, copy, give = desk
    assert give() == []
    assert copy.read_text(encoding="utf-8") == "first"


def test_an_untouched_copy_follows_its_exercise(desk):
    exercise, copy, give = desk
    give()
    exercise.write_text("second", encoding="utf-8")
    assert give() == []
    assert copy.read_text(encoding="utf-8") == "second"


def test_an_edited_copy_is_never_touched_and_news_is_announced_until_taken(desk):
    exercise, copy, give = desk
    give()
    copy.write_text("my work", encoding="utf-8")
    assert give() == []
    exercise.write_text("second", encoding="utf-8")
    for _ in range(2):
        (line,) = give()
        assert "newer version of the exercise 01_chapter/01_lesson.ipynb" in line
        assert copy.read_text(encoding="utf-8") == "my work"
    copy.rename(copy.with_name("mine.ipynb"))
    assert give() == []
    assert copy.read_text(encoding="utf-8") == "second"


def test_a_copy_that_nobody_recorded_is_never_touched(desk):
    _, copy, give = desk
    copy.parent.mkdir(parents=True)
    copy.write_text("mine", encoding="utf-8")
    assert give() == []
    assert copy.read_text(encoding="utf-8") == "mine"


def test_every_lesson_and_exercise_is_on_the_start_page(tmp_path):
    from labkit.authoring.contents import chapters

    page = write_start_page(tmp_path, announced=("A newer version is here.",)).read_text("utf-8")
    lessons = [lesson for chapter in chapters() for lesson in chapter.lessons]
    assert lessons
    for lesson in lessons:
        assert not lesson.has_lesson or f"(../chapters/{lesson.notebook})" in page
        assert not lesson.has_exercise or f"({lesson.notebook})" in page
    assert "A newer version is here." in page


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
