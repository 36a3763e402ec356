"""The checkers' own ground: an excuse is for what is found, and is dropped with it."""

from __future__ import annotations

import pytest

from tests.house.source import ROOT, Finding, none_in, python, tracked, unexcused

FOUND = [Finding("src/argo/quotas/store.py::take", "too long")]


@pytest.mark.parametrize(
    "excuse", ["src/argo/quotas/store.py::take", "src/argo/quotas/store.py", "src/argo/quotas/"]
)
def test_an_excuse_names_a_place_a_file_or_a_folder(excuse: str) -> None:
    assert unexcused(FOUND, {excuse: "a reason"}) == []


def test_what_has_no_excuse_is_refused() -> None:
    assert unexcused(FOUND, {}) == ["src/argo/quotas/store.py::take: too long"]
    with pytest.raises(AssertionError, match="too long"):
        none_in(FOUND, {})


def test_an_excuse_that_nothing_needs_is_refused_too() -> None:
    assert len(unexcused([], {"src/argo/quotas/store.py::take": "a reason"})) == 1


def test_the_project_is_read() -> None:
    assert "scripts/test" in tracked()
    assert any(each.path == "src/argo/errors.py" for each in python("src"))
    assert not [path for path in tracked() if path.startswith(("web/node_modules", ".venv"))]
    assert (ROOT / "pyproject.toml").is_file()
