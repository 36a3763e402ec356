"""What faults do to an answer: to its words, to its steps, or in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice, repeat

import orjson

from argo.simulation.answers import Answer
from argo.simulation.chunks import DONE, chunk, endless
from argo.simulation.faults import Fault
from argo.simulation.frames import Cut, Frames, Half, Last, Stall
from argo.simulation.shape import Shape
from argo.simulation.wire import Reply
from argo.simulation.words import word_stream

LONGEST_STREAM_TOKENS = 1_000_000
"""Where even `endless` ends."""

ENGINE_PATH = "/opt/engine/lib/python3.12/site-packages/vllm/v1/engine/core.py"
"""What engine texts carry and no user may ever see."""


def spoil_answer(answer: Answer, fault: Fault) -> Answer:
    """Return `answer` with a word or a call made unfit, when that is what `fault` does."""
    if fault.does == "huge_chunk":
        at, huge = fault.after_tokens, "é" * (fault.size_bytes // 2)
        return replace(answer, words=(*answer.words[:at], huge, *answer.words[at:]))
    if fault.does == "broken_arguments":
        calls = (replace(call, arguments=("{", '"a', '":')) for call in answer.calls)
        return replace(answer, calls=tuple(calls))
    return answer


def spoil_steps(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    """Return `frames` with the fault in them, when it is one that strikes inside an answer."""
    strike = _INSIDE.get(fault.does)
    return strike(frames, fault, shape) if strike else frames


def refusal(fault: Fault) -> Reply | None:
    """Return what the engine says in place of any answer, when that is what `fault` does."""
    says = _REFUSALS.get(fault.does)
    return says(fault) if says else None


def _cuts(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    yield from islice(frames, fault.after_tokens)
    yield Cut()


def _cuts_mid_character(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    yield from islice(frames, fault.after_tokens)
    said = chunk(shape, "é")
    yield Half(said[: _first_wide(said) + 1])
    yield Cut()


def _stalls(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    yield from islice(frames, fault.after_tokens)
    yield Stall(fault.seconds)
    yield from frames


def _garbage(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    if not shape.question.stream:
        yield Last(b"<<< this is not JSON >>>")
    yield from islice(frames, fault.after_tokens)
    yield Half(b'data: {"id": <<< this is not JSON >>>\n\n')
    yield from frames


def _splits_characters(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    for frame in frames:
        data = frame.data if isinstance(frame, Last) else frame
        at = _first_wide(data) if isinstance(data, bytes) and shape.question.stream else -1
        if at < 0 or not isinstance(data, bytes):
            yield frame
            continue
        yield Half(data[: at + 1])
        yield Last(data[at + 1 :]) if isinstance(frame, Last) else data[at + 1 :]


def _invalid_character(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    if not shape.question.stream:
        for frame in frames:
            yield (
                Last(frame.data.replace(b'"content":"', b'"content":"\xc3(', 1))
                if isinstance(frame, Last)
                else frame
            )
        return
    yield from islice(frames, fault.after_tokens)
    yield Half(chunk(shape, "é").replace("é".encode(), b"\xc3("))
    yield from frames


def _error_in_stream(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    yield from islice(frames, fault.after_tokens)
    yield Last(b"data: %b\n\n" % _error(500, "InternalServerError", fault) + DONE)


def _no_done(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    for frame in frames:
        yield Last(frame.data.removesuffix(DONE)) if isinstance(frame, Last) else frame


def _no_usage(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    for frame in frames:
        if not isinstance(frame, Last):
            yield frame
        elif shape.question.stream:
            events = [event for event in frame.data.split(b"\n\n") if b'"choices":[],' not in event]
            yield Last(b"\n\n".join(events))
        else:
            body = orjson.loads(frame.data)
            body.pop("usage", None)
            yield Last(orjson.dumps(body))


def _endless(frames: Frames, fault: Fault, shape: Shape) -> Frames:
    if not shape.question.stream:
        return repeat(b"", LONGEST_STREAM_TOKENS)
    return endless(shape, islice(word_stream(shape.question.asked), LONGEST_STREAM_TOKENS))


def _first_wide(data: bytes) -> int:
    """Return where the first byte of a character beyond ASCII stands; -1 when there is none."""
    return -1 if data.isascii() else next(at for at, byte in enumerate(data) if byte >= 0x80)


_INSIDE: dict[str, Callable[[Frames, Fault, Shape], Frames]] = {
    "cuts": _cuts,
    "cuts_mid_character": _cuts_mid_character,
    "endless": _endless,
    "error_in_stream": _error_in_stream,
    "garbage": _garbage,
    "invalid_character": _invalid_character,
    "no_done": _no_done,
    "no_usage": _no_usage,
    "slow_first_token": _stalls,
    "splits_characters": _splits_characters,
    "stalls": _stalls,
}


def _error(status: int, kind: str, fault: Fault) -> bytes:
    text = fault.text or f'File "{ENGINE_PATH}", line 312: EngineDeadError'
    error = {"message": text, "type": kind, "param": None, "code": status}
    return orjson.dumps({"error": error})


def _html_500(fault: Fault) -> Reply:
    page = f"<html><body><h1>500 Internal Server Error</h1><pre>{ENGINE_PATH}</pre></body></html>"
    return Reply(500, (fault.text or page).encode(), "text/html; charset=utf-8")


def _error_500(fault: Fault) -> Reply:
    return Reply(500, _error(500, "InternalServerError", fault))


def _unavailable_503(fault: Fault) -> Reply:
    return Reply(503, _error(503, "ServiceUnavailableError", fault), headers=_retry(fault))


def _busy_429(fault: Fault) -> Reply:
    return Reply(429, _error(429, "TooManyRequestsError", fault), headers=_retry(fault))


def _rejects_400(fault: Fault) -> Reply:
    return Reply(400, _error(400, "BadRequestError", fault))


def _retry(fault: Fault) -> tuple[tuple[str, str], ...]:
    return (("retry-after", str(round(7 if fault.seconds is None else fault.seconds))),)


_REFUSALS: dict[str, Callable[[Fault], Reply]] = {
    "busy_429": _busy_429,
    "error_500": _error_500,
    "html_500": _html_500,
    "rejects_400": _rejects_400,
    "unavailable_503": _unavailable_503,
}
