"""Whatever JSON is sent to the translated surfaces, it is rebuilt or a field is named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.openai import anthropic, responses
from argo.openai.errors import FieldFault
from tests.openai.asking import ABLE, MODEL_ID

_LEAF = st.none() | st.booleans() | st.integers(-3, 9) | st.floats() | st.text(max_size=6)
_KINDS = st.sampled_from(
    (
        *("message", "function_call", "function_call_output", "reasoning", "item_reference"),
        *("text", "input_text", "tool_use", "tool_result", "thinking", "redacted_thinking"),
        *("image", "function", "enabled", "adaptive", "json_schema", "allowed_tools", "auto"),
    )
)
_NAMES = st.sampled_from(
    (
        *("type", "role", "content", "text", "name", "id", "call_id", "tool_use_id", "input"),
        *("output", "arguments", "tools", "mode", "format", "effort", "input_schema", "schema"),
        *("parameters", "function", "is_error", "thinking", "budget_tokens", "other"),
    )
)
_ROLES = st.sampled_from(("user", "assistant", "system", "tool"))
_JSON = st.recursive(
    _LEAF | _KINDS | _ROLES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=12,
)


def bodies(fields: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return bodies with some of `fields`, each with any JSON."""
    return st.dictionaries(st.sampled_from(sorted(fields)), _JSON, max_size=6)


SURFACES = [
    (responses.rebuilt, responses.PASSED, {"input": "?"}),
    (
        anthropic.rebuilt,
        anthropic.PASSED,
        {"max_tokens": 9, "messages": [{"role": "user", "content": "?"}]},
    ),
]


@pytest.mark.parametrize(("rebuilt", "passed", "least"), SURFACES)
@given(data=st.data())
def test_any_body_is_rebuilt_or_a_field_is_named(
    rebuilt: Callable[..., tuple[Any, object]],
    passed: dict[str, str],
    least: dict[str, object],
    data: st.DataObject,
) -> None:
    body = least | data.draw(bodies(passed)) | {"model": MODEL_ID}
    with suppress(FieldFault):
        asked, _ = rebuilt(body, ABLE, "Be brief.")
        assert all(message["role"] != "developer" for message in asked.fields["messages"])
        assert asked.fields["messages"][0]["content"].startswith("Be brief.")
        orjson.dumps(asked.fields)
