"""The conversation of a request: every message built anew, in an order a model can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from argo.openai import values
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit
from argo.openai.tools import MOST_TOOLS, Fields, function_name
from argo.openai.values import Text

MOST_MESSAGES: Final = 4096
MOST_PARTS: Final = 1024
_MOST_ID_CHARACTERS = 256
_ROLES: Final = ("system", "developer", "user", "assistant", "tool")

# What official SDKs and coding assistants send back with an answer of before; it says nothing
# to a model here and is left out.
_LEFT_OUT: Final = (
    "name",
    "annotations",
    "refusal",
    "parsed",
    "reasoning_details",
    "cache_control",
)
_KNOWN: Final = {
    "system": ("role", "content", *_LEFT_OUT),
    "developer": ("role", "content", *_LEFT_OUT),
    "user": ("role", "content", *_LEFT_OUT),
    "assistant": (
        *("role", "content", "tool_calls", "reasoning", "reasoning_content"),
        *("audio", "function_call"),
        *_LEFT_OUT,
    ),
    "tool": ("role", "content", "tool_call_id", *_LEFT_OUT),
}
ONLY_TEXT: Final = "the models of this installation read text only; send the content as text"


def messages(value: object, text: Text, instructions: str | None) -> list[Fields]:
    """Return the messages built anew, the assistant's `instructions` before them.

    The system and developer messages they begin with become one system message: several chat
    templates know no other. Raises `FieldUnfit`, `FieldMissing`, `FieldRefused` or
    `FieldUnknown`.
    """
    asked = values.array(value, "messages", 1, MOST_MESSAGES)
    order = _Order()
    system = [] if instructions is None else [instructions]
    built: list[Fields] = []
    for n, each in enumerate(asked):
        message = _message(each, f"messages[{n}]", text, order)
        if message["role"] == "system" and not built:
            system.append(str(message["content"]))
        else:
            built.append(message)
    order.end(len(asked))
    if any(system):
        built.insert(0, {"role": "system", "content": "\n\n".join(filter(None, system))})
    return built


class _Order:
    """Which tool calls wait for their answers."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()

    def called(self, ids: list[str]) -> None:
        self._waiting = set(ids)

    def answered(self, call_id: str, param: str) -> None:
        if call_id not in self._waiting:
            raise FieldUnfit.at(
                f"{param}.tool_call_id",
                "the id of a tool call of the assistant message before it, each answered once",
            )
        self._waiting.discard(call_id)

    def other(self, param: str) -> None:
        if self._waiting:
            raise FieldUnfit.at(
                param, "a 'tool' message: each tool call of the assistant is answered first"
            )

    def end(self, count: int) -> None:
        self.other(f"messages[{count}]")


def _message(value: object, param: str, text: Text, order: _Order) -> Fields:
    message = values.mapping(value, param)
    if "role" not in message:
        raise FieldMissing.at(f"{param}.role")
    if message["role"] == "function":
        raise FieldRefused.at(f"{param}.role", "it is OpenAI's old form; use role 'tool'")
    role = values.one_of(message["role"], f"{param}.role", _ROLES)
    values.only(message, param, *_KNOWN[role])
    if role == "tool":
        return _tool(message, param, text, order)
    order.other(param)
    if role == "assistant":
        return _assistant(message, param, text, order)
    content = _content(message, param, text)
    if role == "user" and not content:
        raise FieldUnfit.at(f"{param}.content", "a text that is not empty")
    return {"role": "user" if role == "user" else "system", "content": content}


def _tool(message: Mapping[str, object], param: str, text: Text, order: _Order) -> Fields:
    call_id = _call_id(message, "tool_call_id", param)
    order.answered(call_id, param)
    return {
        "role": "tool",
        "tool_call_id": text(call_id),
        "content": _content(message, param, text),
    }


def _assistant(message: Mapping[str, object], param: str, text: Text, order: _Order) -> Fields:
    for name in ("audio", "function_call"):
        if message.get(name) is not None:
            raise FieldRefused.at(f"{param}.{name}", "send text and 'tool_calls' only")
    built: Fields = {"role": "assistant"}
    calls = message.get("tool_calls") or []
    if message.get("content") is None:
        if not calls and message.get("refusal") is None:
            raise FieldMissing.at(f"{param}.content")
        built["content"] = text(values.string(message.get("refusal") or "", f"{param}.refusal"))
    else:
        built["content"] = _content(message, param, text)
    if calls:
        built["tool_calls"] = _calls(calls, f"{param}.tool_calls", text, order)
        # A model that called tools while reasoning goes on from there; engines read one name
        # or the other. Reasoning that ended in an answer is of no more use to it.
        reasoning = message.get("reasoning_content") or message.get("reasoning")
        if isinstance(reasoning, str):
            thought = text(values.string(reasoning, f"{param}.reasoning_content"))
            built["reasoning"] = built["reasoning_content"] = thought
    return built


def _calls(value: object, param: str, text: Text, order: _Order) -> list[Fields]:
    built: list[Fields] = []
    ids: list[str] = []
    for n, each in enumerate(values.array(value, param, 1, MOST_TOOLS)):
        where = f"{param}[{n}]"
        call = values.mapping(each, where)
        if call.get("type", "function") != "function":
            raise FieldRefused.at(f"{where}.type", "only tools of type 'function' exist here")
        ids.append(_call_id(call, "id", where))
        if "function" not in call:
            raise FieldMissing.at(f"{where}.function")
        function = values.mapping(call["function"], f"{where}.function")
        name = function_name(function.get("name"), f"{where}.function.name")
        arguments = _arguments(function.get("arguments"), f"{where}.function.arguments", text)
        built.append(
            {
                "id": text(ids[-1]),
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
        )
    if len(set(ids)) < len(ids):
        raise FieldUnfit.at(param, "tool calls with different ids")
    order.called(ids)
    return built


def _arguments(value: object, param: str, text: Text) -> str:
    """Return a call's arguments as the JSON object engines insist on.

    Models write broken JSON at times, and callers send it back: it is kept, wrapped.
    """
    written = values.string(value, param)
    try:
        read = orjson.loads(written or "{}")
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        read = {"not_json": written}
    return orjson.dumps(values.data(read, param, text)).decode()


def _call_id(message: Mapping[str, object], name: str, param: str) -> str:
    if name not in message:
        raise FieldMissing.at(f"{param}.{name}")
    return values.string(message[name], f"{param}.{name}", _MOST_ID_CHARACTERS)


def _content(message: Mapping[str, object], param: str, text: Text) -> str:
    """Return the content as one text: parts are joined before they are looked at.

    Apart, two halves of a control token would pass.
    """
    param = f"{param}.content"
    if "content" not in message:
        raise FieldMissing.at(param)
    content = message["content"]
    if isinstance(content, list):
        parts = values.array(content, param, 1, MOST_PARTS)
        return text("\n".join(_part(each, f"{param}[{n}]") for n, each in enumerate(parts)))
    if not isinstance(content, str):
        raise FieldUnfit.at(param, "a string, or an array of text parts")
    return text(values.string(content, param))


def _part(value: object, param: str) -> str:
    part = values.mapping(value, param)
    kind = part.get("type")
    if kind not in ("text", "refusal"):
        if isinstance(kind, str):
            raise FieldRefused.at(f"{param}.type", ONLY_TEXT)
        raise FieldMissing.at(f"{param}.type")
    if kind not in part:
        raise FieldMissing.at(f"{param}.{kind}")
    return values.string(part[kind], f"{param}.{kind}")
