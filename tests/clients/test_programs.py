"""The settings of docs/users/clients.md, as they stand there, make other people's programs work.

scripts/clients installs the programs; one that is not there is skipped.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from argo.engines.types import EmbeddingsSettings
from tests.clients.programs import FOLDER, NODE, ROOT, installed, run
from tests.fixtures import NewPerson, Serve, Service, api_key
from tests.support.engine import ScriptedEngine

PAGE = (ROOT / "docs/users/clients.md").read_text(encoding="utf-8")
EXAMPLES: dict[tuple[str, str], str] = {
    (kind, title): text
    for kind, title, text in re.findall(r"```(\w+) title=([\w-]+)\n(.*?)```", PAGE, re.DOTALL)
}


@pytest.fixture
async def service(serve: Serve, engine: ScriptedEngine) -> AsyncIterator[Service]:
    embeddings = EmbeddingsSettings(url=engine.url, model="multilingual-e5-small")
    async with serve(embeddings=embeddings) as service:
        yield service


@pytest.fixture
async def key(service: Service, new_person: NewPerson) -> str:
    return await api_key(service, await new_person())


def example(kind: str, title: str, service: Service, key: str) -> str:
    """Return an example of the page, with this test's address and key."""
    text = EXAMPLES[kind, title]
    return text.replace("https://argo.example.org", service.url).replace("argo-…", key)


def test_every_example_with_a_name_is_run() -> None:
    ran = Path(__file__).read_text(encoding="utf-8")
    assert len(EXAMPLES) == 9
    assert not [title for _, title in EXAMPLES if f'"{title}"' not in ran]


@pytest.mark.parametrize(
    "title", ["openai", "anthropic", "langchain-openai", "pydantic-ai", "instructor"]
)
async def test_a_library_for_python(
    service: Service, key: str, engine: ScriptedEngine, tmp_path: Path, title: str
) -> None:
    # Ours has the SDKs of OpenAI and Anthropic already.
    ours = title in ("openai", "anthropic")
    python = Path(sys.executable) if ours else installed("python/bin/python")
    tool = {"pydantic-ai": "final_result", "instructor": "Place"}.get(title)
    if tool is None:
        engine.says("Bon", "jour")
    else:
        engine.calls(tool, city="Paris")
    (tmp_path / "program.py").write_text(example("python", title, service, key))
    said = await run(python, "-W", "ignore", "program.py", folder=tmp_path)
    told = {"langchain-openai": ["Bonjour", "2"]}.get(title, ["Paris" if tool else "Bonjour"])
    assert said.split() == told


async def test_openai_for_javascript_as_the_page_shows_it(
    service: Service, key: str, engine: ScriptedEngine, tmp_path: Path
) -> None:
    installed("node/node_modules/openai/index.mjs")
    (tmp_path / "node_modules").symlink_to(FOLDER / "node/node_modules")
    (tmp_path / "program.mjs").write_text(example("js", "openai", service, key))
    engine.says("Bon", "jour")
    assert (await run(NODE, "program.mjs", folder=tmp_path)).strip() == "Bonjour"


async def test_openai_for_javascript_in_all_its_parts(
    service: Service, key: str, engine: ScriptedEngine, tmp_path: Path
) -> None:
    library = installed("node/node_modules/openai/index.mjs")
    engine.says("Bon", "jour")
    engine.says("un", " deux")
    engine.calls("weather", city="Lyon")
    engine.says("Salut")
    script = Path(__file__).with_name("openai_in_javascript.mjs")
    said = await run(NODE, script, library, f"{service.url}/v1", key, folder=tmp_path)
    told = json.loads(said)
    assert (told["whole"], told["streamed"], told["tokens"]) == ("Bonjour", "un deux", 2)
    assert told["call"] == {"name": "weather", "arguments": '{"city":"Lyon"}'}
    assert told["response"] == "Salut"
    assert len(told["vectors"]) == 2
    assert {"small-model", "generalist-small", "multilingual-e5-small"} <= set(told["models"])
    assert told["refused"] == ["NotFoundError", 404, "model_not_found"]


async def test_llm(service: Service, key: str, engine: ScriptedEngine, tmp_path: Path) -> None:
    program = installed("python/bin/llm")
    (tmp_path / "extra-openai-models.yaml").write_text(example("yaml", "llm", service, key))
    (tmp_path / "keys.json").write_text(json.dumps({"argo": key}))
    engine.says("Bon", "jour")
    said = await run(program, "-m", "argo", "Salut", folder=tmp_path, LLM_USER_PATH=str(tmp_path))
    assert said.strip() == "Bonjour"


async def test_opencode(service: Service, key: str, engine: ScriptedEngine, tmp_path: Path) -> None:
    program = installed("node/node_modules/opencode-linux-x64/bin/opencode")
    (tmp_path / "opencode.json").write_text(example("json", "opencode", service, key))
    # It asks for a title as well, at the same time: both get the same words.
    for _ in range(2):
        engine.says("Une", " réponse", " d'ARGO")
    quiet = ("AUTOUPDATE", "MODELS_FETCH", "DEFAULT_PLUGINS", "LSP_DOWNLOAD")
    environment = {f"OPENCODE_DISABLE_{each}": "1" for each in quiet}
    said = await run(program, "run", "Bonjour", folder=tmp_path, ARGO_KEY=key, **environment)
    assert "Une réponse d'ARGO" in said
    asked = [each.body for each in engine.requests]
    assert any(body.get("tools") for body in asked)
    assert all(body["stream"] for body in asked)


async def test_codex(service: Service, key: str, engine: ScriptedEngine, tmp_path: Path) -> None:
    program = installed("node/node_modules/@openai/codex-linux-x64/vendor/*/bin/codex")
    (tmp_path / "config.toml").write_text(example("toml", "codex", service, key))
    engine.says("Une", " réponse", " d'ARGO")
    said = await run(
        *(program, "exec", "--skip-git-repo-check", "Bonjour"),
        folder=tmp_path,
        CODEX_HOME=str(tmp_path),
        ARGO_KEY=key,
    )
    assert "Une réponse d'ARGO" in said
