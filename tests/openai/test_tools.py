"""Tools are functions with sober names; their choice names one of them."""

from __future__ import annotations

from typing import Any

import pytest

from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit, FieldUnknown
from tests.openai.asking import function, sent

TWO = [function("one"), function("two", description="The second.", strict=True)]
FORCED = {"type": "function", "function": {"name": "two"}}


def names(body: dict[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in body["tools"]]


def test_tools_arrive_with_their_description_and_strictness() -> None:
    built = sent(tools=TWO)["tools"]
    empty = {"type": "object", "properties": {}}
    assert built == [
        {"type": "function", "function": {"name": "one", "parameters": empty}},
        {
            "type": "function",
            "function": {
                "name": "two",
                "description": "The second.",
                "strict": True,
                "parameters": empty,
            },
        },
    ]


@pytest.mark.parametrize("mode", ["none", "auto", "required"])
def test_a_mode_arrives(mode: str) -> None:
    assert sent(tools=TWO, tool_choice=mode)["tool_choice"] == mode


def test_one_function_can_be_asked_for() -> None:
    assert sent(tools=TWO, tool_choice=FORCED)["tool_choice"] == FORCED


def test_allowed_tools_leave_only_those() -> None:
    allowed = {"mode": "required", "tools": [FORCED]}
    built = sent(tools=TWO, tool_choice={"type": "allowed_tools", "allowed_tools": allowed})
    assert names(built) == ["two"]
    assert built["tool_choice"] == "required"


def test_without_tools_their_settings_say_nothing() -> None:
    assert sent(tools=[], tool_choice="auto", parallel_tool_calls=True) == {}
    assert sent(tool_choice="none") == {}
    with pytest.raises(FieldUnfit):
        sent(tool_choice="required")
    with pytest.raises(FieldUnfit):
        sent(tool_choice=FORCED)


@pytest.mark.parametrize(
    ("tools", "error", "param"),
    [
        ([function("bad name")], FieldUnfit, "tools[0].function.name"),
        ([function("x" * 65)], FieldUnfit, "tools[0].function.name"),
        ([function("")], FieldUnfit, "tools[0].function.name"),
        ([function("f\n")], FieldUnfit, "tools[0].function.name"),
        ([function("f"), function("f")], FieldUnfit, "tools"),
        ([function(f"f{n}") for n in range(129)], FieldUnfit, "tools"),
        ([{"type": "function"}], FieldMissing, "tools[0].function"),
        ([{"type": "function", "function": {}}], FieldMissing, "tools[0].function.name"),
        ([{"type": "custom", "custom": {"name": "x"}}], FieldRefused, "tools[0].type"),
        ([{"type": "web_search"}], FieldRefused, "tools[0].type"),
        ([function("f", url="http://x")], FieldUnknown, "tools[0].function.url"),
        ([function("f", [])], FieldUnfit, "tools[0].function.parameters"),
        ("f", FieldUnfit, "tools"),
        (["f"], FieldUnfit, "tools[0]"),
    ],
)
def test_what_is_wrong_with_a_tool_is_named(
    tools: object, error: type[Exception], param: str
) -> None:
    with pytest.raises(error) as refused:
        sent(tools=tools)
    assert refused.value.param == param  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "choice",
    [
        "any",
        7,
        {"type": "function", "function": {"name": "three"}},
        {"type": "function"},
        {"type": "allowed_tools", "allowed_tools": {"mode": "none", "tools": [FORCED]}},
        {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}},
        {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{}]}},
        {"type": "allowed_tools"},
    ],
)
def test_a_choice_that_names_no_tool_is_refused(choice: object) -> None:
    with pytest.raises(FieldUnfit):
        sent(tools=TWO, tool_choice=choice)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"type": "xml"}, FieldUnfit),
        ({}, FieldUnfit),
        ({"type": "json_schema"}, FieldMissing),
        ({"type": "json_schema", "json_schema": {"name": "x"}}, FieldMissing),
        ({"type": "json_schema", "json_schema": {"schema": {}}}, FieldMissing),
        ({"type": "json_schema", "json_schema": {"name": "x y", "schema": {}}}, FieldUnfit),
        ({"type": "json_schema", "json_schema": {"name": "x", "schema": []}}, FieldUnfit),
        ({"type": "json_object", "schema": {}}, FieldUnknown),
        ({"type": "grammar", "grammar": "root ::= x"}, FieldUnfit),
    ],
)
def test_a_form_of_answer_that_does_not_exist_is_refused(
    form: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        sent(response_format=form)


def test_forms_of_answer_arrive() -> None:
    assert sent(response_format={"type": "text"}) == {}
    assert sent(response_format={"type": "json_object"})["response_format"] == {
        "type": "json_object"
    }
