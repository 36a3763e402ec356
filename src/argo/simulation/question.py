"""A question as the engine reads it, and its refusals in vLLM's words.

Source of the fields: vLLM's OpenAI-compatible server (chat and text completions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from argo.simulation.types import Profile
from argo.simulation.words import count_tokens

Kind = Literal["chat", "text"]


class Refusal(Exception):
    """The engine refuses a question: a status, and the body vLLM would give."""

    def __init__(self, status: int, message: str, param: str | None = None) -> None:
        """Keep the HTTP `status` and vLLM's `message`, with the field at fault if there is one."""
        super().__init__(message)
        self.status = status
        self.param = param

    def body(self) -> bytes:
        """Return the JSON body, in the shape of vLLM's `ErrorResponse`."""
        kinds = {404: "NotFoundError", 400: "BadRequestError"}
        error = {
            "message": str(self),
            "type": kinds.get(self.status, "InternalServerError"),
            "param": self.param,
            "code": self.status,
        }
        return orjson.dumps({"error": error})


@dataclass(frozen=True)
class Question:
    """One checked question."""

    kind: Kind
    model: str
    asked: str
    """The last user message's text (or the prompt): what the answer's words follow from."""
    prompt_tokens: int
    stream: bool
    include_usage: bool
    n: int
    longest_tokens: int | None
    shortest_tokens: int
    ignore_eos: bool
    seed: int | None
    stop: tuple[str, ...]
    top_logprobs: int | None
    """None when no log probabilities were asked for."""
    tools: tuple[dict[str, Any], ...]
    tool_choice: str
    """`none`, `auto`, `required`, or the name of one tool after `named:`."""
    parallel_tool_calls: bool
    schema: object
    """The JSON schema the answer must fit; None when there is none."""
    json_object: bool
    reasoning_effort: str


def read_question(kind: Kind, body: object, profile: Profile) -> Question:
    """Check a request body for `kind` and return the question in it.

    Raises `Refusal` as vLLM would: 404 for a model that is not served, 400 for the rest.
    """
    if not isinstance(body, dict):
        raise Refusal(400, "The request body must be a JSON object")
    model = body.get("model") or profile.models[0]
    if model not in profile.models:
        raise Refusal(404, f"The model `{model}` does not exist.", "model")
    texts, asked = _messages(body) if kind == "chat" else _prompt(body)
    question = Question(
        kind=kind,
        model=model,
        asked=asked,
        prompt_tokens=sum(3 + count_tokens(text) for text in texts),
        stream=body.get("stream") is True,
        include_usage=_member(body, "stream_options").get("include_usage") is True,
        n=_whole(body, "n", 1, 128) or 1,
        longest_tokens=_whole(body, "max_completion_tokens", 1) or _whole(body, "max_tokens", 1),
        shortest_tokens=_whole(body, "min_tokens", 0) or 0,
        ignore_eos=body.get("ignore_eos") is True,
        seed=_whole(body, "seed", -(2**63)),
        stop=_stop(body.get("stop")),
        top_logprobs=_logprobs(kind, body),
        tools=_tools(body.get("tools")),
        tool_choice=_tool_choice(body),
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        schema=_member(_member(body, "response_format"), "json_schema").get("schema"),
        json_object=_member(body, "response_format").get("type") == "json_object",
        reasoning_effort=str(body.get("reasoning_effort") or "medium"),
    )
    _check_length(question, profile)
    return question


def message_text(content: object) -> str:
    """Return the text of a message's `content`, a string or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, dict))
    return "".join(part for part in parts if isinstance(part, str))


def _messages(body: dict[str, Any]) -> tuple[list[str], str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "messages must be a list of at least one message", "messages")
    if not all(isinstance(message, dict) and message.get("role") for message in messages):
        raise Refusal(400, "every message must be an object with a role", "messages")
    texts = [message_text(message.get("content")) for message in messages]
    users = [
        text for text, message in zip(texts, messages, strict=True) if message["role"] == "user"
    ]
    return texts, users[-1] if users else texts[-1]


def _prompt(body: dict[str, Any]) -> tuple[list[str], str]:
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if isinstance(prompt, list) and all(isinstance(token, int) for token in prompt):
        prompt = " ".join(map(str, prompt))
    if not isinstance(prompt, str):
        raise Refusal(400, "prompt must be a string or a list of tokens", "prompt")
    return [prompt], prompt


def _member(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal(400, f"{name} must be an object", name)
    return value


def _whole(body: dict[str, Any], name: str, least: int, most: int = 2**63 - 1) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refusal(400, f"{name} must be a whole number from {least} to {most}", name)
    return value


def _stop(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value or []
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop for stop in stops):
        raise Refusal(400, "stop must be a string or a list of strings", "stop")
    return tuple(stops)


def _logprobs(kind: Kind, body: dict[str, Any]) -> int | None:
    if kind == "text":
        return _whole(body, "logprobs", 0, 20)
    if body.get("logprobs") is not True:
        return None
    return _whole(body, "top_logprobs", 0, 20) or 0


def _tools(value: object) -> tuple[dict[str, Any], ...]:
    tools = value or []
    if not isinstance(tools, list):
        raise Refusal(400, "tools must be a list", "tools")
    functions = [tool.get("function") if isinstance(tool, dict) else None for tool in tools]
    if not all(isinstance(function, dict) and function.get("name") for function in functions):
        raise Refusal(400, "every tool must be a function with a name", "tools")
    return tuple(function for function in functions if isinstance(function, dict))


def _tool_choice(body: dict[str, Any]) -> str:
    choice = body.get("tool_choice")
    if choice is None:
        return "auto" if body.get("tools") else "none"
    if choice in ("none", "auto", "required"):
        return str(choice)
    named = choice.get("function") if isinstance(choice, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    if name not in [function["name"] for function in _tools(body.get("tools"))]:
        raise Refusal(400, "The tool specified in `tool_choice` is not in `tools`", "tool_choice")
    return f"named:{name}"


def _check_length(question: Question, profile: Profile) -> None:
    wanted = question.prompt_tokens + (question.longest_tokens or 0)
    if wanted > profile.context_tokens:
        raise Refusal(
            400,
            f"This model's maximum context length is {profile.context_tokens} tokens. However, "
            f"you requested {wanted} tokens ({question.prompt_tokens} in the messages, "
            f"{question.longest_tokens or 0} in the completion).",
            "messages" if question.kind == "chat" else "prompt",
        )
