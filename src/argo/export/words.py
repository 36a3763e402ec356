"""What an export says of itself, in both languages."""

from __future__ import annotations

from datetime import datetime

from argo.errors import Language
from argo.export.types import Paper


def notice(paper: Paper) -> tuple[str, ...]:
    """Return the visible words on a paper's origin."""
    day, models = paper.at[:10], ", ".join(paper.models) or "—"
    if paper.language == "fr":
        kept = (
            "Conversation temporaire : le texte est celui que la page a envoyé, rien n'a été gardé."
            if paper.source == "temporary"
            else ""
        )
        said = (
            (
                f"Réponses écrites par une intelligence artificielle ({models}). "
                "Elle peut se tromper : vérifiez ce qui compte."
            ),
            (
                f"Exporté d'ARGO ({paper.institution}) le {day}. Ce fichier porte une marque d'origine "
                "signée : « argo verify FICHIER » dit s'il a été modifié."
            ),
        )
    else:
        kept = (
            "Temporary conversation: the text is what the page sent, nothing was kept."
            if paper.source == "temporary"
            else ""
        )
        said = (
            (
                f"Answers written by an artificial intelligence ({models}). "
                "It can be wrong: check what matters."
            ),
            (
                f"Exported from ARGO ({paper.institution}) on {day}. This file carries a signed mark of "
                "origin: “argo verify FILE” tells whether it was changed."
            ),
        )
    return (*said, kept) if kept else said


HEADINGS: dict[Language, dict[str, str]] = {
    "en": {"user": "Question", "assistant": "Assistant", "summary": "Summary"},
    "fr": {"user": "Question", "assistant": "Assistant", "summary": "Résumé"},
}
STATES: dict[Language, dict[str, str]] = {
    "en": {
        "stopped": "stopped",
        "interrupted": "interrupted",
        "failed": "failed",
        "running": "still being written",
        "waiting": "still being written",
    },
    "fr": {
        "stopped": "arrêté",
        "interrupted": "interrompu",
        "failed": "échoué",
        "running": "en cours d'écriture",
        "waiting": "en cours d'écriture",
    },
}


def written_by(
    language: Language, model: str | None, at: datetime | None, state: str | None
) -> str:
    """Return the line under an answer's heading: the model, the time, how it ended."""
    said = []
    if model:
        said.append(f"Écrit par l'IA {model}" if language == "fr" else f"Written by the AI {model}")
    if at is not None:
        said.append(f"{at:%Y-%m-%d %H:%M} UTC")
    return " · ".join([*said, state] if state else said)


def untitled(language: Language) -> str:
    """Return the title of a conversation that has none."""
    return "Conversation sans titre" if language == "fr" else "Untitled conversation"
