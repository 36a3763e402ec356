"""The decode model: nobody gets more than the profile allows, nobody is forgotten."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.simulation.decode import SLOTS, Places, Wheel
from argo.simulation.types import FAST, SEED_2026

turns = st.lists(st.floats(0.0, 3.0), max_size=60)


@given(st.integers(1, 10_000))
def test_all_running_together_never_exceed_the_engine(running: int) -> None:
    """Each gets at most a stream's speed, all together at most the engine's."""
    rate = SEED_2026.rate(running)
    assert rate <= 32.6
    assert rate * running <= 5_600 * (1 + 1e-9)
    assert rate == pytest.approx(min(32.6, 5_600 / running))


@given(turns, st.integers(1, 40))
def test_every_sequence_gets_what_time_has_given(parts: list[float], sequences: int) -> None:
    """After any turns, each has within one token of the tokens that went by, all the same."""
    wheel: Wheel[int] = Wheel()
    for sequence in range(sequences):
        wheel.join(sequence)
    got: Counter[int] = Counter()
    for part in parts:
        for members, steps in wheel.turn(part):
            got.update(dict.fromkeys(members, steps))

    assert len({got[sequence] for sequence in range(sequences)}) == 1
    assert abs(got[0] - sum(parts)) < 1 + 1 / SLOTS


@given(st.lists(st.tuples(st.floats(0.0, 2.5), st.booleans()), max_size=60))
def test_joining_and_leaving_disturb_nobody(events: list[tuple[float, bool]]) -> None:
    """Whoever joins late or leaves early, the first one's tokens are those of its time."""
    wheel: Wheel[int] = Wheel()
    wheel.join(0)
    others, got, went = itertools.count(1), 0, 0.0
    last = None
    for part, joins in events:
        went += part
        got += sum(steps for members, steps in wheel.turn(part) if 0 in members)
        if joins:
            last = next(others)
            wheel.join(last)
        elif last is not None:
            wheel.leave(last)
    assert abs(got - went) < 1 + 1 / SLOTS


def test_a_token_is_due_one_tokens_time_after_the_last() -> None:
    """Not before, and not twice."""
    wheel: Wheel[str] = Wheel()
    wheel.turn(0.4)
    wheel.join("a")
    assert wheel.turn(0.98) == []
    assert wheel.turn(0.04) == [(("a",), 1)]
    assert wheel.turn(0.5) == []


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=80))
def test_places_are_given_in_order_and_given_back_once(events: list[tuple[int, bool]]) -> None:
    """First come, first served; never more places than there are; none lost."""
    places: Places[int] = Places(5)
    started: list[int] = []
    wanted: dict[int, int] = {}
    for number, (size, leaves) in enumerate(events):
        if leaves and wanted:
            gone = next(iter(wanted))
            del wanted[gone]
            started += places.leave(gone)
            assert places.leave(gone) == []
        else:
            wanted[number] = size
            if places.ask(number, size):
                started.append(number)
        assert places.taken <= 5
        assert places.running + places.waiting == len(wanted)
        assert places.taken == sum(wanted.get(one, 0) for one in started)
    assert started == sorted(started)
    for one in list(wanted):
        places.leave(one)
    assert (places.taken, places.running, places.waiting) == (0, 0, 0)


def test_more_places_than_there_are_count_as_all() -> None:
    """A question for nine answers runs on an engine with five places, alone."""
    places: Places[str] = Places(5)
    assert places.ask("nine", 9)
    assert not places.ask("one")
    assert places.leave("nine") == ["one"]


def test_the_fast_profile_lets_nobody_wait() -> None:
    """Tests never queue behind each other."""
    assert FAST.rate(200) == 5_000
    assert FAST.running_sequences >= 20_000
