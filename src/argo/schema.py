"""Lists the subjects' tables, so that migrations can be held against them."""

from __future__ import annotations

from argo.accounts import tables as _accounts
from argo.charter import tables as _charter
from argo.completions import tables as _completions
from argo.conversations import tables as _conversations
from argo.documents import tables as _documents
from argo.journal import tables as _journal
from argo.knowledge import tables as _knowledge
from argo.privacy import tables as _privacy
from argo.projects import tables as _projects
from argo.quotas import tables as _quotas
from argo.storage import tables as _storage
from argo.storage.tables import metadata
from argo.usage import tables as _usage

SUBJECTS = (
    _accounts,
    _charter,
    _completions,
    _conversations,
    _documents,
    _journal,
    _projects,
    _knowledge,
    _privacy,
    _quotas,
    _storage,
    _usage,
)

__all__ = ["SUBJECTS", "metadata"]
