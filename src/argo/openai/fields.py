"""A chat request, checked field by field and built anew. Pure: no I/O, no clock.

`lists.py` says which fields there are; each of the passed ones has its reader here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from argo.completions.control_tokens import neutralised
from argo.engines.types import Capability, Model
from argo.openai import tools, values
from argo.openai.errors import (
    FieldMissing,
    FieldRefused,
    FieldUnfit,
    FieldUnknown,
    shown,
)
from argo.openai.lists import IGNORED, NOTHING_STORED, PASSED, REFUSED
from argo.openai.messages import messages
from argo.openai.schemas import Budget
from argo.openai.types import Asked
from argo.openai.values import Text

_MOST_STOPS, _MOST_STOP_BYTES = 4, 64
_MOST_BIASES = 300
_MOST_TOKEN_ID_DIGITS = 7
_EFFORTS: Final = {
    "none": "low",
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}
_ONLY: Final[dict[str, tuple[object, str]]] = {
    "store": (False, NOTHING_STORED),
    "modalities": (["text"], "the models here speak in text only"),
}
# vLLM refuses OpenAI's smallest top_p, 0, which means: only the likeliest token.
_LEAST_TOP_P = 1e-6


@dataclass
class _Building:
    """One request on its way into engine's fields."""

    model: Model
    text: Text
    instructions: str | None
    built: dict[str, object]
    budget: Budget = field(default_factory=Budget)


def model_name(body: Mapping[str, object]) -> str:
    """Return the model that `body` names; the rest is checked once that model is known."""
    if "model" not in body:
        raise FieldMissing.at("model")
    return values.string(body["model"], "model", 256)


def rebuilt(body: Mapping[str, object], model: Model, instructions: str | None) -> Asked:
    """Return `body` built anew for `model`, the assistant's `instructions` first.

    Raises `FieldUnknown`, `FieldRefused`, `FieldUnfit` or `FieldMissing`, never anything else.
    A field that is null counts as absent.
    """
    given = known(body, PASSED, IGNORED, REFUSED, _ONLY)
    if "messages" not in given:
        raise FieldMissing.at("messages")
    text = partial(neutralised, model_id=f"{model.id} {model.origin or ''}")
    building = _Building(model, text, instructions, {})
    for name, reader in _READERS.items():
        if name in given:
            reader(building, given[name])
    stream = "stream" in given and values.boolean(given["stream"], "stream")
    return Asked(building.built, stream, _include_usage(given, stream=stream))


def readers() -> tuple[str, ...]:
    """Return the names of the fields that are read into the engine's."""
    return tuple(_READERS)


def known(
    body: Mapping[str, object],
    passed: Collection[str],
    ignored: Collection[str],
    refused: Mapping[str, str],
    only: Mapping[str, tuple[object, str]],
) -> dict[str, object]:
    """Return the passed fields of `body` that say something; null is absent.

    `only` holds fields to the one value that is not refused, with the reason. Raises
    `FieldRefused` or `FieldUnknown`.
    """
    given: dict[str, object] = {}
    for name, value in body.items():
        if name in passed:
            if value is not None:
                given[name] = value
        elif name in refused:
            if value is not None:
                raise FieldRefused.at(name, refused[name])
        elif name not in ignored:
            raise FieldUnknown.at(shown(name))
    for name, (allowed, reason) in only.items():
        if body.get(name) is not None and body[name] != allowed:
            raise FieldRefused.at(name, reason)
    return given


def _include_usage(given: Mapping[str, object], *, stream: bool) -> bool:
    if "stream_options" not in given:
        return False
    if not stream:
        raise FieldUnfit.at("stream_options", "left out, or sent with 'stream': true")
    options = values.mapping(given["stream_options"], "stream_options")
    values.only(options, "stream_options", "include_usage", "include_obfuscation")
    wanted = options.get("include_usage")
    return wanted is not None and values.boolean(wanted, "stream_options.include_usage")


def _needs(building: _Building, capability: Capability, param: str, what: str) -> None:
    if capability not in building.model.capabilities:
        reason = f"{building.model.name} cannot {what}; GET /v1/models says what each model can"
        raise FieldRefused.at(param, reason)


def _messages(building: _Building, value: object) -> None:
    building.built["messages"] = messages(value, building.text, building.instructions)


def _integer(name: str, least: int, most: int) -> _Reader:
    def read(building: _Building, value: object) -> None:
        building.built[name] = values.integer(value, name, least, most)

    return read


def _number(name: str, least: float, most: float) -> _Reader:
    def read(building: _Building, value: object) -> None:
        building.built[name] = values.number(value, name, least, most)

    return read


def _boolean(name: str) -> _Reader:
    def read(building: _Building, value: object) -> None:
        building.built[name] = values.boolean(value, name)

    return read


def _max_tokens(name: str) -> _Reader:
    def read(building: _Building, value: object) -> None:
        most = building.model.context_tokens
        building.built["max_tokens"] = values.integer(value, name, 1, most)

    return read


def _top_p(building: _Building, value: object) -> None:
    building.built["top_p"] = max(values.number(value, "top_p", 0, 1), _LEAST_TOP_P)


def _stop(building: _Building, value: object) -> None:
    stops = [value] if isinstance(value, str) else values.array(value, "stop", 0, _MOST_STOPS)
    read = [values.string(each, "stop", _MOST_STOP_BYTES) for each in stops]
    if any(not 1 <= len(each.encode()) <= _MOST_STOP_BYTES for each in read):
        raise FieldUnfit.at("stop", f"up to {_MOST_STOPS} strings of 1 to {_MOST_STOP_BYTES} bytes")
    if read:
        building.built["stop"] = read


def _logit_bias(building: _Building, value: object) -> None:
    biases = values.mapping(value, "logit_bias")
    if len(biases) > _MOST_BIASES:
        raise FieldUnfit.at("logit_bias", f"an object of at most {_MOST_BIASES} tokens")
    built = {}
    for token, bias in biases.items():
        if not (token.isascii() and token.isdecimal() and len(token) <= _MOST_TOKEN_ID_DIGITS):
            raise FieldUnfit.at("logit_bias", "an object whose names are token ids")
        built[str(int(token))] = values.number(bias, "logit_bias", -100, 100)
    if built:
        building.built["logit_bias"] = built


def _top_logprobs(building: _Building, value: object) -> None:
    count = values.integer(value, "top_logprobs", 0, 5)
    if building.built.get("logprobs"):
        building.built["top_logprobs"] = count
    elif count:
        raise FieldUnfit.at("top_logprobs", "left out, or sent with 'logprobs': true")


def _tools(building: _Building, value: object) -> None:
    found = tools.tools(value, building.text, building.budget)
    if found:
        _needs(building, "tools", "tools", "call functions")
        building.built["tools"] = found


def _tool_choice(building: _Building, value: object) -> None:
    offered = building.built.get("tools")
    chosen, left = tools.choice(value, offered if isinstance(offered, list) else [])
    if chosen is not None:
        building.built["tools"], building.built["tool_choice"] = left, chosen


def _parallel(building: _Building, value: object) -> None:
    wanted = values.boolean(value, "parallel_tool_calls")
    if "tools" in building.built:
        building.built["parallel_tool_calls"] = wanted


def _response_format(building: _Building, value: object) -> None:
    form = tools.response_format(value, building.text, building.budget)
    if form is not None:
        _needs(building, "json_schema", "response_format", "answer in JSON")
        building.built["response_format"] = form


def _reasoning_effort(building: _Building, value: object) -> None:
    effort = values.one_of(value, "reasoning_effort", tuple(_EFFORTS))
    building.built["reasoning_effort"] = _EFFORTS[effort]


_Reader = Callable[[_Building, object], None]
# In this order: a later reader may lean on what an earlier one built.
_READERS: Final[dict[str, _Reader]] = {
    "messages": _messages,
    "max_tokens": _max_tokens("max_tokens"),
    "max_completion_tokens": _max_tokens("max_completion_tokens"),
    "temperature": _number("temperature", 0, 2),
    "top_p": _top_p,
    "top_k": _integer("top_k", -1, 1000),
    "min_p": _number("min_p", 0, 1),
    "n": _integer("n", 1, 4),
    "stop": _stop,
    "seed": _integer("seed", -(2**63), 2**63 - 1),
    "presence_penalty": _number("presence_penalty", -2, 2),
    "frequency_penalty": _number("frequency_penalty", -2, 2),
    "logit_bias": _logit_bias,
    "logprobs": _boolean("logprobs"),
    "top_logprobs": _top_logprobs,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "parallel_tool_calls": _parallel,
    "response_format": _response_format,
    "reasoning_effort": _reasoning_effort,
}
