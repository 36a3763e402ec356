"""Answers are known beforehand: words that betray any loss, instances that fit their schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.simulation.instances import smallest_instance
from argo.simulation.words import VOCABULARY, answer_words, split_tokens


@given(st.text(), st.integers(1, 400))
def test_the_same_question_gets_the_same_words(asked: str, tokens: int) -> None:
    """Deterministic; a shorter answer is the beginning of a longer one."""
    words = answer_words(asked, tokens)
    assert words == answer_words(asked, 400)[:tokens]
    assert len(words) == tokens
    assert all(words)


@given(st.text())
def test_no_piece_comes_twice_before_all_came_once(asked: str) -> None:
    """So a lost or doubled piece always shows."""
    words = answer_words(asked, len(VOCABULARY) + 1)[1:]
    assert set(words) == set(VOCABULARY)


@given(st.text())
def test_split_tokens_join_to_the_text(text: str) -> None:
    """Nothing is lost in the cutting."""
    assert "".join(split_tokens(text)) == text


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"a": "mot"},
        ),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {}),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2}, [False, False]),
        ({"enum": ["x", "y"]}, "x"),
        ({"const": 7}, 7),
        ({"type": ["string", "null"], "maxLength": 2}, "mo"),
        ({"type": "string", "minLength": 5}, "motéé"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "integer", "minimum": 3, "multipleOf": 5}, 5),
        ({"type": "number", "maximum": -2}, -3),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, 0),
        (
            {
                "allOf": [
                    {"$ref": "#/$defs/a"},
                    {"properties": {"c": {"const": 1}}, "required": ["c"]},
                ],
                "$defs": {
                    "a": {"type": "object", "properties": {"b": {"const": 2}}, "required": ["b"]}
                },
            },
            {"b": 2, "c": 1},
        ),
        ("no schema", None),
    ],
)
def test_the_smallest_instance_fits(schema: Any, instance: Any) -> None:
    """One line a kind of schema."""
    assert smallest_instance(schema) == instance


def test_a_schema_that_names_itself_ends() -> None:
    """Recursion is bounded."""
    node: dict[str, Any] = {
        "type": "object",
        "properties": {"next": {"$ref": "#"}},
        "required": ["next"],
    }
    assert "next" in smallest_instance(node)


schemas = st.recursive(
    st.sampled_from(
        [{"type": "string"}, {"type": "integer"}, {"enum": [1]}, {"type": "wrong"}, True, None, {}]
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner, "minItems": st.just(1)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries(
            {"properties": st.dictionaries(st.text(), inner), "required": st.just(["a"])}
        ),
    ),
)


@given(schemas)
def test_no_schema_breaks_the_engine(schema: Any) -> None:
    """Whatever a caller sends, there is an answer."""
    smallest_instance(schema)
