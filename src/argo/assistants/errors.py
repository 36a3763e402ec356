"""What can be wrong with a choice."""

from __future__ import annotations

from argo.errors import ArgoError


class ChoiceUnknown(ArgoError):
    """An assistant was asked for that does not exist, or has no model behind it in that size."""

    code = "choice_unknown"
    kind = "unknown"
    english = "This assistant is not available in that size. Choose another one."
    french = "Cet assistant n'est pas disponible dans cette taille. Choisissez-en un autre."
