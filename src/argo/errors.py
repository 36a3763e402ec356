"""The base of every error ARGO raises on purpose, and the kinds they fall into.

A subject subclasses `ArgoError` in its own `errors.py`: the docstring is what an operator
reads, `english` and `french` are what a person reads. `http/errors.py` alone turns a kind
into a status and a body.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Kind = Literal["invalid", "unknown", "refused", "exhausted", "busy", "unavailable", "broken"]
Language = Literal["fr", "en"]


class ArgoError(Exception):
    """Something ARGO says no to, or cannot do, in words its reader can act on.

    `facts` fill the texts' placeholders. They are numbers, names of fields, or names from
    settings: never a user's content, a key, a path or an engine's own words.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    english: ClassVar[str]
    french: ClassVar[str]

    def __init__(
        self, *, retry_after: float | None = None, param: str | None = None, **facts: object
    ) -> None:
        """Keep what the texts need.

        `retry_after` is in seconds; `param` names the request's field at fault.
        """
        super().__init__(self.code)
        self.retry_after = retry_after
        self.param = param
        self.facts = facts

    def text(self, language: Language) -> str:
        """Return the text for people in `language`, its placeholders filled from the facts."""
        return (self.french if language == "fr" else self.english).format(**self.facts)
