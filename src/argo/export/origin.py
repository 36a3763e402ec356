"""The mark of AI origin: what wrote a text and when, signed, readable by machines.

The mark is `PAYLOAD.SIGNATURE`, both base64url: a JSON object and its Ed25519 signature. The
payload holds the digest of everything else in the file, so that a changed text fails. Where it
stands: an HTML comment at the end of Markdown, the member `origin` of JSON, `argo/origin.txt` in
DOCX and ODT, a comment before the end of a PDF. docs/decisions/0014-mark-of-origin.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from argo.export.errors import OriginBroken
from argo.export.types import Format, Paper

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC's word for what a trained model made."""
_MOST_MODELS = 8
_PLACE = "argo/origin.txt"
_MARKDOWN = re.compile(rb"\n<!-- argo-origin: ([\w.=-]+) -->\n\Z")
_PDF = re.compile(rb"%argo-origin: ([\w.=-]+)\n(startxref\n\d+\n%%EOF\n)\Z")
_PDF_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, repr=False)
class Signing:
    """The installation's key for marks, made from its secrets; `repr` does not show it."""

    private: Ed25519PrivateKey

    @classmethod
    def of(cls, seed: bytes) -> Signing:
        """Return the key that `seed`, 32 bytes, stands for."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> str:
        """The public key that verifies its marks, in base64."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def marked(self, content: bytes, paper: Paper, form: Format) -> bytes:
        """Return the file `content` with the mark of `paper` in it."""
        payload = {
            "argo": 1,
            "ai_generated": True,
            "digital_source_type": SOURCE_TYPE,
            "models": paper.models[:_MOST_MODELS],
            "exported_at": paper.at,
            "institution": paper.institution,
            "source": paper.source,
            "sha256": _digest(content, form),
        }
        body = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
        mark = f"{_armoured(body)}.{_armoured(self.private.sign(body))}"
        return _WITH[form](content, mark)


def verified(file: bytes, public: str, name: str) -> dict[str, Any]:
    """Return what the mark in `file` says, once its signature and the text are found whole.

    `public` is a public key in base64, `name` how the file is called in errors. Raises
    `OriginBroken`.
    """
    form = _form(file)
    try:
        content, mark = _without(file, form)
        body, _, signature = mark.partition(".")
        payload = _plain(body)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(_plain(signature), payload)
        told = orjson.loads(payload)
        same = _digest(content, form) == told["sha256"] and _same(file, content, mark, form)
    except InvalidSignature:
        raise OriginBroken(file=name, fault="the signature is not this key's") from None
    except (ValueError, KeyError, TypeError, binascii.Error, zipfile.BadZipFile):
        raise OriginBroken(file=name, fault="it carries no mark that can be read") from None
    if not same:
        raise OriginBroken(file=name, fault="it was changed after it was exported")
    return dict(told)


def _same(file: bytes, content: bytes, mark: str, form: Format) -> bool:
    """Whether nothing stands around the mark; a ZIP's digest covers all its entries already."""
    return form in ("docx", "odt", "json") or _WITH[form](content, mark) == file


def _form(file: bytes) -> Format:
    if file.startswith(b"PK"):
        return "docx"
    if file.startswith(b"%PDF-"):
        return "pdf"
    return "json" if file.lstrip().startswith(b"{") else "md"


def _digest(content: bytes, form: Format) -> str:
    if form == "json":
        told = orjson.loads(content)
        content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    if form not in ("docx", "odt"):
        return hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(each.file_size for each in archive.infolist()) > _MOST_BYTES:
            raise ValueError(form)
        for name in sorted(archive.namelist()):
            entry = archive.read(name)
            digest.update(f"{len(name)} {len(entry)} {name}\n".encode() + entry)
    return digest.hexdigest()


def _in_markdown(content: bytes, mark: str) -> bytes:
    return content + f"\n<!-- argo-origin: {mark} -->\n".encode()


def _in_json(content: bytes, mark: str) -> bytes:
    return orjson.dumps(orjson.loads(content) | {"origin": mark}, option=orjson.OPT_INDENT_2)


def _in_pdf(content: bytes, mark: str) -> bytes:
    end = _PDF_END.search(content)
    if end is None:
        raise ValueError("pdf")
    # Readers look for the end from behind: it is said once more after the mark.
    again = f"startxref\n{int(end[1])}\n%%EOF\n"
    return content + f"%argo-origin: {mark}\n{again}".encode()


def _in_archive(content: bytes, mark: str) -> bytes:
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_PLACE, (1980, 1, 1, 0, 0, 0)), mark)
    return stream.getvalue()


_WITH: dict[Format, Callable[[bytes, str], bytes]] = {
    "md": _in_markdown,
    "json": _in_json,
    "pdf": _in_pdf,
    "docx": _in_archive,
    "odt": _in_archive,
}


def _without(file: bytes, form: Format) -> tuple[bytes, str]:
    """Return the file without its mark, and the mark; raises `ValueError` or `KeyError`."""
    if form == "json":
        told = orjson.loads(file)
        mark = str(told.pop("origin"))
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS), mark
    if form in ("md", "pdf"):
        found = (_MARKDOWN if form == "md" else _PDF).search(file)
        if found is None:
            raise ValueError(form)
        return file[: found.start()], found[1].decode()
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file)) as archive,
        zipfile.ZipFile(kept, "w") as copy,
    ):
        if sum(each.file_size for each in archive.infolist()) > _MOST_BYTES:
            raise ValueError(form)
        mark = archive.read(_PLACE).decode()
        for name in archive.namelist():
            if name != _PLACE:
                copy.writestr(name, archive.read(name))
    return kept.getvalue(), mark


def _armoured(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _plain(text: str) -> bytes:
    return base64.b64decode(text.encode(), altchars=b"-_", validate=True)
