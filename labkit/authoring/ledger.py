"""The ledger: every claim, where it is shown, the relation asserted and the value last measured."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labkit import ROOT
from labkit.authoring.form import headings
from labkit.authoring.twin import read_notebook


@dataclass(frozen=True)
class Claim:
    """A row of chapters/claims.csv: `limit` is where the claim stops being true, or empty."""

    id: str
    claim: str
    limit: str


@dataclass(frozen=True)
class Showing:
    """One assertion of a claim, as a notebook recorded it when it was executed."""

    id: str
    notebook: str
    title: str
    says: str
    relation: str
    measured: str
    is_limit: bool


def claims(root: Path = ROOT) -> list[Claim]:
    with (root / "chapters" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return [Claim(row["id"], row["claim"], row["limit"]) for row in csv.DictReader(file)]


def showings(root: Path = ROOT) -> list[Showing]:
    """Every recorded assertion of a claim, in reading order."""
    notebooks = sorted((root / "chapters").glob("[0-9]*/*.ipynb"))
    return [showing for path in notebooks for showing in _showings_in(path)]


def _showings_in(path: Path) -> Iterator[Showing]:
    notebook = read_notebook(path)
    title = next((text for level, text in headings(notebook) if level == 1), path.stem)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if record := output.get("metadata", {}).get("claim"):
                yield Showing(
                    id=record["id"],
                    notebook=f"{path.parent.name}/{path.name}",
                    title=title,
                    says=record["says"],
                    relation=record["relation"],
                    measured=record["measured"],
                    is_limit=record["limit"],
                )


def page(root: Path = ROOT) -> str:
    """The page chapters/LEDGER.md."""
    shown = showings(root)
    parts = [
        "# The ledger of claims",
        "<!-- Written by `python3 course.py sync`; edit the lessons or claims.csv instead. -->",
        "Every claim that the course makes, the lesson that shows it, the relation that is asserted"
        " there, and the value when the lesson was last executed. A timing differs on your machine;"
        " the relation is what has to hold. Where a claim stops being true, that is asserted too.",
    ]
    for claim in claims(root):
        parts.append(f"## {claim.id}\n\n{claim.claim}")
        parts.append(_table([s for s in shown if s.id == claim.id and not s.is_limit]))
        if claim.limit:
            parts.append(f"**Limit.** {claim.limit}")
            parts.append(_table([s for s in shown if s.id == claim.id and s.is_limit]))
    return "\n\n".join(parts) + "\n"


def _table(rows: list[Showing]) -> str:
    if not rows:
        return "Not yet shown."
    head = ["| lesson | relation | asserted | last measured |", "|---|---|---|---|"]
    return "\n".join(
        head
        + [f"| [{r.title}]({r.notebook}) | {r.says} | {r.relation} | {r.measured} |" for r in rows]
    )


def glance(root: Path = ROOT) -> str:
    """The ledger in a few lines, for the README."""
    shown: dict[str, Showing] = {}
    for showing in showings(root):
        shown.setdefault(showing.id, showing)
    every = claims(root)
    rows = ["| claim | shown in |", "|---|---|"]
    for claim in every:
        place = shown.get(claim.id)
        link = f"[{place.title}](chapters/{place.notebook})" if place else "not yet"
        rows.append(f"| **{claim.id}** {claim.claim} | {link} |")
    head = f"{len(shown)} of {len(every)} claims are shown so far, each asserted where it stands."
    return "\n\n".join([head, "\n".join(rows)])
