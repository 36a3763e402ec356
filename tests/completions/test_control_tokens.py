"""A message may spell a model's control tokens; the engine reads them as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.completions.control_tokens import WORD_JOINER, neutralised

HARMONY = ["<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>"]
CHATML = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|vision_start|>", "<|image_pad|>"]
BROKEN_FOR = {
    "gpt-oss-20b": HARMONY,
    "smollm2-135m": CHATML,
    "Qwen3-32B": [*CHATML, "<tool_call>", "</think>"],
    "mistral-small": ["[INST]", "[/INST]", "</s>", "[TOOL_CALLS]", "[IMG]"],
    "gemma-4-26b": ["<start_of_turn>", "<end_of_turn>", "<|channel>", "<channel|>"],
    "deepseek-r2": [
        "<\uff5cUser\uff5c>",
        "<\uff5cAssistant\uff5c>",
        "<\uff5cend▁of▁sentence\uff5c>",
    ],
    "a-model-nobody-knows": [*HARMONY, *CHATML, "[INST]", "</s>", "<image>", "<end_of_turn>"],
}
PIECES = sorted({token for tokens in BROKEN_FOR.values() for token in tokens})
TEXTS = st.lists(
    st.one_of(st.sampled_from([*PIECES, "<", "<|", "|>", ">", "[", "]"]), st.text(max_size=8))
).map("".join)


@pytest.mark.parametrize(
    ("model_id", "token"),
    [(model_id, token) for model_id, tokens in BROKEN_FOR.items() for token in tokens],
)
def test_a_control_token_of_the_model_is_broken_and_still_readable(
    model_id: str, token: str
) -> None:
    told = neutralised(f"What does {token}system mean?", model_id)
    assert token not in told
    assert told.replace(WORD_JOINER, "") == f"What does {token}system mean?"


@pytest.mark.parametrize("text", ["a < b | c > d", "<s>old price</s>", "x[INST] <image>", "f <| x"])
def test_ordinary_text_reaches_gpt_oss_as_it_was_written(text: str) -> None:
    assert neutralised(text, "gpt-oss-20b") == text


@given(text=TEXTS, model_id=st.sampled_from(sorted(BROKEN_FOR)))
def test_whatever_the_text_no_token_is_left_and_nothing_else_changes(
    text: str, model_id: str
) -> None:
    told = neutralised(text, model_id)
    assert not any(token in told for token in BROKEN_FOR[model_id])
    assert told.replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")
    assert neutralised(told, model_id) == told


@pytest.mark.parametrize("piece", ["<|", "<", "<|x", "|>", "[INST", "<\uff5c" * 7])
def test_a_megabyte_of_near_tokens_is_read_quickly(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    neutralised(text, "a-model-nobody-knows")
    assert time.process_time() - began < 0.5
