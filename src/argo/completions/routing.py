"""Which replica a question goes to: pure, state in, decision out.

The replica that has the conversation's beginning in its prefix cache comes first, as long as it
is well and has room (rendezvous hashing: when replicas come or go, only their share moves).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from argo.engines.types import ReplicaState

_WELL = {"ready": 0, "starting": 1, "away": 2}


def order(replicas: Sequence[ReplicaState], affinity: bytes) -> tuple[ReplicaState, ...]:
    """Return `replicas` in the order to try them, best first.

    Those with an unsafe door open are left out. A sick one stays last rather than out: when
    nothing else is left it is tried, so that recovery waits for no probe.
    """
    usable = [each for each in replicas if not each.open_doors]
    return tuple(sorted(usable, key=lambda each: (_WELL[each.state], *_preference(each, affinity))))


def _preference(each: ReplicaState, affinity: bytes) -> tuple[bool, float, int]:
    room = each.room
    full = room is not None and room <= 0
    weight = hashlib.blake2b(affinity + each.replica.url.encode(), digest_size=8).digest()
    # Among full replicas the least loaded goes first; among free ones, the cache's home.
    load = each.running / max(1, each.capacity or 1) if full else 0.0
    return (full, load, -int.from_bytes(weight, "big"))
