"""What the embedded llama.cpp needs said differently from OpenAI's API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOOL_CALL_OPENING = "<tool_call>"
"""What begins a tool call in our template (template.jinja)."""


def in_dialect(body: Mapping[str, Any], tool_call_opening: str | None) -> dict[str, Any]:
    """Return the body of a `/v1/chat/completions` request as the embedded engine keeps it.

    llama.cpp reads `tool_choice` "auto", "none" and "required", and takes a named function for
    "auto"; and its grammar for "required" lets free text of any length stand before the call,
    which a small model never ends. So a named function becomes the only tool, and the answer is
    begun with the opening of a call (`EngineAddress.tool_call_opening`; None leaves it out):
    from there the grammar allows nothing but a call whose arguments follow their schema.
    """
    choice = body.get("tool_choice")
    if isinstance(choice, Mapping):
        name = choice.get("function", {}).get("name")
        tools = [tool for tool in body.get("tools", ()) if tool["function"]["name"] == name]
        spoken = {**body, "tools": tools, "tool_choice": "required", "parallel_tool_calls": False}
    elif choice == "required":
        spoken = dict(body)
    else:
        return dict(body)
    if tool_call_opening is not None:
        opening = {"role": "assistant", "content": tool_call_opening}
        spoken["messages"] = [*body["messages"], opening]
    return spoken
