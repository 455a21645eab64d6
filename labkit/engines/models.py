"""The same people, merchants and applications as documents and as a graph; walks in both."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any

import networkx as nx
import pandas as pd


def documents(
    path: str, applications: pd.DataFrame, people: pd.DataFrame, names: dict[str, str]
) -> sqlite3.Connection:
    """Store one JSON text per application, its merchant, person and basket inside it.

    applications: as `make_applications` gives them, without missing values other than None.
    people: person_id, district, age; the row's number is the id. names: merchant code -> name.
    The table is document (id, body).
    """
    districts, ages = people["district"].tolist(), people["age"].tolist()
    rows = []
    for row in applications.to_dict("records"):
        code, person = row.pop("merchant_code"), row.pop("person_id")
        row["merchant"] = {"code": code, "name": names[code]}
        row["person"] = {"person_id": person, "district": districts[person], "age": ages[person]}
        row["basket"] = list(row["basket"])
        rows.append((row["application_id"], json.dumps(row)))
    store = sqlite3.connect(path)
    store.execute("CREATE TABLE document (id INTEGER PRIMARY KEY, body TEXT)")
    store.executemany("INSERT INTO document VALUES (?, ?)", rows)
    store.commit()
    return store


def profiles(store: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Add a table profile (id, body): one JSON text per person, with the list of friends."""
    friends: dict[int, list[int]] = {}
    for a, b in pairs:
        friends.setdefault(a, []).append(b)
        friends.setdefault(b, []).append(a)
    store.execute("CREATE TABLE profile (id INTEGER PRIMARY KEY, body TEXT)")
    rows = [(person, json.dumps({"friends": ids})) for person, ids in friends.items()]
    store.executemany("INSERT INTO profile VALUES (?, ?)", rows)
    store.commit()


def graph(
    applications: pd.DataFrame,
    people: pd.DataFrame,
    names: dict[str, str],
    pairs: Iterable[tuple[int, int]],
) -> nx.Graph:
    """Return the same as a graph; a node is (kind, id), an edge has no kind but its ends'."""
    made = nx.Graph()
    for code, name in names.items():
        made.add_node(("merchant", code), name=name)
    columns = ["application_id", "person_id", "merchant_code", "amount", "basket"]
    for number, person, code, amount, basket in applications[columns].itertuples(index=False):
        node = ("application", number)
        made.add_node(node, amount=amount)
        made.add_edge(node, ("person", person))
        made.add_edge(node, ("merchant", code))
        made.add_edges_from((node, ("goods", kind)) for kind in basket)
    for person, district in people[["person_id", "district"]].to_numpy().tolist():
        made.add_edge(("person", person), ("district", district))
    made.add_edges_from((("person", a), ("person", b)) for a, b in pairs)
    return made


def near(made: nx.Graph, node: tuple[str, Any], kind: str, seen: Counter[str]) -> list[Any]:
    """Return the ids of a node's neighbours of one kind; each of them counts in `seen`.

    Only the neighbours of that kind count, as in an engine that keeps edges by kind.
    """
    found = [other[1] for other in made[node] if other[0] == kind]
    seen["nodes"] += len(found)
    return found


def within_graph(made: nx.Graph, start: int, hops: int, seen: Counter[str]) -> set[int]:
    """Return who is within so many friendships of a person; each person is expanded once."""
    met, edge = {start}, {start}
    for _ in range(hops):
        edge = {o for person in edge for o in near(made, ("person", person), "person", seen)} - met
        met |= edge
    return met


def within_documents(store: sqlite3.Connection, start: int, hops: int) -> set[int]:
    """Return the same from the profiles, of which each one needed is read once."""
    met, edge = {start}, {start}
    query = "SELECT body FROM profile WHERE id = ?"
    for _ in range(hops):
        bodies = [store.execute(query, [person]).fetchone()[0] for person in edge]
        edge = {friend for body in bodies for friend in json.loads(body)["friends"]} - met
        met |= edge
    return met
