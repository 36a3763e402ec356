"""What the ledger cannot take."""

from __future__ import annotations

from argo.errors import ArgoError


class EntryRefused(ArgoError):
    """The database refuses this line for good: its person is gone, or a number is out of range.

    It is counted as lost; the lines behind it are written.
    """

    code = "ledger_entry_refused"
    kind = "broken"
    english = "This line does not fit into the ledger."
    french = "Cette ligne n'entre pas dans le registre."
