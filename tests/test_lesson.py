"""labkit.lesson: claims that can fail, figures that everybody can read."""

import inspect
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

from labkit.lesson import claim, explorer, figures, finding, progress
from labkit.lesson.claims import show_value
from labkit.lesson.explorer import explore
from labkit.lesson.source import teaching_source
from labkit.sampling import (
    chosen,
    clusters,
    even,
    labels,
    network,
    repair,
    strata,
    stream,
    unequal,
)


@pytest.mark.parametrize(
    ("bound", "fails", "holds"),
    [
        ({"at_least": 3}, 2.9, 3),
        ({"at_most": 3}, 3.1, 3),
        ({"above": 3}, 3, 3.1),
        ({"below": 3}, 3, 2.9),
        ({"between": (1, 3)}, 3.1, 1),
        ({"equals": 3}, 4, 3),
    ],
)
def test_each_relation_holds_and_fails(bound, fails, holds, capsys):
    claim("P2", "a window adds waiting", measured=holds, **bound)
    assert capsys.readouterr().out.startswith("P2 holds: a window adds waiting (")
    with pytest.raises(AssertionError):
        claim("P2", "a window adds waiting", measured=fails, **bound)


def test_a_finding_is_held_to_its_relation_as_a_claim_is(capsys):
    finding("a window adds waiting", measured=13, unit="ms", at_least=12)
    expected = "This holds: a window adds waiting (at least 12 ms).\n"
    assert capsys.readouterr().out == expected
    with pytest.raises(AssertionError, match="This does not hold in this run"):
        finding("a window adds waiting", measured=11, unit="ms", at_least=12)


def test_failure_names_expected_measured_and_what_to_check():
    with pytest.raises(AssertionError) as failure:
        claim("P2", "it waits", measured=3.14159, at_least=12, unit="ms", look="the load")
    lines = str(failure.value).splitlines()
    assert lines[0] == "P2 does not hold in this run: it waits."
    assert [line.split(":")[1].strip() for line in lines[1:]] == [
        "at least 12 ms", "3.14 ms", "the load",
    ]  # fmt: skip


def test_displayed_line_does_not_depend_on_what_was_measured(capsys):
    claim("P2", "it waits", measured=13.7, at_least=12)
    claim("P2", "it waits", measured=20.4, at_least=12)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_the_page_shows_what_was_measured_and_the_line_does_not(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: "a notebook")
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    claim("P2", "p < q", measured=13.7, at_least=12, unit="ms")
    claim("P2", "p < q", measured=13.7, at_least=12, unit="ms", needs=(False, "too slow."))
    (held, skipped) = shown
    assert "13.7" not in held["text/plain"]
    assert held["text/html"] == (
        "<p><b>P2 holds:</b> p &lt; q.<br>Expected at least 12 ms; measured <b>13.7 ms</b>.</p>"
    )
    assert skipped["text/html"].endswith("Expected at least 12 ms; too slow.</p>")


@pytest.mark.parametrize("bound", [{"at_least": 0}, {"at_most": 0}, {"between": (-1, 1)}])
def test_not_a_number_meets_no_claim(bound):
    with pytest.raises(AssertionError):
        claim("P2", "it waits", measured=math.nan, **bound)


def test_a_claim_that_this_machine_cannot_show_is_said_not_asserted(capsys):
    claim("P4", "gain", measured=1.0, at_least=4, needs=(False, "the cache hides it"))
    out = capsys.readouterr().out
    assert "cannot be shown on this machine" in out
    assert "Why: the cache hides it" in out


@pytest.mark.parametrize("bound", [{}, {"at_least": 1, "at_most": 2}, {"roughly": 3}])
def test_a_claim_states_exactly_one_known_relation(bound):
    with pytest.raises(TypeError):
        claim("P2", "it waits", measured=1, **bound)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.05604, "", "0.056"),
        (12345.6, "ms", "12,346 ms"),
        (20, "ms", "20 ms"),
        (3.0, "%", "3%"),
        (np.float64(8.517), "", "8.52"),
        (True, "", "True"),
    ],
)
def test_values_are_shown_with_three_digits_and_their_unit(value, unit, text):
    assert show_value(value, unit) == text


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_a_figure_without_caption_or_alternative_text_is_refused(missing):
    figure, _ = figures.new(title="A finding")
    texts = {"caption": "finding", "alt": "drawn"} | {missing: " "}
    with pytest.raises(ValueError, match="caption and alternative text"):
        figures.show(figure, **texts)
    plt.close(figure)


def test_line_labels_keep_apart():
    figure, ax = figures.new(title="Three close ends")
    for offset in (0.0, 0.01, 0.02):
        ax.plot([0, 1], [0, 1 + offset], label=f"line {offset}")
    figures.label_lines(ax)
    figure.canvas.draw()
    heights = sorted(text.get_window_extent().y0 for text in ax.texts)
    text_height = ax.texts[0].get_window_extent().height
    assert len(heights) == 3
    assert min(np.diff(heights)) >= 0.8 * text_height
    plt.close(figure)


def test_a_line_that_ends_in_infinity_is_labelled_at_its_last_finite_point():
    figure, ax = figures.new(title="Never answered")
    ax.plot([0, 1, 2], [1, 2, np.inf], label="full")
    figures.label_lines(ax)
    assert ax.texts[0].xy == pytest.approx((1, 2))
    plt.close(figure)


def test_a_mark_stands_at_one_place():
    figure, ax = figures.new(title="Marks")
    with pytest.raises(TypeError):
        figures.mark_guess(ax)
    with pytest.raises(TypeError):
        figures.mark_truth(ax, x=1, y=1)
    figures.mark_guess(ax, y=2)
    assert [text.get_text() for text in ax.texts] == ["your guess"]
    plt.close(figure)


def test_a_percentile_curve_gives_the_slow_end_room():
    figure, ax = figures.new(title="Two runs")
    figures.percentile_curve(ax, np.arange(1.0, 1001.0), label="long")
    figures.percentile_curve(ax, [3.0, math.inf, 1.0], label="short, one error")
    long, short = ax.get_lines()
    assert long.get_xdata()[989] == pytest.approx(0.0105)
    assert long.get_ydata()[989] == 990
    assert list(short.get_ydata()[:2]) == [1, 3]
    assert math.isnan(short.get_ydata()[2])
    assert ax.get_xlim() == pytest.approx((1, 0.0005))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["p50", "p90", "p99", "p99.9"]
    with pytest.raises(ValueError, match="no values"):
        figures.percentile_curve(ax, [])
    plt.close(figure)


def documented(people: list[int], *, twice: bool = False) -> int:
    """Count people,
    once or twice.

    people: [n].
    """
    # a comment of the body stays
    return len(people) * (1 + twice)


def test_source_is_shown_with_one_sentence_and_without_annotations():
    assert teaching_source(documented).splitlines() == [
        "def documented(people, *, twice=False):",
        '    """Count people, once or twice."""',
        "    # a comment of the body stays",
        "    return len(people) * (1 + twice)",
    ]


def test_source_of_a_function_without_docstring():
    def bare(x: int):
        return x

    assert teaching_source(bare) == "def bare(x):\n    return x"


def test_every_method_that_is_shown_fits_a_screen():
    modules = [chosen, clusters, even, labels, network, repair, stream, strata, unequal]
    methods = [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    assert len(methods) > 20
    longest = {f.__name__: len(teaching_source(f).splitlines()) - 2 for f in methods}
    assert {name: lines for name, lines in longest.items() if lines > 15} == {}


@pytest.fixture
def displayed(monkeypatch):
    """What `progress` displays: the first state, then every change of it."""
    states = []

    class Handle:
        def update(self, state, raw):
            states.append(state["text/plain"])

    def display(state, raw, display_id):
        states.append(state["text/plain"])
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return states


def test_progress_gives_all_items_and_ends_with_all_of_them(displayed, monkeypatch):
    monkeypatch.setattr("labkit.lesson.progress_bar.SECONDS_BETWEEN", -1)
    assert list(progress(["a", "b"], "draws")) == ["a", "b"]
    assert displayed == ["0 of 2 draws", "0 of 2 draws", "1 of 2 draws", "2 of 2 draws"]


def test_progress_of_nothing(displayed):
    assert list(progress([])) == []
    assert displayed[-1] == "0 of 0 rounds"


def test_an_explorer_redraws_when_a_slider_moves_and_leaves_a_sentence(capsys):
    drawn = []

    def draw(rate, window):
        drawn.append((rate, window))
        fig, _ = figures.new(title=f"{rate}")
        return fig, f"rate {rate}"

    box = explore(draw, {"rate": ("rate", [1.0, 2.0], 1.0), "window": ("window", [0, 5], 5)})
    rate, _, picture, caption = box.children
    before = bytes(picture.value)
    assert before.startswith(b"\x89PNG")
    rate.value = 2.0
    assert drawn == [(1.0, 5), (2.0, 5)]
    assert caption.value == "rate 2.0"
    assert bytes(picture.value) != before
    assert not plt.get_fignums()
    assert capsys.readouterr().out == f"{explorer.NOT_HERE}\n"
