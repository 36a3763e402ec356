"""A short title for a conversation: asked of the model, cut and cleaned, else the first words."""

from __future__ import annotations

import re

MOST_CHARACTERS = 60
ASKING = (
    "Give a title of two to six words for a conversation that begins with the message below. "
    "Use the language of the message. Answer with the title alone.\n\n"
)
_QUESTION_CHARACTERS = 2000
_DECORATION = re.compile(
    r"""^(?:titre|title|sujet|subject)\s*[:\-]\s*|[*_`#"«»“”]""", re.IGNORECASE
)


def asking(question: str) -> str:
    """Return what the model is asked, for a conversation that begins with `question`."""
    return ASKING + question[:_QUESTION_CHARACTERS]


def cleaned(answer: str) -> str | None:
    """Return the title in a model's `answer`, None when there is none fit to show."""
    lines = [line.strip() for line in answer.strip().splitlines() if line.strip()]
    if not lines:
        return None
    title = " ".join(_DECORATION.sub("", lines[0]).split()).rstrip(" .:;,")
    fits = 2 <= len(title) <= MOST_CHARACTERS
    return title if fits and len(lines) == 1 else None


def first_words(question: str) -> str:
    """Return the beginning of `question`, cut between words."""
    words = " ".join(question.split())
    if len(words) <= MOST_CHARACTERS:
        return words
    cut = words[: MOST_CHARACTERS - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"
