"""What quotas refuse with, and when to come back."""

from __future__ import annotations

import math

from argo.errors import ArgoError
from argo.quotas.types import Allowance


class QuotaRefused(ArgoError):
    """A question was refused by a quota of its asker, and not counted.

    `allowance` is how they stand, for the headers.
    """

    kind = "exhausted"

    def __init__(self, allowance: Allowance, *, limit: int, retry_after: float) -> None:
        """Say which limit was met and when the next question may go, in seconds."""
        seconds = max(1, math.ceil(retry_after))
        super().__init__(retry_after=retry_after, limit=limit, seconds=seconds)
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
