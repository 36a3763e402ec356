"""What a completion came to: counted by the engine when it says so, else from what was relayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from argo.completions.chunks import Chunk
from argo.completions.frames import finish_reason, usage_of
from argo.completions.types import FinishReason, Usage

# Without the engine's count: a careful estimate for French and English prose.
_CHARACTERS_A_TOKEN = 3.5


class Meter:
    """Counts one completion as its chunks go by."""

    def __init__(self, prompt_characters: int) -> None:
        """Start at nothing; `prompt_characters` stands in for the prompt's tokens."""
        self._prompt_tokens = round(prompt_characters / _CHARACTERS_A_TOKEN)
        self._chunks = 0
        self._exact: Usage | None = None
        self.finish_reason: FinishReason | None = None

    def saw(self, batch: Sequence[Chunk]) -> None:
        """Count a batch of a stream's chunks; engines send about one token a chunk."""
        for chunk in batch:
            if (run := chunk.get("run")) is not None:
                self._chunks += run.events
                continue
            self._exact = usage_of(chunk) or self._exact
            for choice in chunk["choices"]:
                self.finish_reason = finish_reason(choice) or self.finish_reason
                self._chunks += bool(choice.get("delta") or choice.get("text"))

    def saw_whole(self, body: Mapping[str, object], *, again: bool = False) -> None:
        """Count a whole answer; one without usage counts by its length.

        `again` says that the engine was asked once more: what came before was read as well.
        """
        before, self._exact = self._exact, usage_of(body)
        if again and before is not None and self._exact is not None:
            self._exact = Usage(
                before.prompt_tokens + self._exact.prompt_tokens,
                before.completion_tokens + self._exact.completion_tokens,
                exact=True,
            )
        choices = body.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            self.finish_reason = finish_reason(choice) or self.finish_reason
            self._chunks += round(_said(choice["message"]) / _CHARACTERS_A_TOKEN)

    @property
    def usage(self) -> Usage:
        """The tokens so far: the engine's own count once it came."""
        if self._exact is not None:
            return self._exact
        return Usage(self._prompt_tokens, self._chunks, exact=False)


def prompt_characters(fields: Mapping[str, object]) -> int:
    """Return how many characters of text the checked `fields` bring to the engine."""
    prompt = fields.get("prompt")
    if isinstance(prompt, str):
        return len(prompt)
    messages = fields.get("messages")
    return sum(_length(each) for each in messages) if isinstance(messages, list) else 0


def _said(message: Mapping[str, object]) -> int:
    """Return how many characters a whole answer has: text, reasoning, arguments of calls."""
    texts = [message.get("content"), message.get("reasoning")]
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, Mapping) else None
        texts += function.values() if isinstance(function, Mapping) else ()
    return sum(len(each) for each in texts if isinstance(each, str))


def _length(message: object) -> int:
    content = message.get("content") if isinstance(message, Mapping) else None
    if isinstance(content, str):
        return len(content)
    parts = content if isinstance(content, list) else ()
    return sum(len(str(part.get("text", ""))) for part in parts if isinstance(part, Mapping))
