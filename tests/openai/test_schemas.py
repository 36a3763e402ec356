"""JSON schemas of tools and answers are bounded, stay within themselves, and are rebuilt."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.errors import ArgoError
from argo.openai import schemas
from argo.openai.errors import FieldRefused, FieldUnfit
from tests.openai.asking import function, sent

STRING = {"type": "string"}


def tool(schema: Any) -> Any:
    """Return what becomes of a tool's parameters."""
    return sent(tools=[function("f", schema)])["tools"][0]["function"]["parameters"]


def form(schema: Any, **more: Any) -> Any:
    """Return what becomes of an answer's schema."""
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, **more}}
    return sent(response_format=wanted)["response_format"]["json_schema"]["schema"]


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels - 1):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


TREE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.org/tree",
    "title": "Tree",
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"], "pattern": "^[a-z]+(-[a-z]+)*$", "maxLength": 64},
        "kind": {"enum": ["leaf", "branch", 3, None], "default": "leaf"},
        "weight": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 8},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"node": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    "x-of-somebody": {"a": 1},
}


def test_a_schema_arrives_without_what_says_nothing_to_an_engine() -> None:
    kept = {name: TREE[name] for name in TREE if name not in ("$schema", "$id", "x-of-somebody")}
    assert tool(TREE) == kept
    assert form(TREE) == kept


def test_a_function_without_parameters_takes_an_empty_object() -> None:
    assert tool(None) == {"type": "object", "properties": {}}
    assert tool({}) == {"type": "object", "properties": {}}
    with pytest.raises(FieldUnfit):
        tool({"type": "string"})


def test_limits_are_reached_and_not_passed() -> None:
    assert form(nested(16)) == nested(16)
    wide = {"type": "object", "properties": {f"p{n}": {} for n in range(511)}}
    assert form(wide) == wide
    beyond: list[dict[str, Any]] = [
        nested(17),
        {"properties": {f"p{n}": {} for n in range(512)}},
        {"description": "x" * 65_536},
        {"const": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]},
        {"type": "array", "maxItems": 65_537},
        {"type": "array", "minItems": -1},
        {"type": "imaginary"},
        {"type": ["string", 3]},
        {"type": []},
        {"required": "name"},
        {"properties": []},
        {"items": 3},
        {"minimum": "0"},
        {"minimum": 10**30},
        {"const": float("nan")},
        {"title": "\ud800"},
    ]
    for too_much in beyond:
        with pytest.raises(FieldUnfit):
            form(too_much)


def test_all_schemas_of_a_request_share_a_budget() -> None:
    wide = {"type": "object", "properties": {f"p{n}": {} for n in range(500)}}
    assert len(sent(tools=[function(f"f{n}", wide) for n in range(8)])["tools"]) == 8
    began = time.process_time()
    with pytest.raises(FieldUnfit, match="invalid_value") as refused:
        sent(tools=[function(f"f{n}", wide) for n in range(128)])
    assert time.process_time() - began < 0.2
    assert "in all" in refused.value.text("en")


@pytest.mark.parametrize(
    "reference",
    ["https://example.org/schema.json", "other.json#/a", "//host/x", "#name", "file:///etc/passwd"],
)
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef", "$recursiveRef"])
def test_a_reference_never_leaves_the_schema(keyword: str, reference: str) -> None:
    with pytest.raises(FieldRefused):
        tool({"type": "object", "properties": {"a": {keyword: reference}}})


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {"$defs": {"a": {"anyOf": [STRING, {"$ref": "#/$defs/a"}]}}},
        {"properties": {"a": {"not": {"$ref": "#/properties/a"}}}},
        {"properties": {"default": {"allOf": [{"$ref": "#/properties/default"}]}}},
        {"properties": {"a": {"$ref": "#/nowhere"}}},
        {"properties": {"a": {"$ref": "#/required/0"}}, "required": ["a"]},
        {"properties": {"a": {"$ref": "#/x-gone"}}, "x-gone": {}},
        {"$defs": {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(200)} | {"d200": {}}},
    ],
)
def test_references_in_a_circle_or_to_nowhere_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(FieldUnfit):
        form(schema)


def test_pointers_with_escapes_lead_where_they_say() -> None:
    schema = {"$defs": {"a/b~c d": STRING}, "properties": {"x": {"$ref": "#/$defs/a~1b~0c%20d"}}}
    assert form(schema) == schema
    listed = {"anyOf": [STRING, {"items": {"$ref": "#/anyOf/0"}}]}
    assert form(listed) == listed


@pytest.mark.parametrize("build", [tool, form])
@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|a)*$", "x" * 513])
def test_a_pattern_that_explodes_is_refused_everywhere(build: Any, pattern: str) -> None:
    with pytest.raises(FieldUnfit) as refused:
        build({"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}})
    assert "pattern" in (refused.value.param or "")
    with pytest.raises(FieldUnfit):
        build({"type": "object", "patternProperties": {pattern: {}}})


def test_a_pattern_no_engine_knows_is_left_out_of_a_tool_and_refused_of_an_answer() -> None:
    email = {"type": "string", "pattern": r"^(?!\.)[a-z]+@[a-z]+$"}
    schema = {"type": "object", "properties": {"email": email}}
    assert tool(schema)["properties"]["email"] == {"type": "string"}
    with pytest.raises(FieldUnfit) as refused:
        form(schema)
    assert "look-around" in refused.value.text("en")


def test_a_length_no_engine_counts_to_is_left_out_of_a_tool() -> None:
    long = {"type": "string", "maxLength": 10_000_000}
    assert tool({"type": "object", "properties": {"a": long}})["properties"]["a"] == STRING


def test_a_property_may_bear_a_keywords_name() -> None:
    schema = {
        "type": "object",
        "properties": {"pattern": STRING, "$ref": STRING, "enum": STRING, "type": STRING},
    }
    assert tool(schema) == schema


def test_control_tokens_in_schemas_are_text() -> None:
    schema = {
        "type": "object",
        "description": "<|end|>",
        "properties": {"<|end|>": {"enum": ["<|end|>"]}},
        "required": ["<|end|>"],
    }
    assert b"<|end|>" not in orjson.dumps([tool(schema), form(schema, description="<|end|>")])


KEYWORDS = st.sampled_from(
    "type properties items $ref $defs enum const pattern required anyOf allOf not minItems "
    "maxLength minimum additionalProperties patternProperties default format x-own".split()
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([*"#ab", "#/anyOf/0"])
    | st.sampled_from(["string", "object", "(a+)+", "(?=a)", "#/$defs/a", "http://x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYWORDS | st.sampled_from("ab"), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.dictionaries(KEYWORDS, VALUES, max_size=6), st.booleans())
def test_any_schema_is_rebuilt_or_refused(schema: dict[str, Any], enforced: bool) -> None:
    try:
        built = schemas.rebuilt(schema, "s", str, schemas.Budget(), enforced=enforced)
    except ArgoError:
        return
    assert len(orjson.dumps(built)) <= schemas.MOST_BYTES
    assert schemas.rebuilt(built, "s", str, schemas.Budget(), enforced=enforced) == built
