"""`argo.toml` and the environment, read once into one frozen record of the subjects' sections.

Nothing else reads the environment. Each setting is also a variable: `ARGO_SERVER__PORT=8080`,
lists and tables as JSON: `ARGO_SERVER__ALLOWED_NETWORKS='["10.0.0.0/8"]'`.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from argo.accounts.providers import IdentityProviderSettings
from argo.assistants.types import AssistantSettings
from argo.charter.types import ContactSettings
from argo.completions.types import QueueSettings
from argo.documents.types import DocumentSettings
from argo.embedded.types import EmbeddedSettings
from argo.engines.types import EmbeddingsSettings, EngineSettings, ModelSettings, RerankSettings
from argo.errors import ArgoError
from argo.extraction.types import ExtractionSettings
from argo.http.types import ServerSettings
from argo.journal.types import JournalSettings
from argo.quotas.types import QuotaSettings
from argo.storage.types import DatabaseSettings, JobSettings, SecretsSettings, StorageSettings

_PREFIX = "ARGO_"


class SettingsUnfit(ArgoError):
    """A setting is unknown, of the wrong kind, or does not go with another."""

    code = "settings_unfit"
    kind = "invalid"
    english = "{where}: {fault}"
    french = "{where} : {fault}"


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set. `data` is the data folder."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    data: Path = Path(".argo")
    server: ServerSettings = field(default_factory=ServerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    documents: DocumentSettings = field(default_factory=DocumentSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    quotas: QuotaSettings = field(default_factory=QuotaSettings)
    engines: EngineSettings = field(default_factory=EngineSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)
    queue: QueueSettings = field(default_factory=QueueSettings)
    contacts: ContactSettings = field(default_factory=ContactSettings)
    embeddings: EmbeddingsSettings | None = None
    rerank: RerankSettings | None = None
    embedded: EmbeddedSettings = field(default_factory=EmbeddedSettings)
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    models: tuple[ModelSettings, ...] = ()
    assistants: tuple[AssistantSettings, ...] = ()
    identity_providers: tuple[IdentityProviderSettings, ...] = ()
    engine_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The engines' keys by the variable that `api_key_env` names; never written in argo.toml."""
    client_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Ours with identity providers, by the variable or file that each provider names."""


def load(
    config: Path | None, data: Path | None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Read the settings: defaults, then the file, then the environment, then `overrides`.

    `config` absent means `argo.toml` in the working folder when there is one. `overrides` is
    nested like the file ({"server": {"port": 8080}}); None values are left out. Raises
    `SettingsUnfit`, naming the setting and what is wrong with it.
    """
    found = _merged(_file(config), _environment())
    found = _merged(found, _without_none(overrides or {}))
    if data is not None:
        found["data"] = data
    for keys in {"engine_keys", "client_secrets"} & found.keys():
        raise SettingsUnfit(where=keys, fault="keys come from the environment alone")
    try:
        settings = TypeAdapter(Settings).validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "argo.toml"
        raise SettingsUnfit(where=where, fault=first["msg"]) from None
    _check_successors(settings)
    _check_providers(settings)
    return replace(
        settings,
        data=settings.data.absolute(),
        engine_keys=_engine_keys(settings),
        client_secrets=_client_secrets(settings),
    )


def _check_providers(settings: Settings) -> None:
    """See that no two identity providers share an id; raises `SettingsUnfit`."""
    ids = [each.id for each in settings.identity_providers]
    if len(set(ids)) < len(ids):
        raise SettingsUnfit(where="identity_providers.id", fault="two providers have one id")


def _check_successors(settings: Settings) -> None:
    """See that every retired model has a successor there is; raises `SettingsUnfit`."""
    known = {model.id for model in settings.models}
    for model in settings.models:
        if model.successor is not None and model.successor not in known - {model.id}:
            raise SettingsUnfit(
                where=f"models.{model.id}.successor", fault="no other model has this id"
            )


def _file(config: Path | None) -> dict[str, Any]:
    path = config if config is not None else Path("argo.toml")
    if config is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsUnfit(where=str(path), fault=error.strerror or "cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsUnfit(where=str(path), fault=str(error)) from None


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in os.environ.items():
        path = name.removeprefix(_PREFIX).lower().split("__")
        if not name.startswith(_PREFIX) or path[0] not in Settings.__dataclass_fields__:
            continue
        inner = found
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = _value(name, value)
    return found


def _value(name: str, text: str) -> object:
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SettingsUnfit(where=name, fault=f"is not JSON ({error.msg})") from None


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(name), Mapping):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged


def _without_none(overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, Mapping) else value
        for name, value in overrides.items()
        if value is not None
    }


def _engine_keys(settings: Settings) -> dict[str, str]:
    names = {
        replica.api_key_env
        for model in settings.models
        for replica in model.replicas
        if replica.api_key_env is not None
    }
    for beside in (settings.embeddings, settings.rerank):
        if beside is not None and beside.api_key_env is not None:
            names.add(beside.api_key_env)
    return _of_environment("api_key_env", names)


def _client_secrets(settings: Settings) -> dict[str, str]:
    names = {each.client_secret_env for each in settings.identity_providers}
    found = _of_environment("client_secret_env", {name for name in names if name is not None})
    for each in settings.identity_providers:
        if each.client_secret_file is None:
            continue
        try:
            secret = each.client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            secret = ""
        if not secret:
            raise SettingsUnfit(
                where="client_secret_file", fault=f"{each.client_secret_file} holds no secret"
            )
        found[str(each.client_secret_file)] = secret
    return found


def _of_environment(setting: str, names: set[str]) -> dict[str, str]:
    for name in sorted(names):
        if not os.environ.get(name):
            raise SettingsUnfit(where=setting, fault=f"the variable {name} is not set")
    return {name: os.environ[name] for name in names}
