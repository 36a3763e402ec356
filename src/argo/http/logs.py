"""Log lines that cannot hold content: one function, named fields, each of a fixed kind.

A line is one JSON object on standard error. There is no free text in it: events and codes are
identifiers, routes are templates, the rest are numbers and ids. Libraries' own lines are reduced
to logger, level and the place in the code.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

import orjson

Event = Literal["request", "unexpected", "library"]
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:{}/-]{0,120}")


def line(
    event: Event,
    *,
    request_id: str | None = None,
    method: str | None = None,
    route: str | None = None,
    status: int | None = None,
    code: str | None = None,
    milliseconds: float | None = None,
    sent_bytes: int | None = None,
    kind: str | None = None,
    place: str | None = None,
) -> None:
    """Write one line. `route` is a template, `kind` and `place` a type's and a function's name.

    What is not an identifier is left out of the line rather than escaped into it.
    """
    fields = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": event,
        "request_id": _identifier(request_id),
        "method": _identifier(method),
        "route": _identifier(route),
        "status": status,
        "code": _identifier(code),
        "milliseconds": None if milliseconds is None else round(milliseconds, 1),
        "sent_bytes": sent_bytes,
        "kind": _identifier(kind),
        "place": _identifier(place),
    }
    written = {name: value for name, value in fields.items() if value is not None}
    sys.stderr.buffer.write(orjson.dumps(written) + b"\n")
    sys.stderr.buffer.flush()


def unexpected(error: BaseException, *, request_id: str | None = None) -> None:
    """Write what kind of error broke out, and where; never its message, which may hold content."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/argo/" in frame.filename] or list(frames)
    place = None
    if ours:
        module = ours[-1].filename.rpartition("/argo/")[2].removesuffix(".py").replace("/", ".")
        place = f"{module}:{ours[-1].name}:{ours[-1].lineno}"
    line("unexpected", request_id=request_id, kind=type(error).__name__, place=place)


def tame_libraries() -> None:
    """Have every library's log line reduced to its logger and level, from warnings up."""
    logging.basicConfig(handlers=[_Reduced()], level=logging.WARNING, force=True)


class _Reduced(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            unexpected(record.exc_info[1])
        line("library", kind=record.name, place=f"{record.levelname}:{record.funcName}")


def _identifier(text: str | None) -> str | None:
    return text if text is not None and _IDENTIFIER.fullmatch(text) else None
