"""Ada's first day: a link, a question, a reload, a correction, a key, and out again."""

from __future__ import annotations

from tests.conversations.talk import begun, followed, new_id, text_of
from tests.fixtures import NewPerson, Service
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine


async def test_adas_first_day(
    service: Service, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    token = await service.people.link(await new_person())
    async with Browser(service.url, language="fr") as ada, Browser(service.url) as program:
        # The link says whom it is for, and signs in once.
        assert (await ada.post("/api/sign-in/look", {"token": token})).body["name"] == "Ada"
        assert (await ada.post("/api/sign-in", {"token": token})).status == 204
        assert (await ada.post("/api/sign-in", {"token": token})).status == 404
        me = (await ada.get("/api/me")).body
        assert {each["size"] for each in me["choices"]} == {"small", "large"}
        assert me["quota"]["remaining"] == 10

        # A question; the page is reloaded in the middle of the answer.
        engine.says("La lune", " attire", " la mer.").holds_after(2)
        talk = await begun(ada, title=None)
        sent = await talk.ask("Pourquoi les marées ?")
        await engine.held()
        shown = (await talk.opened())[sent.answer_id]
        engine.says("Les marées")
        engine.releases()
        rest = await followed(ada, sent.answer_id, shown["last_event"])
        assert text_of(rest, shown["text"]) == "La lune attire la mer."
        await engine.completed(2)

        # She corrects her question, and keeps both branches.
        engine.says("Le soleil aussi.")
        edited = await talk.told("Et le soleil ?")
        assert (await talk.opened())[edited.answer_id]["text"] == "Le soleil aussi."
        assert len(await talk.opened()) == 4
        await ada.patch(talk.path, {"title": "Marées", "pinned": True})

        # Something that shall not be kept.
        transcript = {
            "conversation_id": new_id(),
            "messages": [{"role": "user", "text": "Entre nous ?"}],
            "assistant_id": "generalist",
            "size": "large",
        }
        engine.says("Entre nous.")
        async with ada.events("/api/temporary/answers", transcript, "POST") as stream:
            assert text_of([each async for each in stream]) == "Entre nous."
        history = (await ada.get("/api/conversations")).body["conversations"]
        assert [each["title"] for each in history] == ["Marées"]

        # A key for her programs, which count against the same quota.
        made = (await ada.post("/api/keys", {"name": "Carnet", "expires_in_days": 30})).body
        bearer = f"Bearer {made['key']}"
        body = {"model": "small-model", "messages": [{"role": "user", "content": "Bonjour"}]}
        engine.says("Bonjour.")
        answer = await program.post("/v1/chat/completions", body, authorization=bearer)
        assert answer.body["choices"][0]["message"]["content"] == "Bonjour."
        assert answer.headers["x-ratelimit-remaining-requests"] == "6"
        assert (await ada.get("/api/me")).body["quota"]["remaining"] == 6
        assert (await ada.delete(f"/api/keys/{made['id']}")).status == 204
        refused = await program.post("/v1/chat/completions", body, authorization=bearer)
        assert refused.status == 401

        # She deletes the conversation, thinks again, and goes home.
        assert (await ada.delete(talk.path)).status == 204
        assert (await ada.post(f"{talk.path}/restore")).status == 200
        assert (await ada.post("/api/sign-out")).status == 204
        gone = await ada.get("/api/me")
        assert gone.status == 401
        assert gone.body["error"]["message"].startswith("Vous")
