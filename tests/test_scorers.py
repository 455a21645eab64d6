"""The models: right, cached with care, and measured without self-deception."""

import numpy as np
import pytest

from labkit.riverton import cache
from labkit.riverton.curve import batch_curve
from labkit.riverton.scorers import N_FEATURES, SCORERS, digits, load_scorer


@pytest.mark.parametrize("name", SCORERS)
def test_a_scorer_labels_held_out_digits(name):
    scorer = load_scorer(name)
    data = digits()
    labels = scorer(data.X_test)
    assert (scorer.name, scorer.n_features) == (name, N_FEATURES)
    assert labels.shape == (450,)
    assert labels.dtype == np.int64
    assert (labels == data.y_test).mean() > 0.95


@pytest.mark.parametrize("name", SCORERS)
def test_a_row_gets_the_same_label_in_any_batch(name):
    scorer = load_scorer(name)
    X = digits().X_test[:40]
    alone = np.concatenate([scorer(row[None]) for row in X])
    np.testing.assert_array_equal(scorer(X), alone)


def test_digits_are_split_without_overlap_and_in_grey_levels():
    data = digits()
    assert (data.X_train.shape, data.X_test.shape) == ((1347, 64), (450, 64))
    assert data.X_train.dtype == np.float32
    assert (data.X_train.min(), data.X_train.max()) == (0, 16)
    assert not {row.tobytes() for row in data.X_train} & {row.tobytes() for row in data.X_test}


def test_an_unknown_scorer_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="'gpt'; choose one of mlp, trees, row_by_row"):
        load_scorer("gpt")


@pytest.fixture
def counted_build(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    built = []

    def build():
        built.append(1)
        return b"content" * 1000

    return build, built, tmp_path / "cache" / "model"


def test_the_cache_builds_once(counted_build):
    build, built, _ = counted_build
    assert cache.cached("model", build) == cache.cached("model", build) == b"content" * 1000
    assert len(built) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:-1],
        lambda whole: whole[:100] + b"?" + whole[101:],
        lambda whole: b"?" + whole[1:],
    ],
    ids=["empty", "truncated", "altered", "altered digest"],
)
def test_the_cache_builds_again_what_is_corrupt(counted_build, damage):
    build, built, path = counted_build
    cache.cached("model", build)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.cached("model", build) == b"content" * 1000
    assert len(built) == 2
    cache.cached("model", build)
    assert len(built) == 2


def test_a_build_that_fails_leaves_nothing_behind(counted_build):
    _, _, path = counted_build

    def build():
        raise MemoryError

    with pytest.raises(MemoryError):
        cache.cached("model", build)
    assert not path.exists()


class _Counter:
    """A scorer that notes what it is asked, and whose calls last 5 ms and 1 ms per row."""

    name, n_features = "counter", N_FEATURES

    def __init__(self):
        self.batches = []
        self.clock = 0.0

    def __call__(self, X):
        self.batches.append(X)
        self.clock += 0.005 + 0.001 * len(X)
        return np.zeros(len(X), dtype=np.int64)


def test_the_batch_curve_gives_each_size_as_much_time_and_repeats_no_row(monkeypatch):
    scorer = _Counter()
    monkeypatch.setattr("labkit.riverton.curve.time.thread_time", lambda: scorer.clock)
    curve = batch_curve(scorer, (8, 1, 600), rng=np.random.default_rng(0), repeats=5)
    assert curve["batch"].tolist() == [1, 8, 600]
    one_round = [1] * 4 + [8] * 2 + [600]  # each takes 20 ms at least
    assert [len(X) for X in scorer.batches] == one_round * 6  # one round to warm up
    assert all(len(np.unique(X, axis=0)) == 8 for X in scorer.batches if len(X) == 8)
    assert len({X.tobytes() for X in scorer.batches if len(X) > 1}) == 18
    np.testing.assert_allclose(curve["batch_ms"], [6, 13, 605])
    np.testing.assert_allclose(curve["gain"], 6 / curve["row_ms"])
    np.testing.assert_allclose(curve["row_ms"] * curve["batch"], curve["batch_ms"])


@pytest.mark.wall_clock
def test_a_batch_saves_what_it_should():
    """Processor time, so other programs matter little. Seen: trees 21 to 28, row by row 1.0."""
    rng = np.random.default_rng(0)
    trees = batch_curve(load_scorer("trees"), (32,), rng=rng)
    row_by_row = batch_curve(load_scorer("row_by_row"), (32,), rng=rng)
    assert trees["gain"].iloc[-1] > 10
    assert 0.67 < row_by_row["gain"].iloc[-1] < 1.5
