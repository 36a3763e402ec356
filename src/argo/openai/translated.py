"""What Responses and Messages share on their way to a chat request: names kept, faults renamed.

Both are read into chat's fields and then checked by `fields.rebuilt` alone, so that there is one
place where a client's words become an engine's. A fault is told by the name the caller knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from argo.openai import values
from argo.openai.errors import FieldFault, FieldMissing, FieldRefused
from argo.openai.messages import MOST_PARTS, ONLY_TEXT

Fields = dict[str, object]
_MESSAGE: Final = re.compile(r"messages\[(\d+)\]")
_CALL: Final = re.compile(r"\.tool_calls\[(\d+)\]")


@dataclass
class Transcript:
    """Chat messages, and the name of what each was read from."""

    messages: list[Fields] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    call_origins: dict[tuple[int, int], str] = field(default_factory=dict)
    """What each tool call was read from, by its message's number and its own."""
    _thoughts: str = ""

    def add(self, origin: str, message: Fields) -> None:
        """Add a message read from the field `origin`."""
        if message["role"] != "assistant":
            self._thoughts = ""
        self.messages.append(message)
        self.origins.append(origin)

    def thought(self, text: str) -> None:
        """Keep reasoning for the tool call of the same turn; without one it is of no more use."""
        self._thoughts += text

    def call(self, origin: str, call: Fields) -> None:
        """Add a tool call: to the assistant's message just before it, or to a new one."""
        last = self.messages[-1] if self.messages else {}
        if last.get("role") != "assistant":
            self.add(origin, {"role": "assistant", "content": None, "tool_calls": []})
            last = self.messages[-1]
        if self._thoughts:
            last["reasoning_content"] = f"{last.get('reasoning_content', '')}{self._thoughts}"
            self._thoughts = ""
        calls = last.setdefault("tool_calls", [])
        assert isinstance(calls, list)
        self.call_origins[len(self.messages) - 1, len(calls)] = origin
        calls.append(call)

    @contextmanager
    def faults_named(self, rename: Callable[[str], str]) -> Iterator[None]:
        """Tell a fault of a chat field by the name of the field it was read from."""
        try:
            yield
        except FieldFault as fault:
            raise fault.named(self._name(fault.param or "", rename)) from None

    def _name(self, param: str, rename: Callable[[str], str]) -> str:
        found = _MESSAGE.match(param)
        if found is None:
            return rename(param)
        number = int(found[1])
        # What is missing at the end is missing after the last.
        origin = self.origins[min(number, len(self.origins) - 1)] if self.origins else param
        inside = param[found.end() :]
        if (call := _CALL.match(inside)) is not None:
            # Several calls stand in one message of chat's; each was an item of the caller's.
            origin = self.call_origins.get((number, int(call[1])), origin)
            inside = inside[call.end() :].removeprefix(".function")
        return origin + rename(inside)


def carried(given: Mapping[str, object], names: Mapping[str, str]) -> Fields:
    """Return the fields of `given` that are chat's under the name that `names` gives them."""
    return {names[name]: value for name, value in given.items() if name in names}


def renamed(param: str, names: Mapping[str, str]) -> str:
    """Return `param` with a beginning that `names` calls otherwise renamed."""
    for theirs, name in names.items():
        if param == theirs or param.startswith((f"{theirs}.", f"{theirs}[")):
            return name + param[len(theirs) :]
    return param


def required(item: Mapping[str, object], name: str, param: str) -> object:
    """Return the item's field `name`; raises `FieldMissing`."""
    if item.get(name) is None:
        raise FieldMissing.at(f"{param}.{name}")
    return item[name]


def texts(value: object, param: str, kinds: Collection[str]) -> str:
    """Return a text, or the text of parts of the `kinds` joined; raises `FieldRefused`."""
    if isinstance(value, str):
        return value
    said = []
    for n, each in enumerate(values.array(value, param, 0, MOST_PARTS)):
        where = f"{param}[{n}]"
        part = values.mapping(each, where)
        kind = required(part, "type", where)
        if kind not in kinds:
            raise FieldRefused.at(f"{where}.type", ONLY_TEXT)
        name = "refusal" if kind == "refusal" else "text"
        said.append(values.string(required(part, name, where), f"{where}.{name}"))
    return "\n".join(said)
