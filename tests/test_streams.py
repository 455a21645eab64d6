"""Streams: offsets, consumers that are really killed, windows against the batch answer."""

import asyncio
import sqlite3
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit import ROOT
from labkit.riverton.child import ChildError
from labkit.streams import consumer, jetstream, windows
from labkit.streams.append_log import AppendLog
from labkit.streams.bank import Bank
from labkit.streams.consumer import BATCH, KILLED, STEPS, WAYS, Consumer
from labkit.streams.desk import Desk
from labkit.streams.windows import WindowCounts

DUE = list(range(1, 16))
EVENTS = [{"application_id": i, "amount": 10.0 * i} for i in DUE]


@pytest.fixture
def log(tmp_path):
    with_events = AppendLog(tmp_path / "log.db")
    yield with_events
    with_events.close()


# The append log


def test_events_come_back_in_order_under_the_offsets_1_2_3(log):
    assert log.end() == 1
    assert log.append(["a", {"b": 2}]) == 2
    assert log.append([None]) == 3
    assert log.read(1, 10) == [(1, "a"), (2, {"b": 2}), (3, None)]
    assert log.read(2, 1) == [(2, {"b": 2})]
    assert log.read(4, 10) == []


def test_a_batch_is_appended_whole_or_not_at_all(log):
    with pytest.raises(TypeError):
        log.append(["a", object()])
    assert log.end() == 1


def test_reading_changes_nothing_and_groups_know_nothing_of_each_other(log):
    log.append(EVENTS)
    log.commit("desk", 4)
    assert (log.committed("desk"), log.committed("bank")) == (4, 1)
    log.commit("bank", 9)
    assert (log.committed("desk"), log.committed("bank")) == (4, 9)
    assert log.read(1, 100) == log.read(1, 100)
    assert len(log.read(1, 100)) == len(EVENTS)


def test_a_group_may_go_back_and_read_again(log):
    log.commit("desk", 9)
    log.commit("desk", 2)
    assert log.committed("desk") == 2


def test_offsets_outlive_the_process(log, tmp_path):
    log.append(EVENTS)
    log.commit("desk", 7)
    again = AppendLog(tmp_path / "log.db")
    assert (again.committed("desk"), again.end()) == (7, len(EVENTS) + 1)
    again.close()


WRITER = """
import sys
from labkit.streams.append_log import AppendLog
log = AppendLog(sys.argv[1])
for i in range(100):
    log.append([[sys.argv[2], i], [sys.argv[2], -i]])
"""


def test_processes_append_at_the_same_time_and_lose_nothing(tmp_path):
    """They also make the file at the same time."""
    path = tmp_path / "shared.db"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, name], cwd=ROOT) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    log = AppendLog(path)
    events = log.read(1, 1_000)
    log.close()
    assert [offset for offset, _ in events] == list(range(1, 601))
    for name in "abc":  # each writer's events in its order, the pairs side by side
        mine = [(offset, i) for offset, (who, i) in events if who == name]
        assert [i for _, i in mine] == [sign * i for i in range(100) for sign in (1, -1)]
        assert all(b - a == 1 for (a, _), (b, _) in zip(mine[::2], mine[1::2], strict=True))


# Consumers that die


def expected(way, place):
    """(lost, doubled, ignored) of a death after so many steps of a batch of 5."""
    done_alone = place if place <= BATCH else 0
    return {
        "commit first": (BATCH - (place - 1) if place else 0, 0, 0),
        "commit after": (0, done_alone, 0),
        "by key": (0, 0, done_alone),
        "one transaction": (0, 0, 0),
    }[way]


@pytest.mark.parametrize("way", WAYS)
def test_what_a_death_at_each_place_loses_and_doubles(tmp_path, log, way):
    """Real processes, really killed, in the second of three batches; then a successor."""
    log.append(EVENTS)
    bank_at, places = tmp_path / "bank.db", range(STEPS + 1)
    Bank(bank_at, "").close()

    def start(place, die_after):
        return Consumer(tmp_path / "log.db", bank_at, f"{way} {place}", way, die_after)

    killed = [start(place, STEPS + place) for place in places]
    assert {life.wait() for life in killed} == {(KILLED, None, None)}
    lives = [life.wait() for life in [start(place, None) for place in places]]
    for place, life in zip(places, lives, strict=True):
        bank = Bank(bank_at, f"{way} {place}")
        found = consumer.lost_and_doubled(DUE, bank.payments())
        bank.close()
        assert (*found, life.ignored) == expected(way, place), (way, place)
        assert life.status == 0


@pytest.mark.parametrize("way", ["by key", "one transaction"])
def test_a_consumer_that_dies_again_and_again_still_pays_once(tmp_path, log, way):
    log.append(EVENTS)
    job = (tmp_path / "log.db", tmp_path / "bank.db", "g", way)
    for die_after in (1, 3, 5, 6, 7):
        Consumer(*job, die_after).wait()
    assert Consumer(*job).wait().status == 0
    bank = Bank(tmp_path / "bank.db", "g")
    assert bank.payments() == DUE
    bank.close()


@given(st.lists(st.integers(1, 6), max_size=30))
def test_idempotent_writes_over_any_deliveries(delivered):
    bank = Bank(":memory:", "g")
    for i in delivered:
        bank.pay_once({"application_id": i, "amount": 5.0})
    assert bank.payments() == sorted(set(delivered))
    assert bank.ignored == len(delivered) - len(set(delivered))
    bank.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    bank = Bank(tmp_path / "bank.db", "g")
    with pytest.raises(ZeroDivisionError), bank.transaction():
        bank.pay(EVENTS[0])
        bank.set_progress(2)
        1 / 0  # noqa: B018
    assert (bank.payments(), bank.progress()) == ([], 1)
    bank.close()


def test_a_consumer_that_fails_says_why(tmp_path):
    (tmp_path / "log.db").write_text("no database, though long enough to be read as one" * 20)
    with pytest.raises(ChildError, match=sqlite3.DatabaseError.__name__):
        Consumer(tmp_path / "log.db", tmp_path / "bank.db", "g", "by key").wait()


def test_lost_and_doubled():
    assert consumer.lost_and_doubled([1, 2, 3], [2, 2, 2, 3]) == (1, 2)


# The desk


def test_calls_are_heard_while_the_desk_is_up_and_fail_while_it_is_down():
    desk = Desk()
    try:
        desk.call([1, "submitted"])
        desk.stop()
        with pytest.raises(OSError):
            desk.call([2, "submitted"])
        assert desk.heard() == [[1, "submitted"]]
        desk.start()
        desk.call([3, "paid out"])
        assert desk.heard() == [[1, "submitted"], [3, "paid out"]]
    finally:
        desk.stop()


# Windows

STREAM = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 90)), max_size=60)
"""(event time, how late it arrives)"""
SMALL = st.integers(0, 100)


def in_order_of_arrival(stream):
    return [time for time, _ in sorted(stream, key=lambda event: sum(event))]


def brute_force(times, width, total):
    """A window's count by definition: those that came before the watermark was past its end."""
    counts, dropped = Counter(), 0
    for i, time in enumerate(times):
        before = max(times[:i], default=float("-inf"))
        start = time - time % width
        if before >= start + width + total:
            dropped += 1
        else:
            counts[start] += 1
    return counts, dropped


@given(STREAM, st.integers(1, 60), SMALL, SMALL)
def test_counted_and_dropped_are_all_and_agree_with_the_definition(stream, width, delay, lateness):
    times = in_order_of_arrival(stream)
    counter = WindowCounts(width, delay, lateness)
    results = windows.run(counter, times)
    counts, dropped = brute_force(times, width, delay + lateness)
    assert counter.counted + counter.dropped == len(times)
    assert counter.dropped == dropped
    assert windows.final(results) == counts
    assert sum(windows.final(results).values()) == counter.counted


@given(STREAM, st.integers(1, 60), SMALL)
def test_with_a_delay_of_the_longest_lateness_the_stream_is_the_batch(stream, width, delay):
    times, latest = in_order_of_arrival(stream), max((late for _, late in stream), default=0)
    for share in (delay, 0):  # waiting for all, or partly correcting
        counter = WindowCounts(width, max(latest - share, 0), share)
        assert windows.final(windows.run(counter, times)) == windows.batch(times, width)
        assert counter.dropped == 0


@given(STREAM, st.integers(1, 60), SMALL, SMALL)
def test_the_watermark_never_goes_back_and_results_wait_for_it(stream, width, delay, lateness):
    counter, first = WindowCounts(width, delay, lateness), set()
    for time in in_order_of_arrival(stream):
        before = counter.watermark
        for result in counter.add(time):
            assert result.start + width <= counter.watermark
            assert result.correction == (result.start in first)
            first.add(result.start)
        assert counter.watermark == max(before, time - delay)
    assert not any(result.correction for result in counter.close())


@given(STREAM, st.integers(1, 60), SMALL)
def test_without_lateness_each_window_has_one_result(stream, width, delay):
    results = windows.run(WindowCounts(width, delay), in_order_of_arrival(stream))
    starts = [result.start for result in results]
    assert starts == sorted(set(starts))


def test_windows_that_are_over_are_forgotten():
    counter = WindowCounts(60, delay=30, lateness=60)
    windows.run(counter, range(0, 100_000, 7))
    assert counter.most_held <= 5
    assert counter.counts == {} and counter.open == set()


@pytest.mark.parametrize("wrong", [(0, 0, 0), (60, -1, 0), (60, 0, -1)])
def test_windows_refuse_what_makes_no_sense(wrong):
    with pytest.raises(ValueError, match="expected a width above 0"):
        WindowCounts(*wrong)


# The broker


async def fill(address):
    """As in a notebook, where an event loop is running."""
    log = jetstream.JetStreamLog(address, "producer")
    assert log.append(EVENTS) == len(EVENTS)
    log.close()


@pytest.mark.skipif(bool(jetstream.missing()), reason=jetstream.missing())
def test_the_same_deaths_on_a_broker_come_out_the_same(tmp_path):
    bank_at, places = tmp_path / "bank.db", (0, 1, 3, 5, 6)
    Bank(bank_at, "").close()
    ways = ("commit first", "commit after", "by key")
    jobs = [(f"{way} {place}", way, place) for way in ways for place in places]
    with jetstream.running_server() as address:
        asyncio.run(fill(address))
        killed = [Consumer(address, bank_at, group, way, STEPS + n) for group, way, n in jobs]
        assert {life.wait().status for life in killed} == {KILLED}
        started = [Consumer(address, bank_at, group, way) for group, way, _ in jobs]
        lives = [life.wait() for life in started]
    for (group, way, place), life in zip(jobs, lives, strict=True):
        bank = Bank(bank_at, group)
        found = consumer.lost_and_doubled(DUE, bank.payments())
        bank.close()
        assert (*found, life.ignored) == expected(way, place), group
