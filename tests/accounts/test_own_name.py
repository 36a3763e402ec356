"""People choose what they are called and the language they read, for themselves alone."""

from __future__ import annotations

import pytest

from argo.accounts.errors import NameInvalid
from argo.accounts.service import Accounts
from tests.accounts.wire import SAME_ORIGIN, asked
from tests.fixtures import NewPerson, Service
from tests.support.browser import Browser


async def test_a_person_goes_by_the_name_they_chose(visitor: Browser, stranger: Browser) -> None:
    changed = await visitor.patch("/api/me", {"name": " Ada L. ", "language": "fr"})
    assert (changed.status, changed.body["name"], changed.body["language"]) == (200, "Ada L.", "fr")
    me = (await visitor.get("/api/me")).body["user"]
    assert (me["name"], me["language"]) == ("Ada L.", "fr")
    other = (await stranger.get("/api/me")).body["user"]
    assert (other["name"], other["language"]) == ("Ada", None)
    await visitor.patch("/api/me", {"language": None})
    assert (await visitor.get("/api/me")).body["user"]["language"] is None


@pytest.mark.parametrize(
    "sent",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "A\x00da"},
        {"name": "A\x1bda"},
        {"language": "de"},
        {"role": "admin"},
        {"email": "eve@institute.example"},
    ],
    ids=repr,
)
async def test_what_does_not_fit_changes_nothing(visitor: Browser, sent: dict[str, str]) -> None:
    before = (await visitor.get("/api/me")).body["user"]
    answer = await visitor.patch("/api/me", sent)
    assert answer.status == 400
    assert (await visitor.get("/api/me")).body["user"] == before


async def test_without_a_session_nobody_is_renamed(service: Service) -> None:
    answer = await asked(service.url, "PATCH", "/api/me", SAME_ORIGIN, body={"name": "Eve"})
    assert (answer.status, answer.code) == (401, "not_signed_in")


async def test_the_verb_itself_takes_no_unfit_name(
    accounts: Accounts, new_person: NewPerson
) -> None:
    with pytest.raises(NameInvalid):
        await accounts.rename(await new_person(), "A\nB")
