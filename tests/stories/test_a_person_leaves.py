"""Ada leaves: nothing opens afterwards, and no backup brings her words back."""

from __future__ import annotations

import pytest

from argo.storage.errors import KeyGone
from tests.conversations.talk import begun
from tests.documents.paper import minutes, sent_and_read
from tests.fixtures import NewPerson, Service, api_key, dump, signed_in
from tests.privacy.leaving import events, files_of, finished, looked_up, traces
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses

# What may name an erased person, by id alone: the proof.
REMAINS = {"receipts"}


async def test_ada_leaves(
    service: Service, new_person: NewPerson, engine: ScriptedEngine, addresses: Addresses
) -> None:
    ada = await new_person()
    email = f"{ada.owner_id.hex}@example.org"
    bearer = f"Bearer {await api_key(service, ada)}"
    link = await service.people.link(ada)
    async with signed_in(service, ada) as browser, signed_in(service, ada) as elsewhere:
        talk = await begun(browser, title="Marées de Saint-Malo")
        engine.says("La lune attire la mer.")
        await talk.told("Pourquoi les marées ?")
        await sent_and_read(browser, minutes(), conversation=talk.id)
        held = (await browser.get("/api/my-data")).body
        assert held["conversations"]["count"] == held["files"]["count"] == 1
        assert (held["sessions"]["count"], held["keys"]["count"]) == (2, 1)
        asked = looked_up(
            addresses,
            "SELECT count(*), sum(questions) FROM usage_days WHERE institution_id = %s",
            ada.institution_id,
        )

        # An answer is being written while she goes.
        engine.says("Une longue", " réponse").holds_after(1)
        await talk.ask("Et ensuite ?")
        await engine.held()
        backup = dump(addresses)
        assert await files_of(service, ada) == 1
        answer = await browser.post("/api/my-data/delete-account", {"email": email.upper()})
        assert answer.status == 202, answer.body
        receipt = answer.body
        assert receipt["counts"]["conversations"] == receipt["counts"]["files"] == 1

        # Nothing opens from that answer on: no session, no link, no key.
        assert (await browser.get("/api/me")).status == 401
        assert (await elsewhere.get(talk.path)).status == 401
        assert (await elsewhere.post("/api/sign-in", {"token": link})).status == 404
        async with Browser(service.url) as program:
            assert (await program.get("/v1/models", authorization=bearer)).status == 401
    await finished(addresses, receipt["id"])

    # No row, no byte and no key of hers is left; the counts stand without her.
    assert set(traces(addresses, ada)) <= REMAINS
    assert await files_of(service, ada) == 0
    with pytest.raises(KeyGone):
        await service.argo.ground.key_store.key_or_new(ada)
    after = looked_up(
        addresses,
        "SELECT count(*), sum(questions) FROM usage_days WHERE institution_id = %s",
        ada.institution_id,
    )
    assert after[0][0] == asked[0][0]
    assert after[0][1] >= asked[0][1]
    assert email not in dump(addresses)
    assert events(addresses, receipt["id"]) == ["account.erasure_begun", "account.erased"]

    # The backup of before holds her rows, sealed with a key that is nowhere any more.
    assert str(ada.owner_id) in backup
    for word in ("Marées", "lune", "mission1"):
        assert word not in backup
