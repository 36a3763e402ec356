"""Builds what the page needs before its first question: its shell, the charter, the guide."""

from __future__ import annotations

from fastapi import APIRouter

from argo.accounts.guards import Guard
from argo.accounts.service import Accounts
from argo.assistants.service import Assistants
from argo.charter import routes as charter_routes
from argo.charter.self_checks import SelfChecks
from argo.charter.service import Charters
from argo.conversations import shell
from argo.ground import Ground
from argo.guide import routes as guide_routes
from argo.heart import Heart


def welcome_routes(
    ground: Ground, heart: Heart, accounts: Accounts, assistants: Assistants, guard: Guard
) -> tuple[APIRouter, ...]:
    """Return the routes of the shell, the charter, the self-check and the guide."""
    database, clock = ground.database, ground.clock
    return (
        shell.routes(
            accounts,
            heart.quotas,
            heart.ledger,
            heart.completions,
            assistants,
            ground.settings.contacts,
            guard,
        ),
        charter_routes.routes(
            Charters(database, clock, ground.journal), SelfChecks(database, clock), guard
        ),
        guide_routes.routes(),
    )
