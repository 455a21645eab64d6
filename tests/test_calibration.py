"""Calibration: what it says of a machine, and that it leaves the server as it says."""

import math

import pytest

from labkit.riverton.calibration import Calibration, calibrate
from labkit.riverton.server import ScoringServer

CALM = {"unbatched": 400.0, "batched": 6400.0, "share": 0.9, "unsteady": 1.1}


def test_a_calm_machine_can_be_measured_on():
    machine = Calibration(**CALM)
    assert machine.can_measure == (True, "")
    assert machine.between == pytest.approx(1600)
    assert "Calm enough to measure on." in str(machine)


@pytest.mark.parametrize("trouble", [{"share": 0.2}, {"unsteady": 4.0}])
def test_a_noisy_machine_is_told_in_a_sentence_with_a_way_to_go_on(trouble):
    machine = Calibration(**CALM | trouble)
    can_measure, reason = machine.can_measure
    assert not can_measure
    assert reason.endswith(".")
    assert f"Too noisy to measure on: {reason}" in str(machine)
    assert "Go by the simulation" in str(machine)


def test_both_capacities_are_found_and_the_server_is_left_idle():
    with ScoringServer("trees", policy="off", max_queue=500) as server:
        machine = calibrate(server, seconds=0.1)
        settings = server.configure()
        assert server.stats()["queue_depth"] == server.stats()["in_service"] == 0
    assert machine.batched > machine.unbatched > 1
    assert 0 < machine.share <= 1
    assert 1 <= machine.unsteady < math.inf
    assert (settings["policy"], settings["max_batch"]) == ("greedy", 32)
