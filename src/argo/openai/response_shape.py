"""`/v1/responses`: the answer, whole and as the events of OpenAI's reference."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, Final

from argo.completions.completion import Completion
from argo.completions.frames import delta_of_whole
from argo.completions.types import CallDelta, Delta, FinishReason
from argo.errors import ArgoError
from argo.openai.shapes import named_event, told

Item = dict[str, Any]
_INCOMPLETE: Final[dict[FinishReason, str]] = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
}


class ResponseShape:
    """One answer of the Responses API; its items are made as they come."""

    def __init__(self, echo: Mapping[str, object]) -> None:
        """Repeat `echo` in the answer."""
        self._echo = echo
        self._completion: Completion | None = None
        self._items: list[Item] = []
        self._open: Item | None = None
        self._call_index = -1
        self._numbered = 0

    def whole(self, completion: Completion, body: Mapping[str, Any]) -> Mapping[str, object]:
        """Return the `response` object."""
        self._completion = completion
        list(self._grown(delta_of_whole(body)))
        list(self._closed(cut=completion.finish_reason in _INCOMPLETE))
        return self._response(_status(completion))

    def opening(self, completion: Completion) -> bytes:
        """Return `response.created` and `response.in_progress`."""
        self._completion = completion
        response = self._response("in_progress")
        return b"".join(
            self._event(f"response.{name}", response=response)
            for name in ("created", "in_progress")
        )

    def frames(self, completion: Completion) -> AsyncGenerator[bytes, None]:
        """Yield the events of the items as they grow."""
        return told(completion, self._grown)

    def ending(self, completion: Completion) -> bytes:
        """Return the end of the last item, and the response as it came out."""
        status = _status(completion)
        closed = b"".join(self._closed(cut=status == "incomplete"))
        return closed + self._event(f"response.{status}", response=self._response(status))

    def failure(self, error: ArgoError, _body: bytes) -> bytes:
        """Return `response.failed`, or `error` when nothing had begun."""
        said = {"code": "server_error", "message": error.text("en")}
        if self._completion is None:
            return self._event("error", **{**said, "code": error.code, "param": error.param})
        response = {**self._response("failed"), "error": said}
        return self._event("response.failed", response=response)

    def _grown(self, delta: Delta) -> Iterable[bytes]:
        if delta.reasoning:
            yield from self._text("reasoning", "reasoning_text", delta.reasoning)
        if delta.text:
            yield from self._text("message", "output_text", delta.text)
        for call in delta.calls:
            yield from self._call(call)

    def _text(self, kind: str, part_kind: str, text: str) -> Iterable[bytes]:
        if self._open is None or self._open["type"] != kind:
            yield from self._closed()
            yield from self._begun(_text_item(kind))
            assert self._open is not None
            part: Item = {"type": part_kind, "text": ""}
            if kind == "message":
                part |= {"annotations": [], "logprobs": []}
            yield self._of_part("response.content_part.added", part=part)
            self._open["content"].append(part)
        assert self._open is not None
        self._open["content"][0]["text"] += text
        chances: dict[str, object] = {"logprobs": []} if kind == "message" else {}
        yield self._of_part(f"response.{part_kind}.delta", delta=text, **chances)

    def _call(self, call: CallDelta) -> Iterable[bytes]:
        if (
            self._open is None
            or self._open["type"] != "function_call"
            or call.index != self._call_index
        ):
            yield from self._closed()
            self._call_index = call.index
            yield from self._begun(
                {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": ""}
            )
        assert self._open is not None
        if call.arguments:
            self._open["arguments"] += call.arguments
            yield self._of_item("response.function_call_arguments.delta", delta=call.arguments)

    def _begun(self, item: Item) -> Iterable[bytes]:
        assert self._completion is not None
        prefix = {"reasoning": "rs", "message": "msg", "function_call": "fc"}[item["type"]]
        number = len(self._items)
        item = {"id": f"{prefix}_{_id(self._completion)}{number:02d}", **item}
        item["status"] = "in_progress"
        self._items.append(item)
        self._open = item
        yield self._event("response.output_item.added", output_index=number, item=item)

    def _closed(self, *, cut: bool = False) -> Iterable[bytes]:
        """End the open item; `cut` says that the answer was cut within it."""
        item = self._open
        if item is None:
            return
        if item["type"] == "function_call":
            yield self._of_item(
                "response.function_call_arguments.done",
                arguments=item["arguments"],
                name=item["name"],
            )
        else:
            part = item["content"][0]
            chances: dict[str, object] = {"logprobs": []} if item["type"] == "message" else {}
            yield self._of_part(f"response.{part['type']}.done", text=part["text"], **chances)
            yield self._of_part("response.content_part.done", part=part)
        item["status"] = "incomplete" if cut else "completed"
        yield self._event("response.output_item.done", output_index=len(self._items) - 1, item=item)
        self._open = None

    def _of_part(self, kind: str, **data: object) -> bytes:
        return self._of_item(kind, content_index=0, **data)

    def _of_item(self, kind: str, **data: object) -> bytes:
        assert self._open is not None
        number = len(self._items) - 1
        return self._event(kind, item_id=self._open["id"], output_index=number, **data)

    def _event(self, kind: str, **data: object) -> bytes:
        self._numbered += 1
        return named_event({"type": kind, "sequence_number": self._numbered - 1, **data})

    def _response(self, status: str) -> dict[str, object]:
        completion = self._completion
        assert completion is not None
        reason = _INCOMPLETE.get(completion.finish_reason or "stop")
        ended = status in ("completed", "incomplete")
        return {
            "id": f"resp_{_id(completion)}",
            "object": "response",
            "created_at": completion.created,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": {"reason": reason} if status == "incomplete" else None,
            "model": completion.model_id,
            "output": self._items,
            "previous_response_id": None,
            "store": False,
            "truncation": "disabled",
            "usage": _usage(completion) if ended else None,
            **self._echo,
        }


def _text_item(kind: str) -> Item:
    if kind == "message":
        return {"type": kind, "role": "assistant", "content": []}
    return {"type": kind, "summary": [], "content": []}


def _id(completion: Completion) -> str:
    return completion.answer_id.removeprefix("chatcmpl-")


def _status(completion: Completion) -> str:
    return "incomplete" if completion.finish_reason in _INCOMPLETE else "completed"


def _usage(completion: Completion) -> dict[str, object]:
    counted = completion.usage
    return {
        "input_tokens": counted.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": counted.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": counted.prompt_tokens + counted.completion_tokens,
    }
