"""A name or an address is one line that every screen shows as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.accounts import names
from argo.accounts.errors import EmailInvalid, NameInvalid

UNSEEN = ["\x00", "\n", "\r", "\t\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]
TURNING = ["\u202e", "\u202a", "\u2066", "\u2069"]


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Ada Lovelace",
        "Élodie Nguyễn",
        "李雷",
        "O'Brien-Łuk",
        "👩‍🔬",
        "Ada\u00a0L",
        "x" * 100,
    ],
)
def test_people_are_called_as_they_are_called(name: str) -> None:
    assert names.name(f"  {name} ") == name


@pytest.mark.parametrize("name", ["", " ", "\n", "x" * 101])
def test_a_name_is_something_and_not_endless(name: str) -> None:
    with pytest.raises(NameInvalid):
        names.name(name)


@pytest.mark.parametrize("letter", UNSEEN + TURNING, ids=ascii)
def test_what_forges_a_line_is_refused(letter: str) -> None:
    with pytest.raises(NameInvalid):
        names.name(f"A{letter}da")
    with pytest.raises(EmailInvalid):
        names.email(f"a{letter}da@institute.example")


@pytest.mark.parametrize(
    "email",
    ["a@b", "ada@institute.example", "ada+x@sub.institute.example", "élodie@institut.example"],
)
def test_an_address_is_taken_as_it_is_written(email: str) -> None:
    assert names.email(f" {email}") == email


@pytest.mark.parametrize(
    "email", ["", "@", "ada", "ada@", "@b", "a@b@c", "a b@c", "x" * 65 + "@b", "a@" + "x" * 256]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(EmailInvalid):
        names.email(email)


@given(st.text(max_size=120))
def test_what_is_taken_fits_one_line_of_a_list(text: str) -> None:
    try:
        name = names.name(text)
    except NameInvalid:
        return
    assert len(name.splitlines()) == 1
    assert "\t" not in name
    assert name.encode()
    assert names.name(name) == name
