"""A paper as Markdown and as JSON: the texts as they are."""

from __future__ import annotations

import orjson

from argo.export.markdown import readable
from argo.export.types import Paper
from argo.export.words import notice


def markdown(paper: Paper) -> bytes:
    """Return the paper as Markdown, each message under a heading."""
    lines = [f"# {_line(paper.title)}", *(f"> {line}" for line in notice(paper))]
    for part in paper.parts:
        lines.append(f"## {_line(part.heading)}")
        if part.note:
            lines.append(f"*{_line(part.note)}*")
        lines.append(part.text.strip())
    return "\n\n".join(lines).encode() + b"\n"


def as_json(paper: Paper) -> bytes:
    """Return the paper as JSON: title, notice, messages with role, text, model and time."""
    told = {
        "argo": 1,
        "ai_generated": True,
        "title": paper.title,
        "language": paper.language,
        "institution": paper.institution,
        "exported_at": paper.at,
        "models": paper.models,
        "notice": notice(paper),
        "messages": [
            {"role": each.role, "text": each.text, "model": each.model, "at": each.at}
            for each in paper.parts
        ],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _line(text: str) -> str:
    return " ".join(readable(text).split())
