"""Control tokens of models in people's text, made plain text before an engine reads them.

A chat template is text: a message that spells `<|im_start|>` would open a turn of its own, or
name a vision placeholder that crashes a worker. An invisible word joiner (U+2060) after the
first character breaks the spelling for the tokenizer, while people and the model can still
read it and talk about it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

WORD_JOINER: Final = "\u2060"

# <|name|>, <|name> and <name|> (ChatML, Llama 3, Harmony, Phi, GLM, Gemma 4), and DeepSeek's
# full-width bars. They never stand in ordinary prose or code, so every model gets them.
_BARS = r"<[|\uff5c][^\s<>\[\]]{1,64}>|<[^\s<>\[\]|\uff5c\u2060]{1,64}[|\uff5c]>"
_BAR_MARKS = ("<|", "<\uff5c", "|>", "\uff5c>")

# Spellings that also occur in ordinary text (HTML's <s>, a list's [INST]): only the families
# that have them get them. Sources: the tokenizer configurations the families publish.
_LITERALS: Final = {
    "llama": "<s> </s> <unk> [INST] [/INST] <<SYS>> <</SYS>>".split(),
    "mistral": (
        "<s> </s> <unk> <pad> [INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [AVAILABLE_TOOLS] "
        "[/AVAILABLE_TOOLS] [TOOL_CALLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CONTENT] [ARGS] "
        "[CALL_ID] [IMG] [IMG_BREAK] [IMG_END] [AUDIO] [BEGIN_AUDIO] [THINK] [/THINK] [PREFIX] "
        "[MIDDLE] [SUFFIX]"
    ).split(),
    "gemma": (
        "<bos> <eos> <pad> <unk> <mask> <start_of_turn> <end_of_turn> <start_of_image> "
        "<end_of_image> <image_soft_token> <audio_soft_token> <start_function_call> "
        "<end_function_call> <start_function_response> <end_function_response> "
        "<start_function_declaration> <end_function_declaration> <escape>"
    ).split(),
    "qwen": "<think> </think> <tool_call> </tool_call> <tool_response> </tool_response>".split(),
    "vision": "<image> <video> <audio> <img> </img> <IMG_CONTEXT>".split(),
}

# By a word in the model's id or origin, the first that fits; bars are always included.
_FAMILIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("gpt-oss", ()),
    ("smollm2", ()),
    ("qwen", ("qwen",)),
    ("gemma", ("gemma",)),
    ("ministral", ("mistral",)),
    ("mistral", ("mistral",)),
    ("mixtral", ("mistral",)),
    ("devstral", ("mistral",)),
    ("magistral", ("mistral",)),
    ("codestral", ("mistral",)),
    ("llama-2", ("llama",)),
    ("llama-3", ()),
)


def neutralised(text: str, model_id: str) -> str:
    """Return `text` with every control token of the model's family broken by a word joiner.

    A model whose family is not known gets every family's list. Applying it twice changes
    nothing more; removing the word joiners gives `text` back (if it had none).
    """
    marks, pattern = _family(model_id)
    for mark in marks:  # a loop, not any(): this runs for each text of each question
        if mark in text:
            return pattern.sub(_broken, text)
    return text


def _broken(match: re.Match[str]) -> str:
    token = match[0]
    return token[0] + WORD_JOINER + token[1:]


@cache
def _patterns(families: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Return what a text must contain to be looked at closely, and the close look."""
    literals = sorted({each for family in families for each in _LITERALS[family]}, key=len)
    alternatives = [_BARS, *(re.escape(each) for each in reversed(literals))]
    return (*_BAR_MARKS, *literals), re.compile("|".join(alternatives))


@cache
def _family(model_id: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    name = model_id.lower()
    for word, families in _FAMILIES:
        if word in name:
            return _patterns(families)
    return _patterns(tuple(_LITERALS))
