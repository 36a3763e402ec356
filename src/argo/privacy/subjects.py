"""Whom privacy asks: the subjects that hold something about a person."""

from __future__ import annotations

from dataclasses import dataclass

from argo.accounts.people import People
from argo.clock import Clock
from argo.completions.generations import Generations
from argo.conversations.service import Conversations
from argo.documents.service import Documents
from argo.journal.service import Journal
from argo.knowledge.service import Collections
from argo.projects.service import Projects
from argo.quotas.service import Quotas
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.usage.service import Ledger


@dataclass(frozen=True)
class Subjects:
    """Who holds something about a person: each counts and erases its own."""

    database: Database
    key_store: KeyStore
    clock: Clock
    journal: Journal
    people: People
    conversations: Conversations
    projects: Projects
    collections: Collections
    documents: Documents
    ledger: Ledger
    quotas: Quotas
    generations: Generations
