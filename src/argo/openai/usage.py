"""`GET /v1/usage`: what one's own keys used, by day; counts alone.

The shape is that of OpenAI's usage pages (API reference, "Usage: completions"): buckets of a day
(UTC), each with one result a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from argo.openai.errors import FieldUnfit, FieldUnknown, shown
from argo.usage.types import UsageOfDay

_USUAL: Final = timedelta(days=30)
_MOST: Final = timedelta(days=366)
# The year 2242: what is later is a mistake, most often of milliseconds for seconds.
_LAST_SECOND: Final = 2**33
_GROUPS: Final = ("model", "api_key_id")
_KNOWN: Final = ("start_time", "end_time", "bucket_width", "group_by", "group_by[]")
_RANGE: Final = f"Unix seconds, the end after the start and at most {_MOST.days} days later"


@dataclass(frozen=True)
class Wanted:
    """Which lines of the ledger to add up, and how apart."""

    since: datetime
    until: datetime
    by_model: bool
    by_key: bool


def wanted(query: Sequence[tuple[str, str]], now: datetime) -> Wanted:
    """Return what `query`, the address's parameters, asks for; without any, the last 30 days.

    Days are whole: the first and the last count from their beginning to their end. Raises
    `FieldUnknown` or `FieldUnfit`.
    """
    for name, _ in query:
        if name not in _KNOWN:
            raise FieldUnknown.at(shown(name))
    given = dict(query)
    if given.get("bucket_width", "1d") != "1d":
        raise FieldUnfit.at("bucket_width", "'1d', or left out")
    groups = {value for name, value in query if name.startswith("group_by")}
    if not groups <= set(_GROUPS):
        raise FieldUnfit.at("group_by", "'model', 'api_key_id', or both")
    until = _instant(given, "end_time", now)
    since = _instant(given, "start_time", until - _USUAL)
    if not since < until <= since + _MOST:
        raise FieldUnfit.at("start_time", _RANGE)
    last = _midnight(until - timedelta(microseconds=1)) + timedelta(days=1)
    return Wanted(_midnight(since), last, "model" in groups, "api_key_id" in groups)


def page(days: Sequence[UsageOfDay], asked: Wanted) -> dict[str, Any]:
    """Return the answer: one bucket a day that has something, oldest first."""
    return {
        "object": "page",
        "data": list(_buckets(days, asked)),
        "has_more": False,
        "next_page": None,
    }


def _buckets(days: Sequence[UsageOfDay], asked: Wanted) -> Iterator[dict[str, Any]]:
    for day, found in groupby(days, lambda each: each.day):
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        yield {
            "object": "bucket",
            "start_time": int(start.timestamp()),
            "end_time": int((start + timedelta(days=1)).timestamp()),
            "results": [_result(each, asked) for each in found],
        }


def _result(used: UsageOfDay, asked: Wanted) -> dict[str, Any]:
    return {
        "object": "usage.completions.result",
        "num_model_requests": used.questions,
        "input_tokens": used.prompt_tokens,
        "output_tokens": used.completion_tokens,
        "model": used.model_id if asked.by_model else None,
        "api_key_id": str(used.key_id) if asked.by_key else None,
    }


def _instant(given: Mapping[str, str], name: str, otherwise: datetime) -> datetime:
    if name not in given:
        return otherwise
    try:
        seconds = int(given[name])
    except ValueError:
        raise FieldUnfit.at(name, _RANGE) from None
    if not 0 <= seconds <= _LAST_SECOND:
        raise FieldUnfit.at(name, _RANGE)
    return datetime.fromtimestamp(seconds, UTC)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
