"""An engine's stream, read: bytes in, checked chunks out.

Most events of a stream differ from the one before in their text alone. Such a run is read at
once: what stands before and after the text is compared byte by byte with an event that was read
whole, and only the text between is decoded. Everything else is parsed event by event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from argo.engines.client import EngineFault, says_unparsed

_DATA = b"data:"
_DONE = b"[DONE]"
_MOST_EVENT_BYTES = 4 * 1024 * 1024
_RUN_FIELDS = ("content", "reasoning", "reasoning_content")

Chunk = dict[str, Any]
"""A chunk as the engine sent it; one made of several has a `Run` under `run`."""


@dataclass(slots=True)
class Run:
    """Neighbouring events of choice 0 that only added `text` to `field`."""

    field: str
    text: str
    events: int


class ChunkReader:
    """Cuts an engine's bytes into the JSON objects of its events."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._rest = b""
        self._before = self._after = self._between = b""
        self._field = ""
        self.done = False
        """Whether the engine said `[DONE]`."""

    def read(self, data: bytes) -> list[Chunk]:
        """Return the chunks that `data` completes, in order.

        Raises `EngineFault` "broke" on what is not an event stream of JSON objects, on an error
        object, or on an event larger than 4 MiB.
        """
        text = self._rest + data if self._rest else data
        if self._before and (run := self._run(text)) is not None:
            return [run]
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n")
        *events, self._rest = text.split(b"\n\n")
        if len(self._rest) > _MOST_EVENT_BYTES:
            raise EngineFault("broke")
        chunks, last = [], b""
        for event in events:
            payload = _payload(event)
            if payload == _DONE:
                self.done = True
            elif payload:
                chunks.append(_chunk(payload))
                last = event
        if chunks:
            self._learn(last, chunks[-1])
        return _joined(chunks)

    def _run(self, text: bytes) -> Chunk | None:
        """Return the run that `text` is as far as it is whole, None when it is not one."""
        if not text.startswith(self._before):
            return None
        end = text.rfind(b"\n\n") + 2
        if not text.endswith(self._after, 0, end):
            return None
        said = text[len(self._before) : end - len(self._after)].split(self._between)
        try:
            # A quotation mark that ends the text early is not JSON either.
            decoded = orjson.loads(b'"%b"' % b"".join(said))
        except orjson.JSONDecodeError:
            return None
        self._rest = text[end:]
        return run_chunk(Run(self._field, decoded, len(said)))

    def _learn(self, event: bytes, chunk: Chunk) -> None:
        """Remember what stands around the text of `event`, when it says nothing else."""
        if (run := _alone(chunk)) is None:
            return
        name = b'"%s":' % run.field.encode()
        around = event.split(orjson.dumps(run.text))
        if len(around) == 2 and around[0].rstrip(b" ").endswith(name):
            self._field = run.field
            self._before, self._after = around[0] + b'"', b'"' + around[1] + b"\n\n"
            self._between = self._after + self._before


def run_chunk(run: Run) -> Chunk:
    """Return the chunk that says what `run` says."""
    return {"choices": [{"index": 0, "delta": {run.field: run.text}}], "run": run}


def _joined(chunks: list[Chunk]) -> list[Chunk]:
    """Return `chunks` with neighbours that only add text put together: one event says as much."""
    together: list[Chunk] = []
    last: Run | None = None
    for chunk in chunks:
        run = _alone(chunk)
        if run is not None and last is not None and run.field == last.field:
            run = Run(run.field, last.text + run.text, last.events + 1)
            together[-1] = run_chunk(run)
        else:
            together.append(chunk if run is None else run_chunk(run))
        last = run
    return together


def _alone(chunk: Chunk) -> Run | None:
    """Return a chunk's new text when it says nothing else, None when it does."""
    choices = chunk["choices"]
    if len(choices) != 1 or isinstance(chunk.get("usage"), dict):
        return None
    choice = choices[0]
    delta = choice.get("delta")
    if (
        not isinstance(delta, dict)
        or len(delta) != 1
        or choice.get("finish_reason") is not None
        or choice.get("logprobs") is not None
        or choice.get("index")
    ):
        return None
    ((field, text),) = delta.items()
    return Run(field, text, 1) if field in _RUN_FIELDS and isinstance(text, str) else None


def _payload(event: bytes) -> bytes:
    if event.startswith(_DATA) and b"\n" not in event:
        return event[5:].strip()
    lines = [line for line in event.split(b"\n") if line]
    if any(not line.startswith((_DATA, b":", b"event:", b"id:", b"retry:")) for line in lines):
        raise EngineFault("broke")
    return b"\n".join(line[5:].strip() for line in lines if line.startswith(_DATA))


def _chunk(payload: bytes) -> Chunk:
    try:
        chunk = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise EngineFault("broke") from None
    if not isinstance(chunk, dict) or not isinstance(chunk.get("choices"), list):
        raise EngineFault("unparsed" if says_unparsed(payload) else "broke")
    if not all(isinstance(choice, dict) for choice in chunk["choices"]):
        raise EngineFault("broke")
    chunk.pop("run", None)
    return chunk
