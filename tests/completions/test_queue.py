"""Fair: between lanes, then institutions, then people, then first come."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from argo.completions.queue import FairQueue, Waiter
from argo.completions.types import Lane

LANES: tuple[Lane, ...] = ("interactive", "api", "batch")


def waiter(person: int, arrived: float, *, lane: Lane = "api", institution: int = 1) -> Waiter:
    return Waiter(uuid4(), UUID(int=institution), UUID(int=person), lane, arrived)


def test_one_who_sends_five_hundred_delays_another_by_one_answer() -> None:
    queue = FairQueue()
    for number in range(500):
        queue.add(waiter(1, number))
    for _ in range(7):
        queue.take()
    single = waiter(2, 1000)
    queue.add(single)
    assert single in list(islice(queue.order(), 2))


def test_equal_askers_are_served_equally() -> None:
    queue = FairQueue()
    for person in range(20):
        for number in range(5 + 10 * person):
            queue.add(waiter(person, number + person / 100))
    served = Counter(taken.person_id for taken in (queue.take() for _ in range(100)) if taken)
    shares = [served[UUID(int=person)] for person in range(20)]
    jain = sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))
    assert jain >= 0.98


def test_institutions_share_by_weight_and_lend_what_they_do_not_use() -> None:
    heavy, light = UUID(int=1), UUID(int=2)
    queue = FairQueue({str(heavy): 3.0})
    for number in range(100):
        queue.add(waiter(number, number, institution=1))
        queue.add(waiter(number + 500, number, institution=2))
    first = Counter(taken.institution_id for taken in (queue.take() for _ in range(80)) if taken)
    assert first[heavy] == 60
    rest = [taken for taken in iter(queue.take, None)]
    assert [taken.institution_id for taken in rest[-40:]] == [light] * 40


def test_no_lane_starves() -> None:
    queue = FairQueue()
    for number in range(300):
        for lane in LANES:
            queue.add(waiter(number, number, lane=lane))
    served = Counter(taken.lane for taken in (queue.take() for _ in range(120)) if taken)
    assert served == {"interactive": 80, "api": 30, "batch": 10}


def test_a_lane_that_was_idle_does_not_catch_up_on_what_it_did_not_use() -> None:
    queue = FairQueue()
    for number in range(1000):
        queue.add(waiter(number, number, lane="batch"))
    for _ in range(500):
        queue.take()
    for number in range(100):
        queue.add(waiter(number, 2000 + number, lane="api"))
    served = Counter(taken.lane for taken in (queue.take() for _ in range(40)) if taken)
    assert served["batch"] in (9, 10)


class QueueOfTheModel(RuleBasedStateMachine):
    """Whatever comes and goes, nobody is lost, doubled, or overtaken by their own later question."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue()
        self.waiting: dict[UUID, Waiter] = {}
        self.clock = 0.0

    @rule(person=st.integers(0, 4), lane=st.sampled_from(LANES), institution=st.integers(0, 2))
    def arrives(self, person: int, lane: Lane, institution: int) -> None:
        self.clock += 1
        new = waiter(person, self.clock, lane=lane, institution=institution)
        self.queue.add(new)
        self.queue.add(new)
        self.waiting[new.id] = new

    @rule(choice=st.randoms(use_true_random=False))
    def leaves(self, choice: object) -> None:
        if self.waiting:
            gone = sorted(self.waiting.values(), key=lambda each: each.arrived)[
                int(self.clock) % len(self.waiting)
            ]
            assert self.queue.remove(gone.id)
            assert not self.queue.remove(gone.id)
            del self.waiting[gone.id]

    @rule()
    def goes(self) -> None:
        expected = next(self.queue.order(), None)
        taken = self.queue.take()
        assert taken == expected
        if taken is not None:
            del self.waiting[taken.id]
            own = [each for each in self.waiting.values() if each.path == taken.path]
            assert all(each.arrived > taken.arrived for each in own)

    @invariant()
    def nobody_is_lost_or_doubled(self) -> None:
        order = [each.id for each in self.queue.order()]
        assert sorted(order) == sorted(self.waiting)
        assert len(self.queue) == len(order)


TestQueueOfTheModel = QueueOfTheModel.TestCase
TestQueueOfTheModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.permutations(range(12)))
def test_handed_over_in_any_order_the_places_are_the_same(order: list[int]) -> None:
    waiters = [waiter(number % 3, number) for number in range(12)]
    queue, again = FairQueue(), FairQueue()
    for each in waiters:
        queue.add(each)
    for number in order:
        again.add(waiters[number])
    assert {each.id for each in list(again.order())[:3]} == {
        each.id for each in list(queue.order())[:3]
    }
