"""Messages with their variable parts taken out, and counted: a thousand lines become ten."""

import re
from collections.abc import Iterable

import pandas as pd

VARIABLE = [
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+"), "<mail>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ][\d:.]+Z?"), "<time>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b"), "<hex>"),
    (re.compile(r"\bu\d+\b"), "<user>"),
    (re.compile(r"\b\d+(\.\d+)+(?=\b|[a-z])"), "<n>"),
    (re.compile(r"(?<![\w<])[-+]?\d+(?=\b|[a-z])"), "<n>"),
]
"""What is taken out, in this order, and what stands in its place."""


def template(message: str) -> str:
    """Return `message` with a placeholder for each of its variable parts.

    Example: "expected 63 features; got 64" is "expected <n> features; got <n>".
    """
    for pattern, placeholder in VARIABLE:
        message = pattern.sub(placeholder, message)
    return message


def count_templates(messages: Iterable[str]) -> pd.DataFrame:
    """Return one row per template, the most frequent first: `lines`, and one `example` of it."""
    frame = pd.DataFrame({"example": list(messages)}, dtype="string").dropna()
    frame["template"] = frame["example"].map(template)
    counted = frame.groupby("template")["example"].agg(lines="size", example="first")
    return counted.sort_values("lines", ascending=False, kind="stable")
