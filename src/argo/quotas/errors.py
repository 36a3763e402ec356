"""What quotas refuse with, and when to come back."""

from __future__ import annotations

from argo.errors import ArgoError
from argo.quotas.types import Allowance


class QuotaExhausted(ArgoError):
    """A person asked more questions in the window than the quota allows.

    `allowance` is how they stand, for the headers.
    """

    code = "quota_exhausted"
    kind = "exhausted"
    english = (
        "You have asked {limit} questions within a minute. The next one may go in {seconds} s."
    )
    french = (
        "Vous avez posé {limit} questions en une minute. La prochaine pourra partir dans "
        "{seconds} s."
    )

    def __init__(self, allowance: Allowance, retry_after: float) -> None:
        """Say when the next question may go, in seconds."""
        super().__init__(
            retry_after=retry_after, limit=allowance.limit, seconds=max(1, round(retry_after))
        )
        self.allowance = allowance


class TooManyAtOnce(ArgoError):
    """A person has as many questions running as the quota allows at once."""

    code = "too_many_at_once"
    kind = "exhausted"
    english = "You have {limit} questions running. The next one may go when one of them ends."
    french = "Vous avez {limit} questions en cours. La prochaine pourra partir quand l'une finira."


class TokensExhausted(ArgoError):
    """A person used up the tokens of the day (UTC)."""

    code = "tokens_exhausted"
    kind = "exhausted"
    english = "You have used the {limit} tokens of today. They are renewed at midnight UTC."
    french = "Vous avez utilisé les {limit} jetons du jour. Ils sont renouvelés à minuit UTC."
