"""Answers that are kept, and answers that are made in advance."""

import asyncio
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from labkit.riverton.answer_cache import AnswerCache, CachingBatcher
from labkit.riverton.load import run_load
from labkit.riverton.nightly import run_nightly, score_everybody
from labkit.riverton.policy import make_policy
from labkit.riverton.scorers import digits
from labkit.riverton.server import ScoringServer, ServerError


def test_the_least_recently_used_answer_makes_room():
    cache = AnswerCache(2)
    cache.put(b"a", 1)
    cache.put(b"b", 2)
    assert cache.get(b"a") == 1  # so b is the oldest now
    cache.put(b"c", 3)
    assert (cache.get(b"a"), cache.get(b"b"), cache.get(b"c")) == (1, None, 3)
    assert (len(cache), cache.hits, cache.misses) == (2, 3, 1)


def test_an_answer_that_is_put_again_takes_one_place():
    cache = AnswerCache(2)
    for row in (b"a", b"b", b"a", b"c"):
        cache.put(row, row)
    assert (cache.get(b"a"), cache.get(b"b")) == (b"a", None)


def test_a_version_never_finds_the_answer_of_another():
    cache = AnswerCache(4, version="old")
    cache.put(b"a", 0)
    assert cache.get(b"a") == 0
    cache.version = "new"
    assert cache.get(b"a") is None
    cache.version = "old"
    assert cache.get(b"a") == 0


def test_a_cache_for_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        AnswerCache(0)


def sum_as_label(rows):
    return rows.sum(axis=1).astype(np.int64)


def test_the_batcher_scores_what_it_does_not_know_and_nothing_else():
    scored = []

    def score(rows):
        scored.extend(rows[:, 0].tolist())
        return sum_as_label(rows)

    async def ask(labels, answers):
        batcher = CachingBatcher(score, make_policy("off"))
        batcher.keep(answers)
        serving = asyncio.create_task(batcher.run())
        replies = [await batcher.submit(np.float32([label])) for label in labels]
        batcher.close()
        await serving
        return [(reply.label, reply.batch) for reply in replies]

    assert asyncio.run(ask([0, 7, 0, 7, 8], 2)) == [(0, 1), (7, 1), (0, 0), (7, 0), (8, 1)]
    assert scored == [0, 7, 8]
    scored.clear()
    assert asyncio.run(ask([0, 7, 0], 0)) == [(0, 1), (7, 1), (0, 1)]
    assert scored == [0, 7, 0]


def test_two_that_ask_at_once_both_reach_the_scorer():
    async def ask():
        batcher = CachingBatcher(sum_as_label, make_policy("greedy"))
        batcher.keep(2)
        serving = asyncio.create_task(batcher.run())
        replies = await asyncio.gather(*[batcher.submit(np.float32([5])) for _ in range(3)])
        batcher.close()
        await serving
        return [(reply.label, reply.batch) for reply in replies]

    assert asyncio.run(ask()) == [(5, 3)] * 3


def test_the_service_keeps_answers_when_it_is_told_to():
    rows = digits().X_test[[0, 1, 0, 1]]
    apart = 0.06 * np.arange(4)
    with ScoringServer("row_by_row") as server:
        plain = run_load(server, apart, rows=rows)
        assert (plain.frame.batch > 0).all()
        assert server.configure(cache=8)["cache"] == 8
        for _ in range(2):  # setting it empties it
            server.configure(cache=8)
            cached = run_load(server, apart, rows=rows)
            assert (cached.frame.batch > 0).tolist() == [True, True, False, False]
        assert cached.frame.label.tolist() == plain.frame.label.tolist()
        assert (run_load(server, apart, rows=rows, binary=True).frame.batch == 0).all()
        server.configure(max_batch=4)  # another setting leaves it alone
        assert (run_load(server, apart, rows=rows).frame.batch == 0).all()
        server.configure(cache=0)
        assert (run_load(server, apart, rows=rows).frame.batch > 0).all()
        for wrong in (-1, 1.5, True):
            with pytest.raises(ServerError, match="whole number of at least 0"):
                server.configure(cache=wrong)


def answers(table):
    with closing(sqlite3.connect(table)) as database:
        return database.execute("SELECT key, label FROM answers ORDER BY key").fetchall()


def test_the_job_leaves_an_answer_for_every_key(tmp_path):
    rows = np.arange(600, dtype=np.float32)[:, None]
    score_everybody(sum_as_label, rows, tmp_path / "a.sqlite")
    assert answers(tmp_path / "a.sqlite") == [(i, i) for i in range(600)]
    score_everybody(sum_as_label, rows[:3] + 1, tmp_path / "a.sqlite")  # the next night
    assert answers(tmp_path / "a.sqlite") == [(0, 1), (1, 2), (2, 3)]


def test_a_job_that_fails_leaves_last_night_s_answers(tmp_path):
    score_everybody(sum_as_label, np.ones((2, 1), dtype=np.float32), tmp_path / "a.sqlite")

    def fails(rows):
        raise RuntimeError("no model tonight")

    with pytest.raises(RuntimeError, match="no model"):
        score_everybody(fails, np.ones((2, 1), dtype=np.float32), tmp_path / "a.sqlite")
    assert answers(tmp_path / "a.sqlite") == [(0, 1), (1, 1)]


def test_the_job_runs_as_a_process_of_its_own(tmp_path):
    rows = digits().X_test[:5]
    took = run_nightly(rows, tmp_path / "a.sqlite", scorer="row_by_row")
    assert took["score_s"] > 0
    assert took["start_s"] > 0
    assert [key for key, _ in answers(tmp_path / "a.sqlite")] == list(range(5))
    with pytest.raises(RuntimeError, match="the nightly job failed"):
        run_nightly(rows, tmp_path / "a.sqlite", scorer="nobody")
