"""`/v1/completions`: OpenAI's oldest form, a text that a raw model goes on with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from argo.engines.types import Model
from argo.openai import fields, values
from argo.openai.errors import FieldFault, FieldMissing, FieldRefused, FieldUnfit
from argo.openai.lists import IGNORED as _NEVER_MATTERS
from argo.openai.lists import PASSED as _CHATS
from argo.openai.translated import Fields
from argo.openai.types import Asked

_SHARED: Final = (
    *("stream", "stream_options", "temperature", "top_p", "top_k", "min_p", "stop", "seed"),
    *("presence_penalty", "frequency_penalty", "logit_bias"),
)
PASSED: Final = {
    "model": "a model's id, as `GET /v1/models` lists them; an assistant answers messages only",
    "prompt": "a text, or an array of one",
    "max_tokens": "1 to the model's context; 16 when absent, as OpenAI's reference has it",
    **{name: _CHATS[name] for name in _SHARED},
    "n": "only 1",
    "best_of": "only 1",
    "echo": "only `false`",
}
IGNORED: Final = {"user": _NEVER_MATTERS["user"]}
REFUSED: Final = {
    "suffix": "the models here write on, they do not fill in; leave it out",
    "logprobs": "/v1/chat/completions has log probabilities",
}
_SEVERAL: Final = "/v1/chat/completions gives several answers"
_ONLY: Final[dict[str, tuple[object, str]]] = {
    "n": (1, _SEVERAL),
    "best_of": (1, _SEVERAL),
    "echo": (False, "the text comes back without its beginning, which you have"),
}
_USUAL_TOKENS: Final = 16


def rebuilt(body: Mapping[str, object], model: Model, instructions: str | None) -> Asked:
    """Return `body` built anew for `model`.

    Raises `FieldUnknown`, `FieldRefused`, `FieldUnfit` or `FieldMissing`, never anything else.
    An assistant (one has `instructions`) is refused: it speaks in turns.
    """
    given = fields.known(body, PASSED, IGNORED, REFUSED, _ONLY)
    if instructions is not None:
        reason = "an assistant answers messages: ask /v1/chat/completions, or a model by its id"
        raise FieldRefused.at("model", reason)
    translated: Fields = {name: given[name] for name in (*_SHARED, "model") if name in given}
    translated["max_tokens"] = given.get("max_tokens", _USUAL_TOKENS)
    translated["messages"] = [{"role": "user", "content": _prompt(given)}]
    try:
        asked = fields.rebuilt(translated, model, None)
    except FieldFault as fault:
        inside = (fault.param or "").startswith("messages")
        raise (fault.named("prompt") if inside else fault) from None
    built = dict(asked.fields)
    messages = built.pop("messages")
    assert isinstance(messages, list)
    built["prompt"] = messages[0]["content"]
    return replace(asked, fields=built, endpoint="completions")


def _prompt(given: Mapping[str, object]) -> str:
    if "prompt" not in given:
        raise FieldMissing.at("prompt")
    prompt = given["prompt"]
    if isinstance(prompt, list) and len(prompt) == 1:
        (prompt,) = prompt
    if not isinstance(prompt, str):
        raise FieldUnfit.at("prompt", "one text (token ids and several prompts are not read here)")
    return values.string(prompt, "prompt")
