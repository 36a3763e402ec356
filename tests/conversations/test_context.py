"""A conversation that outgrows the model says so, and goes on with a summary or a fork."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argo.completions.context import Measure
from tests.conversations.talk import Sent, Talk, begun, followed, new_id
from tests.fixtures import NewPerson, Serve, Service, signed_in, two_models
from tests.support.browser import Answer, Browser
from tests.support.engine import ScriptedEngine

LONG = "mot " * 1200


def counts(engine: ScriptedEngine) -> int:
    """Return how often the engine was asked to count."""
    return sum(each.path == "/tokenize" for each in engine.probes)


async def summed_up(talk: Talk, parent_id: str) -> Answer:
    """Have the branch that ends there summarised, to the end."""
    body = {"id": new_id(), "parent_id": parent_id}
    answer = await talk.browser.post(f"{talk.path}/summaries", body)
    if answer.status == 202:
        await followed(talk.browser, answer.body["answer"]["id"])
    return answer


async def test_the_engine_counts_a_branch_once(visitor: Browser, engine: ScriptedEngine) -> None:
    talk = await begun(visitor)
    sent = await talk.told("Bonjour")
    path = f"{talk.path}/context?leaf_id={sent.answer_id}"
    first, second = await visitor.get(path), await visitor.get(path)
    assert first.status == 200
    assert first.body == second.body
    assert first.body["exact"] is True
    assert 0 < first.body["used_tokens"] < first.body["room_tokens"] < 8192
    assert counts(engine) == 1


async def test_a_question_that_fits_is_not_counted(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    await talk.told("Bonjour")
    assert counts(engine) == 0


async def test_what_does_not_fit_is_refused_and_costs_nothing(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    models = tuple(replace(each, context_tokens=2048) for each in two_models(engine.url))
    async with (
        serve(models=models) as service,
        signed_in(service, await new_person()) as browser,
    ):
        talk = await begun(browser)
        # The estimate says no, the engine's count says yes: it is asked.
        fits = await talk.told(LONG)
        assert counts(engine) == 1
        sent = Sent(text=LONG, parent_id=fits.answer_id)
        refused = await talk.send(sent)
        assert (refused.status, refused.code) == (400, "conversation_too_long")
        assert counts(engine) == 2
        assert len(await talk.opened()) == 2
        assert len(engine.requests) == 1
        assert (await browser.get("/api/me")).body["quota"]["remaining"] == 9

        # Its summary is asked of the model, costs no question, and is read in its place.
        engine.says("Il a dit mot ", "mille fois.")
        made = await summed_up(talk, fits.answer_id)
        assert made.status == 202, made.body
        asked = await engine.asked(2)
        assert LONG.strip() in asked.body["messages"][-1]["content"]
        assert (await browser.get("/api/me")).body["quota"]["remaining"] == 9
        summary = (await talk.opened())[made.body["answer"]["id"]]
        assert (summary["role"], summary["parent_id"]) == ("summary", fits.answer_id)
        assert (summary["text"], summary["state"]) == ("Il a dit mot mille fois.", "complete")
        engine.says("Oui")
        await talk.told(LONG, summary["id"])
        asked = await engine.asked(3)
        assert [each["role"] for each in asked.body["messages"]] == ["system", "user"]
        assert "Il a dit mot mille fois." in asked.body["messages"][0]["content"]


async def test_a_summary_is_corrected_set_aside_and_used_again(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Bonjour Ada.")
    engine.says("Elle salue.")
    talk = await begun(visitor)
    sent = await talk.told("Bonjour")
    made = await summed_up(talk, sent.answer_id)
    path = f"/api/summaries/{made.body['answer']['id']}"
    changed = await visitor.patch(path, {"text": "Ada salue."})
    assert (changed.status, changed.body["answer"]["text"]) == (200, "Ada salue.")
    first = await talk.told("Et ?", made.body["answer"]["id"])
    asked = (await engine.asked(3)).body["messages"]
    assert "Ada salue." in asked[0]["content"]
    assert len(asked) == 2

    aside = await visitor.patch(path, {"used": False})
    assert aside.body["answer"]["state"] == "stopped"
    await talk.told("Puis ?", first.answer_id)
    asked = (await engine.asked(4)).body["messages"]
    assert "Ada salue." not in str(asked)
    # Nothing was lost: the model reads all of it again.
    assert [each["content"] for each in asked[1:3]] == ["Bonjour", "Bonjour Ada."]
    assert (await visitor.patch(path, {"used": True})).body["answer"]["state"] == "complete"


async def test_a_summary_is_made_once_and_only_where_an_answer_ends(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    talk = await begun(visitor)
    sent = await talk.told()
    first, second = (
        await summed_up(talk, sent.answer_id),
        await summed_up(talk, sent.answer_id),
    )
    assert first.body["answer"]["id"] == second.body["answer"]["id"]
    assert len(engine.requests) == 2
    refused = await summed_up(talk, sent.id)
    assert (refused.status, refused.code) == (400, "out_of_turn")
    refused = await summed_up(talk, first.body["answer"]["id"])
    assert (refused.status, refused.code) == (400, "out_of_turn")
    assert (await summed_up(talk, new_id())).status == 404
    empty = await visitor.patch(f"/api/summaries/{first.body['answer']['id']}", {"text": " "})
    assert empty.status == 400
    answer = await visitor.patch(f"/api/summaries/{sent.answer_id}", {"text": "x"})
    assert (answer.status, answer.code) == (404, "message_unknown")


async def test_an_engine_without_a_tokeniser_is_estimated_carefully(
    service: Service, engine: ScriptedEngine
) -> None:
    measure = Measure(service.argo.heart.completions)
    model = service.argo.heart.completions.model("small-model")
    messages = [{"role": "user", "content": "mot " * 100}]
    exact = await measure.of(model, messages)
    engine.goes_away()
    estimated = await measure.of(model, messages)
    assert (exact.exact, estimated.exact) == (True, False)
    assert estimated.used_tokens >= exact.used_tokens


async def test_a_branch_becomes_a_conversation_of_its_own(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says("Un").thinking("Hm")
    talk = await begun(visitor, title="Le mien")
    first = await talk.told("A")
    second = await talk.told("B", first.answer_id)
    body = {"id": new_id(), "leaf_id": first.answer_id}
    made = await visitor.post(f"{talk.path}/fork", body)
    assert made.status == 201, made.body
    assert (made.body["title"], made.body["id"]) == ("Le mien", body["id"])
    assert (await visitor.post(f"{talk.path}/fork", body)).body["id"] == body["id"]
    fork = Talk(visitor, body["id"])
    copies, originals = await fork.opened(), await talk.opened()
    assert len(copies) == 2
    assert len(originals) == 4
    assert not copies.keys() & originals.keys()
    answer = next(each for each in copies.values() if each["role"] == "assistant")
    assert answer["text"] == originals[first.answer_id]["text"]
    assert answer["model_id"] == "small-model"
    await fork.told("C", answer["id"])
    assert second.answer_id in await talk.opened()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/conversations/{talk}/context?leaf_id={answer}", None),
        ("POST", "/api/conversations/{talk}/summaries", {"id": "{new}", "parent_id": "{answer}"}),
        ("POST", "/api/conversations/{talk}/fork", {"id": "{new}", "leaf_id": "{answer}"}),
        ("PATCH", "/api/summaries/{answer}", {"text": "x"}),
    ],
)
async def test_strangers_find_nothing_and_visitors_sign_in(
    service: Service,
    visitor: Browser,
    new_person: NewPerson,
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    talk = await begun(visitor)
    sent = await talk.told()
    facts = {"talk": talk.id, "answer": sent.answer_id, "new": new_id()}
    path = path.format(**facts)
    body = body and {name: value.format(**facts) for name, value in body.items()}
    async with signed_in(service, await new_person()) as stranger:
        assert (await stranger.ask(method, path, body)).status == 404
        wrong = path.replace(talk.id, "7").replace(sent.answer_id, "7")
        assert (await visitor.ask(method, wrong, body)).status in (400, 404, 422)
    async with Browser(service.url) as nobody:
        assert (await nobody.ask(method, path, body)).code == "not_signed_in"
