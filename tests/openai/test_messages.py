"""Messages are text, in an order a model can read, and open no turn of their own."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.completions.control_tokens import WORD_JOINER
from argo.errors import ArgoError
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit, FieldUnknown
from tests.openai.asking import conversation

USER = {"role": "user", "content": "Bonjour"}


def call(call_id: str = "call_1", arguments: str = '{"city":"Lyon"}', **more: Any) -> Any:
    function = {"name": "weather", "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function, **more}


def calling(*calls: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls), **more}


def answer(call_id: str = "call_1", content: Any = "12 °C") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def test_a_conversation_arrives_in_its_order() -> None:
    said = [{"role": "system", "content": "Be brief."}, USER]
    said += [{"role": "assistant", "content": "Bonjour !"}, USER]
    assert conversation(*said) == said


def test_parts_of_text_become_one_text() -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert conversation({"role": "user", "content": parts}) == [
        {"role": "user", "content": "one\ntwo"}
    ]


def test_what_comes_before_the_first_question_becomes_one_system_message() -> None:
    said = [{"role": "system", "content": "A"}, {"role": "developer", "content": "B"}, USER]
    assert conversation(*said) == [{"role": "system", "content": "A\n\nB"}, USER]
    assert conversation(*said, instructions="You are ARGO.") == [
        {"role": "system", "content": "You are ARGO.\n\nA\n\nB"},
        USER,
    ]
    assert conversation(USER, instructions="You are ARGO.")[0]["role"] == "system"


def test_parallel_tool_calls_and_their_answers_arrive() -> None:
    built = conversation(USER, calling(call("a"), call("b")), answer("b"), answer("a", ""), USER)
    assert [message["role"] for message in built] == ["user", "assistant", "tool", "tool", "user"]
    assert [each["id"] for each in built[1]["tool_calls"]] == ["a", "b"]
    assert built[1]["tool_calls"][0]["function"]["name"] == "weather"
    assert orjson.loads(built[1]["tool_calls"][0]["function"]["arguments"]) == {"city": "Lyon"}


def test_an_answer_of_the_official_sdk_can_be_sent_back_as_it_is() -> None:
    dumped: dict[str, Any] = {
        "role": "assistant",
        "content": "Bonjour !",
        "refusal": None,
        "annotations": [],
        "audio": None,
        "function_call": None,
        "tool_calls": None,
        "parsed": None,
        "reasoning_content": "They greet me.",
    }
    assert conversation(USER, dumped, USER)[1] == {"role": "assistant", "content": "Bonjour !"}


def test_reasoning_is_given_back_only_where_it_led_to_a_tool() -> None:
    built = conversation(USER, calling(call(), reasoning="Look it up."), answer())
    assert built[1]["reasoning"] == built[1]["reasoning_content"] == "Look it up."


@pytest.mark.parametrize("arguments", ["", "{}", '{"city": "Ly', "[1]", "null", '{"a":1}'])
def test_arguments_arrive_as_an_object_whatever_the_model_wrote(arguments: str) -> None:
    built = conversation(USER, calling(call(arguments=arguments)), answer())
    read = orjson.loads(built[1]["tool_calls"][0]["function"]["arguments"])
    assert isinstance(read, dict)
    assert arguments in ("", "{}", '{"a":1}') or read == {"not_json": arguments}


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        ([USER, answer()], "messages[1].tool_call_id"),
        ([answer()], "messages[0].tool_call_id"),
        ([USER, calling(call()), USER], "messages[2]"),
        ([USER, calling(call())], "messages[2]"),
        ([USER, calling(call("a"), call("b")), answer("a"), USER], "messages[3]"),
        ([USER, calling(call()), answer(), answer()], "messages[3].tool_call_id"),
        ([USER, calling(call()), answer("other")], "messages[2].tool_call_id"),
        ([USER, calling(call("a"), call("a"))], "messages[1].tool_calls"),
        ([{"role": "user", "content": ""}], "messages[0].content"),
        ([{"role": "user", "content": []}], "messages[0].content"),
        ([{"role": "user", "content": None}], "messages[0].content"),
        ([{"role": "user", "content": 7}], "messages[0].content"),
        ([{"role": "narrator", "content": "x"}], "messages[0].role"),
        ([{"role": ["user"], "content": "x"}], "messages[0].role"),
        (["Bonjour"], "messages[0]"),
        ([USER] * 4097, "messages"),
        ([{"role": "user", "content": "\ud800"}], "messages[0].content"),
        ([USER, calling(call(arguments="[" * 30)), answer()], None),
        (
            [USER, calling(call(arguments='{"a":' * 30 + "1" + "}" * 30))],
            "messages[1].tool_calls[0].function.arguments",
        ),
    ],
)
def test_what_is_out_of_order_is_named(messages: list[Any], param: str | None) -> None:
    if param is None:
        conversation(*messages)
        return
    with pytest.raises(FieldUnfit) as refused:
        conversation(*messages)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"content": "x"}, "messages[0].role"),
        ({"role": "user"}, "messages[0].content"),
        ({"role": "assistant"}, "messages[0].content"),
        ({"role": "tool", "content": "x"}, "messages[0].tool_call_id"),
        ({"role": "user", "content": [{"text": "x"}]}, "messages[0].content[0].type"),
        ({"role": "user", "content": [{"type": "text"}]}, "messages[0].content[0].text"),
    ],
)
def test_what_is_missing_is_named(message: dict[str, Any], param: str) -> None:
    with pytest.raises(FieldMissing) as missing:
        conversation(message)
    assert missing.value.param == param


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "video_url", "video_url": {"url": "https://example.org"}},
    ],
)
def test_images_sound_and_files_are_refused_with_a_word(part: dict[str, Any]) -> None:
    with pytest.raises(FieldRefused) as refused:
        conversation({"role": "user", "content": [{"type": "text", "text": "See:"}, part]})
    assert refused.value.param == "messages[0].content[1].type"
    assert "text only" in refused.value.text("en")


def test_old_forms_and_unknown_fields_are_refused() -> None:
    with pytest.raises(FieldRefused):
        conversation(USER, {"role": "function", "name": "f", "content": "x"})
    with pytest.raises(FieldRefused):
        conversation({**USER, "role": "assistant", "audio": {"id": "a"}})
    with pytest.raises(FieldUnknown) as refused:
        conversation({**USER, "prefix": True})
    assert refused.value.param == "messages[0].prefix"


TOKEN = "<|start|>"
BROKEN = f"<{WORD_JOINER}|start|>"


def test_control_tokens_are_text_wherever_they_stand() -> None:
    built = conversation(
        {"role": "system", "content": f"s{TOKEN}"},
        {"role": "user", "content": [{"type": "text", "text": f"u{TOKEN}"}]},
        calling(call(TOKEN, '{"a<|start|>":"\\u003c|start|\\u003e"}'), reasoning=TOKEN),
        answer(TOKEN, TOKEN),
    )
    written = orjson.dumps(built).decode()
    assert TOKEN not in written
    assert written.count(BROKEN) == 9
    assert built[2]["tool_calls"][0]["id"] == built[3]["tool_call_id"]


def test_instructions_of_the_institute_are_its_own() -> None:
    assert conversation(USER, instructions=TOKEN)[0]["content"] == TOKEN


ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function"])
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": ROLES},
        optional={
            "content": st.none() | st.text(max_size=9) | st.just([{"type": "text", "text": "x"}]),
            "tool_calls": st.lists(st.sampled_from([call("a"), call("b"), call("c", "{")])),
            "tool_call_id": st.sampled_from(["a", "b", "c"]),
            "name": st.just("n"),
        },
    ),
    max_size=6,
)


@given(MESSAGES)
def test_any_messages_are_rebuilt_in_order_or_refused(messages: list[dict[str, Any]]) -> None:
    try:
        built = conversation(*messages)
    except ArgoError:
        return
    waiting: set[str] = set()
    for message in built:
        assert set(message) <= {"role", "content", "tool_calls", "tool_call_id"}
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
        else:
            assert not waiting
            waiting = {each["id"] for each in message.get("tool_calls", ())}
    assert not waiting
