"""An answer on its way, whole or streamed: one completion becomes one response of some shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from argo.clock import Clock
from argo.completions.completion import Completion
from argo.completions.service import Completions
from argo.completions.types import Question
from argo.errors import ArgoError
from argo.http.edge import answered
from argo.http.presence import while_present
from argo.openai import headers
from argo.openai.shapes import Shape
from argo.openai.stream import AnswerStream, queued

WELCOME_SECONDS: Final = 60.0
"""How long a stream goes on after its key was revoked or its account disabled, at most."""


class Answer(Response):
    """Asks when it is called, and answers in `shape`; a caller that leaves ends the work."""

    def __init__(
        self,
        completions: Completions,
        question: Question,
        shape: Shape,
        welcome: Callable[[], Awaitable[object]],
        clock: Clock,
        *,
        stream: bool,
    ) -> None:
        """Prepare; nothing is asked before the response is sent.

        `welcome` raises when the caller's key or account no longer counts; a long stream asks it
        now and then.
        """
        self._completions, self._question = completions, question
        self._shape, self._stream = shape, stream
        self._welcome, self._clock = welcome, clock
        self._quota: dict[str, str] = {}
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask and answer. Raises `CallerLeft`; errors are answered here, with the quota."""
        answer = self._streamed if self._stream else self._whole
        try:
            await while_present(receive, answer(scope, receive, send))
        except ArgoError as error:
            refusal = answered(scope, error)
            refusal.headers.update(self._quota or headers.quota_of(error))
            await refusal(scope, receive, send)

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._completions.ask(self._question, stream=False) as completion:
            self._quota = headers.quota(completion.allowance)
            body = self._shape.whole(completion, await completion.whole())
        answer = Response(
            orjson.dumps(body),
            media_type="application/json",
            headers={**self._quota, **headers.AI_GENERATED},
        )
        await answer(scope, receive, send)

    async def _streamed(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Raise an error while the head is not out; afterwards it is an event, and the last."""
        stream = AnswerStream(send, {})
        try:
            async with self._completions.ask(self._question, stream=True) as completion:
                self._quota = headers.quota(completion.allowance)
                stream = AnswerStream(send, {**self._quota, **headers.AI_GENERATED})
                async with stream.kept_alive():
                    last = await self._relay(completion, stream)
        except ArgoError as error:
            if not stream.opened:
                raise
            last = self._shape.failure(error, bytes(answered(scope, error).body))
        # Once the block is left: who asks again at the end finds the place given back.
        await stream.end(last)

    async def _relay(self, completion: Completion, stream: AnswerStream) -> bytes:
        """Write the answer up to its last events, and return these."""
        async with aclosing(completion.waiting()) as places:
            async for place in places:
                await stream.write(queued(place))
        welcomed_at = self._clock.monotonic()
        unsent = self._shape.opening(completion)
        async with aclosing(self._shape.frames(completion)) as frames:
            async for frame in frames:
                if self._clock.monotonic() - welcomed_at > WELCOME_SECONDS:
                    await self._still_welcome()
                    welcomed_at = self._clock.monotonic()
                unsent += frame
                if not completion.ended:
                    await stream.write(unsent)
                    unsent = b""
        return unsent + self._shape.ending(completion)

    async def _still_welcome(self) -> None:
        """Raise when the caller has been refused since; a database that is away refuses nobody."""
        try:
            await self._welcome()
        except ArgoError as error:
            if error.kind == "refused":
                raise
