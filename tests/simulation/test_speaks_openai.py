"""The official SDK speaks with the simulated engine as with OpenAI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from argo.simulation.words import answer_words
from tests.support.engine import ScriptedEngine, scripted_engine

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Bonjour"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city", "days"],
        },
    },
}


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedEngine]:
    """An engine with a plain and a reasoning model."""
    async with scripted_engine(models=("plain",), reasoning_models=("thinker",)) as engine:
        yield engine


@pytest.fixture
async def client(engine: ScriptedEngine) -> AsyncIterator[openai.AsyncOpenAI]:
    """The official client, pointed at the engine."""
    async with openai.AsyncOpenAI(base_url=engine.url, api_key="any", max_retries=0) as client:
        yield client


async def test_a_streamed_answer_comes_word_by_word_and_whole(client: openai.AsyncOpenAI) -> None:
    """One token a chunk, nothing lost or doubled, usage at the end."""
    stream = await client.chat.completions.create(
        model="plain", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]

    said = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert said == answer_words("Bonjour", 40)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-2:] == [None, "stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 40
    assert chunks[-1].usage.total_tokens == 40 + chunks[-1].usage.prompt_tokens


async def test_a_whole_answer_says_the_same(client: openai.AsyncOpenAI) -> None:
    """Without a stream the words and the usage are those of the stream."""
    answer = await client.chat.completions.create(model="plain", messages=HELLO)

    assert answer.choices[0].message.content == "".join(answer_words("Bonjour", 40))
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 40


async def test_max_tokens_cuts_and_says_length(client: openai.AsyncOpenAI) -> None:
    """Both names of the limit are honoured."""
    for limit in ({"max_tokens": 3}, {"max_completion_tokens": 3}):
        answer = await client.chat.completions.create(model="plain", messages=HELLO, **limit)  # type: ignore[call-overload]
        assert answer.choices[0].message.content == "".join(answer_words("Bonjour", 3))
        assert answer.choices[0].finish_reason == "length"


async def test_ignore_eos_writes_as_long_as_asked(client: openai.AsyncOpenAI) -> None:
    """An engine told to ignore the end goes on past its usual length."""
    answer = await client.chat.completions.create(
        model="plain", messages=HELLO, max_tokens=100, extra_body={"ignore_eos": True}
    )
    assert answer.choices[0].message.content == "".join(answer_words("Bonjour", 100))


async def test_several_choices_differ_and_all_finish(client: openai.AsyncOpenAI) -> None:
    """`n` gives so many different answers, streamed side by side."""
    stream = await client.chat.completions.create(model="plain", messages=HELLO, n=3, stream=True)
    said, finished = ["", "", ""], []
    async for chunk in stream:
        for choice in chunk.choices:
            said[choice.index] += choice.delta.content or ""
            finished += [choice.index] if choice.finish_reason else []

    assert said == ["".join(answer_words("Bonjour", 40, choice=at)) for at in range(3)]
    assert sorted(finished) == [0, 1, 2]


async def test_a_seed_changes_the_words_and_repeats_them(client: openai.AsyncOpenAI) -> None:
    """The same seed gives the same words, another seed others."""

    async def ask(seed: int | None) -> str | None:
        answer = await client.chat.completions.create(model="plain", messages=HELLO, seed=seed)
        return answer.choices[0].message.content

    assert await ask(1) == await ask(1) != await ask(2)


async def test_stop_ends_the_answer_before_its_text(client: openai.AsyncOpenAI) -> None:
    """Nothing of the stop text is said."""
    whole = "".join(answer_words("Bonjour", 40))
    stop = whole[30:34]
    answer = await client.chat.completions.create(model="plain", messages=HELLO, stop=[stop, "§§"])

    assert answer.choices[0].message.content == whole[: whole.index(stop)]
    assert answer.choices[0].finish_reason == "stop"


async def test_log_probabilities_come_for_every_token(client: openai.AsyncOpenAI) -> None:
    """Each token has its own, and as many rivals as asked for."""
    answer = await client.chat.completions.create(
        model="plain", messages=HELLO, logprobs=True, top_logprobs=2, max_tokens=5
    )
    logprobs = answer.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is not None
    assert [entry.token for entry in logprobs.content] == answer_words("Bonjour", 5)
    assert {len(entry.top_logprobs) for entry in logprobs.content} == {2}


async def test_a_required_tool_is_called_with_fitting_arguments(client: openai.AsyncOpenAI) -> None:
    """Whole and streamed calls carry the same JSON."""
    answer = await client.chat.completions.create(
        model="plain", messages=HELLO, tools=[WEATHER], tool_choice="required"
    )
    call: Any = (answer.choices[0].message.tool_calls or [])[0]
    assert (call.function.name, call.function.arguments) == ("weather", '{"city":"mot","days":1}')
    assert answer.choices[0].finish_reason == "tool_calls"

    stream = await client.chat.completions.create(
        model="plain", messages=HELLO, tools=[WEATHER], tool_choice="required", stream=True
    )
    deltas = [c.choices[0].delta.tool_calls async for c in stream if c.choices]
    functions = [delta[0].function for delta in deltas if delta and delta[0].function]
    assert functions[0].name == "weather"
    assert "".join(f.arguments or "" for f in functions) == '{"city":"mot","days":1}'


async def test_a_named_tool_ends_with_stop(client: openai.AsyncOpenAI) -> None:
    """As vLLM does when the caller names the tool."""
    answer = await client.chat.completions.create(
        model="plain",
        messages=HELLO,
        tools=[WEATHER],
        tool_choice={"type": "function", "function": {"name": "weather"}},
    )
    assert answer.choices[0].message.tool_calls
    assert answer.choices[0].finish_reason == "stop"


async def test_an_answer_held_to_a_schema_fits_it(client: openai.AsyncOpenAI) -> None:
    """The smallest instance of the schema."""
    schema: Any = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "tags": {"type": "array", "minItems": 1}},
        "required": ["name", "tags"],
    }
    answer = await client.chat.completions.create(
        model="plain",
        messages=HELLO,
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
    )
    assert answer.choices[0].message.content == '{"name":"mot","tags":[null]}'


async def test_a_reasoning_model_reasons_first(client: openai.AsyncOpenAI) -> None:
    """More effort, more reasoning; the words come after it."""

    async def shares(effort: Any) -> tuple[int, int]:
        stream = await client.chat.completions.create(
            model="thinker", messages=HELLO, reasoning_effort=effort, stream=True
        )
        kinds = []
        async for chunk in stream:
            delta = chunk.choices[0].delta.model_dump(exclude_unset=True)
            kinds += [kind for kind in ("reasoning", "content") if delta.get(kind)]
        assert kinds == sorted(kinds, reverse=True)
        return kinds.count("reasoning"), kinds.count("content")

    assert await shares("low") == (4, 36)
    assert await shares("high") == (20, 20)


async def test_text_completions_stream_and_come_whole(client: openai.AsyncOpenAI) -> None:
    """The older API says the same words."""
    answer = await client.completions.create(model="plain", prompt="Bonjour", max_tokens=7)
    stream = await client.completions.create(
        model="plain", prompt="Bonjour", max_tokens=7, stream=True
    )
    said = [chunk.choices[0].text async for chunk in stream]

    assert answer.choices[0].text == "".join(said) == "".join(answer_words("Bonjour", 7))
    assert answer.object == "text_completion"


async def test_embeddings_are_the_same_in_both_encodings(client: openai.AsyncOpenAI) -> None:
    """The SDK asks for base64 by itself; near texts lie nearer than far ones."""
    texts = ["la lumière des étoiles", "la lumière des galaxies", "un budget de voyage"]
    vectors = (await client.embeddings.create(model="plain", input=texts)).data
    plain = await client.embeddings.create(model="plain", input=texts, encoding_format="float")

    def near(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    first, second, third = (vector.embedding for vector in vectors)
    assert first == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert len(first) == 384
    assert near(first, second) > near(first, third)


async def test_models_say_their_context(client: openai.AsyncOpenAI) -> None:
    """Both models are listed, with vLLM's own field."""
    models = (await client.models.list()).data
    assert [model.id for model in models] == ["plain", "thinker"]
    assert models[0].model_dump()["max_model_len"] == 131_072


async def test_an_unknown_model_is_not_found(client: openai.AsyncOpenAI) -> None:
    """404 in OpenAI's error body."""
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        await client.chat.completions.create(model="another", messages=HELLO)


async def test_too_long_a_question_is_refused_in_vllms_words(client: openai.AsyncOpenAI) -> None:
    """400 that names the context length."""
    long: list[ChatCompletionMessageParam] = [{"role": "user", "content": "mot " * 140_000}]
    with pytest.raises(openai.BadRequestError, match="maximum context length is 131072 tokens"):
        await client.chat.completions.create(model="plain", messages=long)
