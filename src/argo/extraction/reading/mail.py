"""EML: who wrote what to whom; attachments are named, not read."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, Message

from argo.extraction.reading import markdown, whole
from argo.extraction.reading.document import Reading

_HEADERS = ("From", "To", "Cc", "Date")
_DEEPEST = 3
_MOST_PARTS = 500


def read(reading: Reading, content: bytes) -> None:
    """Read a mail as it was sent."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    attached = _put(reading, message, 0)
    if attached:
        reading.remark("attachments_not_read", count=attached)


def _put(reading: Reading, message: EmailMessage, depth: int) -> int:
    """Put a mail and those it forwards; return how many attachments were left out."""
    reading.heading(depth + 1, str(message.get("Subject", "")))
    said = [f"{name}: {message.get(name)}" for name in _HEADERS if message.get(name)]
    reading.text("\n".join(said))
    body = message.get_body(("plain", "html"))
    if body is not None:
        _put_body(reading, body)
    attached = 0
    for count, part in enumerate(message.walk()):
        if count > _MOST_PARTS:
            break
        if part is message or part is body:
            continue
        if part.get_content_type() == "message/rfc822" and depth < _DEEPEST:
            for inner in part.get_payload():
                if isinstance(inner, EmailMessage):
                    attached += _put(reading, inner, depth + 1)
        elif part.get_filename() or part.get_content_disposition() == "attachment":
            attached += 1
            name = " ".join(str(part.get_filename() or part.get_content_type()).split())
            reading.text(f"[attachment: {name}]")
    return attached


def _put_body(reading: Reading, body: Message) -> None:
    content = body.get_payload(decode=True)
    if not isinstance(content, bytes):
        return
    if body.get_content_type() == "text/html":
        whole.put(reading, content, "text/html", deeper=1)
        return
    charset = str(body.get_content_charset() or "utf-8")
    try:
        text = content.decode(charset)
    except (LookupError, UnicodeDecodeError):
        text = markdown.decoded(reading, content)
    markdown.put_plain(reading, text.replace("\r\n", "\n"))
