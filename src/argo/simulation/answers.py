"""What the engine says: reasoning, words or tool calls, made before the first token flows."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from argo.simulation.instances import smallest_instance
from argo.simulation.question import Question
from argo.simulation.types import Profile
from argo.simulation.words import answer_words, split_tokens

REASONING_SHARE = {"none": 0.0, "minimal": 0.05, "low": 0.1, "medium": 0.25, "high": 0.5}
"""The part of an answer's tokens that a reasoning model spends before it answers."""


@dataclass(frozen=True)
class Call:
    """One call of a tool: its name, and its arguments' JSON in token-like pieces."""

    name: str
    arguments: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """Return what the call costs: one token for its name, one for each piece."""
        return 1 + len(self.arguments)


@dataclass(frozen=True)
class Answer:
    """One choice's whole answer; each piece of a tuple is one token."""

    words: tuple[str, ...] = ()
    thoughts: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    finish_reason: str = "stop"
    stop_reason: str | None = None

    @property
    def tokens(self) -> int:
        """Return how many tokens the answer has."""
        return len(self.thoughts) + len(self.words) + sum(call.tokens for call in self.calls)

    @property
    def text(self) -> str:
        """Return the answer's text, without the reasoning."""
        return "".join(self.words)


def compose(question: Question, profile: Profile, choice: int = 0) -> Answer:
    """Return the deterministic answer to `question`, its choice number `choice` of `n`."""
    if question.tool_choice == "required" or question.tool_choice.startswith("named:"):
        return _tool_calls(question)
    if question.schema is not None or question.json_object:
        instance = {"answer": "mot"} if question.json_object else smallest_instance(question.schema)
        return _cut(question, Answer(words=tuple(split_tokens(orjson.dumps(instance).decode()))))
    return _cut(question, _worded(question, profile, choice))


def _worded(question: Question, profile: Profile, choice: int) -> Answer:
    tokens = profile.answer_tokens
    if question.ignore_eos and question.longest_tokens is not None:
        tokens = question.longest_tokens
    tokens = max(tokens, question.shortest_tokens)
    words = answer_words(question.asked, tokens, question.seed, choice)
    thinking = 0
    if question.model in profile.reasoning_models:
        thinking = round(tokens * REASONING_SHARE.get(question.reasoning_effort, 0.25))
    return Answer(thoughts=tuple(words[:thinking]), words=tuple(words[thinking:]))


def _tool_calls(question: Question) -> Answer:
    named = question.tool_choice.removeprefix("named:")
    chosen = [tool for tool in question.tools if tool["name"] == named] or question.tools[:1]
    calls = tuple(
        Call(tool["name"], tuple(split_tokens(_arguments(tool.get("parameters")))))
        for tool in chosen
    )
    # OpenAI's rule, which vLLM follows: a call that the caller named ends with "stop".
    finish = "stop" if question.tool_choice.startswith("named:") else "tool_calls"
    return Answer(calls=calls, finish_reason=finish)


def _arguments(parameters: object) -> str:
    instance = smallest_instance(parameters)
    return orjson.dumps(instance if isinstance(instance, dict) else {}).decode()


def _cut(question: Question, answer: Answer) -> Answer:
    """Apply `stop`, then `max_tokens`."""
    for place, stop in sorted((answer.text.find(stop), stop) for stop in question.stop):
        if place >= 0:
            answer = Answer(
                words=_first_characters(answer.words, place),
                thoughts=answer.thoughts,
                stop_reason=stop,
            )
            break
    longest = question.longest_tokens
    if longest is None or (longest >= answer.tokens and not question.ignore_eos):
        return answer
    thoughts = answer.thoughts[:longest]
    words = answer.words[: longest - len(thoughts)]
    return Answer(words=words, thoughts=thoughts, finish_reason="length")


def _first_characters(words: tuple[str, ...], count: int) -> tuple[str, ...]:
    kept = []
    for word in words:
        if count <= 0:
            break
        kept.append(word[:count])
        count -= len(word)
    return tuple(kept)
