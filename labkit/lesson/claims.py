"""Claims: a sentence from the notes, asserted on what was measured a cell earlier.

A claim displays one line as text, which never varies and so can be compared between runs. Where
the reader sees HTML, the measured value stands beside it. It also travels in the output's
metadata, from where the ledger reads it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from numbers import Real
from typing import Any

CLAIM_KEY, FINDING_KEY = "claim", "finding"
"""Of the metadata of an output: nbval compares its line of text alone."""
NOT_SHOWN_KEY = "not_shown"
"""Of the same, with the reason, where this machine cannot show it: the test suite lists these."""


@dataclass(frozen=True)
class Relation:
    """A relation that a measured value can fail, with its wording."""

    words: str
    test: Callable[[Any], bool]


def relation(unit: str = "", **bound: Any) -> Relation:
    """The relation named by the one keyword in `bound`, a key of `RELATIONS`.

    Raises TypeError unless exactly one relation is given.
    """
    if len(bound) != 1:
        raise TypeError(f"a claim states exactly one relation of {', '.join(RELATIONS)}")
    ((name, value),) = bound.items()
    if name not in RELATIONS:
        raise TypeError(f"{name!r} is no relation; one of {', '.join(RELATIONS)} is")
    return RELATIONS[name](value, unit)


def _between(bounds: tuple[float, float], unit: str) -> Relation:
    low, high = bounds
    words = f"between {show_value(low)} and {show_value(high, unit)}"
    return Relation(words, lambda measured: low <= measured <= high)


RELATIONS: dict[str, Callable[[Any, str], Relation]] = {
    "at_least": lambda b, u: Relation(f"at least {show_value(b, u)}", lambda m: m >= b),
    "at_most": lambda b, u: Relation(f"at most {show_value(b, u)}", lambda m: m <= b),
    "above": lambda b, u: Relation(f"above {show_value(b, u)}", lambda m: m > b),
    "below": lambda b, u: Relation(f"below {show_value(b, u)}", lambda m: m < b),
    "equals": lambda b, u: Relation(f"exactly {show_value(b, u)}", lambda m: m == b),
    "between": _between,
}


def show_value(value: Any, unit: str = "") -> str:
    """A value as the course prints it: three significant digits, its unit behind it."""
    if isinstance(value, Real) and not isinstance(value, bool | int):
        number = float(value)
        text = f"{number:,.0f}" if 1000 <= abs(number) < 1e9 else f"{number:.3g}"
    elif isinstance(value, int) and not isinstance(value, bool):
        text = f"{value:,}"
    else:
        text = str(value)
    return text if not unit else f"{text}%" if unit == "%" else f"{text} {unit}"


def claim(
    id: str,
    says: str,
    *,
    measured: Any,
    unit: str = "",
    look: str = "",
    limit: bool = False,
    needs: tuple[bool, str] = (True, ""),
    **bound: Any,
) -> None:
    """Assert that `measured` stands in the stated relation, and display that it does.

    Parameters
    ----------
    id: the claim's row in the ledger, such as "P2".
    says: the relation in words, without the measured number.
    measured: the value from the reader's own run, in `unit`.
    look: what to check first when the assertion fails.
    limit: True where this shows the place at which the claim stops being true.
    needs: (condition, reason). Where the condition is False this machine cannot show the effect:
        the reason is displayed and nothing is asserted.
    bound: exactly one of at_least, at_most, above, below, equals, between=(low, high).

    Raises
    ------
    AssertionError: the relation does not hold; the message has expected, measured, what to check.
    """
    subject = f"{id}, its limit," if limit else id
    relates = relation(unit, **bound)
    shown = _hold(subject, says, relates, measured, unit, look, needs)
    record = {
        "id": id,
        "says": says,
        "limit": limit,
        "relation": relates.words,
        "measured": shown,
    }
    _display(*_wording(subject, says, relates, shown, needs), {CLAIM_KEY: record}, needs)


def finding(
    says: str,
    *,
    measured: Any,
    unit: str = "",
    look: str = "",
    needs: tuple[bool, str] = (True, ""),
    **bound: Any,
) -> None:
    """Assert a relation that belongs to no row of the ledger; otherwise as :func:`claim`."""
    relates = relation(unit, **bound)
    shown = _hold("This", says, relates, measured, unit, look, needs)
    _display(*_wording("This", says, relates, shown, needs), {FINDING_KEY: True}, needs)


def _hold(
    subject: str,
    says: str,
    relates: Relation,
    measured: Any,
    unit: str,
    look: str,
    needs: tuple[bool, str],
) -> str:
    """What was measured, in words, if the relation holds. Raises AssertionError if not."""
    if not needs[0]:
        return "not shown on the machine that ran"
    if _is_nan(measured) or not relates.test(measured):
        raise AssertionError(
            f"{subject} does not hold in this run: {says}.\n"
            f"  expected: {relates.words}\n"
            f"  measured: {show_value(measured, unit)}\n"
            f"  check:    {look or 'the cells above: were all of them run, in order?'}"
        )
    return show_value(measured, unit)


def _wording(
    subject: str, says: str, relates: Relation, shown: str, needs: tuple[bool, str]
) -> tuple[str, str]:
    """The line of text, which never varies, and the same as HTML, with what was measured."""
    can_show, reason = needs
    verdict = "holds" if can_show else "cannot be shown on this machine"
    line = f"{subject} {verdict}: {says} ({relates.words})."
    if not can_show:
        line += f"\n  Why: {reason}"
    outcome = f"measured <b>{escape(shown)}</b>" if can_show else escape(reason)
    page = (
        f"<p><b>{subject} {verdict}:</b> {escape(says, quote=False)}.<br>"
        f"Expected {relates.words}; {outcome.removesuffix('.')}.</p>"
    )
    return line, page


def _is_nan(value: Any) -> bool:
    return isinstance(value, Real) and math.isnan(float(value))


def _display(line: str, page: str, metadata: dict[str, Any], needs: tuple[bool, str]) -> None:
    from IPython import get_ipython
    from IPython.display import display

    can_show, reason = needs
    if not can_show:
        metadata[NOT_SHOWN_KEY] = reason
    if get_ipython() is None:
        print(line)
    else:
        bundle = {"text/plain": line, "text/html": page}
        display(bundle, raw=True, metadata=metadata)
