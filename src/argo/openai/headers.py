"""The headers of `/v1`: OpenAI's names for the quota, and the mark of a machine's words."""

from __future__ import annotations

import math

from argo.errors import ArgoError
from argo.quotas.errors import QuotaExhausted
from argo.quotas.types import Allowance

AI_GENERATED = {"x-argo-ai-generated": "true"}
"""On every answer that a model wrote (EU AI Act, Article 50 § 2: readable by machines)."""


def quota(allowance: Allowance) -> dict[str, str]:
    """Return the quota's headers; none when there is no limit."""
    if allowance.limit == 0:
        return {}
    return {
        "x-ratelimit-limit-requests": str(allowance.limit),
        "x-ratelimit-remaining-requests": str(allowance.remaining),
        "x-ratelimit-reset-requests": duration(allowance.resets_in_seconds),
    }


def quota_of(error: ArgoError) -> dict[str, str]:
    """Return the quota's headers of a refusal; none when it was not the quota's."""
    return quota(error.allowance) if isinstance(error, QuotaExhausted) else {}


def duration(seconds: float) -> str:
    """Return whole `seconds`, rounded up, as OpenAI writes them: "12s", "6m0s", "1h0m30s"."""
    minutes, rest = divmod(max(0, math.ceil(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
