"""What is read out of a document, and the settings of reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import ConfigDict, Field

BlockKind = Literal["text", "heading", "table", "note", "comment", "slide", "sheet", "image_text"]
BLOCK_KINDS: frozenset[str] = frozenset(get_args(BlockKind))

DocumentKind = Literal[
    "pdf", "txt", "md", "csv", "html", "rtf", "eml", "msg", "docx", "xlsx", "pptx",
    "doc", "xls", "ppt", "odt", "ods", "odp", "epub",
]  # fmt: skip
DOCUMENT_KINDS: frozenset[str] = frozenset(get_args(DocumentKind))

MEDIA_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "html": "text/html",
    "rtf": "application/rtf",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
}
"""Each kind's media type, as it is stored and sent."""


@dataclass(frozen=True)
class ExtractionSettings:
    """`[extraction]`: how large a document may be, and what reading one may cost."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    max_file_bytes: Annotated[int, Field(ge=1)] = 50 * 1024 * 1024
    max_pages: Annotated[int, Field(ge=1)] = 2000
    """Pages, slides or sheets."""
    max_unpacked_bytes: Annotated[int, Field(ge=1)] = 200 * 1024 * 1024
    """What a packed format (Office, OpenDocument, EPUB) may unpack to."""
    max_characters: Annotated[int, Field(ge=1000)] = 20_000_000
    """Text kept of one document; what comes after is named in a remark."""
    seconds: Annotated[float, Field(gt=0)] = 60.0
    """Of work on one document, waiting not counted."""
    memory_bytes: Annotated[int, Field(ge=256 * 1024 * 1024)] = 1024 * 1024 * 1024
    """Address space of one child."""
    processes: Annotated[int, Field(ge=1, le=64)] = 2
    """Documents read at the same time, in each worker."""
    ocr: Literal["auto", "off"] = "auto"
    """Whether scans are read by Debian's tesseract, where it is installed."""


@dataclass(frozen=True)
class Block:
    """A piece of a document as it stands there: Markdown, tables as Markdown tables.

    `page` is the page or slide, from 1; absent where the format has none. `heading` is the path
    of headings above it, names of sheets and slides among them.
    """

    text: str
    page: int | None
    heading: tuple[str, ...]
    kind: BlockKind


@dataclass(frozen=True)
class Remark:
    """Something the reader of the document should know: what was not read, and why."""

    code: str
    english: str
    french: str


@dataclass(frozen=True)
class Extracted:
    """A document as it was read. `read_by` names the reader, for operators."""

    kind: str
    media_type: str
    pages: int | None
    blocks: tuple[Block, ...]
    remarks: tuple[Remark, ...]
    read_by: str


@dataclass(frozen=True)
class Passage:
    """A searchable piece: a few hundred tokens under one heading path, its pages from 1."""

    ordinal: int
    text: str
    first_page: int | None
    last_page: int | None
    heading: tuple[str, ...]
    tokens_estimate: int


@dataclass(frozen=True)
class Layers:
    """What holds a child: the first two always, the others where the system has them."""

    limits: bool
    seccomp: bool
    own_user: bool
    """A user that owns nothing; only root can give it one."""
    namespaces: tuple[str, ...]
    """Of network, mount, ipc, uts, user: those it has to itself."""
    landlock: int
    """The version of the kernel's Landlock that closes all files; 0 means none."""
    own_root: bool
    """A root folder that holds nothing, or what OCR reads."""
    ocr: bool
    """Whether children for scans may read tesseract's letters, and nothing else."""


@dataclass(frozen=True)
class ExtractionState:
    """What the extractor is at: `layers` are absent until a first nursery has told them."""

    running: int
    waiting: int
    places: int
    read: int
    failed: int
    layers: Layers | None
    ocr: bool
