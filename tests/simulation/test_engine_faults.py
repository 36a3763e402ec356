"""Each fault does what its name says, seen as bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from argo.simulation.errors import FaultsUnreadable
from argo.simulation.faults import EVERY_FAULT, Fault, faults_in
from argo.simulation.mishaps import ENGINE_PATH
from argo.simulation.words import answer_words
from tests.simulation.raw_client import ask, connected
from tests.support.engine import ScriptedEngine, scripted_engine

WORDS = answer_words("Bonjour", 40)


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedEngine]:
    """An engine to spoil."""
    async with scripted_engine() as engine:
        yield engine


async def test_without_a_fault_the_stream_is_whole(engine: ScriptedEngine) -> None:
    """The measure of all the others."""
    answer = await ask(engine.url)
    assert answer.status == 200
    assert answer.texts == WORDS
    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert answer.ended_well


async def test_cuts(engine: ScriptedEngine) -> None:
    """So many tokens, then the connection ends without the stream's end."""
    engine.breaks_after(3)
    answer = await ask(engine.url)
    assert answer.texts == WORDS[:3]
    assert not answer.ended_well
    assert engine.requests[0].state == "broken"
    assert engine.requests[0].tokens_sent == 3


async def test_cuts_mid_character(engine: ScriptedEngine) -> None:
    """The last byte is the first half of a character."""
    engine.does("cuts_mid_character", after_tokens=2)
    answer = await ask(engine.url)
    assert answer.body.endswith("é".encode()[:1])
    assert not answer.ended_well


async def test_hangs(engine: ScriptedEngine) -> None:
    """Not a byte comes; leaving is noticed."""
    engine.does("hangs")
    async with connected(engine.url) as (reader, _):
        await engine.asked()
        first = asyncio.ensure_future(reader.read(1))
        await ask(engine.url)
        assert not first.done()
        first.cancel()
    assert (await engine.aborted()).tokens_sent == 0


async def test_hangs_for_a_while(engine: ScriptedEngine) -> None:
    """With seconds, it is only late."""
    engine.does("hangs", seconds=0.05)
    assert (await ask(engine.url)).texts == WORDS


async def test_stalls_until_released(engine: ScriptedEngine) -> None:
    """Some tokens, then nothing until the test says so; then the rest, nothing lost."""
    engine.holds_after(2)
    async with connected(engine.url) as (reader, _):
        seen = b""
        while seen.count(b'"content":"') < 3:
            seen += await reader.read(65_536)
        assert engine.requests[0].tokens_sent == 2
        engine.releases()
        await engine.completed()
        assert engine.requests[0].tokens_sent == 40


async def test_slow_first_token(engine: ScriptedEngine) -> None:
    """The head comes at once, the first word later."""
    engine.does("slow_first_token", seconds=0.1)
    answer = await ask(engine.url)
    assert b"data:" not in answer.reads[0]
    assert answer.texts == WORDS


async def test_slow_headers(engine: ScriptedEngine) -> None:
    """The head comes in ten parts."""
    engine.does("slow_headers", seconds=0.1)
    answer = await ask(engine.url)
    assert len(answer.reads) >= 10
    assert answer.texts == WORDS


async def test_garbage_in_a_stream(engine: ScriptedEngine) -> None:
    """One event is not JSON; the others are."""
    engine.does("garbage", after_tokens=2)
    events = (await ask(engine.url)).body.split(b"\n\n")
    assert b'data: {"id": <<< this is not JSON >>>' in events
    assert len(events) > 40


async def test_garbage_for_a_whole_answer(engine: ScriptedEngine) -> None:
    """The body is not JSON."""
    engine.does("garbage")
    answer = await ask(engine.url, stream=False)
    assert answer.status == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.body)


async def test_splits_characters(engine: ScriptedEngine) -> None:
    """Reads end inside characters, and still nothing is lost."""
    engine.says("été", " naïf", " 🙂").does("splits_characters")
    answer = await ask(engine.url)
    assert any(read.rstrip(b"\r\n")[-1] >= 0xC0 for read in answer.reads)
    assert answer.texts == ["été", " naïf", " 🙂"]


async def test_invalid_character(engine: ScriptedEngine) -> None:
    """Bytes that are no UTF-8 at all, in a stream and in a whole answer."""
    engine.does("invalid_character", after_tokens=1)
    engine.does("invalid_character")
    for stream in (True, False):
        answer = await ask(engine.url, stream=stream)
        with pytest.raises(UnicodeDecodeError):
            answer.body.decode()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("html_500", 500),
        ("error_500", 500),
        ("unavailable_503", 503),
        ("busy_429", 429),
        ("rejects_400", 400),
    ],
)
async def test_refusals(engine: ScriptedEngine, fault: str, status: int) -> None:
    """A status in place of an answer, with engine text that no user may see."""
    engine.does(fault, seconds=9)  # type: ignore[arg-type]
    answer = await ask(engine.url)
    assert answer.status == status
    assert ENGINE_PATH.encode() in answer.body
    assert answer.headers.get("retry-after") == ("9" if status in (429, 503) else None)
    assert answer.headers["content-type"].startswith("text/html" if "html" in fault else "app")
    assert engine.requests[0].state == "refused"


async def test_an_error_inside_the_stream(engine: ScriptedEngine) -> None:
    """Some tokens, then an error object where a chunk should be."""
    engine.does("error_in_stream", after_tokens=2)
    events = (await ask(engine.url)).body.split(b"\n\n")
    assert b'data: {"error"' in events[-3]
    assert b"finish_reason" not in events[-3]


async def test_no_done(engine: ScriptedEngine) -> None:
    """The stream ends well, but without its last line."""
    engine.does("no_done")
    answer = await ask(engine.url)
    assert b"[DONE]" not in answer.body
    assert answer.texts == WORDS
    assert answer.ended_well


async def test_no_usage(engine: ScriptedEngine) -> None:
    """Neither the stream nor the whole answer says what it cost, though it was asked."""
    engine.does("no_usage")
    engine.does("no_usage")
    streamed = await ask(engine.url, stream_options={"include_usage": True})
    assert b"usage" not in streamed.body
    assert streamed.body.endswith(b"data: [DONE]\n\n")
    assert "usage" not in orjson.loads((await ask(engine.url, stream=False)).body)


async def test_endless(engine: ScriptedEngine) -> None:
    """It goes on past every limit, until the client leaves."""
    engine.does("endless")
    async with connected(engine.url, max_tokens=10) as (reader, _):
        seen = 0
        while seen < 500:
            seen += (await reader.read(65_536)).count(b'"delta"')
    assert (await engine.aborted()).tokens_sent >= 499


async def test_huge_chunk(engine: ScriptedEngine) -> None:
    """One chunk of megabytes among ordinary ones."""
    engine.does("huge_chunk", after_tokens=3, size_bytes=2_000_000)
    texts = (await ask(engine.url)).texts
    assert texts == [*WORDS[:3], "é" * 1_000_000, *WORDS[3:]]


async def test_broken_arguments(engine: ScriptedEngine) -> None:
    """A tool call whose arguments are no JSON."""
    engine.calls("weather", city="Paris").does("broken_arguments")
    body = orjson.loads((await ask(engine.url, stream=False)).body)
    call = body["choices"][0]["message"]["tool_calls"][0]["function"]
    assert call == {"name": "weather", "arguments": '{"a":'}


async def test_wrong_content_type(engine: ScriptedEngine) -> None:
    """A stream that says it is a page."""
    engine.does("wrong_content_type")
    answer = await ask(engine.url)
    assert answer.headers["content-type"] == "text/html"
    assert answer.texts == WORDS


async def test_refuses_connections_for_a_while(engine: ScriptedEngine) -> None:
    """The question is cut, new connections are refused, and later all is well again."""
    engine.does("refuses_connections", seconds=0.2)
    assert (await ask(engine.url)).all == b""
    with pytest.raises(ConnectionRefusedError):
        await ask(engine.url)
    await engine.comes_back()
    assert (await ask(engine.url)).texts == WORDS


async def test_unsafe_doors_are_closed_unless_opened() -> None:
    """`/pause` and its like answer 404, or 200 when the script says so."""
    for faults, status in (((), b"404"), ((Fault("open_doors"),), b"200")):
        async with scripted_engine(faults=faults) as engine:
            for door in ("/pause", "/invocations", "/collective_rpc"):
                address = engine.url.removeprefix("http://").removesuffix("/v1").split(":")
                reader, writer = await asyncio.open_connection(address[0], int(address[1]))
                writer.write(b"POST %b HTTP/1.1\r\nconnection: close\r\n\r\n" % door.encode())
                assert (await reader.read()).split(b" ", 2)[1] == status
                writer.close()


async def test_faults_choose_their_questions() -> None:
    """By order, by word, by model, and only so often."""
    faults = (
        Fault("html_500", order=2),
        Fault("busy_429", word="panne", times=1),
        Fault("unavailable_503", model="b"),
        Fault("rejects_400", every=5),
    )
    async with scripted_engine(models=("a", "b"), faults=faults) as engine:
        panne = [{"role": "user", "content": "une panne ?"}]
        statuses = [
            (await ask(engine.url)).status,
            (await ask(engine.url)).status,
            (await ask(engine.url, messages=panne)).status,
            (await ask(engine.url, messages=panne)).status,
            (await ask(engine.url)).status,
            (await ask(engine.url, model="b")).status,
        ]
    assert statuses == [200, 500, 429, 200, 400, 503]


def test_a_fault_script_is_read_from_toml(tmp_path: Path) -> None:
    """Field for field; what does not exist is named."""
    script = tmp_path / "faults.toml"
    script.write_text(
        '[[faults]]\ndoes = "cuts"\nafter_tokens = 5\nword = "panne"\n[[faults]]\ndoes = "hangs"\n'
    )
    assert faults_in(str(script)) == (Fault("cuts", after_tokens=5, word="panne"), Fault("hangs"))
    for wrong, named in (
        ('[[faults]]\ndoes = "dances"\n', "dances is not one of"),
        ('[[faults]]\ndoes = "cuts"\nspeed = 1\n', "speed is not a field"),
        ('[[faults]]\ndoes = "cuts"\nevery = 0\n', "every must be 1"),
        ('[[faults]]\ndoes = "cuts"\nseconds = "2"\n', "seconds must be a number"),
        ("faults = 3\n", r"must hold \[\[faults\]\]"),
        ("[[faults\n", "Expected"),
    ):
        script.write_text(wrong)
        with pytest.raises(FaultsUnreadable) as refused:
            faults_in(str(script))
        assert named.replace("\\", "") in refused.value.text("en")


def test_every_fault_is_tested_and_documented() -> None:
    """A fault without a test here or a line in the docs does not exist."""
    root = Path(__file__).parents[2]
    documented = (root / "docs/developers/simulated-engine.md").read_text("utf-8")
    here = Path(__file__).read_text("utf-8")
    helpers = {"cuts": "breaks_after", "stalls": "holds_after"}
    for fault in EVERY_FAULT:
        assert f"`{fault}`" in documented
        assert helpers.get(fault, f'"{fault}"') in here
