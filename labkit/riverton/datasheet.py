"""Fill a datasheet's tables of columns and of facts; its prose is written by hand."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from labkit.riverton import truth
from labkit.riverton.catalog import Dataset
from labkit.riverton.shipped_log import ShippedLog
from labkit.riverton.world import SEED, World

MADE_UP = (
    "Riverton is made up. All differences between groups were set by the authors to expose "
    "statistical mechanisms; none estimates a real group."
)
HEADINGS = (
    "Motivation",
    "Composition",
    "Collection process",
    "Preprocessing, cleaning, labelling",
    "Uses",
    "Distribution",
    "Maintenance",
)
"""The sections of Gebru et al., "Datasheets for Datasets" (2021), in their order."""


def fill(prose: str, dataset: Dataset, source: World | ShippedLog) -> str:
    """Return the datasheet with the text between its ``generated`` markers made anew.

    Raises ValueError if a pair of markers is missing.
    """
    facts = {
        "riverton_people": _people_facts,
        "riverton_friendships": _network_facts,
        "riverton_log": _log_facts,
    }
    text = _replace(prose, "columns", _columns(dataset, source))
    return _replace(text, "facts", _table(("fact", "value"), facts[dataset.folder](source)))


def _replace(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- generated: {name} -->", f"<!-- end of generated: {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"A datasheet lacks the markers {begin} and {end}.")
    return pattern.sub(lambda _: f"{begin}\n{content}\n{end}", text)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _columns(dataset: Dataset, source: World | ShippedLog) -> str:
    parts = []
    head = ("column", "kind", "meaning", "values")
    for table in dataset.tables:
        frame = getattr(source, table.name)
        rows = [(f"`{c.name}`", c.kind, c.meaning, _values(frame[c.name])) for c in table.columns]
        parts.append(f"`{table.file}`: {table.meaning}.\n\n{_table(head, rows)}")
    return "\n\n".join(parts)


def _values(column: pd.Series) -> str:
    """What stands in a column: a range, a share or a number of words."""
    if column.dtype == bool:
        return f"true for {column.mean():.1%}"
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return f"{column.min():%Y-%m-%d %H:%M} to {column.max():%Y-%m-%d %H:%M}"
    if not pd.api.types.is_numeric_dtype(column):
        return f"{column.nunique():,} different"
    missing = f", missing for {column.isna().mean():.1%}" if column.isna().any() else ""
    return f"{column.min():,.6g} to {column.max():,.6g}{missing}"


def _people_facts(world: World) -> list[tuple[str, str]]:
    people = world.people
    groups = truth.by_group(people)
    size = np.bincount(people["district"])
    late = people["months_to_default"].dropna() > 12
    spend_icc = truth.intraclass_correlation(people["spend"], people["district"])
    rows = [
        ("seed", str(SEED)),
        ("people", f"{len(people):,}"),
        ("people per district, smallest and largest", f"{size.min():,} and {size.max():,}"),
        ("mean spend, crowns per month", f"{truth.mean_spend(people):.0f}"),
        ("intraclass correlation of spend within districts", f"{spend_icc:.3f}"),
        ("prevalence of default", f"{truth.prevalence(people):.4f}"),
    ]
    for name in ("A", "B", "C"):
        share, default = groups.loc[name, ["share", "prevalence"]]
        rows.append((f"group {name}: share; prevalence", f"{share:.3f}; {default:.4f}"))
    approved = people[people["approved"]]
    return [
        *rows,
        ("people without the app", f"{1 - people['has_app'].mean():.3f}"),
        ("income not stated", f"{1 - people['states_income'].mean():.3f}"),
        ("approved; would be without prejudice", _approval(world)),
        ("prevalence among the approved", f"{truth.prevalence(approved):.4f}"),
        ("defaults that show later than a year", f"{late.mean():.3f}"),
    ]


def _approval(world: World) -> str:
    return f"{world.people['approved'].mean():.3f}; {world.truth['fair_approval'].mean():.3f}"


def _network_facts(world: World) -> list[tuple[str, str]]:
    n = len(world.people)
    degree = truth.degrees(world.friendships, n)
    within = truth.ties_within_group(world.friendships, world.people["group"])
    accounts = world.people.loc[world.people["has_app"], "person_id"]
    unfollowed = ~accounts.isin(world.followings["followed"])
    return [
        ("seed", str(SEED)),
        ("friendships", f"{len(world.friendships):,}"),
        ("friends per person, mean", f"{degree.mean():.2f}"),
        ("friends that a friend has, mean", f"{truth.friends_mean_degree(degree):.2f}"),
        ("people without a friend", f"{(degree == 0).mean():.4f}"),
        ("ties within the own group, A; B; C", "; ".join(f"{share:.3f}" for share in within)),
        ("people in the largest component", _giant(world.friendships, n)),
        ("accounts", f"{len(accounts):,}"),
        ("followings", f"{len(world.followings):,}"),
        ("accounts that nobody follows", f"{unfollowed.mean():.3f}"),
    ]


def _giant(friendships: pd.DataFrame, n: int) -> str:
    return f"{truth.giant_component_share(friendships, n):.4f}"


def _log_facts(shipped: ShippedLog) -> list[tuple[str, str]]:
    truths = json.loads(shipped.truth)
    rows = [
        ("seed", str(truths["log"]["seed"])),
        ("from; to", f"{truths['log']['start']}; {truths['log']['end']}"),
        ("lines of the log; of the sample", f"{len(shipped.log):,}; {truths['sample']['lines']:,}"),
    ]
    events = shipped.log["event"].astype(str).value_counts().sort_index()
    rows += [(f"lines of event {name} in the log", f"{n:,}") for name, n in events.items()]
    return rows + [(f"`{i['kind']}`", _where(i)) for i in truths["log"]["incidents"]]


def _where(incident: dict[str, Any]) -> str:
    """Where, when and how large in one line; lists, such as numbers of lines, are left out."""
    told = ((k, v) for k, v in incident.items() if k != "kind" and not isinstance(v, list | dict))
    return ", ".join(f"{name} {value}" for name, value in told)
