"""Who is shut out while something of theirs still runs: within a minute, nothing does.

Sessions and keys end with the change itself. Streams under way are cut and answers being written
are stopped by each worker's beat. State: who was disabled lately, as of the last beat.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from argo.accounts import identities
from argo.clock import Clock
from argo.storage.database import Connection

EVERY_SECONDS = 10
_LATELY = timedelta(days=1)
"""Longer than any stream or answer lasts."""

Stop = Callable[[Collection[UUID]], None]


class Shutting:
    """Knows who is shut out, and has what they run stopped."""

    def __init__(self, clock: Clock, stop: Stop) -> None:
        """Tell `stop` of who is shut out at each beat."""
        self._clock, self._stop = clock, stop
        self.shut: Collection[UUID] = frozenset()

    async def beat(self, house: Connection) -> None:
        """Look who was disabled, and stop what they run."""
        self.shut = await identities.disabled_since(house, self._clock.now() - _LATELY)
        if self.shut:
            self._stop(self.shut)
