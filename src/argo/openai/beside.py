"""`/v1/embeddings` and `/v1/rerank`: requests of an engine beside the models."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from argo.completions.beside import Beside, Counted
from argo.completions.types import Asker, Lane
from argo.engines.embeddings import Embeddings
from argo.engines.rerank import Rerank
from argo.errors import ArgoError
from argo.http.edge import answered
from argo.http.presence import while_present
from argo.openai import embeddings, headers, rerank

Work = Callable[[Counted], Awaitable[bytes]]
"""Asks the engine, counts what it read, and returns the answer's JSON."""


class BesideAnswer(Response):
    """Asks when it is called; a caller that leaves ends the work, and is counted for its part."""

    def __init__(self, beside: Beside, asker: Asker, lane: Lane, model_id: str, work: Work) -> None:
        """Prepare; nothing is asked before the response is sent."""
        self._beside, self._asker, self._model_id = beside, asker, model_id
        self._lane, self._work = lane, work
        self._quota: dict[str, str] = {}
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask and answer. Raises `CallerLeft`; errors are answered here, with the quota."""
        try:
            body = await while_present(receive, self._worked())
        except ArgoError as error:
            refusal = answered(scope, error)
            refusal.headers.update(self._quota or headers.quota_of(error))
            await refusal(scope, receive, send)
            return
        await Response(body, media_type="application/json", headers=self._quota)(
            scope, receive, send
        )

    async def _worked(self) -> bytes:
        async with self._beside.counted(self._asker, self._model_id, self._lane) as counted:
            self._quota = headers.quota(counted.allowance)
            return await self._work(counted)


def embedding(engine: Embeddings, asked: embeddings.Asked, model_id: str) -> Work:
    """Return the work of one request for vectors."""

    async def work(counted: Counted) -> bytes:
        written, done = [], 0
        async for piece in engine.pieces(asked.texts, asked.kind):
            counted.read(piece.tokens, exact=piece.exact)
            written.append(embeddings.entries(piece.vectors, done, asked))
            done += len(piece.vectors)
            # A thousand vectors are megabytes of digits: others are let in between.
            await asyncio.sleep(0)
        return embeddings.answer(written, model_id, counted.tokens)

    return work


def ranking(engine: Rerank, asked: rerank.Asked, model_id: str, answer_id: str) -> Work:
    """Return the work of one request for an order."""

    async def work(counted: Counted) -> bytes:
        ranked = await engine.rank(asked.question, asked.texts)
        counted.read(ranked.tokens, exact=ranked.exact)
        return orjson.dumps(rerank.answer(asked, ranked, answer_id, model_id))

    return work
