"""Builds the ways in: accounts, people, sign-on, the guard, and who is shut out."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from argo.accounts import admin, routes, sign_on_routes
from argo.accounts.administration import Administration
from argo.accounts.guards import Guard
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.accounts.shutting import EVERY_SECONDS, Shutting, Stop
from argo.accounts.sign_on import SignOn
from argo.completions.worker import Worker
from argo.ground import Ground


@dataclass(frozen=True)
class Entrance:
    """The parts of accounts."""

    accounts: Accounts
    people: People
    sign_on: SignOn
    administration: Administration
    guard: Guard
    shutting: Shutting

    def beat_with(self, worker: Worker) -> None:
        """Have the worker's heart forget what expired, and stop what shut people run."""
        worker.at_each_beat(self.people.sweep, every=60)
        worker.at_each_beat(self.sign_on.sweep, every=60)
        worker.at_each_beat(self.shutting.beat, every=EVERY_SECONDS)

    def routes(self) -> tuple[APIRouter, ...]:
        """Return the routes of signing in and of administration."""
        return (
            routes.routes(self.accounts, self.guard),
            sign_on_routes.routes(self.sign_on, self.accounts, self.guard),
            admin.routes(self.administration, self.guard),
        )


def build_entrance(ground: Ground, stop: Stop) -> Entrance:
    """Build the entrance on its ground; `stop` ends what people who are shut out run."""
    settings, server = ground.settings, ground.settings.server
    database, clock, journal = ground.database, ground.clock, ground.journal
    accounts = Accounts(database, ground.secrets, clock)
    return Entrance(
        accounts=accounts,
        people=People(database, ground.secrets, clock, journal),
        sign_on=SignOn(
            settings.identity_providers,
            settings.client_secrets,
            database,
            ground.secrets,
            clock,
            journal,
        ),
        administration=Administration(database, clock, journal),
        guard=Guard(accounts, server.public_url, behind_proxy=bool(server.trusted_proxies)),
        shutting=Shutting(clock, stop),
    )
