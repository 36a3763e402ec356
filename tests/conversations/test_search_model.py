"""Search against a naive model: lists of words, compared one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argo.clock import Clock
from argo.conversations import store
from argo.conversations.rows import sealed_message, sealed_title
from argo.conversations.search import Search
from argo.conversations.types import Message
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.types import Owner
from tests.fixtures import NewPerson

# A word, and the ways in which people write it. The model knows nothing of stems.
FORMS = {
    "cow": ("vache", "vaches", "Vache", "VACHES", "la vache", "d'vaches"),
    "breed": ("élevage", "elevages", "l'élevage", "L’ÉLEVAGE", "d'élevages"),
    "run": ("running", "runs", "Run"),
    "heart": ("cœur", "coeurs", "CŒUR"),
    "gene": ("gène", "genes", "GENE", "le gène"),
    "2024": ("2024",),
}
WORDS = st.sampled_from(sorted(FORMS))
TEXTS = st.lists(st.tuples(WORDS, st.integers(0, 5)), max_size=6)
QUERIES = st.lists(
    st.tuples(st.booleans(), st.lists(st.tuples(WORDS, st.integers(0, 5)), min_size=1, max_size=2)),
    min_size=1,
    max_size=3,
)


@dataclass
class Model:
    """A conversation as lists of words: its title, its messages."""

    title: list[str]
    messages: list[list[str]] = field(default_factory=list)
    deleted: bool = False

    def holds(self, query: list[tuple[bool, list[str]]]) -> bool:
        """Whether one of its texts holds all that is asked for."""
        texts = [self.title, *self.messages]
        return not self.deleted and any(
            all(
                _beside(words, text) if phrase else set(words) <= set(text)
                for phrase, words in query
            )
            for text in texts
        )


def _beside(words: list[str], text: list[str]) -> bool:
    size = len(words)
    return any(text[at : at + size] == words for at in range(len(text) - size + 1))


def _written(words: list[tuple[str, int]]) -> str:
    # No articles inside: they count as places between words.
    forms = [FORMS[word][which % len(FORMS[word])] for word, which in words]
    return " ".join(form.removeprefix("la ").removeprefix("le ") for form in forms)


def _asked(query: list[tuple[bool, list[tuple[str, int]]]]) -> str:
    return " ".join(
        f'"{_written(words)}"' if phrase else _written(words) for phrase, words in query
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    written=st.lists(
        st.tuples(TEXTS, st.lists(TEXTS, max_size=2), st.booleans()), min_size=1, max_size=4
    ),
    queries=st.lists(QUERIES, min_size=1, max_size=4),
)
async def test_search_finds_what_comparing_each_word_finds(
    database: Database,
    key_store: KeyStore,
    new_person: NewPerson,
    written: list[tuple[list[tuple[str, int]], list[list[tuple[str, int]]], bool]],
    queries: list[list[tuple[bool, list[tuple[str, int]]]]],
) -> None:
    clock, owner = Clock(), await new_person()
    search = Search(database, key_store, clock)
    models: dict[UUID, Model] = {}
    for title, messages, deleted in written:
        made = await _kept(database, key_store, owner, _written(title), map(_written, messages))
        words = [[word for word, _ in each] for each in messages]
        models[made] = Model([word for word, _ in title], words, deleted)
        if deleted:
            async with database.person(owner) as person:
                await store.deleted(person, made, clock.now())
    for query in queries:
        found = await search.find(owner, _asked(query))
        plain = [(phrase, [word for word, _ in words]) for phrase, words in query]
        expected = {each for each, model in models.items() if model.holds(plain)}
        assert {hit.conversation_id for hit in found.hits} == expected, _asked(query)
        for hit in found.hits:
            parts = [*(hit.title or []), *hit.snippet]
            assert any(part.found for part in parts)


async def _kept(
    database: Database, key_store: KeyStore, owner: Owner, title: str, texts: map[str]
) -> UUID:
    """Store a conversation, in the way asking does."""
    clock, key = Clock(), await key_store.key_or_new(owner)
    made = clock.new_id()
    async with database.person(owner) as person:
        await store.conversation_made(person, owner, made, "generalist", "small", clock.now())
        await store.titled_by_user(person, made, sealed_title(title, made, key))
        for text in texts:
            message = replace(BLANK, id=clock.new_id(), conversation_id=made, text=text)
            await store.message_added(person, owner, await sealed_message(message, key))
    return made


BLANK = Message(
    id=UUID(int=0),
    conversation_id=UUID(int=0),
    parent_id=None,
    role="user",
    text="",
    reasoning=None,
    reasoning_seconds=None,
    state="complete",
    error_code=None,
    model_id=None,
    finish_reason=None,
    last_event=0,
    created_at=Clock().now(),
)
