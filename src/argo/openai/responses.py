"""`/v1/responses`: a request of OpenAI's newer API, read into a chat request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from argo.engines.types import Model
from argo.openai import fields, values
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit
from argo.openai.lists import NOTHING_STORED
from argo.openai.messages import MOST_MESSAGES
from argo.openai.tools import MOST_TOOLS, ONLY_FUNCTIONS
from argo.openai.translated import Fields, Transcript, carried, renamed, required, texts
from argo.openai.types import Asked

PASSED: Final = {
    "model": "a model's id or an assistant's name, as `GET /v1/models` lists them",
    "input": "a text, or up to 4,096 items: messages, function calls and their outputs, reasoning",
    "instructions": "a text; stands before the input as a system message",
    "stream": "true or false",
    "max_output_tokens": "1 to the model's context",
    "temperature": "0 to 2",
    "top_p": "0 to 1",
    "tools": "up to 128 tools of type `function`",
    "tool_choice": "`none`, `auto`, `required`, one function, or `allowed_tools`",
    "parallel_tool_calls": "true or false",
    "text": "`format`: `text`, `json_object` or `json_schema`; `verbosity` is ignored",
    "reasoning": "`effort`, as on chat; `summary` is ignored: reasoning comes as the model wrote it",
    "metadata": "given back with the answer, kept nowhere",
    "store": "only `false`: nothing is stored; `true` is refused",
    "truncation": "only `disabled`: nothing is dropped in silence",
    "background": "only `false`",
    "top_logprobs": "only 0; `/v1/chat/completions` has log probabilities",
}
IGNORED: Final = {
    "stream_options": "a stream always ends with its usage",
    "include": "nothing of what it names exists here",
    "user": "ARGO knows who asks by the key",
    "safety_identifier": "ARGO knows who asks by the key",
    "service_tier": "there is one tier",
    "prompt_cache_key": "ARGO sees to the cache, each person's apart",
    "prompt_cache_retention": "ARGO sees to the cache, each person's apart",
    "prompt_cache_options": "ARGO sees to the cache, each person's apart",
    "max_tool_calls": "only built-in tools count against it, and there are none",
    "client_metadata": "nothing is stored that could carry it",
}
_STORED: Final = "ARGO stores nothing of the API; send the whole conversation as 'input'"
REFUSED: Final = {
    "previous_response_id": _STORED,
    "conversation": _STORED,
    "prompt": "there are no stored prompts; send 'instructions' and 'input'",
    "context_management": "ARGO drops nothing of a conversation; send what shall be read",
    "moderation": "no moderation model is installed",
    "image": "the models here write text only",
}
_ONLY: Final[dict[str, tuple[object, str]]] = {
    "store": (False, NOTHING_STORED),
    "background": (False, "an answer lives as long as its connection; leave it out"),
    "truncation": ("disabled", "ARGO drops nothing in silence; shorten the input yourself"),
    "top_logprobs": (0, "/v1/chat/completions has log probabilities"),
}
_INPUT_KINDS: Final = ("input_text", "output_text", "text", "refusal")
_CARRIED: Final = {
    "stream": "stream",
    "max_output_tokens": "max_completion_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "parallel_tool_calls": "parallel_tool_calls",
}
_NAMES: Final = {
    "messages": "input",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
}


def rebuilt(
    body: Mapping[str, object], model: Model, instructions: str | None
) -> tuple[Asked, dict[str, Any]]:
    """Return `body` built anew for `model`, and what its answer repeats.

    Raises `FieldUnknown`, `FieldRefused`, `FieldUnfit` or `FieldMissing`, never anything else.
    """
    given = fields.known(body, PASSED, IGNORED, REFUSED, _ONLY)
    if "input" not in given:
        raise FieldMissing.at("input")
    transcript = _transcript(given)
    translated = carried(given, _CARRIED)
    translated |= {"model": given.get("model"), "messages": transcript.messages}
    if "tools" in given:
        translated["tools"] = _tools(given["tools"])
    if "tool_choice" in given:
        translated["tool_choice"] = _choice(given["tool_choice"])
    translated |= _form(given.get("text")) | _effort(given.get("reasoning"))
    with transcript.faults_named(_named):
        asked = fields.rebuilt(translated, model, instructions)
    return asked, _echo(given)


def _named(param: str) -> str:
    if param.startswith("tools["):
        return param.replace(".function", "")
    return ".call_id" if param in (".tool_call_id", ".id") else renamed(param, _NAMES)


def _transcript(given: Mapping[str, object]) -> Transcript:
    transcript = Transcript()
    if "instructions" in given:
        told = values.string(given["instructions"], "instructions")
        transcript.add("instructions", {"role": "system", "content": told})
    asked = given["input"]
    if isinstance(asked, str):
        transcript.add("input", {"role": "user", "content": asked})
        return transcript
    if not isinstance(asked, list):
        raise FieldUnfit.at("input", "a string, or an array of items")
    for n, each in enumerate(values.array(asked, "input", 1, MOST_MESSAGES)):
        _item(transcript, values.mapping(each, f"input[{n}]"), f"input[{n}]")
    return transcript


def _item(transcript: Transcript, item: Mapping[str, object], param: str) -> None:
    kind = item.get("type") or "message"
    if kind == "message":
        role = values.one_of(
            required(item, "role", param),
            f"{param}.role",
            ("user", "assistant", "system", "developer"),
        )
        content = required(item, "content", param)
        text = texts(content, f"{param}.content", _INPUT_KINDS)
        transcript.add(param, {"role": role, "content": text})
    elif kind == "function_call":
        transcript.call(
            param,
            {
                "id": required(item, "call_id", param),
                "type": "function",
                "function": {
                    "name": required(item, "name", param),
                    "arguments": item.get("arguments") or "{}",
                },
            },
        )
    elif kind == "function_call_output":
        output = texts(required(item, "output", param), f"{param}.output", _INPUT_KINDS)
        call_id = required(item, "call_id", param)
        transcript.add(param, {"role": "tool", "tool_call_id": call_id, "content": output})
    elif kind == "reasoning":
        transcript.thought(
            texts(item.get("content") or [], f"{param}.content", ("reasoning_text",))
        )
    else:
        reason = _STORED if kind == "item_reference" else "no such item exists here"
        raise FieldRefused.at(f"{param}.type", reason)


def _tools(value: object) -> list[Fields]:
    built: list[Fields] = []
    for n, sent in enumerate(values.array(value, "tools", 0, MOST_TOOLS)):
        tool = values.mapping(sent, f"tools[{n}]")
        if tool.get("type") != "function":
            raise FieldRefused.at(f"tools[{n}].type", ONLY_FUNCTIONS)
        function = {name: each for name, each in tool.items() if name != "type"}
        built.append({"type": "function", "function": function})
    return built


def _choice(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if value.get("type") == "allowed_tools":
        values.only(value, "tool_choice", "type", "mode", "tools")
        tools = values.array(value.get("tools"), "tool_choice.tools", 1, MOST_TOOLS)
        allowed = {"mode": value.get("mode"), "tools": [_reference(each) for each in tools]}
        return {"type": "allowed_tools", "allowed_tools": allowed}
    return _reference(value)


def _reference(value: object) -> Fields:
    tool = values.mapping(value, "tool_choice")
    if tool.get("type") != "function":
        raise FieldRefused.at("tool_choice.type", ONLY_FUNCTIONS)
    values.only(tool, "tool_choice", "type", "name")
    return {"type": "function", "function": {"name": required(tool, "name", "tool_choice")}}


def _form(value: object) -> Fields:
    if value is None:
        return {}
    text = values.mapping(value, "text")
    values.only(text, "text", "format", "verbosity")
    if text.get("format") is None:
        return {}
    form = dict(values.mapping(text["format"], "text.format"))
    if form.get("type") == "json_schema":
        form = {"type": form.pop("type"), "json_schema": form}
    return {"response_format": form}


def _effort(value: object) -> Fields:
    if value is None:
        return {}
    reasoning = values.mapping(value, "reasoning")
    values.only(reasoning, "reasoning", "effort", "summary", "generate_summary", "context", "mode")
    effort = reasoning.get("effort")
    return {} if effort is None else {"reasoning_effort": effort}


def _echo(given: Mapping[str, object]) -> dict[str, Any]:
    metadata = values.mapping(given.get("metadata", {}), "metadata")
    if len(metadata) > 16 or not all(
        isinstance(each, str) and len(each) <= 512 for each in metadata.values()
    ):
        raise FieldUnfit.at("metadata", "up to 16 texts of at most 512 characters")
    reasoning = values.mapping(given.get("reasoning", {}), "reasoning")
    return {
        "instructions": given.get("instructions"),
        "max_output_tokens": given.get("max_output_tokens"),
        "metadata": dict(metadata),
        "parallel_tool_calls": given.get("parallel_tool_calls", True),
        "reasoning": {"effort": reasoning.get("effort"), "summary": None},
        "temperature": given.get("temperature"),
        "text": {"format": {"type": "text"}, **values.mapping(given.get("text", {}), "text")},
        "tool_choice": given.get("tool_choice", "auto"),
        "tools": given.get("tools", []),
        "top_p": given.get("top_p"),
    }
