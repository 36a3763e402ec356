"""What temporary conversations refuse."""

from __future__ import annotations

from argo.errors import ArgoError


class TranscriptOutOfTurn(ArgoError):
    """A transcript does not alternate from a question to a question, or asks nothing."""

    code = "transcript_out_of_turn"
    kind = "invalid"
    english = (
        "The messages must be questions and answers in turn, and the last one a question that "
        "asks something."
    )
    french = (
        "Les messages doivent être des questions et des réponses à tour de rôle, le dernier étant "
        "une question qui demande quelque chose."
    )
