"""What quotas refuse with, and when to come back."""

from __future__ import annotations

import math
from typing import Final, Literal

from argo.errors import ArgoError
from argo.quotas.types import Allowance, Whose

_WHOSE: Final[dict[Whose, tuple[str, str]]] = {
    "institution": ("Your institution", "Votre institution"),
    "unit": ("Your unit", "Votre unité"),
    "user": ("Your account", "Votre compte"),
    "key": ("This key", "Cette clé"),
}


class QuotaRefused(ArgoError):
    """A question was refused by a quota of its asker, and not counted.

    `allowance` is how they stand, for the headers.
    """

    kind = "exhausted"

    def __init__(
        self, allowance: Allowance, *, limit: int, retry_after: float, whose: Whose = "user"
    ) -> None:
        """Say whose limit was met and when the next question may go, in seconds."""
        seconds = max(1, math.ceil(retry_after))
        english, french = _WHOSE[whose]
        super().__init__(
            retry_after=retry_after, limit=limit, seconds=seconds, whose=english, whose_fr=french
        )
        self.allowance = allowance


class QuotaExhausted(QuotaRefused):
    """A person asked as many questions in the last 60 seconds as the quota allows."""

    code = "quota_exhausted"
    english = (
        "You have asked {limit} questions within a minute. The next one may go in {seconds} s."
    )
    french = (
        "Vous avez posé {limit} questions en une minute. La prochaine pourra partir dans "
        "{seconds} s."
    )


class TooManyAtOnce(QuotaRefused):
    """A person has as many questions running as the quota allows at once."""

    code = "too_many_at_once"
    english = "You have {limit} questions running. The next one may go when one of them ends."
    french = "Vous avez {limit} questions en cours. La prochaine pourra partir quand l'une finira."


class TokensExhausted(QuotaRefused):
    """A person used up the tokens of the day (UTC)."""

    code = "tokens_exhausted"
    english = "You have used the {limit} tokens of today. They are renewed at midnight UTC."
    french = "Vous avez utilisé les {limit} jetons du jour. Ils sont renouvelés à minuit UTC."


class SharedQuotaExhausted(QuotaRefused):
    """An institution, a unit or a key asked as many questions in 60 seconds as its quota allows."""

    code = "shared_quota_exhausted"
    english = (
        "{whose} has asked {limit} questions within a minute. The next one may go in {seconds} s."
    )
    french = (
        "{whose_fr} a posé {limit} questions en une minute. La prochaine pourra partir dans "
        "{seconds} s."
    )


class SharedTooManyAtOnce(QuotaRefused):
    """An institution, a unit or a key has as many questions running as its quota allows."""

    code = "shared_too_many_at_once"
    english = "{whose} has {limit} questions running. The next one may go when one of them ends."
    french = (
        "{whose_fr} a {limit} questions en cours. La prochaine pourra partir quand l'une finira."
    )


class SharedTokensExhausted(QuotaRefused):
    """An institution, a unit or a key used up its tokens of the day (UTC)."""

    code = "shared_tokens_exhausted"
    english = "{whose} has used the {limit} tokens of today. They are renewed at midnight UTC."
    french = "{whose_fr} a utilisé les {limit} jetons du jour. Ils sont renouvelés à minuit UTC."


_REFUSALS: Final[dict[str, tuple[type[QuotaRefused], type[QuotaRefused]]]] = {
    "window": (QuotaExhausted, SharedQuotaExhausted),
    "concurrent": (TooManyAtOnce, SharedTooManyAtOnce),
    "tokens": (TokensExhausted, SharedTokensExhausted),
}


def refused(
    verdict: Literal["window", "concurrent", "tokens"],
    whose: Whose,
    allowance: Allowance,
    *,
    limit: int,
    retry_after: float,
) -> QuotaRefused:
    """Return the refusal of a verdict, in words of whose rule it was."""
    own, shared = _REFUSALS[verdict]
    kind = own if whose == "user" else shared
    return kind(allowance, limit=limit, retry_after=retry_after, whose=whose)
