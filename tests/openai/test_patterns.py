"""A schema's pattern is judged before an engine sees it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.openai.patterns import verdict


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^[a-z0-9]+(?:-[a-z0-9]+)*$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"^([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$",
        r"^(?:https?|ftp)://[^\s/$.?#].[^\s]*$",
        "^#?([a-f0-9]{6}|[a-f0-9]{3})$",
        r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$",
        r"^(/[^/]+)*/?$",
        r"(?P<year>\d+)|(?<name>\w+)",
        r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
        "^(foo|bar)+$",
        r"^\p{Lu}\p{L}*$",
        r"[\u0000-\u001f]\x41{2,3}?",
        "a{,3}{b}",
        "été|naïve",
    ],
)
def test_patterns_people_write_are_fit(pattern: str) -> None:
    assert verdict(pattern) == "fit"


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "^(a*)*$",
        "(a|a)*$",
        "(a|aa)+$",
        "(.*a){20}",
        "([a-z]+)*=",
        "(a?){500}a{500}",
        r"(\w+\s?)+$",
        "((a{100}){100}){100}",
        "a{1001}",
        "x" * 513,
        "(" * 17 + "a" + ")" * 17,
        ".*" * 33,
        "(,a*a*)*$",
        "((ab|c)+d?)*",
        "a{99999999999}",
        "((b|b))*",
        "(a(b|b|b)c)*$",
    ],
)
def test_patterns_that_explode_are_known(pattern: str) -> None:
    assert verdict(pattern) == "explodes"


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(?=a)b", r"(?!\.)x", r"(?<=a)b", r"(a)\1", r"\k<a>", "(?>a)", "(a", "a)", "[a", "*"),
        *("a++", "\\", r"\u12", r"\p{L", "(?i)a", r"\xZZ", "a**"),
    ],
)
def test_patterns_re2_has_no_word_for_are_not_understood(pattern: str) -> None:
    assert verdict(pattern) == "not_understood"


PIECES = st.sampled_from([*"ab|()[]{}*+?.^$\\-,1", "(?:", "a+", "{2}", "[ab]", r"\d", "(?=", "é"])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_pattern_gets_a_verdict_quickly(pattern: str) -> None:
    began = time.process_time()
    assert verdict(pattern) in ("fit", "not_understood", "explodes")
    assert time.process_time() - began < 0.1


@given(st.lists(st.sampled_from([*"ab|()*+?", "a+", "(a", "[ab]"]), max_size=9).map("".join))
def test_a_fit_pattern_ends_even_where_engines_backtrack(pattern: str) -> None:
    if verdict(pattern) != "fit":
        return
    compiled = re.compile(pattern)
    began = time.process_time()
    for text in ("a" * 24 + "c", "ab" * 12 + "c", "b" * 24 + "c"):
        compiled.fullmatch(text)
    assert time.process_time() - began < 0.5
