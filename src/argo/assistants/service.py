"""Which assistants there are, and what a chosen name stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from argo.assistants.errors import ChoiceUnknown
from argo.assistants.instructions import GENERALIST
from argo.assistants.types import Assistant, AssistantSettings, Choice, InBothLanguages, Resolved
from argo.engines.errors import ModelUnknown
from argo.engines.types import Model, Size
from argo.errors import Language

_SIZES: Final[tuple[Size, ...]] = ("small", "large")
_GENERALIST: Final = Assistant(
    "generalist",
    InBothLanguages(fr="Assistant généraliste", en="General assistant"),
    GENERALIST,
)


class Assistants:
    """The assistants of the settings over the models there are at this moment."""

    def __init__(
        self, settings: Sequence[AssistantSettings], models: Callable[[], Sequence[Model]]
    ) -> None:
        """Offer `settings`, or a generalist when there are none, over what `models` says."""
        self._models = models
        self._settings: tuple[AssistantSettings, ...] = ()
        self.replace(settings)

    def replace(self, settings: Sequence[AssistantSettings]) -> None:
        """Take other `settings` (SIGHUP, the administration page)."""
        self._settings = tuple(settings)

    def choices(self) -> tuple[Choice, ...]:
        """Return the choices with a model behind them, in the settings' order, small first."""
        models = self._models()
        if not self._settings:
            return _by_size(models)
        known = _by_name(models)
        return tuple(
            Choice(_assistant(each), size, known[model_id].id)
            for each in self._settings
            for size in _SIZES
            if (model_id := each.models.model_id(size)) is not None and model_id in known
        )

    def choice(self, assistant_id: str, size: Size) -> Choice:
        """Return the choice of that assistant and size; raises `ChoiceUnknown`."""
        for choice in self.choices():
            if choice.assistant.id == assistant_id and choice.size == size:
                return choice
        raise ChoiceUnknown(param="assistant_id")

    def standing(self, assistant_id: str, size: Size) -> Choice:
        """Return what a conversation that began with that choice goes on with.

        The choice itself, else the assistant's other size, else the first choice there is: a
        conversation never ends because a setting changed. Raises `ChoiceUnknown` without any.
        """
        choices = self.choices()
        own = [each for each in choices if each.assistant.id == assistant_id]
        exact = [each for each in own if each.size == size]
        for found in (exact, own, choices):
            if found:
                return found[0]
        raise ChoiceUnknown(param="assistant_id")

    def instructions(self, choice: Choice, language: Language) -> str:
        """Return what the choice's model is told first, in the asker's `language`.

        The bundled model knows mainly English: told in French, it loses itself.
        """
        bundled = self.resolve(choice.model_id).model.bundled
        return choice.assistant.instructions.text("en" if bundled else language)

    def resolve(self, name: str) -> Resolved:
        """Return what the API's model `name` stands for: a raw model's id, or a choice's alias.

        A raw model comes first; a retired one's name stands for its successor. Raises `ModelUnknown`.
        """
        models = _by_name(self._models())
        if name in models:
            return Resolved(models[name], None)
        for choice in self.choices():
            if choice.alias == name:
                return Resolved(models[choice.model_id], choice.assistant)
        raise ModelUnknown(param="model")


def _by_name(models: Sequence[Model]) -> dict[str, Model]:
    """Return the models by their ids, and by the ids of those they succeed."""
    retired = {name: model for model in models for name in model.succeeds}
    return retired | {model.id: model for model in models}


def _by_size(models: Sequence[Model]) -> tuple[Choice, ...]:
    """Without settings: the generalist over the first model of each size."""
    first: dict[Size, Model] = {}
    for model in models:
        first.setdefault(model.size, model)
    return tuple(Choice(_GENERALIST, size, first[size].id) for size in _SIZES if size in first)


def _assistant(settings: AssistantSettings) -> Assistant:
    return Assistant(
        settings.id, settings.name, settings.instructions or GENERALIST, settings.collections
    )
