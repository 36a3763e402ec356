"""Whatever an engine does, a question ends in a clear state, and all else goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversations.talk import begun, followed, text_of
from tests.fixtures import NewPerson, Service, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.waiting import soon

FAILS = [
    ("html_500", "failed", "engine_away"),
    ("error_500", "failed", "engine_away"),
    ("busy_429", "failed", "engine_full"),
    ("unavailable_503", "failed", "engine_full"),
    ("refuses_connections", "failed", "engine_away"),
    ("wrong_content_type", "failed", "engine_away"),
    ("garbage", None, None),
    ("cuts", "interrupted", "engine_interrupted"),
    ("cuts_mid_character", "interrupted", "engine_interrupted"),
    ("error_in_stream", None, None),
]


@pytest.mark.parametrize(("fault", "state", "code"), FAILS)
async def test_a_failed_answer_says_so_and_the_question_is_kept(
    visitor: Browser, engine: ScriptedEngine, fault: Any, state: str | None, code: str | None
) -> None:
    engine.says("un", " été", " long").does(fault, after_tokens=2)
    talk = await begun(visitor)
    sent = await talk.ask("Ma question")
    done = (await followed(visitor, sent.answer_id))[-1].data
    assert done["state"] in ({state} if state else {"failed", "interrupted"})
    assert code is None or done["error"]["code"] == code
    messages = await talk.opened()
    answer = messages[sent.answer_id]
    assert messages[sent.id]["text"] == "Ma question"
    assert answer["state"] == done["state"]
    assert answer["error"]["code"] == done["error"]["code"]
    # Words a person can act on, and none of the engine's own.
    for words in (answer["error"]["message"], done["error"]["message"]):
        assert words.endswith((".", "s"))
        assert "<" not in words
        assert "Traceback" not in words
    assert "un été long".startswith(answer["text"])

    # Once it is well, the same question can be asked again.
    async def ready() -> bool:
        choices = (await visitor.get("/api/me")).body["choices"]
        return all(each["model"]["state"] == "ready" for each in choices)

    await soon(ready)
    engine.says("Voilà")
    again = await talk.again(sent.id)
    assert text_of(await followed(visitor, again)) == "Voilà"


async def test_while_the_engine_is_down_all_else_goes_on_and_it_is_found_again(
    service: Service, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    ada = await new_person()
    async with signed_in(service, ada) as browser:
        talk = await begun(browser)
        old = await talk.told("Avant")
        engine.goes_away()

        sent = await talk.ask("Pendant", old.answer_id)
        assert (await followed(browser, sent.answer_id))[-1].data["state"] == "failed"
        async with signed_in(service, ada) as again:
            history = (await again.get("/api/conversations")).body["conversations"]
            assert [each["id"] for each in history] == [talk.id]
            assert (await again.get(talk.path)).status == 200
            other = await begun(again)
            assert (await again.delete(other.path)).status == 204
        assert (await browser.get("/health/ready")).status == 200

        await engine.comes_back()

        async def ready() -> bool:
            choices = (await browser.get("/api/me")).body["choices"]
            return all(each["model"]["state"] == "ready" for each in choices)

        await soon(ready)
        engine.says("De retour")
        answer = await talk.again(sent.id)
        assert text_of(await followed(browser, answer)) == "De retour"


async def test_an_engine_that_is_slow_holds_up_nobody_else(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.answers().does("hangs")
    slow = await begun(visitor)
    waiting = await slow.ask()
    await engine.asked()
    engine.says("Tout de suite")
    quick = await (await begun(visitor)).ask()
    assert text_of(await followed(visitor, quick.answer_id)) == "Tout de suite"
    assert (await visitor.post(f"/api/answers/{waiting.answer_id}/stop")).status == 204
    assert (await followed(visitor, waiting.answer_id))[-1].data["state"] == "stopped"
