"""A request is rebuilt from checked fields; whatever else it holds is refused by name."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.errors import ArgoError
from argo.openai import fields
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit, FieldUnknown
from argo.openai.lists import IGNORED, PASSED, REFUSED
from tests.openai.asking import ABLE, HELLO, MODEL_ID, function, model, rebuilt, sent

FORM = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
BUILT_FROM = frozenset(PASSED) - {"model", "stream", "stream_options", "max_completion_tokens"}


def test_a_plain_question_reaches_the_engine_as_its_messages_alone() -> None:
    asked = rebuilt()
    assert asked.fields == {"messages": HELLO}
    assert not asked.stream


def test_every_passed_field_arrives() -> None:
    tool = function("look_up", {"type": "object", "properties": {"word": {"type": "string"}}})
    whole = {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "n": 2,
        "stop": ["\n\n", "FIN"],
        "seed": 7,
        "presence_penalty": -1,
        "frequency_penalty": 1.5,
        "logit_bias": {"50256": -100},
        "logprobs": True,
        "top_logprobs": 5,
        "tools": [tool],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "response_format": FORM,
        "reasoning_effort": "high",
    }
    assert sent(**whole, max_completion_tokens=100) == {**whole, "max_tokens": 100}


def test_what_only_argo_may_say_is_not_among_the_fields() -> None:
    asked = rebuilt(stream=True, stream_options={"include_usage": True})
    assert asked.fields == {"messages": HELLO}
    assert asked.stream
    assert asked.include_usage


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_an_ignored_field_changes_nothing(name: str) -> None:
    harmless = {"store": False, "modalities": ["text"]}.get(name, {"any": "thing"})
    assert rebuilt(**{name: harmless}) == rebuilt()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_field_is_refused_by_name_with_a_reason(name: str) -> None:
    with pytest.raises(FieldRefused) as refused:
        rebuilt(**{name: {"any": "thing"}})
    assert refused.value.param == name
    assert f"'{name}' is not available here: {REFUSED[name]}." in refused.value.text("en")
    assert rebuilt(**{name: None}) == rebuilt()


@pytest.mark.parametrize("name", ["temprature", "model_kwargs", "", "\n{injected}", "é" * 100])
def test_a_field_nobody_knows_is_refused_by_a_name_fit_to_be_shown(name: str) -> None:
    with pytest.raises(FieldUnknown) as refused:
        rebuilt(**{name: 1})
    shown = refused.value.param
    assert shown is not None
    assert len(shown) <= 64
    assert shown.isascii()
    assert shown in refused.value.text("fr")


def test_the_three_lists_do_not_overlap_and_every_passed_field_is_read() -> None:
    assert not set(PASSED) & set(IGNORED)
    assert not set(PASSED) & set(REFUSED)
    assert not set(IGNORED) & set(REFUSED)
    assert set(fields.readers()) == set(PASSED) - {"model", "stream", "stream_options"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("n", 0),
        ("n", 5),
        ("n", 1.0),
        ("n", True),
        ("n", "2"),
        ("temperature", 2.1),
        ("temperature", -0.1),
        ("temperature", "hot"),
        ("top_p", 1.1),
        ("top_k", 1001),
        ("min_p", 2),
        ("seed", 2**63),
        ("seed", 1.5),
        ("presence_penalty", 3),
        ("frequency_penalty", -2.5),
        ("logprobs", "yes"),
        ("top_logprobs", 6),
        ("top_logprobs", 2),
        ("max_tokens", 0),
        ("max_tokens", 8193),
        ("max_completion_tokens", 10**9),
        ("stop", ["a"] * 5),
        ("stop", [""]),
        ("stop", "é" * 33),
        ("stop", [1]),
        ("stop", {"a": 1}),
        ("logit_bias", {str(n): 1 for n in range(301)}),
        ("logit_bias", {"hello": 1}),
        ("logit_bias", {"-1": 1}),
        ("logit_bias", {"1": 101}),
        ("logit_bias", [1]),
        ("parallel_tool_calls", 1),
        ("reasoning_effort", "extreme"),
        ("response_format", "json"),
        ("stream", "true"),
        ("stream_options", {"include_usage": True}),
    ],
)
def test_a_value_out_of_its_range_is_named(name: str, wrong: object) -> None:
    with pytest.raises(FieldUnfit) as refused:
        rebuilt(**{name: wrong})
    assert refused.value.param == name
    assert refused.value.text("en").startswith(f"'{name}' must be ")


def test_the_answer_is_bounded_by_the_newer_of_two_names() -> None:
    assert sent(max_tokens=5) == {"max_tokens": 5}
    assert sent(max_tokens=5, max_completion_tokens=9) == {"max_tokens": 9}


def test_efforts_of_newer_sdks_are_brought_to_the_three_models_know() -> None:
    efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]
    built = [sent(reasoning_effort=effort)["reasoning_effort"] for effort in efforts]
    assert built == ["low", "low", "low", "medium", "high", "high", "high"]


def test_null_counts_as_absent() -> None:
    assert rebuilt(**dict.fromkeys(PASSED, None) | {"messages": HELLO, "model": "x"}) == rebuilt()


def test_one_stop_may_come_without_an_array() -> None:
    assert sent(stop="FIN") == {"stop": ["FIN"]}
    assert sent(stop=[]) == {}


def test_the_likeliest_token_alone_is_asked_in_a_way_every_engine_takes() -> None:
    assert 0 < sent(top_p=0)["top_p"] < 0.001


@pytest.mark.parametrize("store", [True, 1, "yes"])
def test_storing_is_refused_because_nothing_is_stored(store: object) -> None:
    with pytest.raises(FieldRefused) as refused:
        rebuilt(store=store)
    assert "stores nothing" in refused.value.text("en")


def test_audio_is_refused() -> None:
    with pytest.raises(FieldRefused):
        rebuilt(modalities=["text", "audio"])


def test_options_of_a_stream_are_read_by_name() -> None:
    assert not rebuilt(stream=True, stream_options={"include_obfuscation": False}).include_usage
    with pytest.raises(FieldUnknown) as refused:
        rebuilt(stream=True, stream_options={"continuous_usage_stats": True})
    assert refused.value.param == "stream_options.continuous_usage_stats"


def test_a_model_is_asked_only_for_what_it_can() -> None:
    body = {"model": MODEL_ID, "messages": HELLO}
    for more in ({"tools": [function("f")]}, {"response_format": FORM}):
        with pytest.raises(FieldRefused) as refused:
            fields.rebuilt({**body, **more}, model(), None)
        assert refused.value.param in more
        assert "GPT-OSS 20B cannot" in refused.value.text("en")


def test_model_and_messages_are_needed() -> None:
    with pytest.raises(FieldMissing) as missing:
        fields.model_name({"messages": HELLO})
    assert missing.value.param == "model"
    with pytest.raises(FieldMissing) as missing:
        fields.rebuilt({"model": MODEL_ID}, ABLE, None)
    assert missing.value.param == "messages"
    with pytest.raises(FieldUnfit):
        fields.model_name({"model": ["gpt"]})


ANY_NAMES = (
    "type function name parameters properties items $ref enum pattern required anyOf role content "
    "text tool_calls id arguments json_schema schema mode tools"
).split()
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(ANY_NAMES) | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
NAMES = st.sampled_from([*PASSED, *IGNORED, *REFUSED]) | st.text(max_size=6)


@given(st.dictionaries(NAMES, JSON, max_size=6), st.booleans())
def test_any_request_is_rebuilt_or_refused_in_argos_own_words(
    body: dict[str, Any], asks: bool
) -> None:
    if asks:
        body["messages"] = HELLO
    try:
        asked = fields.rebuilt(body, ABLE, None)
    except ArgoError as error:
        assert error.text("en")
        assert error.text("fr")
        assert error.param is not None
    else:
        assert set(asked.fields) <= BUILT_FROM
        orjson.dumps(asked.fields)


@given(JSON, st.sampled_from([*PASSED]))
def test_any_value_of_a_passed_field_is_read_or_refused(value: Any, name: str) -> None:
    body = {"messages": HELLO, "tools": [function("f")], "stream": True, name: value}
    try:
        asked = fields.rebuilt(body, ABLE, None)
    except ArgoError as error:
        assert error.param is not None
        assert error.param.startswith(name) or name == "tools"
    else:
        assert set(asked.fields) <= BUILT_FROM
        assert len(orjson.dumps(asked.fields)) < 10_000
