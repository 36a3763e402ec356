"""Why an answer failed, in words, long after: by the code its row keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argo.completions.events import read_in
from argo.errors import Language

# The rows keep a code and no facts: these texts name no model and no figure.
_TEXTS: Mapping[str, tuple[str, str]] = {
    "engine_away": (
        "Le modèle ne répondait pas. Réessayez.",
        "The model did not answer. Try again.",
    ),
    "engine_full": (
        "Le modèle répondait déjà à autant de questions qu'il le peut. Réessayez.",
        "The model was answering as many questions as it can. Try again.",
    ),
    "engine_slow": (
        "Le modèle a mis trop longtemps à répondre. Réessayez.",
        "The model took too long to answer. Try again.",
    ),
    "engine_interrupted": (
        "Le modèle s'est arrêté au milieu de sa réponse. Réessayez.",
        "The model stopped in the middle of its answer. Try again.",
    ),
    "context_length_exceeded": (
        "La conversation était trop longue pour le modèle. Commencez-en une nouvelle.",
        "The conversation was too long for the model. Start a new one.",
    ),
}
_OTHER = ("La réponse a échoué. Réessayez.", "The answer failed. Try again.")


def text(code: str | None, language: Language) -> str | None:
    """Return the text of an answer's error `code`, None when there was none."""
    if code is None:
        return None
    french, english = _TEXTS.get(code, _OTHER)
    return french if language == "fr" else english


def shown(error: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return the error of a "done" event with its text in the reader's `language`."""
    if "messages" in error:
        return read_in(language, error)
    return {"code": error["code"], "message": text(error["code"], language), "retry_after": None}
