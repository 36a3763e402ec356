"""Tool calls that an engine half read: remnants of the model's own notation, made calls again.

GPT-OSS writes its calls in Harmony, and engines now and then fail to read all of it: the name
keeps a control token, the arguments a comma or a fence too many, or the whole call stands in the
text. What is mended here is what can only be such a remnant; anything else goes through as it is.
Pure: it sees chunks, whole or streamed, and holds back only what may yet turn out to be a call.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from argo.completions.arguments import Arguments, fits, object_in
from argo.completions.chunks import Chunk, run_chunk

_TOKENS = ("<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|call|>", "<|end|>")
_TOKEN: Final = re.compile(r"<\|(?:start|channel|constrain|message|call|end|return)\|>")
_OPENINGS = ("assistantcommentary to=functions.", "commentary to=functions.", "to=functions.")
_CALL: Final = re.compile(r"(?:<\|channel\|>commentary|to=functions\.)[^{]{0,200}(?=\{)")
_CALLED: Final = re.compile(r"to=functions\.([A-Za-z0-9_-]{1,64})")
_FINAL: Final = re.compile(r"<\|channel\|>final[^<]{0,40}<\|message\|>")
_HEADER: Final = re.compile(r"<\|(?:start|channel|constrain)\|>[^<]{0,80}")
_NAME_TAIL: Final = re.compile(r"<\||\s")


@dataclass
class _Choice:
    """One of an answer's choices: what of its text is held back, and its calls so far."""

    held: str = ""
    begun: bool = False
    leaking: bool = False
    calls: dict[int, Arguments] = field(default_factory=dict)


class Mending:
    """Mends one answer to a question with `tools`, as they were sent to the engine."""

    def __init__(self, tools: Sequence[Mapping[str, Any]]) -> None:
        """Know the tools' names and parameters."""
        self._tools = {
            str(each["function"]["name"]): each["function"].get("parameters") or {}
            for each in tools
        }
        self._choices: dict[int, _Choice] = {}
        self.made_calls = False
        """Whether a call was made of what stood in the text."""

    def anew(self) -> Mending:
        """Return the mending of another answer to the same question."""
        other = Mending(())
        other._tools = self._tools
        return other

    def batch(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return a stream's next `chunks`, mended."""
        return [mended for each in chunks if (mended := self._chunk(each)) is not None]

    def whole(self, answer: Chunk) -> Chunk:
        """Return a whole answer, rebuilt and mended."""
        choices = []
        for choice in answer["choices"]:
            streamed = {**choice, "delta": dict(choice["message"])}
            self._mend(streamed)
            choices.append({**choice, **_message_of(streamed)})
        return {**answer, "choices": choices}

    def fits(self, answer: Chunk) -> bool:
        """Whether every call of a whole answer names a tool and keeps to its parameters."""
        calls = [
            call["function"]
            for choice in answer["choices"]
            for call in choice["message"].get("tool_calls") or ()
            if isinstance(call, dict) and isinstance(call.get("function"), dict)
        ]
        return all(
            each.get("name") in self._tools
            and fits(each.get("arguments"), self._tools[each["name"]])
            for each in calls
        )

    def _chunk(self, chunk: Chunk) -> Chunk | None:
        if (run := chunk.get("run")) is not None:
            if run.field != "content":
                return chunk
            text = self._text(self._choice(0), run.text)
            if text == run.text:
                return chunk
            return run_chunk(replace(run, text=text)) if text else None
        for choice in chunk["choices"]:
            self._mend(choice)
        return chunk

    def _choice(self, index: object) -> _Choice:
        return self._choices.setdefault(index if isinstance(index, int) else 0, _Choice())

    def _mend(self, choice: dict[str, Any]) -> None:
        state, delta = self._choice(choice.get("index", 0)), choice.get("delta")
        if not isinstance(delta, dict):
            delta = choice["delta"] = {}
        if isinstance(delta.get("content"), str):
            delta["content"] = self._text(state, delta["content"])
        if isinstance(delta.get("tool_calls"), list):
            for position, call in enumerate(delta["tool_calls"]):
                self._call(state, call, position)
        if choice.get("finish_reason") is not None:
            self._end(state, choice, delta)

    def _call(self, state: _Choice, call: object, position: int) -> None:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(call, dict) or not isinstance(function, dict):
            return
        if isinstance(function.get("name"), str):
            function["name"] = self._name(function["name"])
        index = call.get("index", position)
        if isinstance(function.get("arguments"), str) and isinstance(index, int):
            arguments = state.calls.setdefault(index, Arguments())
            function["arguments"] = arguments.mended(function["arguments"])

    def _name(self, said: str) -> str:
        """Return the tool's name in what an engine took for it, or that as it is."""
        bare = _NAME_TAIL.split(said.strip().removeprefix("to=").removeprefix("functions."), 1)[0]
        return bare if bare in self._tools else said

    def _text(self, state: _Choice, new: str) -> str:
        """Return what of the text may be shown; what may begin a call is held."""
        text = state.held + new
        state.held = ""
        if state.leaking:
            state.held = text
            return ""
        start = text.lstrip()
        if not state.begun and any(
            opening.startswith(start) or start.startswith(opening) for opening in _OPENINGS
        ):
            state.leaking = start.startswith(_OPENINGS)
            state.held = text
            return ""
        state.begun = True
        if (found := _TOKEN.search(text)) is not None:
            state.leaking, state.held = True, text[found.start() :]
            return text[: found.start()]
        tail = text.rfind("<", max(0, len(text) - 14))
        if tail >= 0 and any(token.startswith(text[tail:]) for token in _TOKENS):
            state.held = text[tail:]
            return text[:tail]
        return text

    def _end(self, state: _Choice, choice: dict[str, Any], delta: dict[str, Any]) -> None:
        if not state.held:
            return
        text, calls = self._read(state.held) if state.leaking else (state.held, [])
        state.held = ""
        if text:
            delta["content"] = (delta.get("content") or "") + text
        if calls:
            first = len(state.calls)
            delta["tool_calls"] = [
                *(delta.get("tool_calls") or ()),
                *(_made(first + n, *call) for n, call in enumerate(calls)),
            ]
            choice["finish_reason"] = "tool_calls"
            self.made_calls = True

    def _read(self, leaked: str) -> tuple[str, list[tuple[str, str]]]:
        """Return the text and the calls (name, arguments) that leaked notation holds."""
        calls, end = [], 0
        for found in _CALL.finditer(leaked):
            if found.start() < end:
                continue
            given = object_in(leaked[found.end() :])
            called = _CALLED.search(found[0])
            name = called[1] if called else self._only_fitting(given)
            if given is None or name is None or name not in self._tools:
                continue
            calls.append((name, given))
            end = found.end() + len(given)
        if calls:
            return "", calls
        if (final := _FINAL.search(leaked)) is not None:
            leaked = leaked[final.end() :]
        return _TOKEN.sub("", _HEADER.sub("", leaked)), []

    def _only_fitting(self, given: str | None) -> str | None:
        """Return the one tool that takes just these arguments, None when it is not certain."""
        fitting = [
            name
            for name, schema in self._tools.items()
            if fits(given, {**schema, "additionalProperties": False})
        ]
        return fitting[0] if len(fitting) == 1 else None


def _made(index: int, name: str, arguments: str) -> dict[str, Any]:
    return {
        "index": index,
        "id": f"call_{secrets.token_hex(12)}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _message_of(streamed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole choice's message and ending, of the delta that was mended."""
    message = dict(streamed["delta"])
    if message.get("tool_calls"):
        # Only a stream numbers its calls.
        message["tool_calls"] = [
            {name: value for name, value in call.items() if name != "index"}
            for call in message["tool_calls"]
        ]
        message["content"] = message.get("content") or None
    return {"message": message, "finish_reason": streamed["finish_reason"]}
