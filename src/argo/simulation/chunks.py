"""Streamed answers: one chunk for each token, encoded before it is due.

Source of the shapes: vLLM's `ChatCompletionStreamResponse` and `CompletionStreamResponse`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from argo.simulation.answers import Answer, Call
from argo.simulation.frames import Frames, Last
from argo.simulation.shape import Shape, chat_logprobs, text_logprobs, usage
from argo.simulation.types import ReasoningField

DONE = b"data: [DONE]\n\n"


def streamed(shape: Shape, answers: Sequence[Answer]) -> Frames:
    """Return the steps of a streamed answer with one entry of `answers` for each choice."""
    first = b"".join(_role_chunk(shape, index) for index in range(len(answers)))
    last = _usage_chunk(shape, answers) + DONE
    if len(answers) == 1:
        return _choice(shape, answers[0], 0, first, last)
    choices = [_choice(shape, answer, at, b"", b"") for at, answer in enumerate(answers)]
    return _together(choices, first, last)


def endless(shape: Shape, words: Iterable[str]) -> Frames:
    """Return the steps of a streamed answer that goes on as long as `words`."""
    head, tail = shape.head(0), _tail(shape)
    yield _role_chunk(shape, 0)
    for word in words:
        yield b"".join((head, _said(shape, word), tail))


def chunk(shape: Shape, word: str) -> bytes:
    """Return one ordinary chunk that says `word`."""
    return b"".join((shape.head(0), _said(shape, word), _tail(shape)))


def _choice(shape: Shape, answer: Answer, index: int, first: bytes, last: bytes) -> Frames:
    """Return one choice's steps, `first` before them and `last` after: the engine's hot loop."""
    head, tail = shape.head(index), _tail(shape)
    said = _members(shape, answer)
    before = first + head
    for member in said[:-1]:
        if member:
            yield b"".join((before, member, tail))
            before = head
        else:
            yield b""
    if answer.finish_reason == "length" and said:
        yield Last(b"".join((before, said[-1], _tail(shape, answer), last)))
        return
    # The end token is no word: it closes the answer with an empty delta of its own.
    final = b"".join((head, _said(shape, ""), _tail(shape, answer), last))
    yield Last(b"".join((before, said[-1], tail, final)) if said else first + final)


def _together(choices: list[Frames], first: bytes, last: bytes) -> Frames:
    while choices:
        running, parts = [], [first]
        for choice in choices:
            frame = next(choice)
            if isinstance(frame, bytes):
                running.append(choice)
                parts.append(frame)
            elif isinstance(frame, Last):
                parts.append(frame.data)
        choices, first = running, b""
        yield b"".join(parts) if running else Last(b"".join((*parts, last)))


def _members(shape: Shape, answer: Answer) -> list[bytes]:
    """Return what each token adds to its chunk; empty where it waits for the next frame."""
    if shape.question.top_logprobs is not None:
        said = [_said(shape, word) for word in answer.words]
    elif shape.question.kind == "chat":
        said = list(map(_content_delta, _grouped(answer.words, shape.tokens_per_frame)))
    else:
        said = list(map(_text_member, _grouped(answer.words, shape.tokens_per_frame)))
    thoughts = _grouped(answer.thoughts, shape.tokens_per_frame)
    said[:0] = [_reasoning_delta(shape.reasoning_field, thought) for thought in thoughts]
    for index, call in enumerate(answer.calls):
        said += _call_deltas(call, index, f"{shape.ident}-{index}")
    return said


def _grouped(words: tuple[str, ...], size: int) -> Sequence[str]:
    """Return the first word alone, then `size` together; empty where a word waits for its group."""
    if size == 1:
        return words
    grouped = list(words[:1])
    for start in range(1, len(words), size):
        group = words[start : start + size]
        grouped += [""] * (len(group) - 1) + ["".join(group)]
    return grouped


def _said(shape: Shape, word: str) -> bytes:
    """Return the member that says `word`, with its log probabilities when they were asked for."""
    text = orjson.dumps(word)
    if shape.question.kind == "text":
        logprobs = text_logprobs(shape.question, [word]) if word else None
        return b'"text":%b,"logprobs":%b' % (text, orjson.dumps(logprobs))
    logprobs = chat_logprobs(shape.question, [word]) if word else None
    return b'"delta":{"content":%b},"logprobs":%b' % (text, orjson.dumps(logprobs))


@lru_cache(4096)
def _content_delta(word: str) -> bytes:
    return b'"delta":{"content":%b},"logprobs":null' % orjson.dumps(word) if word else b""


@lru_cache(4096)
def _text_member(word: str) -> bytes:
    return b'"text":%b,"logprobs":null' % orjson.dumps(word) if word else b""


@lru_cache(4096)
def _reasoning_delta(field: ReasoningField, word: str) -> bytes:
    if not word:
        return b""
    return b'"delta":{"%b":%b},"logprobs":null' % (field.encode(), orjson.dumps(word))


def _call_deltas(call: Call, index: int, ident: str) -> list[bytes]:
    function = {"name": call.name, "arguments": ""}
    opening = {"id": f"call_{ident}", "type": "function", "index": index, "function": function}
    deltas: list[dict[str, Any]] = [opening]
    deltas += [{"index": index, "function": {"arguments": piece}} for piece in call.arguments]
    said = (orjson.dumps({"tool_calls": [delta]}) for delta in deltas)
    return [b'"delta":%b,"logprobs":null' % delta for delta in said]


def _tail(shape: Shape, answer: Answer | None = None) -> bytes:
    """Return a chunk's end; `answer` is given when its choice finishes here."""
    text = shape.question.kind == "text"
    if answer is None:
        stopped = b',"stop_reason":null' if text else b""
        return b',"finish_reason":null%b,"token_ids":null}]}\n\n' % stopped
    reasons = (orjson.dumps(answer.finish_reason), orjson.dumps(answer.stop_reason))
    return b',"finish_reason":%b,"stop_reason":%b,"token_ids":null}]}\n\n' % reasons


def _role_chunk(shape: Shape, index: int) -> bytes:
    if shape.question.kind == "text":
        return b""
    said = b'"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null'
    return shape.head(index) + said + b'}],"prompt_token_ids":null}\n\n'


def _usage_chunk(shape: Shape, answers: Sequence[Answer]) -> bytes:
    if not shape.question.include_usage:
        return b""
    kind = "chat.completion.chunk" if shape.question.kind == "chat" else "text_completion"
    body = {**shape.opening(kind), "choices": [], "usage": usage(shape.question, answers)}
    return b"data: %b\n\n" % orjson.dumps(body)
