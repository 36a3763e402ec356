"""Tools, their choice, and the form of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from argo.openai import schemas, values
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit
from argo.openai.values import Text

MOST_TOOLS: Final = 128
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NAME_FORM = "1 to 64 letters, digits, '_' or '-'"
ONLY_FUNCTIONS: Final = "only tools of type 'function' can be called here"

Fields = dict[str, object]


def function_name(value: object, param: str) -> str:
    """Return `value`, a function's name in OpenAI's form."""
    name = values.string(value, param)
    if _NAME.fullmatch(name) is None:
        raise FieldUnfit.at(param, _NAME_FORM)
    return name


def tools(value: object, text: Text, budget: schemas.Budget) -> list[Fields]:
    """Return the tools built anew; an empty list means none."""
    found = [
        _tool(each, f"tools[{n}]", text, budget)
        for n, each in enumerate(values.array(value, "tools", 0, MOST_TOOLS))
    ]
    names = _names(found)
    if len(set(names)) < len(names):
        raise FieldUnfit.at("tools", "functions with different names")
    return found


def _tool(value: object, param: str, text: Text, budget: schemas.Budget) -> Fields:
    tool = values.mapping(value, param)
    if tool.get("type") != "function":
        raise FieldRefused.at(f"{param}.type", ONLY_FUNCTIONS)
    values.only(tool, param, "type", "function")
    inner = f"{param}.function"
    if "function" not in tool:
        raise FieldMissing.at(inner)
    function = values.mapping(tool["function"], inner)
    values.only(function, inner, "name", "description", "parameters", "strict")
    if "name" not in function:
        raise FieldMissing.at(f"{inner}.name")
    built: Fields = {"name": function_name(function["name"], f"{inner}.name")}
    if function.get("description") is not None:
        built["description"] = text(values.string(function["description"], f"{inner}.description"))
    built["parameters"] = _parameters(function.get("parameters"), inner, text, budget)
    if function.get("strict") is not None:
        built["strict"] = values.boolean(function["strict"], f"{inner}.strict")
    return {"type": "function", "function": built}


def _parameters(value: object, param: str, text: Text, budget: schemas.Budget) -> Fields:
    """Return a function's parameters: always an object's schema, as engines require."""
    if value is None:
        return {"type": "object", "properties": {}}
    param = f"{param}.parameters"
    built = schemas.rebuilt(value, param, text, budget, enforced=False)
    if built.setdefault("type", "object") != "object":
        raise FieldUnfit.at(param, "the schema of an object ('type': 'object')")
    built.setdefault("properties", {})
    return built


def choice(value: object, offered: list[Fields]) -> tuple[object, list[Fields]]:
    """Return the tool choice built anew, and the tools it leaves; None when nothing is to be said.

    OpenAI's `allowed_tools` becomes those tools and its mode.
    """
    if isinstance(value, str):
        return _mode(value, "tool_choice", offered, "none", "auto", "required"), offered
    wanted = values.mapping(value, "tool_choice")
    kind = wanted.get("type")
    if kind == "function":
        values.only(wanted, "tool_choice", "type", "function")
        name = _offered(wanted, "tool_choice", offered)
        return {"type": "function", "function": {"name": name}}, offered
    if kind == "allowed_tools":
        return _allowed(wanted, offered)
    raise FieldRefused.at("tool_choice.type", ONLY_FUNCTIONS)


def _mode(value: object, param: str, offered: list[Fields], *modes: str) -> str | None:
    mode = values.one_of(value, param, modes)
    if offered:
        return mode
    if mode == "required":
        raise FieldUnfit.at(param, "left out, or 'auto', when there are no 'tools'")
    return None


def _allowed(wanted: Mapping[str, object], offered: list[Fields]) -> tuple[object, list[Fields]]:
    param = "tool_choice.allowed_tools"
    values.only(wanted, "tool_choice", "type", "allowed_tools")
    allowed = values.mapping(wanted.get("allowed_tools"), param)
    values.only(allowed, param, "mode", "tools")
    each = values.array(allowed.get("tools"), f"{param}.tools", 1, MOST_TOOLS)
    names = {
        _offered(values.mapping(one, where), where, offered)
        for n, one in enumerate(each)
        if (where := f"{param}.tools[{n}]")
    }
    left = [tool for tool in offered if _names([tool])[0] in names]
    return _mode(allowed.get("mode"), f"{param}.mode", left, "auto", "required"), left


def _offered(reference: Mapping[str, object], param: str, offered: list[Fields]) -> str:
    """Return the function's name that `reference` holds, when it is one of the tools."""
    function = values.mapping(reference.get("function"), f"{param}.function")
    name = function_name(function.get("name"), f"{param}.function.name")
    if name not in _names(offered):
        raise FieldUnfit.at(f"{param}.function.name", "the name of one of the 'tools'")
    return name


def _names(offered: list[Fields]) -> list[object]:
    return [values.mapping(tool["function"], "tools")["name"] for tool in offered]


def response_format(value: object, text: Text, budget: schemas.Budget) -> Fields | None:
    """Return the answer's form built anew; None for plain text."""
    wanted = values.mapping(value, "response_format")
    kind = values.one_of(
        wanted.get("type"), "response_format.type", ("text", "json_object", "json_schema")
    )
    if kind != "json_schema":
        values.only(wanted, "response_format", "type")
        return None if kind == "text" else {"type": kind}
    values.only(wanted, "response_format", "type", "json_schema")
    param = "response_format.json_schema"
    if "json_schema" not in wanted:
        raise FieldMissing.at(param)
    form = values.mapping(wanted["json_schema"], param)
    values.only(form, param, "name", "description", "schema", "strict")
    for name in ("name", "schema"):
        if name not in form:
            raise FieldMissing.at(f"{param}.{name}")
    built: Fields = {"name": function_name(form["name"], f"{param}.name")}
    if form.get("description") is not None:
        built["description"] = text(values.string(form["description"], f"{param}.description"))
    built["schema"] = schemas.rebuilt(
        form["schema"], f"{param}.schema", text, budget, enforced=True
    )
    if form.get("strict") is not None:
        built["strict"] = values.boolean(form["strict"], f"{param}.strict")
    return {"type": "json_schema", "json_schema": built}
