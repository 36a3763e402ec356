"""Where in a branch its documents stand, and what is given of each.

The fence around them, and what the model is told of it, is `argo.completions.sources`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from argo.completions.sources import Source, fenced
from argo.conversations.types import Message
from argo.documents.types import DocumentRead, PassageFound


def told(branch: Sequence[Message], reads: Sequence[DocumentRead]) -> list[Message]:
    """Return `branch` with what is read of documents before the words of questions.

    A whole document stands with the first question that a model reads with it, so that it stays
    where it is while the conversation grows; passages were found for the last question.
    """
    if not reads:
        return list(branch)
    begins = _begins(branch)
    questions = [at for at in range(begins, len(branch)) if branch[at].role == "user"]
    if not questions:
        return list(branch)
    placed: dict[int, list[DocumentRead]] = {}
    for read in reads:
        at = questions[-1]
        if read.whole:
            with_it = (each for each in questions if read.document.id in branch[each].documents)
            at = next(with_it, questions[0])
        placed.setdefault(at, []).append(read)
    return [
        message
        if at not in placed
        else replace(message, text="\n\n".join((*map(fenced_read, placed[at]), message.text)))
        for at, message in enumerate(branch)
    ]


def fenced_read(read: DocumentRead) -> str:
    """Return what is read of a document between its marks."""
    document = read.document
    part = "whole"
    if not read.whole:
        part = (
            f"{len(read.passages)} of {document.passages} passages, chosen by the words of the "
            "question; the rest is not shown"
        )
    text = "\n\n".join(_passage(each, read.whole) for each in read.passages)
    return fenced(Source(document.id.hex[-12:], document.name, document.pages, part, text))


def question_of(branch: Sequence[Message]) -> str:
    """Return the words that passages are looked for with: the last question's."""
    return next((each.text for each in reversed(branch) if each.role == "user"), "")


def _passage(passage: PassageFound, whole: bool) -> str:
    label = []
    if passage.first_page is not None:
        last = passage.last_page or passage.first_page
        span = (
            f"{passage.first_page}"
            if last == passage.first_page
            else (f"{passage.first_page}–{last}")
        )
        label.append(f"p. {span}")
    if passage.heading and not whole:
        label.append(" > ".join(passage.heading))
    return f"[{', '.join(label)}] {passage.text}" if label else passage.text


def _begins(branch: Sequence[Message]) -> int:
    """Return where the model begins to read: below the last summary in use."""
    summaries = [
        at
        for at, each in enumerate(branch)
        if each.role == "summary" and each.state == "complete" and each.text
    ]
    return summaries[-1] + 1 if summaries else 0
