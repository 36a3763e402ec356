"""What privacy refuses."""

from __future__ import annotations

from argo.errors import ArgoError


class ConfirmationWrong(ArgoError):
    """The address typed to confirm an erasure is not that of the account."""

    code = "confirmation_wrong"
    kind = "invalid"
    english = "This is not the address of your account. Type it as it is shown, and try again."
    french = (
        "Ce n'est pas l'adresse de votre compte. Saisissez-la telle qu'elle est affichée, "
        "puis réessayez."
    )


class ErasureWaits(ArgoError):
    """Something of the person still ends: the erasure goes on in a moment."""

    code = "erasure_waits"
    kind = "busy"
    english = "The erasure goes on as soon as the last answer has stopped. There is nothing to do."
    french = (
        "L'effacement reprend dès que la dernière réponse s'est arrêtée. Il n'y a rien à faire."
    )
