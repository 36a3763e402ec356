"""Whatever an engine sends, and however it is cut, callers get checked chunks or an error."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from argo.completions import frames
from argo.completions.chunks import ChunkReader
from argo.engines.client import EngineFault


def event(**chunk: object) -> bytes:
    return b"data: " + orjson.dumps({"choices": [], **chunk}) + b"\n\n"


def said(text: str, **more: object) -> bytes:
    return event(choices=[{"index": 0, "delta": {"content": text}, **more}])


@given(st.lists(st.text(), max_size=5), st.lists(st.integers(0, 400), max_size=8))
def test_cut_anywhere_the_text_is_whole(words: list[str], cuts: list[int]) -> None:
    stream = b": hello\n\n" + b"".join(map(said, words)) + b"data: [DONE]\n\n"
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reader = ChunkReader()
    chunks = [
        chunk
        for start, end in zip(edges, edges[1:], strict=False)
        for chunk in reader.read(stream[start:end])
    ]
    assert "".join(frames.delta_of(chunk).text for chunk in chunks) == "".join(words)
    assert reader.done


@pytest.mark.parametrize(
    "garbage",
    [
        b"<html>oops</html>\n\n",
        b"data: {not json}\n\n",
        b'data: {"error": {"message": "/srv/model.gguf"}}\n\n',
        b'data: ["choices"]\n\n',
        b'data: {"choices": [1]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\xc3"}}]}\n\n',
    ],
)
def test_garbage_breaks_the_answer_instead_of_reaching_anybody(garbage: bytes) -> None:
    with pytest.raises(EngineFault):
        ChunkReader().read(garbage)


def test_an_endless_event_is_not_kept() -> None:
    reader = ChunkReader()
    with pytest.raises(EngineFault):
        for _ in range(100):
            reader.read(b"data: " + b"x" * 100_000)


def test_what_an_engine_adds_stays_behind() -> None:
    chunk = ChunkReader().read(
        event(
            choices=[
                {
                    "index": 0,
                    "delta": {"content": "x", "token_ids": [1]},
                    "finish_reason": None,
                    "stop_reason": None,
                }
            ],
            model="/srv/secret.gguf",
            system_fingerprint="b0",
            timings={"prompt_ms": 3},
            prompt_token_ids=[1, 2],
        )
    )[0]
    clean = frames.Envelope("chatcmpl-1", "m", 1).rebuilt(chunk)
    assert orjson.loads(clean[6:]) == {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": None}],
    }


def test_usage_is_read_and_cached_tokens_are_not() -> None:
    body = {"usage": {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {}}}
    usage = frames.usage_of(body)
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.exact) == (3, 2, True)
    assert frames.usage_of({"usage": {"prompt_tokens": "3"}}) is None


@given(
    st.lists(
        st.one_of(
            st.builds(lambda text: {"delta": {"content": text}}, st.text()),
            st.builds(lambda text: {"delta": {"reasoning": text}}, st.text(min_size=1)),
            st.just({"delta": {}, "finish_reason": "stop"}),
            st.just({"index": 1, "delta": {"content": "other"}}),
            st.just({"delta": {"content": "x"}, "logprobs": {"content": []}}),
        )
    )
)
def test_what_travels_together_says_the_same_in_the_same_order(
    choices: list[dict[str, Any]],
) -> None:
    batch = [{"choices": [choice]} for choice in choices]
    together = ChunkReader().read(b"".join(event(**each) for each in batch))
    assert len(together) <= len(batch)

    def told(chunks: list[dict[str, Any]]) -> list[object]:
        """Every text letter by letter, everything else whole."""
        found: list[object] = []
        for chunk in chunks:
            (choice,) = chunk["choices"]
            alone = set(choice) <= {"index", "delta"} and not choice.get("index")
            if alone and set(choice["delta"]) <= {"content", "reasoning"}:
                for field, text in choice["delta"].items():
                    found.extend((field, letter) for letter in text)
            else:
                found.append(choice)
        return found

    assert told(together) == told(batch)


WORDS = st.lists(st.text() | st.sampled_from(['"', "\\", '\\"', "é", "\n\n", "data: ", "content"]))


@given(WORDS, st.lists(st.integers(0, 2000), max_size=12), st.booleans())
def test_a_run_of_words_is_read_at_once_and_says_the_same(
    words: list[str], cuts: list[int], ascii_only: bool
) -> None:
    def told(text: str) -> bytes:
        chunk = {
            "id": "chatcmpl-1",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
        }
        spoken = json.dumps(chunk, ensure_ascii=ascii_only, separators=(",", ":"))
        return b"data: " + spoken.encode() + b"\n\n"

    try:
        stream = b"".join(map(told, words))
    except UnicodeEncodeError:
        assume(False)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reader, found, events = ChunkReader(), "", 0
    for start, end in zip(edges, edges[1:], strict=False):
        for chunk in reader.read(stream[start:end]):
            found += frames.delta_of(chunk).text
            events += chunk["run"].events
    assert found == "".join(words)
    assert events == len(words)


@pytest.mark.parametrize(
    "other",
    [
        {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]},
        {"choices": [{"index": 0, "delta": {"content": "x", "tool_calls": []}}]},
        {"choices": [{"index": 1, "delta": {"content": "x"}}]},
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
    ],
)
def test_what_is_not_only_text_ends_a_run(other: dict[str, Any]) -> None:
    reader = ChunkReader()
    first = reader.read(said("un") + said(" deux"))
    assert [chunk["run"].text for chunk in first] == ["un deux"]
    assert [chunk["run"].events for chunk in reader.read(said("trois") * 3)] == [3]
    assert "run" not in reader.read(said("x") + event(**other))[-1]
    assert [chunk["run"].text for chunk in reader.read(said("quatre"))] == ["quatre"]


def test_an_engine_cannot_pass_something_off_as_a_run() -> None:
    (chunk,) = ChunkReader().read(event(run={"field": "content", "text": "x"}))
    assert "run" not in chunk
