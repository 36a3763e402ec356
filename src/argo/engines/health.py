"""How a replica stands, by probes and by outcomes. Pure: no clock, no I/O.

One failure sets a replica back until the next good probe, a moment later. One that fails again
and again although its probes look well is left out for a while that doubles, then gets a single
question: when that is answered it is well again.
"""

from __future__ import annotations

import math

from argo.engines.types import ModelState

_FAILURES = 3
_FIRST_REST_SECONDS = 2.0
_FRESH_SECONDS = 10.0
_MOST_REST_SECONDS = 60.0


class Health:
    """One replica's health."""

    def __init__(self) -> None:
        """Know nothing yet: it may be starting."""
        self._probed: ModelState = "starting"
        self._failures = 0
        self._rests_until = 0.0
        self._rest_seconds = _FIRST_REST_SECONDS
        self._answered_at = -math.inf

    def probed(self, state: ModelState, now: float) -> None:
        """Take what a probe found; one that found nothing says less than an answer just now."""
        if state != "away" or now - self._answered_at > _FRESH_SECONDS:
            self._probed = state

    def answered(self, now: float) -> None:
        """An answer began or came whole: it is ready, whatever the last probe said."""
        self._answered_at = now
        self._probed = "ready"
        self._failures = 0
        self._rests_until = 0.0
        self._rest_seconds = _FIRST_REST_SECONDS

    def failed(self, now: float) -> None:
        """A question failed on it."""
        self._probed, self._answered_at = "away", -math.inf
        self._failures += 1
        if self._failures >= _FAILURES and now >= self._rests_until:
            self._rests_until = now + self._rest_seconds
            self._rest_seconds = min(2 * self._rest_seconds, _MOST_REST_SECONDS)

    def state(self, now: float) -> ModelState:
        """Return how it stands: one that rests is away, however well its probes look."""
        return "away" if now < self._rests_until else self._probed

    @property
    def on_trial(self) -> bool:
        """Whether it gets one question at a time, until one is answered."""
        return self._failures >= _FAILURES
