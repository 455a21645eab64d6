"""Fifteen ways in which an application comes in wrong, and a corpus of bodies with known truth.

Made up, like all of Riverton: which kinds there are is taken from what services meet, how many of
each is set here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from labkit.riverton.applications import make_applications
from labkit.riverton.data import load_people

Record = dict[str, Any]
"""An application as the form has it, before it becomes JSON."""


def body_of(record: Record) -> bytes:
    """The record as the app sends it: JSON in UTF-8."""
    return json.dumps(record, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Kind:
    """A kind of malformed input.

    means: one sentence. make: (good record, rng) -> the bytes of a bad one. at_edge: whether the
    body alone shows it. field: the field that a refusal has to name.
    """

    name: str
    means: str
    make: Callable[[Record, np.random.Generator], bytes]
    at_edge: bool
    field: str


def _not_utf8(record: Record, rng: np.random.Generator) -> bytes:
    return json.dumps(record | {"device": "Zoë's phone"}, ensure_ascii=False).encode("latin-1")


def _cut_off(record: Record, rng: np.random.Generator) -> bytes:
    body = body_of(record)
    return body[: rng.integers(1, len(body))]


def _field_twice(record: Record, rng: np.random.Generator) -> bytes:
    again = f', "amount": {record["amount"] * 10:.2f}}}'
    return body_of(record)[:-1] + again.encode()


def _field_missing(record: Record, rng: np.random.Generator) -> bytes:
    return body_of({name: value for name, value in record.items() if name != "stated_income"})


def _field_unknown(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"instalment": 3})


def _number_as_text(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"amount": f"{record['amount']:.2f}"})


def _true_for_number(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"stated_income": True})


def _zeros_lost(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"merchant_code": int(record["merchant_code"])})


def _not_finite(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"amount": rng.choice([np.nan, np.inf])})


def _out_of_range(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"amount": -record["amount"]})


def _unknown_code(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"card_country": str(rng.choice(["Germany", "pl", "D", ""]))})


def _no_time_zone(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"submitted_at": record["submitted_at"].removesuffix("Z")})


def _time_travel(record: Record, rng: np.random.Generator) -> bytes:
    days = int(rng.choice([-365, -30, -1, 1, 30, 365]))
    return body_of(record | {"submitted_at": shifted(record["submitted_at"], 86_400 * days)})


def _duplicate(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(later(record, float(np.exp(rng.uniform(np.log(3), np.log(1_800))))))


def _cents(record: Record, rng: np.random.Generator) -> bytes:
    return body_of(record | {"amount": round(100 * record["amount"], 2)})


KINDS = (
    Kind("not UTF-8", "the text is in Latin-1", _not_utf8, True, "body"),
    Kind("cut off", "the app sent only a part", _cut_off, True, "body"),
    Kind("field twice", "amount comes twice", _field_twice, True, "amount"),
    Kind("field missing", "no stated_income", _field_missing, True, "stated_income"),
    Kind("field unknown", "a field nobody asked for", _field_unknown, True, "instalment"),
    Kind("number as text", 'amount is "49.90"', _number_as_text, True, "amount"),
    Kind("true for a number", "stated_income is true", _true_for_number, True, "stated_income"),
    Kind("zeros lost", "merchant_code is 71, not 0071", _zeros_lost, True, "merchant_code"),
    Kind("not finite", "amount is NaN or Infinity", _not_finite, True, "amount"),
    Kind("out of range", "amount is below zero", _out_of_range, True, "amount"),
    Kind("unknown code", "card_country is Germany", _unknown_code, True, "card_country"),
    Kind("no time zone", "submitted_at has no zone", _no_time_zone, True, "submitted_at"),
    Kind("time travel", "the phone's clock is off by days", _time_travel, False, "submitted_at"),
    Kind("duplicate", "sent again under a new id", _duplicate, False, "checkout"),
    Kind("cents", "one merchant sends cents", _cents, False, "amount"),
)
"""The twelve that one body shows, and then the three that need more than the body."""
BY_NAME = {kind.name: kind for kind in KINDS}
GOOD = "good"


def shifted(time: str, seconds: float) -> str:
    """An ISO time with Z at its end, moved by so many seconds."""
    moved = datetime.fromisoformat(time) + timedelta(seconds=seconds)
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(record: Record, seconds: float) -> Record:
    """The same application, sent again so many seconds later under an id of its own."""
    again = {"application_id": record["application_id"] + 10_000_000}
    return record | again | {"submitted_at": shifted(record["submitted_at"], seconds)}


def good_records(n: int, rng: np.random.Generator) -> tuple[list[Record], np.ndarray]:
    """Draw n applications in good form, in order of time, and who lies about the income.

    One in ten states 1.3 to 2.5 times the true income, the others the true one. Each merchant has
    a price level of its own, and one in fifty is a jeweller, at seventy times the common level.
    Raises ValueError for n below 1.
    """
    table = make_applications(n, rng)
    income = load_people()["income"].to_numpy()[table["person_id"].to_numpy()]
    lies = rng.random(n) < 0.1
    stated = np.round(income * np.where(lies, rng.uniform(1.3, 2.5, n), 1)).astype(int)
    merchant = np.array([int(code) for code in table["merchant_code"].to_pylist()])
    level = np.exp(0.4 * rng.standard_normal(10_000))
    level[rng.permutation(np.arange(5, 2_000))[:40]] *= 70
    amount = np.round(table["amount"].to_numpy() * level[merchant], 2)
    records = []
    for i, row in enumerate(table.drop(["score", "approved"]).to_pylist()):
        time = row["submitted_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
        key = {"application_id": row["application_id"], "checkout": rng.bytes(6).hex()}
        sent = {"submitted_at": time, "amount": float(amount[i]), "stated_income": int(stated[i])}
        records.append(key | row | sent)
    return records, lies


class Corpus(NamedTuple):
    """Bodies as they came in, and what other tables know.

    sent: one row per body, in order of arrival: body (bytes), received_at (UTC, by the gateway's
    clock), kind (the truth: GOOD or a kind's name), twin (an innocent second purchase), lie (the
    income is inflated), person_id. checkouts: when the shop's page opened each basket, by checkout.
    """

    sent: pd.DataFrame
    checkouts: pd.DataFrame


def make_corpus(
    n: int, rng: np.random.Generator, *, of_each: int = 40, twins: int = 0, unit: int = 1
) -> Corpus:
    """Draw n good applications, break some of them, and put all in order of arrival.

    of_each: bodies of each kind but cents; merchant number ``unit`` sends cents in the last two
    thirds of the time. twins: people who buy the same thing twice, half a minute to a day
    apart. Raises ValueError when n is too small for that.
    """
    records, lies = good_records(n, rng)
    code = np.array([record["merchant_code"] for record in records])
    cents = (code == f"{unit:04d}") & (np.arange(n) >= n // 3)
    others = rng.permutation(np.flatnonzero(code != f"{unit:04d}"))
    if cents.sum() < 5 or len(others) < of_each * 14 + twins:
        raise ValueError(f"n is {n}; too few for {of_each} of each kind and {twins} twins")
    delay, looked = rng.uniform(0.05, 2.0, n), rng.uniform(60, 1_200, n)
    kind = np.where(cents, "cents", GOOD).astype(object)
    for place, name in enumerate([k.name for k in KINDS if k.name not in ("cents", "duplicate")]):
        kind[others[place * of_each : (place + 1) * of_each]] = name
    again = others[13 * of_each : 14 * of_each]
    twice = others[14 * of_each : 14 * of_each + twins]
    rows = []
    for i, record in enumerate(records):
        body = body_of(record) if kind[i] == GOOD else BY_NAME[kind[i]].make(record, rng)
        rows.append((body, record["submitted_at"], delay[i], kind[i], False, lies[i], record))
    for i in again:
        body = BY_NAME["duplicate"].make(records[i], rng)
        rows.append((body, json.loads(body)["submitted_at"], 0.5, "duplicate", False, False,
                     records[i]))  # fmt: skip
    for i in twice:
        twin = later(records[i], float(np.exp(rng.uniform(np.log(30), np.log(86_400)))))
        twin |= {"checkout": rng.bytes(6).hex()}
        rows.append((body_of(twin), twin["submitted_at"], 0.5, GOOD, True, lies[i], twin))
    return _in_order(rows, looked)


def _in_order(rows: list[tuple[Any, ...]], looked: np.ndarray) -> Corpus:
    names = ["body", "submitted", "delay", "kind", "twin", "lie", "record"]
    table = pd.DataFrame(rows, columns=names)
    submitted = pd.to_datetime(table["submitted"], utc=True)
    table["received_at"] = (submitted + pd.to_timedelta(table["delay"], unit="s")).dt.floor("ms")
    table["checkout"] = [record["checkout"] for record in table["record"]]
    table["person_id"] = [record["person_id"] for record in table["record"]]
    before = pd.to_timedelta(np.resize(looked, len(table)), unit="s")
    opened = (submitted - before).dt.floor("ms").groupby(table["checkout"]).first()
    sent = table.sort_values("received_at", kind="stable").reset_index(drop=True)
    columns = ["body", "received_at", "kind", "twin", "lie", "person_id"]
    return Corpus(sent[columns].rename_axis("offset"), opened.rename("opened_at").to_frame())
