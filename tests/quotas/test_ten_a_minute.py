"""Ten questions a minute are ten, however many workers, tabs and keys ask at once."""

from __future__ import annotations

import asyncio

from argo.quotas.types import QuotaSettings
from tests.fixtures import NewPerson, Serve, api_key, signed_in
from tests.quotas.calls import asked_in_passing, asked_of_the_api, asked_on_the_page

TEN = QuotaSettings(requests_per_minute=10, concurrent_requests=0)


async def test_of_fifty_calls_at_once_ten_pass(serve: Serve, new_person: NewPerson) -> None:
    ada, bob = await new_person(), await new_person()
    async with (
        serve(quotas=TEN) as here,
        serve(quotas=TEN) as there,
        signed_in(here, ada) as page,
        signed_in(there, ada) as other_page,
    ):
        first, second = await api_key(here, ada), await api_key(there, ada)
        calls = [
            *(asked_of_the_api(here.url, first) for _ in range(10)),
            *(asked_of_the_api(there.url, second) for _ in range(10)),
            *(asked_on_the_page(page) for _ in range(10)),
            *(asked_on_the_page(other_page) for _ in range(10)),
            *(asked_in_passing(page) for _ in range(10)),
        ]
        answers = await asyncio.gather(*calls)
        passed = [each for each in answers if each.status in (200, 202)]
        refused = [each for each in answers if each.status == 429]
        assert (len(passed), len(refused)) == (10, 40)
        assert all(1 <= int(each.headers["retry-after"]) <= 60 for each in refused)
        assert {each.code for each in refused} == {"quota_exhausted", "rate_limit_exceeded"}

        bobs = await asked_of_the_api(here.url, await api_key(here, bob))
        assert bobs.status == 200
        assert bobs.headers["x-ratelimit-remaining-requests"] == "9"


async def test_the_headers_count_down_and_say_when_to_come_back(
    serve: Serve, new_person: NewPerson
) -> None:
    ada = await new_person()
    async with serve(quotas=QuotaSettings(requests_per_minute=2)) as service:
        key = await api_key(service, ada)
        answers = [await asked_of_the_api(service.url, key) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    for each, remaining in zip(answers, ("1", "0", "0"), strict=True):
        assert each.headers["x-ratelimit-limit-requests"] == "2"
        assert each.headers["x-ratelimit-remaining-requests"] == remaining
        assert each.headers["x-ratelimit-reset-requests"] in {"1m0s", "59s", "58s", "57s"}
    refused = answers[-1]
    assert 55 <= int(refused.headers["retry-after"]) <= 60
    assert refused.body["error"]["type"] == "rate_limit_error"


async def test_a_refused_question_of_the_page_says_so_in_its_readers_language(
    serve: Serve, new_person: NewPerson
) -> None:
    async with (
        serve(quotas=QuotaSettings(requests_per_minute=1)) as service,
        signed_in(service, await new_person()) as page,
    ):
        assert (await asked_on_the_page(page)).status == 202
        refused = await asked_on_the_page(page)
        assert (refused.status, refused.code) == (429, "quota_exhausted")
        assert refused.body["error"]["message"].startswith("You have asked 1 questions")
        assert 55 <= refused.body["error"]["retry_after"] <= 60

        me = (await page.get("/api/me")).body["quota"]
        assert (me["limit"], me["remaining"], me["window_seconds"]) == (1, 0, 60)
        assert 55 <= me["resets_in_seconds"] <= 60


async def test_without_a_limit_nobody_is_counted_out(serve: Serve, new_person: NewPerson) -> None:
    unlimited = QuotaSettings(requests_per_minute=0, concurrent_requests=0)
    async with serve(quotas=unlimited) as service:
        key = await api_key(service, await new_person())
        answers = await asyncio.gather(*(asked_of_the_api(service.url, key) for _ in range(12)))
    assert {each.status for each in answers} == {200}
    assert not any("x-ratelimit-limit-requests" in each.headers for each in answers)
