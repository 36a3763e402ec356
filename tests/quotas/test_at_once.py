"""A person has so many questions running at once; an ended one makes room at once."""

from __future__ import annotations

from argo.quotas.types import QuotaSettings
from tests.fixtures import NewPerson, Serve, api_key, signed_in
from tests.quotas.calls import asked_of_the_api, asked_on_the_page
from tests.support.browser import Answer
from tests.support.engine import ScriptedEngine
from tests.support.waiting import soon

ONE = QuotaSettings(requests_per_minute=10, concurrent_requests=1)


async def test_a_question_that_ends_makes_room_for_the_next(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    ada = await new_person()
    async with serve(quotas=ONE) as service, signed_in(service, ada) as page:
        key = await api_key(service, ada)
        engine.holds()
        assert (await asked_on_the_page(page)).status == 202
        await engine.asked()

        refused = await asked_on_the_page(page)
        assert (refused.status, refused.code) == (429, "too_many_at_once")
        assert refused.headers["retry-after"] == "1"
        program = await asked_of_the_api(service.url, key)
        assert (program.status, program.code) == (429, "too_many_at_once")

        # Neither refusal was counted.
        assert (await page.get("/api/me")).body["quota"]["remaining"] == 9

        engine.releases()

        async def passes() -> Answer | None:
            answer = await asked_of_the_api(service.url, key)
            return answer if answer.status == 200 else None

        answer = await soon(passes)
        assert answer.headers["x-ratelimit-remaining-requests"] == "8"


async def test_what_others_have_running_is_not_counted(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(quotas=ONE) as service,
        signed_in(service, await new_person()) as adas,
        signed_in(service, await new_person()) as bobs,
    ):
        engine.holds()
        assert (await asked_on_the_page(adas)).status == 202
        assert (await asked_on_the_page(bobs)).status == 202
        engine.releases()


async def test_one_worker_sees_what_runs_on_the_other(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    ada = await new_person()
    async with (
        serve(quotas=ONE) as here,
        serve(quotas=ONE) as there,
        signed_in(here, ada) as page,
    ):
        engine.holds()
        assert (await asked_on_the_page(page)).status == 202
        refused = await asked_of_the_api(there.url, await api_key(there, ada))
        assert refused.code == "too_many_at_once"
        engine.releases()
