"""Work done for a caller only as long as the caller is there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from argo.http.json_body import CallerLeft

Result = TypeVar("Result")


async def while_present(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """Return what `work` returns; when the caller leaves first, cancel it and wait for its end.

    The request's body must have been read. Raises `CallerLeft`, and what `work` raises.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_ended_by_leaving(receive, working))
    try:
        return await working
    except asyncio.CancelledError:
        if leaving.done() and not leaving.cancelled():
            raise CallerLeft from None
        raise
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _ended_by_leaving(receive: Receive, working: asyncio.Future[Any]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    working.cancel()
