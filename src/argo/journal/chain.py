"""The chain: each event's hash covers the event and the hash before it, under a key of ours.

HMAC-SHA-256 over the fields in a fixed order and the hash before: whoever can write to the
database, but does not hold the key in `[secrets]`, can neither forge an event nor mend the chain
after taking one out.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from uuid import UUID

import orjson

from argo.journal.types import Event, Fault, Head, Row

BEGINNING = Head(0, b"\x00" * 32)


def row(key: bytes, before: Head, at: datetime, event: Event) -> Row:
    """Return `event` as it follows `before`."""
    unsigned = Row(
        number=before.number + 1,
        at=at,
        institution_id=event.actor.institution_id,
        actor_kind=event.actor.kind,
        actor_id=event.actor.person_id,
        action=event.action,
        target_kind=event.target_kind,
        target_id=event.target_id,
        outcome=event.outcome,
        reason=event.reason,
        request_id=event.request_id,
        count=event.count,
        hash=b"",
    )
    return Row(**{**vars(unsigned), "hash": hashed(key, before.hash, unsigned)})


def hashed(key: bytes, before: bytes, row: Row) -> bytes:
    """Return the 32 bytes that `row` must carry after an event with the hash `before`."""
    fields = [
        row.number,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        _name(row.institution_id),
        row.actor_kind,
        _name(row.actor_id),
        row.action,
        row.target_kind,
        row.target_id,
        row.outcome,
        row.reason,
        row.request_id,
        row.count,
    ]
    return hmac.digest(key, before + orjson.dumps(fields), "sha256")


def checkpoint_hash(key: bytes, head: Head) -> bytes:
    """Return what proves that we ourselves cut the chain off after `head`."""
    return hmac.digest(key, b"checkpoint" + head.number.to_bytes(8, "big") + head.hash, "sha256")


def fault(key: bytes, before: Head, row: Row) -> Fault | None:
    """Return what is wrong with `row` as the one after `before`, None if it holds.

    Whoever verifies goes on from what stands there, so that one altered event is one fault, and
    any number taken out at one place is one.
    """
    if row.number != before.number + 1:
        return Fault(before.number + 1, "missing")
    if not hmac.compare_digest(hashed(key, before.hash, row), row.hash):
        return Fault(row.number, "altered")
    return None


def _name(id: UUID | None) -> str | None:  # noqa: A002 - the field's own word
    return None if id is None else str(id)
