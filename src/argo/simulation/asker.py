"""One question of a load test: asked on its own connection, its answer counted, not kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import cast

DELTA = b'"delta":'
DONE = b"\ndata: [DONE]"
TAIL_BYTES = 4_096
"""What is kept of an answer: its end, with the finish reason and the usage."""

# In JSON a quote inside a text is escaped, so these cannot be met in an answer's own words.
FIRST_WORD = re.compile(rb'"(?:content|reasoning|reasoning_content|text)":\s?"[^"]')
FINISHED = re.compile(rb'"finish_reason":\s?"')
USAGE = re.compile(rb'"completion_tokens":\s?(\d+)')
QUEUED = re.compile(rb": queued position=\d+ eta=([0-9.]+)")


class Asker(asyncio.Protocol):
    """Asks once and counts. `failure` is None when a finished answer came."""

    def __init__(
        self,
        request: bytes,
        asked_at_seconds: float,
        now: Callable[[], float],
        began: Callable[[Asker], None],
        ended: Callable[[Asker], None],
    ) -> None:
        """Send `request` when connected; times are `now()`'s, counted from `asked_at_seconds`.

        `began` is told of the first token, `ended` of the end, each once.
        """
        self.asked_at_seconds = asked_at_seconds
        self.first_at_seconds: float | None = None
        self.last_at_seconds = asked_at_seconds
        self.over_at_seconds: float | None = None
        self.promised_seconds: float | None = None
        """The wait that the first queue comment announced, and when."""
        self.promised_at_seconds = 0.0
        self.deltas = 0
        self.tokens = 0
        self.failure: str | None = None
        self._request = request
        self._now = now
        self._began = began
        self._ended = ended
        self._tail = b""
        self._head_read = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask (asyncio calls this)."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)
        self._request = b""

    def connection_lost(self, exc: Exception | None) -> None:
        """Count an answer that ends here, whole or not (asyncio calls this)."""
        self._over()

    def data_received(self, data: bytes) -> None:
        """Count what came (asyncio calls this; all there is to a token's cost)."""
        tail = self._tail
        if not self._head_read:
            tail, data = b"", self._read_head(tail + data)
            if not self._head_read:
                self._tail = data
                return
        self.last_at_seconds = self._now()
        self.deltas += (tail[-len(DELTA) + 1 :] + data).count(DELTA)
        self._tail = tail = (tail + data)[-TAIL_BYTES:]
        if self.first_at_seconds is None:
            self._look_for_first_word(tail)
        if b"[DONE]" in data and DONE in tail:
            self._over()

    def give_up(self, reason: str) -> None:
        """End the question without an answer, for `reason`."""
        self.failure = self.failure or reason
        self._over()

    def _read_head(self, received: bytes) -> bytes:
        head, end, rest = received.partition(b"\r\n\r\n")
        if not end:
            return received
        self._head_read = True
        words = head.split(None, 2)
        status = words[1].decode("latin-1") if len(words) > 1 else "none"
        if status != "200":
            self.give_up(f"status {status}")
        return rest

    def _look_for_first_word(self, tail: bytes) -> None:
        if self.promised_seconds is None and (queued := QUEUED.search(tail)):
            self.promised_seconds = float(queued[1])
            self.promised_at_seconds = self.last_at_seconds
        if FIRST_WORD.search(tail):
            self.first_at_seconds = self.last_at_seconds
            self._began(self)

    def _over(self) -> None:
        if self.over_at_seconds is not None:
            return
        self.over_at_seconds = self._now()
        usage = USAGE.findall(self._tail)
        # Without usage: a delta is a token, but for the one that opens and the one that closes.
        self.tokens = int(usage[-1]) if usage else max(0, self.deltas - 2)
        if self.failure is None:
            self.failure = self._fault()
        if self._transport is not None:
            self._transport.abort()
        self._ended(self)

    def _fault(self) -> str | None:
        if not self._head_read:
            return "connection lost before an answer"
        if b'data: {"error"' in self._tail:
            return "error inside the stream"
        if not FINISHED.search(self._tail):
            return "answer broken off"
        return None
