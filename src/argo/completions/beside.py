"""What is asked of an engine beside the models: admitted, counted and written down like a question.

It waits in no queue: such a request is short, and its asker's quota says how many run at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argo.clock import Clock
from argo.completions.errors import ServerStopping
from argo.completions.types import Asker, Lane, Outcome
from argo.errors import ArgoError
from argo.quotas.service import Quotas
from argo.quotas.types import Allowance, Taken
from argo.usage.service import Ledger
from argo.usage.types import Entry


class Counted:
    """One such request: how its asker's quota stands, and what was read of it so far."""

    def __init__(self, allowance: Allowance) -> None:
        """Start with nothing read."""
        self.allowance = allowance
        self.tokens = 0
        self.exact = True

    def read(self, tokens: int, *, exact: bool) -> None:
        """Add what the engine read."""
        self.tokens += tokens
        self.exact = self.exact and exact


class Beside:
    """Takes the quota for requests beside the models, and writes their lines."""

    def __init__(self, quotas: Quotas, ledger: Ledger, clock: Clock) -> None:
        """Count in `quotas` and write to `ledger`."""
        self._quotas, self._ledger, self._clock = quotas, ledger, clock
        self._settling: set[asyncio.Task[None]] = set()
        self._draining = False

    def drain(self) -> None:
        """Take no new request; those that run go on."""
        self._draining = True

    async def close(self) -> None:
        """Wait for the last ledger lines and leases."""
        await asyncio.gather(*self._settling, return_exceptions=True)

    @asynccontextmanager
    async def counted(
        self, asker: Asker, model_id: str, lane: Lane = "api"
    ) -> AsyncIterator[Counted]:
        """Count one request of `asker`; leaving the block writes its line, exactly once.

        Raises `ServerStopping` and what quotas refuse with, before anything is asked.
        """
        if self._draining:
            raise ServerStopping(retry_after=2)
        began = self._clock.monotonic()
        taken = await self._quotas.take(asker.owner, asker.key_id)
        counted = Counted(taken.allowance)
        outcome: Outcome = "stopped"
        try:
            yield counted
            outcome = "complete"
        except ArgoError:
            outcome = "interrupted" if counted.tokens else "failed"
            raise
        finally:
            seconds = self._clock.monotonic() - began
            entry = _entry(asker, model_id, lane, counted, seconds, outcome)
            # On its own task: the asker's cancellation must not tear it apart.
            settling = asyncio.create_task(self._settle(taken, entry))
            self._settling.add(settling)
            settling.add_done_callback(self._settling.discard)

    async def _settle(self, taken: Taken, entry: Entry) -> None:
        await self._quotas.release(taken.lease)
        await self._ledger.append(entry)


def _entry(
    asker: Asker, model_id: str, lane: Lane, counted: Counted, seconds: float, outcome: Outcome
) -> Entry:
    return Entry(
        owner=asker.owner,
        source=asker.source,
        lane=lane,
        key_id=asker.key_id,
        model_id=model_id,
        assistant_id=None,
        prompt_tokens=counted.tokens,
        completion_tokens=0,
        exact=counted.exact,
        waited_seconds=0.0,
        first_token_seconds=None,
        seconds=seconds,
        outcome=outcome,
    )
