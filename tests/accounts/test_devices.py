"""A browser is recognised by two words, and nothing more of it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.accounts.devices import device_words

MOZILLA = "Mozilla/5.0 "
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{MOZILLA}(X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox, Linux"),
        (
            f"{MOZILLA}(Windows NT 10.0; Win64; x64) {WEBKIT}Chrome/140.0.0.0 Safari/537.36",
            "Chrome, Windows",
        ),
        (
            f"{MOZILLA}(Windows NT 10.0) {WEBKIT}Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            (
                f"{MOZILLA}(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) Version/18.0 Safari/605.1.15"
            ),
            "Safari, macOS",
        ),
        (
            (
                f"{MOZILLA}(iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
                "like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            (
                f"{MOZILLA}(iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
                "like Gecko) FxiOS/143.0 Mobile/15E148 Safari/605.1.15"
            ),
            "Firefox, iPhone",
        ),
        (
            (
                f"{MOZILLA}(iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1"
            ),
            "Chrome, iPad",
        ),
        (
            f"{MOZILLA}(Linux; Android 15) {WEBKIT}Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("curl/8.5.0", "?, ?"),
        ("", "?, ?"),
    ],
)
def test_people_recognise_their_browsers(agent: str, words: str) -> None:
    assert device_words(agent) == words


@given(st.text())
def test_nothing_of_what_was_sent_gets_through(agent: str) -> None:
    assert len(device_words(agent)) <= len("Chromium, ChromeOS")
