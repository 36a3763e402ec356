"""What search compares: the same word in whatever form is one, and none can be read."""

from __future__ import annotations

import re
import time
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argo.storage import lexemes
from argo.storage.sealing import OwnerKey
from argo.storage.stop_words import STOP_WORDS
from argo.storage.types import Owner
from tests.support.postgres import Addresses

KEY, OTHER_KEY = bytes(32), bytes(31) + b"\x01"
KEY_ID = UUID(int=1)


def stems(text: str) -> set[str]:
    return {stem for word in lexemes.words(text) for stem in word.stems}


@pytest.mark.parametrize(
    "forms",
    [
        "l'élevage élevage Élevages ELEVAGE elevages l’élevage d'élevages",
        "mangé mangée mangees mangées manger mangeait",
        "bovin bovine bovins bovines",
        "national nationale nationaux",
        "cœur coeur cœurs",
        "analyse analyses analyser analysed",
        "running runs run",
        "study studies studied",
        "protein proteins",
        "farmer farmers farmer's",
    ],
)
def test_forms_of_a_word_are_one(forms: str) -> None:
    found = [set(word.stems) for word in lexemes.words(forms)]
    assert len(found) == len(forms.split())
    assert all(each & found[0] for each in found), found


@pytest.mark.parametrize(
    ("one", "other"), [("poisson", "poison"), ("chevaux", "cheveux"), ("2024", "2025")]
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert not stems(one) & stems(other)


@given(st.text(alphabet="aàâäbcçdeéèêëhiîïlmnoôöpqrstuùûüvxyzœ -'\n", max_size=200))
def test_accents_and_case_make_no_difference(text: str) -> None:
    heard = [word for word in re.split(r"[ \-'\n]+", text) if word.lower() not in STOP_WORDS]
    for word in heard:
        if lexemes.folded(word) not in STOP_WORDS and word:
            assert stems(word) == stems(lexemes.folded(word)) == stems(word.upper())


def test_stop_words_are_dropped_and_keep_their_place() -> None:
    found = [(word.position, word.start) for word in lexemes.words("le chef de la station")]
    assert found == [(2, 3), (5, 14)]
    assert lexemes.query("le la les, of the", KEY) is None
    assert lexemes.query('"" «» !!!', KEY) is None


@given(st.text(max_size=300))
def test_words_stand_where_they_say(text: str) -> None:
    last = 0
    for word in lexemes.words(text):
        assert last <= word.start < word.end <= len(text)
        assert lexemes.folded(text[word.start : word.end]) != ""
        last = word.end


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=4, max_size=20))
def test_a_key_hides_the_word_and_tells_owners_apart(word: str) -> None:
    hidden, others = lexemes.vector(word, KEY), lexemes.vector(word, OTHER_KEY)
    assert lexemes.folded(word) not in hidden
    assert not hidden or hidden != others


def test_the_key_of_search_is_not_the_key_of_content() -> None:
    owner = Owner(KEY_ID, KEY_ID)
    one, other = OwnerKey(owner, KEY), OwnerKey(owner, OTHER_KEY)
    assert len({one.lexeme_key, other.lexeme_key, KEY, OTHER_KEY}) == 4


def found(addresses: Addresses, text: str, query: str) -> bool:
    asked = lexemes.query(query, KEY)
    assert asked is not None
    with psycopg.connect(addresses.superuser) as connection:
        row = connection.execute(
            "SELECT %s::tsvector @@ %s::tsquery", (lexemes.vector(text, KEY), asked)
        ).fetchone()
    assert row is not None
    return bool(row[0])


TEXT = (
    "Le chef de la station de l'Auzeville a publié « L'élevage bovin » (doi 10.1093/nar.42) : "
    "peut-être max_tokens=300, l'IRM-3, in the farmer's fields."
)


@pytest.mark.parametrize(
    "query",
    [
        "elevage",
        "élevages bovins",
        '"élevage bovin"',
        '"chef de la station" Auzeville',
        '"chef de la station" Auzeville',
        "«élevages bovine»",
        "10.1093/nar.42",
        "max_tokens",
        "irm",
        "field",
        "peut-être publiées",
    ],
)
def test_postgresql_finds(addresses: Addresses, query: str) -> None:
    assert found(addresses, TEXT, query)


@pytest.mark.parametrize(
    "query",
    [
        '"bovin élevage"',
        '"chef station"',
        "élevage porcin",
        "10.1093/nar.43",
        "tokens_max",
        '"station publié"',
    ],
)
def test_postgresql_does_not_find(addresses: Addresses, query: str) -> None:
    assert not found(addresses, TEXT, query)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=400), query=st.text(max_size=60))
def test_postgresql_reads_what_is_written(addresses: Addresses, text: str, query: str) -> None:
    asked = lexemes.query(query, KEY)
    with psycopg.connect(addresses.superuser) as connection:
        connection.execute(
            "SELECT %s::tsvector, %s::tsquery", (lexemes.vector(text, KEY), asked or "")
        )
    wanted = lexemes.stems(query)
    assert (asked is None) == (not wanted)


@settings(max_examples=40, deadline=None)
@given(words=st.lists(st.from_regex(r"[a-z]{5,9}", fullmatch=True), min_size=2, max_size=8))
def test_a_text_is_found_by_itself_as_a_phrase(addresses: Addresses, words: list[str]) -> None:
    text = " ".join(words)
    if lexemes.stems(text):
        assert found(addresses, f"avant {text} après", f'"{text}"')


def test_the_longest_text_fits(addresses: Addresses) -> None:
    """More words than a vector holds: many are found, and PostgreSQL takes it."""
    text = "début " + " ".join(f"mot{number}x" for number in range(60_000)) + " fin " * 40_000
    assert found(addresses, text, "debut mot29000x")


def test_hits_are_shown_where_the_word_stands() -> None:
    text = "L'élevage et les Élevages bovins"
    shown = [text[start:end] for start, end in lexemes.spans(text, lexemes.stems("elevage"))]
    assert shown == ["élevage", "Élevages"]


def test_a_message_costs_little() -> None:
    """Two kB take less than 3 ms of CPU on a busy machine; bench/search.py measures exactly."""
    text = (TEXT + " ") * 14
    lexemes.vector(text, KEY)
    before = time.process_time()
    for _ in range(20):
        lexemes.vector(text[:2000], KEY)
    assert (time.process_time() - before) / 20 < 0.003
