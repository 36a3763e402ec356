"""A replica gets as many questions as it is set to, as it holds, or as still flow fast enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from argo.engines.capacity import CapacityFinder
from argo.engines.gauges import Gauges, gauges
from argo.simulation.types import SEED_2026


class Engine:
    """An engine in numbers: what it runs, keeps waiting and writes in a second."""

    def __init__(self, places: int, rate: Callable[[int], float]) -> None:
        self.places, self.rate = places, rate
        self.tokens = self.now = 0.0

    def second(self, finder: CapacityFinder, wanted: int) -> Gauges:
        """Have `wanted` questions want a place for a second, as many in as the finder lets."""
        count = finder.capacity.count
        ours = wanted if count is None else min(wanted, count)
        running = min(ours, self.places)
        self.now += 1.0
        self.tokens += running * self.rate(running)
        seen = Gauges(running, ours - running, self.tokens)
        finder.look(self.now, seen, ours)
        return seen


def capacities(engine: Engine, finder: CapacityFinder, seconds: int, wanted: int) -> list[int]:
    """Return the capacity after each second."""
    found = []
    for _ in range(seconds):
        engine.second(finder, wanted)
        found.append(finder.capacity.count or 0)
    return found


def test_what_is_set_is_kept() -> None:
    finder = CapacityFinder(7, None)
    assert (finder.capacity.count, finder.capacity.why) == (7, "set")
    capacities(Engine(700, SEED_2026.rate), finder, 60, 1000)
    assert finder.capacity.count == 7


def test_without_settings_or_figures_nothing_bounds_it() -> None:
    assert CapacityFinder(None, None).capacity.count is None


@pytest.mark.parametrize("places", [8, 100, 256, 768])
def test_the_engine_is_filled_and_its_own_queue_stays_near_empty(places: int) -> None:
    finder, engine = CapacityFinder(None, None), Engine(places, SEED_2026.rate)
    capacities(engine, finder, 40, 4000)
    waited, ran = [], []
    for _ in range(120):
        seen = engine.second(finder, 4000)
        waited.append(seen.waiting)
        ran.append(seen.running)
    assert finder.capacity.why == "engine"
    assert sum(ran) / len(ran) >= 0.95 * places
    assert sum(waited) / len(waited) <= 0.02 * places + 1


def test_an_engine_that_puts_answers_aside_gets_fewer() -> None:
    finder = CapacityFinder(None, None)
    finder.look(1.0, Gauges(90, 0, 0.0), 90)
    finder.look(2.0, Gauges(70, 0, 900.0, preemptions=4.0), 90)
    assert finder.capacity.count == 70


@pytest.mark.parametrize("target", [10.0, 20.0, 25.0, 30.0])
def test_the_speed_that_is_wanted_is_met_and_kept(target: float) -> None:
    finder, engine = CapacityFinder(768, target), Engine(768, SEED_2026.rate)
    capacities(engine, finder, 60, 4000)
    after = capacities(engine, finder, 60, 4000)
    assert finder.capacity.why == "target"
    assert max(after) - min(after) <= 2 + 0.02 * max(after)
    assert all(SEED_2026.rate(count) >= 0.95 * target for count in after)
    assert all(SEED_2026.rate(round(count * 1.15)) < target for count in after)


def test_a_speed_no_engine_reaches_does_not_starve_it() -> None:
    finder, engine = CapacityFinder(None, 100.0), Engine(768, SEED_2026.rate)
    assert (
        min(capacities(engine, finder, 120, 4000)[30:]) * SEED_2026.stream_tokens_per_second > 4500
    )


def test_a_slow_engine_that_is_given_few_is_given_more() -> None:
    """Twenty tokens a second are all it has for one stream, and the same for two hundred."""
    finder = CapacityFinder(None, 25.0)
    engine = Engine(768, lambda running: min(20.0, 5600 / running))
    after = capacities(engine, finder, 120, 4000)[60:]
    assert sum(count * engine.rate(count) for count in after) / len(after) > 4800
    assert max(after) < 400


def test_it_is_there_within_seconds() -> None:
    finder, engine = CapacityFinder(None, 28.0), Engine(768, SEED_2026.rate)
    assert max(capacities(engine, finder, 10, 4000)) >= 170


def test_the_speed_is_met_again_when_the_engine_becomes_slower() -> None:
    finder, engine = CapacityFinder(768, 25.0), Engine(768, SEED_2026.rate)
    capacities(engine, finder, 60, 4000)
    engine.rate = lambda running: min(32.6, 2800 / running)
    after = capacities(engine, finder, 90, 4000)[60:]
    assert 95 <= min(after) <= max(after) <= 115


def test_a_quiet_hour_leaves_it_as_it_was() -> None:
    finder, engine = CapacityFinder(768, 25.0), Engine(768, SEED_2026.rate)
    before = capacities(engine, finder, 60, 4000)[-1]
    assert capacities(engine, finder, 600, 3)[-1] >= before - 1


def test_llama_cpp_says_its_slots() -> None:
    finder = CapacityFinder(None, None)
    finder.has_slots(4)
    assert (finder.capacity.count, finder.capacity.why) == (4, "slots")


def test_an_engine_without_figures_is_judged_by_its_answers() -> None:
    finder = CapacityFinder(None, 25.0)
    for _ in range(3000):
        running = finder.capacity.count or 300
        finder.wrote(300, 300 / SEED_2026.rate(running), running)
    assert 190 <= (finder.capacity.count or 0) <= 245


def test_one_that_refuses_gets_fewer_and_slowly_more_again() -> None:
    finder = CapacityFinder(None, None)
    finder.refused(40)
    assert (finder.capacity.count, finder.capacity.why) == (39, "refused")
    for _ in range(100):
        finder.went_well()
    assert 40 <= (finder.capacity.count or 0) <= 43


def test_figures_are_read_under_both_engines_names() -> None:
    vllm = (
        "# TYPE vllm:num_requests_running gauge\n"
        'vllm:num_requests_running{engine="0",model_name="m"} 3.0\n'
        'vllm:num_requests_running{engine="1",model_name="m"} 2.0\n'
        'vllm:num_requests_waiting{engine="0",model_name="m"} 7.0\n'
        'vllm:generation_tokens_total{engine="0",model_name="m"} 1.25e+06\n'
        'vllm:num_preemptions_total{engine="0",model_name="m"} 1.0\n'
    )
    assert gauges(vllm) == Gauges(5, 7, 1_250_000.0, 1.0)
    llama = "llamacpp:requests_processing 2\nllamacpp:requests_deferred 1\n"
    assert gauges(llama) == Gauges(2, 1, 0.0)
    assert gauges("<html>no figures here 3</html>") is None
    assert gauges("vllm:num_requests_running NaN\n") is None
