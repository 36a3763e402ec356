"""Lists the subjects' tables, so that migrations can be held against them."""

from __future__ import annotations

from argo.storage.tables import metadata

__all__ = ["metadata"]
