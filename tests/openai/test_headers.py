"""The quota's headers are written as OpenAI writes them."""

from __future__ import annotations

import pytest

from argo.openai.headers import duration, quota
from argo.quotas.types import Allowance


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0s"),
        (-1, "0s"),
        (0.2, "1s"),
        (12, "12s"),
        (60, "1m0s"),
        (63.5, "1m4s"),
        (3630, "1h0m30s"),
    ],
)
def test_seconds_are_rounded_up(seconds: float, written: str) -> None:
    assert duration(seconds) == written


def test_without_a_limit_nothing_is_said() -> None:
    assert quota(Allowance(limit=0, remaining=0, resets_in_seconds=0.0)) == {}
