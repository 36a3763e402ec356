"""Texts as vectors: by the engine of `[embeddings]`, or by the model inside ARGO."""

from __future__ import annotations

import base64
import binascii
import math
import sys
from array import array
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from argo.engines.aside import Aside
from argo.engines.client import EngineClient
from argo.engines.errors import EmbeddingsAbsent
from argo.engines.types import EmbeddingSource, EngineSettings, ModelState

Kind = Literal["query", "passage"]
"""What a text is for: to be searched with, or to be searched in."""
_TEXTS_AT_ONCE = 32
_CHARACTERS_A_TOKEN = 3.5


@dataclass(frozen=True)
class EmbeddingModel:
    """What makes vectors: those of another `id`, `dimension` or `version` do not compare."""

    id: str
    dimension: int
    version: str
    context_tokens: int


@dataclass(frozen=True)
class Embedded:
    """The vector of each text, in their order, each of length 1; and the tokens that were read."""

    vectors: list[array[float]]
    tokens: int
    exact: bool
    """Whether the engine counted the tokens."""


class Embeddings:
    """The embedding model of this installation."""

    def __init__(
        self, source: EmbeddingSource | None, client: EngineClient, settings: EngineSettings
    ) -> None:
        """Embed by the engine of `source`; None refuses in words whatever is asked."""
        self._source = source
        self._dimension = None if source is None else source.dimension
        self._aside: Aside | None = None
        if source is not None:
            self._aside = Aside(
                source.replica, source.model_id, source.context_tokens, client, settings
            )

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
        """How many tokens of a text the model reads as one; 0 when there is none."""
        return 0 if self._aside is None else self._aside.context_tokens

    @property
    def dimension(self) -> int | None:
        """How many numbers a vector has; None until the first was made."""
        return self._dimension

    def state(self) -> ModelState:
        """Return how the engine stands: "away" when there is none."""
        return "away" if self._aside is None else self._aside.state

    async def model(self) -> EmbeddingModel:
        """Return what makes the vectors here; asks the engine when it must. Raises like `embed`."""
        if self._dimension is None:
            await self.embed(["argo"], "query")
        source = self._source
        assert source is not None
        assert self._dimension is not None
        return EmbeddingModel(
            source.model_id, self._dimension, source.version, source.context_tokens
        )

    async def embed(self, texts: Sequence[str], kind: Kind | None) -> Embedded:
        """Return the vector of each of `texts`, which are of `kind`; None: as they stand.

        Raises `EmbeddingsAbsent`, `EngineAway`, `EngineFull`, `EngineSlow`, `EngineRefused`,
        `EngineBroke`, or `ContextExceeded` where the engine does not read a long text in parts.
        """
        vectors: list[array[float]] = []
        tokens, exact = 0, True
        async for piece in self.pieces(texts, kind):
            vectors += piece.vectors
            tokens, exact = tokens + piece.tokens, exact and piece.exact
        return Embedded(vectors, tokens, exact)

    async def pieces(
        self, texts: Sequence[str], kind: Kind | None
    ) -> AsyncGenerator[Embedded, None]:
        """Yield the vectors of `texts` as they are made, a few texts at a time.

        In pieces, so that one asker's thousand texts do not keep another's single one waiting.
        Raises like `embed`.
        """
        if self._source is None or self._aside is None:
            raise EmbeddingsAbsent
        prefix = {"query": self._source.query_prefix, "passage": self._source.passage_prefix}.get(
            kind or "", ""
        )
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            piece = [prefix + text for text in texts[start : start + _TEXTS_AT_ONCE]]
            fields = {"input": piece, "encoding_format": "base64"}
            answer = await self._aside.answer("embeddings", fields)
            found = _vectors(answer, len(piece))
            if found is None or any(len(each) != self._expected(found) for each in found):
                raise self._aside.broke()
            counted = _tokens(answer)
            about = round(sum(map(len, piece)) / _CHARACTERS_A_TOKEN)
            yield Embedded(found, about if counted is None else counted, counted is not None)

    def _expected(self, found: Sequence[array[float]]) -> int:
        if self._dimension is None and found:
            self._dimension = len(found[0])
        return self._dimension or 0


def shortened(vector: array[float], dimension: int) -> array[float]:
    """Return the first `dimension` numbers of `vector`, made a vector of length 1 again."""
    kept = vector[:dimension]
    return _of_length_one(kept) or kept


def packed(vector: array[float]) -> str:
    """Return a vector in OpenAI's base64 form: little-endian floats of 32 bits."""
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return base64.b64encode(vector.tobytes()).decode("ascii")


def _vectors(answer: Mapping[str, object], count: int) -> list[array[float]] | None:
    """Return the vectors of an answer in the order of the texts, None when they are not there."""
    data = answer.get("data")
    if not isinstance(data, list) or len(data) != count:
        return None
    placed: dict[int, array[float]] = {}
    for place, each in enumerate(data):
        index = each.get("index", place) if isinstance(each, dict) else None
        vector = _vector(each.get("embedding")) if isinstance(index, int) else None
        if vector is None or not isinstance(index, int) or not 0 <= index < count:
            return None
        placed[index] = vector
    return [placed[index] for index in range(count)] if len(placed) == count else None


def _vector(value: object) -> array[float] | None:
    """Return one vector, of length 1, however the engine wrote it."""
    try:
        if isinstance(value, str):
            vector = array("f")
            vector.frombytes(base64.b64decode(value, validate=True))
            if sys.byteorder == "big":
                vector.byteswap()
        elif isinstance(value, list):
            vector = array("f", value)
        else:
            return None
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
    return _of_length_one(vector)


def _of_length_one(vector: array[float]) -> array[float] | None:
    length = math.hypot(*vector)
    if not vector or not math.isfinite(length) or length == 0:
        return None
    if abs(length - 1) < 1e-6:
        return vector
    return array("f", (each / length for each in vector))


def _tokens(answer: Mapping[str, object]) -> int | None:
    usage = answer.get("usage")
    counted = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    fits = isinstance(counted, int) and not isinstance(counted, bool) and counted >= 0
    return counted if fits and isinstance(counted, int) else None
