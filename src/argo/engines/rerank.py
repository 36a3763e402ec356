"""Texts in the order in which they answer a question, by the engine of `[rerank]`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argo.engines.aside import Aside
from argo.engines.client import EngineClient
from argo.engines.errors import RerankAbsent
from argo.engines.types import EngineSettings, ModelState, Replica, RerankSettings

_CHARACTERS_A_TOKEN = 3.5


@dataclass(frozen=True)
class Ranked:
    """The place of each text among those given and how well it fits, best first; tokens read."""

    order: list[tuple[int, float]]
    tokens: int
    exact: bool


class Rerank:
    """The reranking engine of this installation, if there is one."""

    def __init__(
        self,
        settings: RerankSettings | None,
        replica: Replica | None,
        client: EngineClient,
        engines: EngineSettings,
    ) -> None:
        """Rank by the engine at `replica`; None refuses in words whatever is asked."""
        self._aside: Aside | None = None
        if settings is not None and replica is not None:
            self._aside = Aside(replica, settings.model, settings.context_tokens, client, engines)

    async def open(self) -> None:
        """Start looking after the engine."""
        if self._aside is not None:
            await self._aside.open()

    async def close(self) -> None:
        """Stop looking after it."""
        if self._aside is not None:
            await self._aside.close()

    @property
    def model_id(self) -> str | None:
        """The model's name; None when there is none."""
        return None if self._aside is None else self._aside.model_id

    @property
    def context_tokens(self) -> int:
        """How many tokens the model reads of a question and a text; 0 when there is none."""
        return 0 if self._aside is None else self._aside.context_tokens

    def state(self) -> ModelState:
        """Return how the engine stands: "away" when there is none."""
        return "away" if self._aside is None else self._aside.state

    async def rank(self, question: str, texts: Sequence[str]) -> Ranked:
        """Return all of `texts` by how well they answer `question`.

        Raises `RerankAbsent`, `EngineAway`, `EngineFull`, `EngineSlow`, `EngineRefused`,
        `EngineBroke` or `ContextExceeded`.
        """
        if self._aside is None:
            raise RerankAbsent
        fields = {"query": question, "documents": list(texts), "top_n": len(texts)}
        answer = await self._aside.answer("rerank", fields)
        order = _order(answer.get("results"), len(texts))
        if order is None:
            raise self._aside.broke()
        counted = _tokens(answer.get("usage"))
        about = (len(question) * len(texts) + sum(map(len, texts))) / _CHARACTERS_A_TOKEN
        return Ranked(order, round(about) if counted is None else counted, counted is not None)


def _order(results: object, count: int) -> list[tuple[int, float]] | None:
    """Return each text's place and score, best first; None when one is missing or no number."""
    if not isinstance(results, list):
        return None
    found: dict[int, float] = {}
    for each in results:
        index, score = (
            (each.get("index"), each.get("relevance_score")) if isinstance(each, dict) else (0, 0)
        )
        if not isinstance(index, int) or not 0 <= index < count:
            return None
        if not isinstance(score, int | float) or not math.isfinite(score):
            return None
        found[index] = float(score)
    if len(found) != count:
        return None
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _tokens(usage: object) -> int | None:
    counted = usage.get("total_tokens") if isinstance(usage, Mapping) else None
    if isinstance(counted, int) and not isinstance(counted, bool) and counted >= 0:
        return counted
    return None
