"""What is held about a person, and the receipt of an erasure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from argo.accounts.types import Ways
from argo.conversations.types import Held as HeldConversations
from argo.documents.types import Held as HeldDocuments

What = Literal["conversations", "account"]

ERASE_CONVERSATIONS, ERASE_ACCOUNT = "privacy.erase_conversations", "privacy.erase_account"


@dataclass(frozen=True)
class Receipt:
    """What was erased, in counts: `finished_at` is None while the erasure is under way."""

    id: UUID
    what: What
    counts: Mapping[str, int]
    begun_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class Held:
    """Everything held about a person, in counts."""

    ways: Ways
    conversations: HeldConversations
    documents: HeldDocuments
    others: Mapping[str, int]

    def counts(self, what: What) -> dict[str, int]:
        """Return what a receipt of erasing `what` says was there."""
        talks = {
            "conversations": self.conversations.conversations,
            "messages": self.conversations.messages,
        }
        if what == "conversations":
            return talks
        return {
            **talks,
            "projects": self.others["projects"],
            "collections": self.others["collections"],
            "files": self.documents.files,
            "keys": self.ways.keys + self.ways.keys_revoked,
            "sessions": self.ways.sessions,
        }
