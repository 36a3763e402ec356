"""People choose among the assistants that have a model behind them, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from argo.assistants.errors import ChoiceUnknown
from argo.assistants.service import Assistants
from argo.assistants.types import AssistantSettings, Choice, Resolved
from argo.engines import register
from argo.engines.errors import ModelUnknown
from argo.engines.types import Model, ModelSettings, ReplicaSettings, Size

BOTH = [
    {
        "id": "generalist",
        "name": {"fr": "Assistant généraliste", "en": "General assistant"},
        "models": {"small": "gpt-oss-20b", "large": "gpt-oss-120b"},
    },
    {
        "id": "institute",
        "name": {"fr": "Assistant de l'institut", "en": "Institute assistant"},
        "models": {"small": "gpt-oss-20b", "large": "gpt-oss-120b"},
        "collections": ["institute"],
        "instructions": {"fr": "Tu connais l'institut.", "en": "You know the institute."},
    },
]


def model(model_id: str, size: Size = "small") -> Model:
    return Model(
        id=model_id,
        name=model_id,
        size=size,
        context_tokens=8192,
        capabilities=(),
        bundled=False,
        replicas=(),
    )


def assistants(settings: object, *models: Model) -> Assistants:
    read = TypeAdapter(tuple[AssistantSettings, ...]).validate_python(settings)
    return Assistants(read, lambda: models)


def names(choices: tuple[Choice, ...]) -> list[tuple[str, str]]:
    return [(choice.alias, choice.model_id) for choice in choices]


def test_with_two_models_and_two_assistants_there_are_four_choices() -> None:
    offered = assistants(BOTH, model("gpt-oss-20b"), model("gpt-oss-120b", "large")).choices()
    assert names(offered) == [
        ("generalist-small", "gpt-oss-20b"),
        ("generalist-large", "gpt-oss-120b"),
        ("institute-small", "gpt-oss-20b"),
        ("institute-large", "gpt-oss-120b"),
    ]
    assert offered[2].assistant.collections == ("institute",)


def test_a_choice_without_a_model_behind_it_is_not_shown() -> None:
    offered = assistants(BOTH, model("gpt-oss-20b"))
    assert [choice.size for choice in offered.choices()] == ["small", "small"]
    with pytest.raises(ChoiceUnknown):
        offered.choice("generalist", "large")


def test_without_settings_the_generalist_serves_whatever_models_there_are() -> None:
    small, large = model("smollm2"), model("big", "large")
    assert names(assistants([], small).choices()) == [("generalist-small", "smollm2")]
    assert names(assistants([], large, small, model("other")).choices()) == [
        ("generalist-small", "smollm2"),
        ("generalist-large", "big"),
    ]
    assert assistants([]).choices() == ()


def test_a_model_that_comes_later_is_offered_without_a_restart() -> None:
    models: list[Model] = []
    offered = Assistants((), lambda: models)
    assert offered.choices() == ()
    models.append(model("smollm2"))
    assert names(offered.choices()) == [("generalist-small", "smollm2")]


def test_a_program_names_a_raw_model_or_an_assistant() -> None:
    offered = assistants(BOTH, model("gpt-oss-20b"), model("gpt-oss-120b", "large"))
    large = model("gpt-oss-120b", "large")
    assert offered.resolve("gpt-oss-120b") == Resolved(large, None)
    institute = offered.resolve("institute-large")
    assert institute.model == large
    assert institute.assistant is not None
    assert institute.assistant.instructions.text("en") == "You know the institute."


@given(st.text())
def test_any_other_name_is_an_unknown_model(name: str) -> None:
    with pytest.raises(ModelUnknown):
        assistants(BOTH).resolve(name)


def test_argos_own_instructions_are_short_and_promise_nothing_false() -> None:
    (choice,) = assistants([], model("smollm2")).choices()
    for language in ("fr", "en"):
        text = choice.assistant.instructions.text(language)
        assert "ARGO" in text
        assert len(text) < 700
    assert "not know" in choice.assistant.instructions.en
    assert "no access to the web" in choice.assistant.instructions.en


@pytest.mark.parametrize(
    "wrong",
    [
        [{"id": "a", "name": {"fr": "A", "en": "A"}, "model": "x"}],
        [{"id": "a", "name": {"fr": "A"}}],
        [{"id": "a", "name": {"fr": "A", "en": "A"}, "models": {"medium": "x"}}],
    ],
)
def test_a_setting_that_does_not_exist_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        assistants(wrong)


def test_a_retired_model_is_stood_in_for_by_its_successor() -> None:
    replicas = (ReplicaSettings(url="http://127.0.0.1:1/v1"),)
    found = register.models(
        (
            ModelSettings(id="old", replicas=replicas, successor="gpt-oss-20b"),
            ModelSettings(id="gpt-oss-20b", replicas=replicas, successor="new"),
            ModelSettings(id="new", replicas=replicas),
        ),
        (),
        {},
    )
    assert [each.succeeds for each in found] == [(), (), ("old", "gpt-oss-20b")]
    offered = assistants(BOTH, *(each for each in found if each.replicas))
    assert names(offered.choices()) == [("generalist-small", "new"), ("institute-small", "new")]
    assert offered.resolve("old").model.id == "new"


def test_a_choice_that_is_gone_goes_on_with_the_nearest() -> None:
    offered = assistants(BOTH, model("gpt-oss-120b", "large"))
    assert offered.standing("institute", "large").alias == "institute-large"
    assert offered.standing("institute", "small").alias == "institute-large"
    assert offered.standing("nobody", "small").alias == "generalist-large"
    with pytest.raises(ChoiceUnknown):
        assistants(BOTH).standing("institute", "small")
