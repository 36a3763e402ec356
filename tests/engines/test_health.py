"""A sick replica is left out, and comes back by itself."""

from __future__ import annotations

from argo.engines.health import Health


def test_one_failure_lasts_until_the_next_good_probe() -> None:
    health = Health()
    health.probed("ready", 0.0)
    health.failed(0.0)
    assert health.state(0.0) == "away"
    health.probed("ready", 0.1)
    assert health.state(0.1) == "ready"
    assert not health.on_trial


def test_one_that_only_looks_well_rests_longer_each_time_and_then_gets_one_question() -> None:
    health, now, rests = Health(), 0.0, []
    health.probed("ready", now)
    for _ in range(10):
        while health.state(now) == "away":
            now += 0.5
            health.probed("ready", now)
        before = now
        while health.state(now) == "ready":
            health.failed(now)
            health.probed("ready", now)
        while health.state(now) == "away":
            now += 0.5
        rests.append(now - before)
        assert health.on_trial
    assert rests[:4] == [2.0, 4.0, 8.0, 16.0]
    assert max(rests) == 60.0
    health.answered(now)
    assert not health.on_trial
    health.failed(now)
    health.probed("ready", now)
    assert health.state(now) == "ready"


def test_a_probe_that_finds_nothing_says_less_than_an_answer_just_now() -> None:
    health = Health()
    health.answered(0.0)
    health.probed("away", 5.0)
    assert health.state(5.0) == "ready"
    health.probed("away", 11.0)
    assert health.state(11.0) == "away"
