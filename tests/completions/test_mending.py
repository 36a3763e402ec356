"""What an engine half read of a tool call is made one again; what was meant stays as it is.

The faults are those that people recorded of GPT-OSS on vLLM and its like: vllm-project/vllm 22515,
22519, 32587, 46464, 51977; NVIDIA/TensorRT-LLM 9256; openai/harmony 38, 60.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.completions.arguments import Arguments, fits
from argo.completions.chunks import Run, run_chunk
from argo.completions.mending import Mending

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
SEARCH: dict[str, Any] = {
    "type": "function",
    "function": {"name": "web-search", "parameters": {"type": "object", "properties": {}}},
}
LYON = {"city": "Lyon"}
_JSON = json.dumps(LYON)


def whole(content: str | None, *calls: tuple[str, str]) -> dict[str, Any]:
    """Return the choice of a mended whole answer."""
    made = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, **({"tool_calls": made} if made else {})}
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    (choice,) = Mending([WEATHER, SEARCH]).whole(answer)["choices"]
    return dict(choice)


def streamed(pieces: list[str]) -> tuple[str, list[dict[str, Any]], str | None]:
    """Return the text, the calls and the ending of a text that comes in `pieces`."""
    mending = Mending([WEATHER, SEARCH])
    chunks = [run_chunk(Run("content", piece, 1)) for piece in pieces]
    ending = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    out = [each for chunk in [*chunks, ending] for each in mending.batch([chunk])]
    deltas = [each["choices"][0]["delta"] for each in out]
    text = "".join(delta.get("content") or "" for delta in deltas)
    calls = [call["function"] for delta in deltas for call in delta.get("tool_calls") or ()]
    return text, calls, out[-1]["choices"][0]["finish_reason"]


LEAKS = [
    f"<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{_JSON}<|call|>",
    f"<|start|>assistant<|channel|>commentary to=functions.weather<|message|>{_JSON}",
    f"commentary to=functions.weather json{_JSON}",
    f"assistantcommentary to=functions.weather json {_JSON}",
    f"to=functions.weather<|channel|>commentary<|message|>{_JSON}<|end|>",
    f"<|channel|>commentary<|message|>{_JSON}<|end|>",
]


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_call_that_stands_in_the_text_is_a_call(leak: str, size: int) -> None:
    pieces = [leak[start : start + size] for start in range(0, len(leak), size)]
    text, calls, ending = streamed(pieces)
    assert (text, ending) == ("", "tool_calls")
    assert [(each["name"], json.loads(each["arguments"])) for each in calls] == [("weather", LYON)]
    choice = whole(leak)
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "weather"


def test_what_was_said_before_a_leaking_call_is_shown() -> None:
    text, calls, _ = streamed(["I look ", "it up. ", *LEAKS[0]])
    assert text == "I look it up. "
    assert len(calls) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Il fait beau.",
        "a < b and <b>bold</b>",
        "commentary on the text follows",
        "to be or not to be",
        "x <",
        '```json\n{"city": "Lyon"}\n```',
        "the model writes <|im_start|> there",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_ordinary_text_stays_as_it_is(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert streamed(pieces) == (text, [], "stop")


def test_of_notation_that_is_no_call_the_words_are_kept() -> None:
    leak = (
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Oui."
    )
    assert streamed([leak]) == ("Oui.", [], "stop")


@pytest.mark.parametrize(
    "name",
    [
        "functions.weather",
        "weather<|channel|>commentary",
        "weather<|constrain|>json",
        "to=functions.weather json",
        " weather",
    ],
)
def test_a_name_with_remnants_is_the_tools_name(name: str) -> None:
    choice = whole(None, (name, _JSON))
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "weather"


def test_a_name_nobody_declared_stays() -> None:
    choice = whole(None, ("functions.forecast", _JSON))
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "functions.forecast"


@pytest.mark.parametrize(
    "written",
    [
        '{"city": "Lyon",}',
        '{"city": "Lyon" , \n }',
        '```json\n{"city": "Lyon"}\n```',
        '{"city": "Lyon"}<|call|>',
        '{"city": "Lyon"}{"city": "Lyon"}',
        'json {"city": "Lyon"}',
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_trivial_faults_of_arguments_are_taken_out(written: str, size: int) -> None:
    arguments = Arguments()
    pieces = [written[start : start + size] for start in range(0, len(written), size)]
    assert json.loads("".join(map(arguments.mended, pieces))) == LYON


@given(
    value=st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
    ),
    size=st.integers(1, 9),
    indent=st.sampled_from([None, 2]),
)
def test_sound_arguments_are_never_touched(value: Any, size: int, indent: int | None) -> None:
    written, arguments = json.dumps(value, indent=indent), Arguments()
    pieces = [written[start : start + size] for start in range(0, len(written), size)]
    assert "".join(map(arguments.mended, pieces)) == written


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ('{"city": "Lyon"}', True),
        ('{"city": "Lyon", "days": 3}', True),
        ('{"city": "Lyon", "days": 3.0}', True),
        ('{"days": 3}', False),
        ('{"city": 3}', False),
        ('{"city": "Lyon", "days": "3"}', False),
        ('{"city": "Lyon", "days": true}', False),
        ('{"city": "Lyon", "unit": "C"}', False),
        ("[]", False),
        ("{", False),
    ],
)
def test_arguments_are_held_against_the_parameters(given_: str, kept: bool) -> None:
    assert fits(given_, WEATHER["function"]["parameters"]) is kept
