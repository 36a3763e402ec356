"""Passages lose no word, follow headings, keep pages, and repeat a table's header."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from argo.extraction.passages import passages, tokens_estimate
from argo.extraction.types import Block, Extracted

WORDS = st.text(alphabet="abcdefé.|#- ", min_size=1, max_size=12).filter(str.strip)
TEXTS = st.lists(WORDS, min_size=1, max_size=300).map(" ".join)
PARAGRAPHS = st.lists(TEXTS, min_size=1, max_size=4).map("\n\n".join)
TABLES = st.lists(
    st.lists(st.text("xyz0 ", max_size=8), min_size=3, max_size=3), min_size=1, max_size=80
)


def document(*blocks: Block) -> Extracted:
    return Extracted("pdf", "application/pdf", 9, blocks, (), "test")


def table_of(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "| --- | --- | --- |", *lines[1:]])


BLOCKS = st.lists(
    st.one_of(
        st.builds(Block, PARAGRAPHS, st.integers(1, 9), st.just(("un",)), st.just("text")),
        st.builds(
            lambda words: Block(f"## {words}", 2, ("un",), "heading"),
            WORDS.filter(lambda words: words.strip("# ")),
        ),
        st.builds(lambda rows: Block(table_of(rows), 3, ("un", "deux"), "table"), TABLES),
    ),
    max_size=12,
)


@given(BLOCKS, st.integers(20, 400))
def test_no_word_is_lost(blocks: list[Block], target: int) -> None:
    made = passages(document(*blocks), target)
    wanted = Counter(
        "".join(letter for block in blocks for letter in block.text if letter.isalnum())
    )
    got = Counter("".join(letter for each in made for letter in each.text if letter.isalnum()))
    assert not wanted - got
    assert [each.ordinal for each in made] == list(range(len(made)))


@given(BLOCKS, st.integers(20, 400))
def test_no_passage_is_far_above_its_target(blocks: list[Block], target: int) -> None:
    for each in passages(document(*blocks), target):
        assert each.tokens_estimate <= target * 1.5 + 20


def test_a_word_without_end_is_cut() -> None:
    made = passages(document(Block("x" * 10_000, 1, (), "text")), 100)
    assert "".join(each.text for each in made) == "x" * 10_000
    assert all(each.tokens_estimate <= 101 for each in made)


def test_a_long_table_repeats_its_header() -> None:
    rows = [["nom", "âge", "ville"], *([f"n{at}", f"{at}", "Nice"] for at in range(100))]
    made = passages(document(Block(table_of(rows), 4, ("Liste",), "table")), 120)
    assert len(made) > 5
    assert all(
        each.text.startswith("| nom | âge | ville |\n| --- | --- | --- |\n") for each in made
    )
    assert sum(each.text.count("| Nice |") for each in made) == 100
    assert {each.heading for each in made} == {("Liste",)}


def test_a_passage_begins_at_its_heading_and_tells_its_pages() -> None:
    long = "Un deux trois quatre cinq. " * 30
    made = passages(
        document(
            Block("# Avant", 1, (), "heading"),
            Block(long, 1, ("Avant",), "text"),
            Block("# Après", 2, (), "heading"),
            Block(long, 2, ("Après",), "text"),
            Block(long, 3, ("Après",), "text"),
        )
    )
    assert [each.text.split("\n")[0] for each in made][:2] == ["# Avant", "# Après"]
    assert [(each.heading, each.first_page) for each in made][:2] == [
        (("Avant",), 1),
        (("Après",), 2),
    ]
    assert made[-1].last_page == 3


def test_small_sections_share_a_passage_under_what_they_share() -> None:
    blocks = [
        block
        for at in range(3)
        for block in (
            Block(f"## {at}", at + 1, ("Livre",), "heading"),
            Block("Trois mots seulement.", at + 1, ("Livre", str(at)), "text"),
        )
    ]
    (only,) = passages(document(*blocks))
    assert (only.heading, only.first_page, only.last_page) == (("Livre",), 1, 3)


def test_tokens_are_estimated_and_nothing_gives_nothing() -> None:
    assert 200 < tokens_estimate("mot " * 200) < 300
    assert passages(document()) == ()
