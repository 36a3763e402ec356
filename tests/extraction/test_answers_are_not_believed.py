"""The parent looks at each field of what a child says, for a document may have taken it over."""

from __future__ import annotations

import orjson
import pytest

from argo.extraction.remarks import WORDS, remark
from argo.extraction.sandbox import wire
from argo.extraction.types import Block

GOOD = ["text", 1, ["heading"], "text"]


def test_blocks_come_through_as_they_were() -> None:
    blocks = [Block("été" * 1000, at + 1, ("un", "deux"), "table") for at in range(500)]
    came: list[Block] = []
    for frame in wire.frames_of(blocks):
        assert wire.length_of(frame[:4]) == len(frame) - 4
        came += wire.blocks_of(wire.message_of(frame[4:]))
    assert came == blocks


@pytest.mark.parametrize(
    "block",
    [
        [1, 1, [], "text"],
        ["t", 0, [], "text"],
        ["t", True, [], "text"],
        ["t", 1.5, [], "text"],
        ["t", 10**9, [], "text"],
        ["t", 1, "heading", "text"],
        ["t", 1, [1], "text"],
        ["t", 1, ["x" * 501], "text"],
        ["t", 1, ["x"] * 17, "text"],
        ["t", 1, [], "script"],
        ["t" * 100_001, 1, [], "text"],
        ["t", 1, []],
        "text",
        None,
    ],
    ids=lambda block: str(block)[:40],
)
def test_a_strange_block_is_not_believed(block: object) -> None:
    assert wire.blocks_of({"blocks": [GOOD]})
    with pytest.raises(wire.Untrue):
        wire.blocks_of({"blocks": [GOOD, block]})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"nul", b"\xff\xff"])
def test_what_is_no_object_is_not_believed(body: bytes) -> None:
    with pytest.raises(wire.Untrue):
        wire.message_of(body)


def test_a_frame_has_a_greatest_length() -> None:
    assert wire.length_of((1024 * 1024).to_bytes(4, "big"))
    with pytest.raises(wire.Untrue):
        wire.length_of((1024 * 1024 + 1).to_bytes(4, "big"))


@pytest.mark.parametrize(
    "facts", [[], {"a": 1.5}, {"a": "x" * 81}, {"a": None}, {str(at): 1 for at in range(7)}]
)
def test_strange_facts_are_not_believed(facts: object) -> None:
    with pytest.raises(wire.Untrue):
        wire.facts_of(orjson.loads(orjson.dumps(facts)))


def test_a_child_names_remarks_and_says_none_of_its_own() -> None:
    assert remark("no_such_remark", {}) is None
    assert remark("rest_not_read", {}) is None
    told = remark("rest_not_read", {"characters": 10})
    assert told is not None
    assert "10" in told.english


@pytest.mark.parametrize("code", WORDS)
def test_remarks_tell_the_same_in_both_languages(code: str) -> None:
    english, french = WORDS[code]
    facts = dict.fromkeys(("suffix", "kind", "count", "pages", "characters"), 1)
    assert english.format(**facts)
    assert french.format(**facts)
