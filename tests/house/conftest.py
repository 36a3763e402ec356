"""What the tests of the house share."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def soon() -> Callable[[Callable[[], bool]], bool]:
    """Waits until something holds in another process, which has no event for it."""

    def soon(holds: Callable[[], bool], seconds: float = 10) -> bool:
        deadline = time.monotonic() + seconds
        while not holds() and time.monotonic() < deadline:
            time.sleep(0.01)
        return holds()

    return soon
