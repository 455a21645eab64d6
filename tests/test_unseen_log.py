"""The log of the project: drawn from the learner's number, and nobody else's."""

import pytest

from labkit.riverton.unseen_log import ALWAYS, KINDS, hand_out, unseen


def kinds(log):
    return [incident["kind"] for incident in log.truth["incidents"]]


def test_a_number_gives_two_or_three_incidents_and_always_the_same():
    drawn = {}
    for seed in range(12):
        drawn[seed] = [kind for kind in kinds(unseen(seed)) if kind in KINDS]
        assert 2 <= len(drawn[seed]) <= 3
    assert len({tuple(found) for found in drawn.values()}) > 5
    assert set().union(*drawn.values()) == set(KINDS)
    assert unseen(3).truth == unseen(3).truth
    assert unseen(3).truth != unseen(4).truth


def test_what_is_handed_out_is_the_log_without_its_truth(tmp_path):
    path = hand_out(3, tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"".join(unseen(3).blocks())


def test_a_log_may_be_asked_for_kinds():
    assert set(kinds(unseen(1, []))) == set(ALWAYS)
    assert set(kinds(unseen(1, ["bad_deploy"]))) == {"bad_deploy", *ALWAYS}


@pytest.mark.parametrize(("arguments", "said"), [((-1,), "0 or more"), ((1, ["flood"]), "flood")])
def test_what_cannot_be_drawn_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        unseen(*arguments)
