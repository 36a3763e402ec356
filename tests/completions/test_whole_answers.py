"""A whole answer is one, or the engine broke: nothing that lies about its form goes further."""

from __future__ import annotations

from typing import Any

import pytest

from argo.completions import frames
from argo.engines.client import EngineFault


def rebuilt(message: Any) -> Any:
    """Return the message that a caller gets of an engine's."""
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    whole = frames.whole(answer, answer_id="chatcmpl-1", model_id="m", created=1)
    return whole["choices"][0]["message"]


CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    "message",
    [
        {"content": ["text"]},
        {"content": {"text": "x"}},
        {"content": 7},
        {"content": "x", "reasoning": ["thought"]},
        {"content": "x", "reasoning_content": 7},
        {"content": None, "tool_calls": "none"},
        {"content": None, "tool_calls": ["f"]},
        {"content": None, "tool_calls": [{"id": "a", "function": "f"}]},
        {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": {}}}]},
        {"content": None, "tool_calls": [{"function": {"name": None, "arguments": "{}"}}]},
    ],
)
def test_what_has_another_form_is_no_answer(message: Any) -> None:
    with pytest.raises(EngineFault) as fault:
        rebuilt(message)
    assert fault.value.fault == "broke"


@pytest.mark.parametrize(
    "message",
    [
        {"content": "x"},
        {"content": None},
        {},
        {"content": "", "tool_calls": []},
        {"content": None, "tool_calls": [CALL], "reasoning": "Hm."},
    ],
)
def test_what_is_one_comes_through(message: dict[str, Any]) -> None:
    told = rebuilt(message)
    assert told["content"] == message.get("content")
    assert told.get("tool_calls", []) == message.get("tool_calls", [])
