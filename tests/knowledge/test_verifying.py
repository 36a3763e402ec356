"""What an answer cites is looked up in what it cites."""

from __future__ import annotations

import pytest

from argo.knowledge.verifying import Cited, cited, unfound

SEA = "Le carottage a atteint 1 234,5 m en 2019. « La base est schisteuse », note le journal."
LAB = "The lab opens at 9 and has 35 seats."


def test_markers_are_told_with_their_place_and_others_are_plain_text() -> None:
    answer = "It opens at 9 [2]. The depth is known [1, 2]. See [7], [x] and [0]."
    assert [(each.index, each.number) for each in cited(answer, [SEA, LAB])] == [
        (14, 2),
        (38, 1),
        (38, 2),
    ]


def test_a_marker_behind_the_full_stop_belongs_to_its_sentence() -> None:
    answer = "It has 36 seats. [1] It opens at 9. [1]\nNothing cited: 77."
    assert cited(answer, [LAB]) == [Cited(17, 1, ("36",)), Cited(36, 1, ())]


def test_only_the_cited_passages_count_and_together() -> None:
    assert cited("35 seats [1].", [SEA, LAB])[0].missing == ("35",)
    assert cited("35 seats in 2019 [1][2].", [SEA, LAB])[0].missing == ()


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("The core reached 1,234.5 m.", []),
        ("Le carottage a atteint 1234,5 m.", []),
        ("The core reached 12,345 m.", ["12,345"]),
        ("It said “la base est schisteuse”.", []),
        ('The log notes "La base est\u00a0schisteuse, ".', []),
        ("Le journal note « la base est calcaire ».", ["la base est calcaire"]),
        ("3. It was in 2019 and in 2020, in 2020.", ["2020"]),
        ("No figure here.", []),
    ],
)
def test_numbers_and_quotations_are_looked_up_however_they_are_written(
    sentence: str, missing: list[str]
) -> None:
    assert unfound(sentence, [SEA]) == missing


def test_a_decimal_is_not_a_whole_number() -> None:
    assert unfound("It is 3.5.", ["It is 35."]) == ["3.5"]
    assert unfound("It is 3,5.", ["It is 3.50."]) == []


def test_a_long_answer_is_read_in_no_time() -> None:
    assert len(cited("It opens at 9 [1]. " * 5000, [LAB])) == 5000
    assert cited("[1,1,1" * 20_000 + "." * 20_000, [LAB]) == []
