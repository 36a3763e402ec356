"""`/v1/messages`: a request of Anthropic's API, read into a chat request. Pure.

For coding assistants that speak nothing else. Source: Anthropic's API reference, "Messages".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from argo.completions.prompt import estimated_tokens
from argo.engines.types import Model
from argo.openai import fields, values
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit
from argo.openai.messages import MOST_MESSAGES, MOST_PARTS, ONLY_TEXT
from argo.openai.tools import MOST_TOOLS
from argo.openai.translated import Fields, Transcript, carried, renamed, required, texts
from argo.openai.types import Asked

PASSED: Final = {
    "model": "a model's id or an assistant's name, as `GET /v1/models` lists them",
    "messages": "1 to 4,096 messages: texts, tool uses and their results, thinking",
    "system": "a text, or blocks of text",
    "max_tokens": "at least 1; more than the model's context has room for counts as no limit",
    "stream": "true or false",
    "stop_sequences": "up to 4, of 1 to 64 bytes each",
    "temperature": "0 to 1",
    "top_p": "0 to 1",
    "top_k": "0 to 1,000",
    "tools": "up to 128 tools with an `input_schema`",
    "tool_choice": "`auto`, `any`, `tool` or `none`; `disable_parallel_tool_use`",
    "thinking": (
        "`enabled`, `adaptive`: the answer shows its reasoning; a budget below 4,096 tokens is "
        "low effort, below 16,384 medium, else high; `disabled`: low effort, not shown"
    ),
    "output_config": "`effort`: `low`, `medium`, `high` (`xhigh`, `max`); `format`: `json_schema`",
}
IGNORED: Final = {
    "metadata": "ARGO knows who asks by the key",
    "cache_control": "ARGO sees to the cache, each person's apart",
    "service_tier": "there is one tier",
    "speed": "there is one speed",
    "inference_geo": "everything runs where ARGO runs",
    "diagnostics": "nothing is stored that could be told",
    "context_management": "nothing is cleared: the model reads what is sent",
}
REFUSED: Final = {
    "container": "there are no containers here; leave it out",
    "mcp_servers": "ARGO calls no server; let your client call it",
    "user_profile_id": "ARGO knows who asks by the key",
    "workspace_id": "ARGO knows who asks by the key",
}
_ONLY_OWN_TOOLS: Final = "only tools that the caller runs exist here; give an 'input_schema'"
_CARRIED: Final = {"stream": "stream", "top_p": "top_p", "top_k": "top_k", "stop_sequences": "stop"}
_NAMES: Final = {
    ".arguments": ".input",
    "stop": "stop_sequences",
    "reasoning_effort": "output_config.effort",
    "response_format": "output_config.format",
}
_EFFORT_TOKENS: Final = ((4096, "low"), (16384, "medium"))


def rebuilt(
    body: Mapping[str, object], model: Model, instructions: str | None
) -> tuple[Asked, bool]:
    """Return `body` built anew for `model`, and whether its answer shows the reasoning.

    Raises `FieldUnknown`, `FieldRefused`, `FieldUnfit` or `FieldMissing`, never anything else.
    """
    given = fields.known(body, PASSED, IGNORED, REFUSED, {})
    if "max_tokens" not in given:
        raise FieldMissing.at("max_tokens")
    return _rebuilt(given, model, instructions)


def counted(body: Mapping[str, object], model: Model, instructions: str | None) -> int:
    """Return about how many tokens `body`, a request or its beginning, costs; raises `rebuilt`'s."""
    given = fields.known(body, PASSED, IGNORED, REFUSED, {})
    asked, _ = _rebuilt(given, model, instructions)
    return prompt_tokens(asked)


def prompt_tokens(asked: Asked) -> int:
    """Return a careful estimate of the tokens of a rebuilt request's messages and tools."""
    messages = asked.fields["messages"]
    assert isinstance(messages, list)
    tools = orjson.dumps(asked.fields.get("tools", [])).decode()
    calls = "".join(orjson.dumps(each.get("tool_calls", [])).decode() for each in messages)
    return estimated_tokens([*messages, {"content": tools + calls}])


def _rebuilt(given: Fields, model: Model, instructions: str | None) -> tuple[Asked, bool]:
    if "messages" not in given:
        raise FieldMissing.at("messages")
    transcript = _transcript(given)
    translated = carried(given, _CARRIED)
    translated |= {"model": given.get("model"), "messages": transcript.messages}
    if "temperature" in given:
        translated["temperature"] = values.number(given["temperature"], "temperature", 0, 1)
    if "tools" in given:
        translated["tools"] = [
            _tool(each, f"tools[{n}]")
            for n, each in enumerate(values.array(given["tools"], "tools", 0, MOST_TOOLS))
        ]
    if "tool_choice" in given:
        translated |= _choice(given["tool_choice"])
    effort, shows = _thinking(given.get("thinking"))
    translated |= effort | _output(given.get("output_config"))
    with transcript.faults_named(_named):
        asked = fields.rebuilt(translated, model, instructions)
    _limit(asked, given, model)
    return asked, shows


def _limit(asked: Asked, given: Fields, model: Model) -> None:
    """Pass the limit on when there is room for it.

    Anthropic's clients must send one and send a large one; engines refuse what the context
    cannot hold, and end an answer there anyway.
    """
    if "max_tokens" not in given:
        return
    limit = values.integer(given["max_tokens"], "max_tokens", 1, 2**31)
    if limit <= model.context_tokens - prompt_tokens(asked):
        asked.fields["max_tokens"] = limit


def _named(param: str) -> str:
    if param.startswith("tools["):
        return param.replace(".function", "").replace(".parameters", ".input_schema")
    return ".tool_use_id" if param == ".tool_call_id" else renamed(param, _NAMES)


def _transcript(given: Fields) -> Transcript:
    transcript = Transcript()
    if "system" in given:
        told = texts(given["system"], "system", ("text",))
        transcript.add("system", {"role": "system", "content": told})
    for n, each in enumerate(values.array(given["messages"], "messages", 1, MOST_MESSAGES)):
        param = f"messages[{n}]"
        message = values.mapping(each, param)
        values.only(message, param, "role", "content", "cache_control")
        asked = required(message, "role", param)
        role = values.one_of(asked, f"{param}.role", ("user", "assistant", "system"))
        content = required(message, "content", param)
        if isinstance(content, str):
            transcript.add(param, {"role": role, "content": content})
        else:
            _blocks(
                transcript, role, values.array(content, f"{param}.content", 1, MOST_PARTS), param
            )
    return transcript


def _blocks(transcript: Transcript, role: str, blocks: list[object], param: str) -> None:
    """Add a message's blocks: neighbours of text as one message, tools as chat's messages."""
    said: list[str] = []
    for n, each in enumerate(blocks):
        where = f"{param}.content[{n}]"
        block = values.mapping(each, where)
        kind = required(block, "type", where)
        if kind == "text":
            said.append(values.string(required(block, "text", where), f"{where}.text"))
            continue
        if said:
            transcript.add(param, {"role": role, "content": "\n".join(said)})
            said = []
        _block(transcript, role, block, where)
    if said:
        transcript.add(param, {"role": role, "content": "\n".join(said)})


def _block(transcript: Transcript, role: str, block: Mapping[str, object], param: str) -> None:
    kind = block["type"]
    if role == "assistant" and kind == "thinking":
        transcript.thought(values.string(block.get("thinking") or "", f"{param}.thinking"))
    elif role == "assistant" and kind == "redacted_thinking":
        return
    elif role == "assistant" and kind == "tool_use":
        given = values.mapping(block.get("input", {}), f"{param}.input")
        function = {"name": required(block, "name", param), "arguments": _json(given, param)}
        call_id = required(block, "id", param)
        transcript.call(param, {"id": call_id, "type": "function", "function": function})
    elif role == "user" and kind == "tool_result":
        result = texts(block.get("content") or "", f"{param}.content", ("text",))
        if block.get("is_error"):
            result = f"Error: {result}"
        call_id = required(block, "tool_use_id", param)
        transcript.add(param, {"role": "tool", "tool_call_id": call_id, "content": result})
    else:
        raise FieldRefused.at(f"{param}.type", ONLY_TEXT)


def _json(value: Mapping[str, object], param: str) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        raise FieldUnfit.at(f"{param}.input", "an object of valid Unicode") from None


def _tool(value: object, param: str) -> Fields:
    tool = values.mapping(value, param)
    if tool.get("type") not in (None, "custom") or "input_schema" not in tool:
        raise FieldRefused.at(f"{param}.type", _ONLY_OWN_TOOLS)
    known_here = ("type", "name", "description", "input_schema", "cache_control", "strict")
    values.only(tool, param, *known_here, "eager_input_streaming", "input_examples")
    function = {
        "name": required(tool, "name", param),
        "description": tool.get("description"),
        "parameters": tool["input_schema"],
    }
    return {"type": "function", "function": function}


def _choice(value: object) -> Fields:
    wanted = values.mapping(value, "tool_choice")
    values.only(wanted, "tool_choice", "type", "name", "disable_parallel_tool_use")
    asked = wanted.get("type")
    kind = values.one_of(asked, "tool_choice.type", ("auto", "any", "tool", "none"))
    chosen: object = {"any": "required"}.get(kind, kind)
    if kind == "tool":
        name = required(wanted, "name", "tool_choice")
        chosen = {"type": "function", "function": {"name": name}}
    alone = wanted.get("disable_parallel_tool_use")
    return {"tool_choice": chosen} | ({} if alone is None else {"parallel_tool_calls": not alone})


def _thinking(value: object) -> tuple[Fields, bool]:
    if value is None:
        return {}, False
    thinking = values.mapping(value, "thinking")
    values.only(thinking, "thinking", "type", "budget_tokens", "display")
    asked = thinking.get("type")
    kind = values.one_of(asked, "thinking.type", ("enabled", "adaptive", "disabled"))
    if kind == "disabled":
        return {"reasoning_effort": "low"}, False
    if kind == "adaptive":
        return {}, thinking.get("display") != "omitted"
    budget = values.integer(thinking.get("budget_tokens"), "thinking.budget_tokens", 1, 2**31)
    effort = next((name for most, name in _EFFORT_TOKENS if budget < most), "high")
    return {"reasoning_effort": effort}, True


def _output(value: object) -> Fields:
    if value is None:
        return {}
    wanted = values.mapping(value, "output_config")
    values.only(wanted, "output_config", "effort", "format")
    built: Fields = {}
    if wanted.get("effort") is not None:
        built["reasoning_effort"] = wanted["effort"]
    if wanted.get("format") is not None:
        form = values.mapping(wanted["format"], "output_config.format")
        values.only(form, "output_config.format", "type", "schema")
        values.one_of(form.get("type"), "output_config.format.type", ("json_schema",))
        schema = {"name": "answer", "schema": required(form, "schema", "output_config.format")}
        built["response_format"] = {"type": "json_schema", "json_schema": schema}
    return built
