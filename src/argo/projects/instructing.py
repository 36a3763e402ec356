"""What a model is told of a project, after the assistant's own instructions. Pure."""

from __future__ import annotations

from argo.completions.control_tokens import neutralised
from argo.errors import Language

_HEADINGS = {
    "en": "This conversation belongs to a project. The person gives these instructions for it:",
    "fr": "Cette conversation fait partie d'un projet. La personne y donne ces consignes :",
}


def instructed(assistants: str, project: str, model_id: str, language: Language) -> str:
    """Return an assistant's instructions, then the project's, control tokens broken."""
    if not project:
        return assistants
    return f"{assistants}\n\n{_HEADINGS[language]}\n{neutralised(project, model_id)}"
