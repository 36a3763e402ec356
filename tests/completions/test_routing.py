"""A question goes where its beginning is cached, unless that replica is full or sick."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from argo.completions import routing
from argo.engines.types import Replica, ReplicaState


def states(count: int) -> list[ReplicaState]:
    return [ReplicaState(Replica(f"http://engine-{n}/v1", 4, None), "ready") for n in range(count)]


def with_(each: ReplicaState, **changes: object) -> ReplicaState:
    return ReplicaState(**{**vars(each), **changes})  # type: ignore[arg-type]


@given(st.binary(max_size=16), st.integers(1, 6))
def test_the_same_conversation_goes_to_the_same_replica(affinity: bytes, count: int) -> None:
    assert routing.order(states(count), affinity) == routing.order(states(count)[::-1], affinity)


@given(st.binary(max_size=16))
def test_when_a_replica_goes_only_its_conversations_move(affinity: bytes) -> None:
    before = routing.order(states(4), affinity)
    after = routing.order(states(3), affinity)
    assert after == tuple(each for each in before if each.replica.url != "http://engine-3/v1")


@given(st.binary(max_size=16))
def test_a_full_or_sick_one_comes_after_the_others(affinity: bytes) -> None:
    home, *others = routing.order(states(3), affinity)
    full = [with_(home, running=4), *others]
    assert routing.order(full, affinity)[-1].replica == home.replica
    sick = [with_(home, state="away"), *others]
    assert routing.order(sick, affinity)[-1].replica == home.replica


def test_an_unsafe_one_is_never_used() -> None:
    unsafe = with_(states(1)[0], open_doors=("/pause",))
    assert routing.order([unsafe], b"") == ()
