"""What a forced tool call becomes for llama.cpp; everything else passes as it is."""

from __future__ import annotations

from argo.embedded.dialect import in_dialect

QUESTION = {"role": "user", "content": "Hello"}
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("one", "two")]


def test_a_request_without_a_forced_tool_passes_unchanged() -> None:
    for choice in ({}, {"tool_choice": "auto"}, {"tool_choice": "none"}):
        body = {"messages": [QUESTION], "tools": TOOLS, **choice}
        assert in_dialect(body, "<tool_call>") == body


def test_a_required_call_is_begun_for_the_model() -> None:
    body = {"messages": [QUESTION], "tools": TOOLS, "tool_choice": "required"}
    spoken = in_dialect(body, "<tool_call>")
    assert spoken["messages"] == [QUESTION, {"role": "assistant", "content": "<tool_call>"}]
    assert spoken["tools"] == TOOLS
    assert body["messages"] == [QUESTION]


def test_a_named_function_becomes_the_only_tool() -> None:
    named = {"type": "function", "function": {"name": "two"}}
    spoken = in_dialect({"messages": [QUESTION], "tools": TOOLS, "tool_choice": named}, None)
    assert spoken["tools"] == TOOLS[1:]
    assert spoken["tool_choice"] == "required"
    assert spoken["parallel_tool_calls"] is False
    assert spoken["messages"] == [QUESTION]
