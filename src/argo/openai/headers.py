"""The headers of `/v1`: OpenAI's names for the quota, and the mark of a machine's words."""

from __future__ import annotations

import math

from argo.errors import ArgoError
from argo.quotas.errors import QuotaRefused
from argo.quotas.types import Allowance, TokenAllowance

AI_GENERATED = {"x-argo-ai-generated": "true"}
"""On every answer that a model wrote (EU AI Act, Article 50 § 2: readable by machines)."""


def quota(allowance: Allowance) -> dict[str, str]:
    """Return the quota's headers; none of what has no limit."""
    told = _counts("requests", allowance) if allowance.limit else {}
    return told | (_counts("tokens", allowance.tokens) if allowance.tokens else {})


def _counts(what: str, allowance: Allowance | TokenAllowance) -> dict[str, str]:
    return {
        f"x-ratelimit-limit-{what}": str(allowance.limit),
        f"x-ratelimit-remaining-{what}": str(allowance.remaining),
        f"x-ratelimit-reset-{what}": duration(allowance.resets_in_seconds),
    }


def quota_of(error: ArgoError) -> dict[str, str]:
    """Return the quota's headers of a refusal; none when it was not the quota's."""
    return quota(error.allowance) if isinstance(error, QuotaRefused) else {}


def duration(seconds: float) -> str:
    """Return whole `seconds`, rounded up, as OpenAI writes them: "12s", "6m0s", "1h0m30s"."""
    minutes, rest = divmod(max(0, math.ceil(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
