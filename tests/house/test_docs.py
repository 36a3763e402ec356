"""Documentation is tested: a setting, command or error without its place fails."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

from argo.accounts.providers import IdentityProviderSettings
from argo.assistants.types import AssistantSettings
from argo.cli import COMMANDS
from argo.engines.types import EmbeddingsSettings, ModelSettings, ReplicaSettings, RerankSettings
from argo.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "docs/operators/settings.md").read_text(encoding="utf-8")
COMMAND_PAGE = (ROOT / "docs/operators/README.md").read_text(encoding="utf-8")
# The data folder is an option of every command; the keys come from the environment alone.
NOT_SET = {"data", "engine_keys", "client_secrets"}


def test_every_setting_has_its_paragraph() -> None:
    sections = [
        type(getattr(Settings(), each.name))
        for each in fields(Settings)
        if each.name not in NOT_SET and is_dataclass(getattr(Settings(), each.name))
    ]
    assert len(sections) > 5
    for section in (
        *sections,
        ModelSettings,
        ReplicaSettings,
        EmbeddingsSettings,
        RerankSettings,
        AssistantSettings,
        IdentityProviderSettings,
    ):
        for each in fields(section):
            if each.name in {"bundled", "replicas"}:
                continue
            assert each.name in SETTINGS, f"{section.__name__}.{each.name}"


def test_every_command_is_named_and_says_an_example() -> None:
    for name in COMMANDS:
        assert f"argo {name}" in COMMAND_PAGE, name
        module = (ROOT / f"src/argo/cli/{name}.py").read_text(encoding="utf-8")
        assert "example:" in module, name


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in page.read_text(encoding="utf-8").split("](")[1:]:
            path = target.partition(")")[0].partition("#")[0]
            if path and "://" not in path:
                assert (page.parent / path).exists(), f"{page.relative_to(ROOT)}: {path}"
