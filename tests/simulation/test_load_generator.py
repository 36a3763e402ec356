"""The load generator counts what came, names what failed, and draws the seed's table."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from argo.simulation.engine import SimulatedEngine
from argo.simulation.errors import TargetUnusable
from argo.simulation.faults import Fault
from argo.simulation.load import LoadPlan, LoadTest, Progress, Row
from argo.simulation.plot import load_plot
from argo.simulation.table import SEED_ROWS, load_record, load_table, seed_comparison
from argo.simulation.target import target_at
from argo.simulation.types import FAST, SEED_2026, Profile
from tests.support.engine import scripted_engine


async def load(
    questions: int,
    *faults: Fault,
    profile: Profile = FAST,
    window: float = 0.0,
    limit: float = 30.0,
    sample: float = 1.0,
) -> Row:
    """Run one row against an engine of `profile` with `faults`."""
    engine = SimulatedEngine(profile, faults)
    await engine.start()
    try:
        plan = LoadPlan(
            target=await target_at(engine.url),
            keys=("one", "two"),
            model="simulated",
            window_seconds=window,
            limit_seconds=limit,
            sample_seconds=sample,
        )
        return await LoadTest(plan, questions).run(lambda progress: None)
    finally:
        await engine.close()


async def test_the_seeds_row_of_2000_comes_out_in_small() -> None:
    """A tenth of the questions and places, 25 times as fast: the same row within a quarter."""
    faster = 25
    profile = replace(
        SEED_2026,
        total_tokens_per_second=SEED_2026.total_tokens_per_second * faster / 10,
        stream_tokens_per_second=SEED_2026.stream_tokens_per_second * faster,
        running_sequences=77,
        first_token_seconds=0.002,
    )
    row = await load(200, profile=profile, window=50 / faster, sample=1 / faster)

    seed = SEED_ROWS[2]
    assert row.answered == 200
    assert row.total_tokens == 200 * 300
    total = row.total_tokens_per_second * 10 / faster
    assert total / seed.total_tokens_per_second == pytest.approx(1.0, abs=0.25)
    assert row.each_over_time / faster / seed.each_tokens_per_second == pytest.approx(1.0, abs=0.25)
    assert row.first_token_p99_seconds > row.first_token_p50_seconds > 0.0


async def test_a_burst_asks_everything_at_once() -> None:
    """Three hundred questions, no window, all answered."""
    row = await load(300)
    assert row.answered_percent == 100.0
    assert row.failures == {}
    assert row.total_tokens == 300 * FAST.answer_tokens


async def test_every_failure_has_its_name() -> None:
    """What went wrong, and how often."""
    row = await load(
        10,
        Fault("html_500", order=1),
        Fault("cuts", order=2, after_tokens=3),
        Fault("error_in_stream", order=3, after_tokens=3),
        Fault("hangs", order=4),
        Fault("busy_429", order=5),
        limit=1.0,
    )
    assert row.answered == 5
    assert row.failures == {
        "status 500": 1,
        "answer broken off": 1,
        "error inside the stream": 1,
        "no whole answer in time": 1,
        "status 429": 1,
    }


async def test_nobody_there_is_no_connection() -> None:
    """A port without a listener fails every question at once."""
    async with scripted_engine() as engine:
        target = await target_at(engine.url)
    row = await LoadTest(LoadPlan(target, ("",), "m", window_seconds=0), 3).run(lambda _: None)
    assert row.failures == {"no connection": 3}
    assert row.total_tokens_per_second == 0.0


async def test_without_usage_the_deltas_are_counted() -> None:
    """An engine that reports no usage is still measured."""
    row = await load(4, Fault("no_usage"))
    assert row.answered == 4
    assert row.total_tokens == 4 * FAST.answer_tokens


async def test_reads_that_end_anywhere_are_counted_right() -> None:
    """Split characters and frames of several tokens change nothing."""
    row = await load(4, Fault("splits_characters"), profile=replace(FAST, tokens_per_frame=7))
    assert (row.answered, row.total_tokens) == (4, 4 * FAST.answer_tokens)


async def test_keys_take_turns_and_only_known_fields_are_sent() -> None:
    """Each key asks its share; the questions are plain OpenAI."""
    async with scripted_engine() as engine:
        plan = LoadPlan(await target_at(engine.url), ("a", "b"), "simulated", window_seconds=0)
        await LoadTest(plan, 4).run(lambda _: None)
    keys = sorted(question.headers["authorization"] for question in engine.requests)
    assert keys == ["Bearer a", "Bearer a", "Bearer b", "Bearer b"]
    fields = {"model", "messages", "max_tokens", "stream", "stream_options"}
    assert {frozenset(question.body) for question in engine.requests} == {frozenset(fields)}


async def test_it_says_how_it_goes() -> None:
    """Progress while it runs: asked, streaming, over."""
    told: list[Progress] = []
    async with scripted_engine(profile=replace(FAST, stream_tokens_per_second=20)) as engine:
        plan = LoadPlan(await target_at(engine.url), ("",), "simulated", window_seconds=0)
        row = await LoadTest(plan, 5).run(told.append)
    assert told[0].asked == 5
    assert told[0].streaming == 5
    assert told[0].tokens_per_second > 0
    assert row.each_over_time == pytest.approx(20, rel=0.2)


async def test_a_target_is_taken_apart_and_asked_for_its_model() -> None:
    """With or without scheme and `/v1`; what cannot be used is said."""
    assert (await target_at("http://127.0.0.1:8000")).path == "/v1"
    assert (await target_at("127.0.0.1:8000/v1/")).port == 8000
    assert (await target_at("https://127.0.0.1/argo")).path == "/argo/v1"
    with pytest.raises(TargetUnusable):
        await target_at("ftp://127.0.0.1")
    async with scripted_engine(models=("first", "second")) as engine:
        target = await target_at(engine.url)
        assert await target.first_model("k") == "first"
    with pytest.raises(TargetUnusable):
        await target.first_model("k")


def a_row(questions: int) -> Row:
    """A row as a test needs one."""
    return Row(
        questions=questions,
        answered=questions - 1,
        total_tokens=300 * questions,
        seconds=60.0,
        each_median=8.0,
        each_over_time=10.0,
        first_token_p50_seconds=0.05,
        first_token_p99_seconds=30.0,
        complete_mean_seconds=48.0,
        late_seconds=2.5,
        failures={"status 503": 1},
        estimate_error_median=0.1,
    )


def test_the_table_and_the_comparison_are_readable() -> None:
    """Numbers, what failed, how late, and the ratio to the seed."""
    table = load_table([a_row(2_000)])
    assert "99.95" in table
    assert "10,000" in table
    assert "2,000: status 503, 1 times" in table
    assert "2,000: the generator was up to 2.5 s late" in table
    assert "2,000: announced waits were off by 10 % (median)" in table
    assert "10.00 / 12.33" in seed_comparison([a_row(2_000)])
    assert seed_comparison([a_row(7)]) == ""


def test_the_record_and_the_picture_hold_the_rows() -> None:
    """JSON for programs, SVG for people, without anything from outside."""
    record = load_record([a_row(500)], url="http://127.0.0.1")
    assert record["rows"][0]["total_tokens_per_second"] == 2_500.0
    assert len(record["seed"]) == 5
    picture = load_plot([a_row(500), a_row(1_000)])
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert "href" not in picture
    assert "<script" not in picture
