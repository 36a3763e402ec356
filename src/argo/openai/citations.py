"""Answers that rest on an institution's collections: their sources, and the citations told.

An answer's citations are `annotations` of its message, in OpenAI's `file_citation`. `page`, `quote`
and `not_found_in_source` are ARGO's own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson

from argo.assistants.types import Resolved
from argo.completions.completion import Completion
from argo.completions.prompt import estimated_tokens, prompt_room
from argo.knowledge.grounding import Grounding, told
from argo.knowledge.types import Found
from argo.knowledge.verifying import cited
from argo.openai import kept
from argo.openai.shapes import CompletionShape, Shape, event
from argo.openai.types import Asked
from argo.storage.types import Owner

_MOST_QUESTION = 8192


async def grounded(
    grounding: Grounding, owner: Owner, resolved: Resolved, asked: Asked, shape: Shape
) -> tuple[Asked, Shape]:
    """Return `asked` with the passages that answer it, and the shape that tells what is cited.

    An assistant without collections, and a raw model, is asked as it was. Raises `DatabaseAway`.
    """
    assistant, messages = resolved.assistant, asked.fields.get("messages")
    if assistant is None or not assistant.collections or not isinstance(messages, list):
        return asked, shape
    model = resolved.model
    taken = estimated_tokens([{"content": orjson.dumps(each).decode()} for each in messages])
    found = await grounding.passages(
        owner,
        assistant.collections,
        _question(messages)[:_MOST_QUESTION],
        prompt_room(model.context_tokens) - taken,
    )
    # An assistant's instructions are always the first message.
    first = {**messages[0], "content": messages[0]["content"] + told(found, model)}
    fields = {**asked.fields, "messages": [first, *messages[1:]]}
    if found and type(shape) is CompletionShape:
        by_number = "cites" in model.capabilities
        shape = CitingShape(found, include_usage=asked.include_usage, by_number=by_number)
    return replace(asked, fields=fields), shape


class CitingShape(CompletionShape):
    """Chat's answer with its citations: in the message, or in a last chunk of a stream."""

    def __init__(self, found: Sequence[Found], *, include_usage: bool, by_number: bool) -> None:
        """Tell what is cited of `found`; without numbers, all of it at the answer's end."""
        super().__init__(include_usage=include_usage)
        self._found, self._by_number = found, by_number
        self._said: dict[int, str] = {}

    def whole(self, completion: Completion, body: Mapping[str, Any]) -> Mapping[str, object]:
        """Return the answer, each message with its citations."""
        choices = []
        for choice in body["choices"]:
            message = choice["message"]
            annotations = self._annotations(message.get("content") or "")
            choices.append({**choice, "message": {**message, "annotations": annotations}})
        return super().whole(completion, {**body, "choices": choices})

    async def frames(self, completion: Completion) -> AsyncGenerator[bytes, None]:
        """Yield the frames as they come, and remember the text."""
        async with aclosing(super().frames(completion)) as frames:
            async for frame in frames:
                self._remember(frame)
                yield frame

    def ending(self, completion: Completion) -> bytes:
        """Return the citations, before what else ends a stream."""
        choices = [
            {"index": index, "delta": {"annotations": told}, "finish_reason": None}
            for index, said in self._said.items()
            if (told := self._annotations(said))
        ]
        last = super().ending(completion)
        if not choices:
            return last
        return event(orjson.dumps({**self._envelope(completion), "choices": choices})) + last

    def _remember(self, frame: bytes) -> None:
        for line in frame.split(b"\n"):
            if line.startswith(b"data: {"):
                for choice in orjson.loads(line[6:]).get("choices", ()):
                    index, text = choice["index"], choice["delta"].get("content")
                    self._said[index] = self._said.get(index, "") + (text or "")

    def _annotations(self, answer: str) -> list[dict[str, Any]]:
        if not self._by_number:
            return [_annotation(each, len(answer), []) for each in self._found] if answer else []
        passages = [_read(each) for each in self._found]
        return [
            _annotation(self._found[each.number - 1], each.index, each.missing)
            for each in cited(answer, passages)
        ]


def _annotation(found: Found, index: int, missing: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "file_citation",
        "index": index,
        "file_id": kept.file_id(found.document_id),
        "filename": found.document_name,
        "page": found.first_page,
        "quote": found.text,
        "not_found_in_source": list(missing),
    }


def _read(found: Found) -> str:
    return "\n".join((*found.heading, found.text))


def _question(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return the last question's text."""
    texts = (each["content"] for each in reversed(messages) if each["role"] == "user")
    found = next(texts, "")
    return found if isinstance(found, str) else ""
