"""The whole house with nothing of ours scripted: the real model, database, workers, and kills."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from tests.embedded.families import alive, descendants, soon
from tests.embedded.test_serving import Serve, serving
from tests.support.browser import Browser

CANARY = "zyxwelephantquartz"


@asynccontextmanager
async def first_visitor(serve: Serve) -> AsyncIterator[Browser]:
    """Sign in by the link that the service printed."""
    assert serve.process.stdout is not None
    token = serve.process.stdout.readline().rpartition("/")[2].strip()
    async with Browser(serve.url) as browser:
        assert (await browser.post("/api/sign-in", {"token": token})).status == 204
        yield browser


async def asked(browser: Browser, text: str) -> tuple[str, str]:
    """Ask in a new conversation; returns its id and the answer's."""
    conversation, question, answer = (str(uuid4()) for _ in range(3))
    await browser.post(
        "/api/conversations",
        {"id": conversation, "assistant_id": "generalist", "size": "small"},
    )
    body = {"id": question, "answer_id": answer, "text": text}
    sent = await browser.post(f"/api/conversations/{conversation}/questions", body)
    assert sent.status == 202
    return conversation, answer


async def test_a_killed_service_loses_no_question_and_keeps_the_answer_as_far_as_it_came(
    fresh: Path, tmp_path: Path
) -> None:
    shown = ""
    with serving(fresh, tmp_path) as serve:
        async with first_visitor(serve) as browser:
            cookies = browser.cookies
            conversation, answer = await asked(
                browser, "Write a very long story about a lighthouse, in many paragraphs."
            )
            loop = asyncio.get_running_loop()
            async with browser.events(f"/api/answers/{answer}/events") as events:
                began = 0.0
                async for event in events:
                    if event.name == "delta":
                        began = began or loop.time()
                        shown += event.data["text"]
                    if began and loop.time() - began > 2.5:
                        break
            members = descendants(serve.process.pid)
            serve.process.kill()
            serve.process.wait(10)
            assert soon(lambda: not alive(members), 5)
    assert shown
    with serving(fresh, tmp_path) as serve:
        async with Browser(serve.url) as browser:
            browser.remember(cookies)
            async with asyncio.timeout(30):
                while True:
                    found = (await browser.get(f"/api/conversations/{conversation}")).body
                    question, kept = found["messages"]
                    if kept["state"] not in {"waiting", "running"}:
                        break
    assert question["text"].startswith("Write a very long story")
    assert kept["state"] == "interrupted"
    # At most the last second of what was shown is lost, and nothing stands twice.
    assert kept["text"]
    assert shown.startswith(kept["text"]) or kept["text"].startswith(shown)
    assert len(kept["text"]) > len(shown) / 3


async def test_a_temporary_conversation_leaves_no_byte_anywhere(
    fresh: Path, tmp_path: Path
) -> None:
    before = set(temporary_files())
    with serving(fresh, tmp_path) as serve:
        async with first_visitor(serve) as browser:
            choice = (await browser.get("/api/me")).body["choices"][0]
            body = {
                "conversation_id": str(uuid4()),
                "messages": [{"role": "user", "text": f"Say the word {CANARY} three times."}],
                "assistant_id": choice["assistant"]["id"],
                "size": choice["size"],
            }
            answer = ""
            async with browser.events("/api/temporary/answers", body, "POST") as events:
                async for event in events:
                    answer += event.data.get("text", "")
                    if event.name == "started":
                        assert holding(fresh, tmp_path, CANARY) == []
            assert answer
            # A saved one is found by the same search where it may lie: in no clear text either.
            await asked(browser, f"Keep the word {CANARY}")
            assert holding(fresh, tmp_path, CANARY) == []
    assert holding(fresh, tmp_path, CANARY) == []
    assert holding(fresh, tmp_path, answer[:40]) == []
    (tmp_path / "control").write_text(f"… {CANARY} …")
    assert holding(fresh, tmp_path, CANARY) == [tmp_path / "control"]
    new = [file for file in temporary_files() if file not in before]
    assert [file for file in new if contains(file, CANARY)] == []


def holding(data: Path, folder: Path, text: str) -> list[Path]:
    """Return the files of the data folder (rows, WAL, logs, keys) and of `folder` with `text`."""
    files = [file for place in (data, folder) for file in place.rglob("*")]
    return [file for file in files if contains(file, text)]


def contains(file: Path, text: str) -> bool:
    """Whether a file holds `text` in one of the encodings a careless part might use."""
    try:
        content = file.read_bytes() if file.is_file() else b""
    except OSError:
        return False
    return any(text.encode(encoding) in content for encoding in ("utf-8", "utf-16-le"))


def temporary_files() -> Iterator[Path]:
    """Yield the files in the machine's folders for temporary files."""
    for folder in {tempfile.gettempdir(), "/var/tmp", "/dev/shm"}:
        yield from (file for file in Path(folder).glob("*") if file.is_file())
