"""labkit.intake: user input that comes in malformed, and that nothing of it is lost."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit import ROOT
from labkit.intake import checks
from labkit.intake.dead_letters import Store
from labkit.intake.form import Refused, read
from labkit.intake.malformed import BY_NAME, GOOD, KINDS, body_of, good_records, make_corpus
from labkit.intake.route import Intake, IntakeServer

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
"""Bodies of each kind of fuzz; run with thousands after a change to the form or the route."""
RECORDS, _ = good_records(20, np.random.default_rng(11))
AT_EDGE = [kind for kind in KINDS if kind.at_edge]
IN_BATCH = [kind.name for kind in KINDS if not kind.at_edge]


@pytest.fixture(scope="module")
def corpus():
    return make_corpus(1_200, np.random.default_rng(5), of_each=10, twins=30)


@pytest.fixture(scope="module")
def server():
    with IntakeServer() as running:
        yield running


@pytest.fixture(scope="module")
def answered(server, corpus):
    """The corpus through the route, before any fuzz; its offsets begin at 0."""
    return server.post_all(corpus.sent["body"], checks.arrival_text(corpus))


@pytest.fixture
def filled(tmp_path):
    """A store with five predictions and twelve dead letters, four of which can be mended."""
    with Store(tmp_path / "intake.sqlite") as store:
        _fill(store)
        yield store


def _fill(store):
    rng, offset = np.random.default_rng(3), 0
    for record in RECORDS[:5]:
        store.keep(offset, "2026-03-02T10:00:00+00:00", read(body_of(record)), 0.1)
        offset += 1
    for name in ["number as text", "cut off", "not UTF-8"] * 4:
        body = BY_NAME[name].make(RECORDS[offset], rng)
        with pytest.raises(Refused) as why:
            read(body)
        store.bury(offset, "2026-03-02T10:00:00+00:00", body, why.value)
        offset += 1


def mend(raw):
    try:
        record = json.loads(raw)
    except ValueError:
        return raw
    return body_of(record | {"amount": float(record["amount"])})


def half(offset, application):
    return 0.5


# The fifteen kinds ---------------------------------------------------------------------------


def test_there_are_twelve_kinds_for_the_edge_and_three_for_the_batch():
    assert len(KINDS) == 15 == len(BY_NAME)
    assert [kind.name for kind in KINDS if not kind.at_edge] == [
        "time travel",
        "duplicate",
        "cents",
    ]


@pytest.mark.parametrize("record", RECORDS)
def test_a_good_record_is_in_good_form(record):
    assert read(body_of(record)).application_id == record["application_id"]


@pytest.mark.parametrize("kind", AT_EDGE, ids=lambda kind: kind.name)
def test_the_edge_refuses_each_of_the_twelve_and_names_the_field(kind):
    for seed, record in enumerate(RECORDS):
        with pytest.raises(Refused) as why:
            read(kind.make(record, np.random.default_rng(seed)))
        assert why.value.field == kind.field
        assert why.value.reason.startswith(f"{kind.field}: ")


@pytest.mark.parametrize("name", IN_BATCH)
def test_one_body_of_the_other_three_is_in_perfect_form(name):
    for seed, record in enumerate(RECORDS):
        read(BY_NAME[name].make(record, np.random.default_rng(seed)))


def test_the_same_seed_gives_the_same_corpus(corpus):
    again = make_corpus(1_200, np.random.default_rng(5), of_each=10, twins=30)
    pd.testing.assert_frame_equal(again.sent, corpus.sent)
    pd.testing.assert_frame_equal(again.checkouts, corpus.checkouts)


def test_a_corpus_holds_what_it_promises(corpus):
    kinds = corpus.sent["kind"].value_counts()
    assert (kinds[[kind.name for kind in KINDS if kind.name != "cents"]] == 10).all()
    assert corpus.sent["twin"].sum() == 30
    assert corpus.sent["received_at"].is_monotonic_increasing
    with pytest.raises(ValueError, match="too few"):
        make_corpus(100, np.random.default_rng(5))


@pytest.mark.parametrize(
    "value",
    ["true", "1", "null", "[]", "{}", "1e400", "9" * 5_000, r'"\ud800"', '"' + "x" * 5_000 + '"'],
    ids=lambda value: value[:8],
)
def test_a_field_that_nobody_asked_for_is_refused_whatever_it_holds(value):
    for field in ("more", r"\ud800", "amount"):
        body = f'{json.dumps(RECORDS[0])[:-1]}, "{field}": {value}}}'
        with pytest.raises(Refused) as why:
            read(body.encode())
        assert len(why.value.reason) <= 200
        assert why.value.reason.isascii()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("submitted_at", "1772445600"),
        ("submitted_at", 1772445600),
        ("submitted_at", "2026-03-02"),
        ("submitted_at", "0001-01-01T00:00:00+14:00"),
        ("submitted_at", "9999-12-31T23:59:59-14:00"),
        ("merchant_code", "\u0660\u0660\u0667\u0661"),  # digits, but not ours
        ("merchant_code", "0071\n"),
        ("instalments", True),
        ("instalments", 4),
        ("person_id", 200_000),
        ("person_id", 5.0),
        ("amount", 200_000.01),
        ("basket", "books"),
        ("basket", []),
        ("stated_income", 10**30),
        ("card_country", None),
    ],
)
def test_the_form_converts_nothing(field, value):
    with pytest.raises(Refused) as why:
        read(body_of(RECORDS[0] | {field: value}))
    assert why.value.field == field


# The route -------------------------------------------------------------------------------------


def test_received_is_accepted_and_dead_and_the_model_saw_nothing_malformed(
    server, answered, corpus
):
    stats, sent = server.stats(), corpus.sent
    assert stats["received"] == stats["accepted"] + stats["dead"] == len(sent)
    refused = answered["status"] == 422
    assert (refused == sent["kind"].isin([kind.name for kind in AT_EDGE])).all()
    assert stats["model_saw"] == answered.index[~refused].tolist()


def test_each_answer_names_the_field(answered, corpus):
    for name, rows in answered.groupby(corpus.sent["kind"]):
        if name != GOOD and BY_NAME[name].at_edge:
            assert set(rows["field"]) == {BY_NAME[name].field}


def test_dead_letters_hold_the_bytes_that_came(server, answered, corpus):
    with Store(server.path) as store:
        letters = store.letters()
    assert letters["raw"].eq(corpus.sent.loc[letters.index, "body"]).all()
    assert letters["received_at"].tolist() == [
        time.replace("Z", "+00:00")
        for time, dead in zip(checks.arrival_text(corpus), answered["status"].eq(422), strict=True)
        if dead
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@st.composite
def mutated(draw):
    """A good body with fields exchanged, replaced, taken out or added, or with a byte changed."""
    record, other = (dict(draw(st.sampled_from(RECORDS))) for _ in range(2))
    for name in draw(st.lists(st.sampled_from([*record]), max_size=3)):
        record[name] = draw(st.sampled_from([other[name]]) | values)
    change = draw(st.sampled_from(["nothing", "less", "more", "byte"]))
    if change == "less":
        record.pop(draw(st.sampled_from([*record])))
    if change == "more":
        record[draw(st.text(max_size=5))] = draw(values)
    body = bytearray(json.dumps(record), "utf-8")
    if change == "byte":
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


FUZZ = {
    "bytes": st.binary(max_size=300),
    "json": values.map(lambda value: json.dumps(value).encode()),
    "mutated": mutated(),
}


@pytest.mark.parametrize("name", FUZZ)
def test_whatever_comes_is_answered_and_is_somewhere(server, name):
    with Store(server.path) as store:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(FUZZ[name])
        def each(body):
            before = store.counts()
            status, answer = server.post(body)
            after = store.counts()
            grown = {name: after[name] - before[name] for name in after}
            assert status in (200, 422)
            assert grown["accepted"] == (status == 200)
            assert grown["dead"] == (status == 422)
            if status == 422:
                raw = "SELECT raw FROM dead_letters WHERE offset = ?"
                assert store.db.execute(raw, [answer["offset"]]).fetchone()[0] == body
                assert answer["reason"].startswith(answer["field"][:200])
            else:  # and nothing was converted on the way
                said, kept = json.loads(body), json.loads(read(body).model_dump_json())
                said.pop("submitted_at"), kept.pop("submitted_at")
                assert said == kept
                assert not any(isinstance(value, bool) for value in said.values())

        each()
    stats = server.stats()
    assert stats["received"] == stats["accepted"] + stats["dead"]
    assert len(stats["model_saw"]) == stats["accepted"]


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"9" * 10_000, b" " * 2_000_000])
def test_what_is_deep_or_large_or_empty_is_a_dead_letter(server, body):
    status, answer = server.post(body)
    assert (status, answer["field"]) == (422, "body")


# The batch -------------------------------------------------------------------------------------


def _accepted(corpus):
    good = ~corpus.sent["kind"].isin([kind.name for kind in AT_EDGE])
    rows = corpus.sent[good]
    text = [body.decode() for body in rows["body"]]
    times = rows["received_at"].map(lambda time: time.isoformat())
    return pd.DataFrame({"application": text, "received_at": times})


@pytest.mark.parametrize("seed", range(4))
def test_the_batch_finds_the_three_and_spares_the_rest(seed):
    corpus = make_corpus(2_500, np.random.default_rng(seed), of_each=15, twins=40)
    table = checks.batch(_accepted(corpus), corpus.checkouts)
    found = pd.Series(dict(checks.found(table))).reindex(table.index)
    truth = corpus.sent.loc[table.index]
    for name in ("time travel", "duplicate"):
        assert (found[truth["kind"] == name] == name).all()
        assert (truth.loc[found[found == name].index, "kind"] == name).all()
    cents = truth["kind"] == "cents"
    assert (found[cents] == "cents").mean() >= 0.95
    assert (found[~cents] == "cents").sum() <= 2
    assert found[truth["twin"]].isna().all()


def test_a_uniqueness_rule_rejects_innocent_twins(corpus):
    table = checks.batch(_accepted(corpus), corpus.checkouts)
    rule = pa.DataFrameSchema(unique=list(checks.NATURAL_KEY), report_duplicates="exclude_first")
    with pytest.raises(pa.errors.SchemaErrors) as errors:
        rule.validate(table, lazy=True)
    hit = errors.value.failure_cases["index"].unique().astype(int)
    assert corpus.sent.loc[hit, "twin"].sum() == 30
    always = checks.repeated_within(table, pd.Timedelta(days=2))
    assert set(table.index[always]) == set(hit)


def test_a_batch_without_a_flaw_passes():
    corpus = make_corpus(800, np.random.default_rng(1), of_each=0)
    table = checks.batch(_accepted(corpus), corpus.checkouts)
    clean = table[corpus.sent.loc[table.index, "kind"].eq(GOOD)]
    assert checks.found(clean) == []


@pytest.mark.parametrize("n", [1, 9, 10, 50])
def test_no_jump_is_found_where_there_is_none(n):
    x = pd.Series(np.random.default_rng(n).normal(2, 0.4, n))
    assert not checks.after_a_jump(x).any()


def test_a_jump_begins_where_the_unit_changes():
    x = pd.Series(np.r_[np.tile([1.8, 2.2], 10), np.tile([3.8, 4.2], 5)])
    assert checks.after_a_jump(x).tolist() == [False] * 20 + [True] * 10


# Dead letters ----------------------------------------------------------------------------------


def test_writing_again_is_harmless(filled):
    state = filled.fingerprint()
    _fill(filled)
    assert filled.fingerprint() == state


def test_a_replay_is_idempotent_and_conserves(filled):
    raw = filled.letters()["raw"].tolist()
    assert filled.replay(mend, half) == 4
    state = filled.fingerprint()
    assert filled.counts() == {"accepted": 9, "dead": 8, "replayed": 4, "retracted": 0}
    assert filled.replay(mend, half) == 0
    assert filled.fingerprint() == state
    assert filled.letters()["raw"].tolist() == raw


def test_a_letter_without_a_remedy_goes_on_waiting(filled):
    def none(raw):
        raise ValueError("no remedy")

    state = filled.fingerprint()
    assert filled.replay(none, half) == 0
    assert filled.fingerprint() == state
    assert filled.replay(mend, half) == 4


def test_a_route_that_is_started_again_gives_no_offset_twice(tmp_path):
    class Model:
        seen = ()
        score = staticmethod(half)

    with Store(tmp_path / "intake.sqlite") as store:
        assert store.next_offset() == 0
        for body in [body_of(RECORDS[0]), b"?", body_of(RECORDS[1]), b"!"]:
            before = store.next_offset()
            intake = Intake(store, Model())  # a new process on the same file
            assert intake.take(body, "2026-03-02T10:00:00+00:00")[1]["offset"] == before
        assert store.next_offset() == 4
        assert store.counts() == {"accepted": 2, "dead": 2, "replayed": 0, "retracted": 0}


def test_a_replay_that_fails_in_the_middle_leaves_all_as_it_was(filled):
    state, scored = filled.fingerprint(), []

    def fails(offset, application):
        scored.append(offset)
        if len(scored) == 3:
            raise OSError
        return 0.5

    with pytest.raises(OSError):
        filled.replay(mend, fails)
    assert filled.fingerprint() == state


KILLED = """
import json, sys, time
from labkit.intake.dead_letters import Store

done = []

def mend(raw):
    try:
        record = json.loads(raw)
    except ValueError:
        return raw
    return json.dumps(record | {"amount": float(record["amount"])}).encode()

def half_way(offset, application):
    done.append(offset)
    if len(done) == 3:
        print("in the middle", flush=True)
        time.sleep(60)
    return 0.5

with Store(sys.argv[1]) as store:
    store.replay(mend, half_way)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_replay_that_is_killed_leaves_all_as_it_was(filled, tmp_path):
    state = filled.fingerprint()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "intake.sqlite")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"in the middle"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert filled.fingerprint() == state
    assert filled.replay(mend, half) == 4
    assert filled.counts() == {"accepted": 9, "dead": 8, "replayed": 4, "retracted": 0}


def test_a_retraction_adds_a_row_and_deletes_none(filled):
    for _ in range(2):
        filled.retract([(1, "duplicate"), (3, "cents")])
        assert filled.counts()["accepted"] == 5
        assert filled.predictions()["retracted"].dropna().to_dict() == {1: "duplicate", 3: "cents"}
