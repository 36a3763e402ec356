"""An export says which model wrote it, provably; a changed text fails."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from argo.cli import main
from argo.export.child import made
from argo.export.errors import OriginBroken
from argo.export.origin import SOURCE_TYPE, Signing, verified
from argo.export.types import FORMATS, Format
from tests.export.test_files import paper

SIGNING, OTHER = Signing.of(b"1" * 32), Signing.of(b"2" * 32)


def marked(form: Format) -> bytes:
    """Return a marked export."""
    return SIGNING.marked(made(paper("Une phrase vraie."), form), paper(), form)


def fault(file: bytes, public: str, name: str) -> str:
    """Return why the file does not verify."""
    with pytest.raises(OriginBroken) as refused:
        verified(file, public, name)
    return refused.value.text("en")


def altered(file: bytes) -> bytes:
    """Return the file with another word in its text, as an editor would write it."""
    if not file.startswith(b"PK"):
        for old, new in ((b"vraie", b"fausse"), (b"/Type", b"/Typo")):
            if old in file:
                return file.replace(old, new, 1)
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as archive, zipfile.ZipFile(changed, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, archive.read(name).replace(b"vraie", b"fausse"))
    return changed.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_verifies(form: Format) -> None:
    told = verified(marked(form), SIGNING.public, "x")
    assert told["models"] == ["gpt-oss-20b"]
    assert (told["ai_generated"], told["digital_source_type"]) == (True, SOURCE_TYPE)
    assert told["exported_at"] == "2026-11-27T10:00:00+00:00"


@pytest.mark.parametrize("form", FORMATS)
def test_a_changed_text_fails(form: Format) -> None:
    assert "changed" in fault(altered(marked(form)), SIGNING.public, "x")


@pytest.mark.parametrize("form", FORMATS)
def test_another_key_fails(form: Format) -> None:
    assert "signature" in fault(marked(form), OTHER.public, "x")


@pytest.mark.parametrize("form", FORMATS)
def test_a_mark_of_another_file_fails(form: Format) -> None:
    content = made(paper("Autre chose."), form)
    mark = SIGNING.marked(made(paper("Une phrase."), form), paper(), form)
    stolen = {"md": b"<!--", "pdf": b"%argo"}.get(form)
    if stolen is None:
        return
    with pytest.raises(OriginBroken):
        verified(content + b"\n" + mark[mark.rindex(stolen) :], SIGNING.public, "x")


@pytest.mark.parametrize(
    "file", [b"", b"# Text\n", b"{}", b'{"origin": 7}', b"PK\x03\x04", b"%PDF-1.7\n", b"\xff\xfe"]
)
def test_what_carries_no_mark_is_told_so(file: bytes) -> None:
    assert "no mark" in fault(file, SIGNING.public, "x")
    assert "no mark" in fault(file, "not a key", "x")


def test_the_command_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.docx", tmp_path / "bad.docx"
    good.write_bytes(marked("docx"))
    bad.write_bytes(altered(marked("docx")))
    assert main(["verify", str(good), "--key", SIGNING.public]) == 0
    assert "unchanged. Written by AI (gpt-oss-20b)" in capsys.readouterr().out
    assert main(["verify", str(bad), "--key", SIGNING.public]) == 1
    assert "changed after" in capsys.readouterr().err
    assert main(["verify", str(tmp_path / "none"), "--key", SIGNING.public]) == 2
    assert main(["verify"]) == 2
