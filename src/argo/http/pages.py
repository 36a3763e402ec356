"""The built page: files read once at start, sent compressed, cached as long as they are named."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from argo.http.errors import RouteUnknown

_FOREVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# The frame that draws diagrams: no origin, no network, its one script known by its hash.
_FRAME = "diagram.html"
_FRAME_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'sha256-{digest}'; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_SCRIPT = re.compile(rb"<script>(.*)</script>", re.DOTALL)


@dataclass(frozen=True)
class _File:
    media_type: str
    bodies: dict[str, bytes]
    tag: str
    cache: str
    policy: str | None


class Pages:
    """Serves one folder; addresses of the page's own, like /c/…, get its index."""

    def __init__(self, folder: Path, addresses: tuple[str, ...]) -> None:
        """Read `folder`; `addresses` are the path templates that the index answers."""
        self._files = _files(folder)
        self._addresses = addresses

    def routes(self) -> list[Route]:
        """Return the routes of the page, for after those of the API."""
        index = [Route(path, self._index, methods=["GET"]) for path in self._addresses]
        return [*index, Route("/{path:path}", self._named, methods=["GET"])]

    async def _index(self, request: Request) -> Response:
        return self._sent(request, "index.html")

    async def _named(self, request: Request) -> Response:
        return self._sent(request, request.path_params["path"])

    def _sent(self, request: Request, name: str) -> Response:
        file = self._files.get(name)
        if file is None:
            raise RouteUnknown
        accepted = request.headers.get("accept-encoding", "")
        encoding = next((each for each in file.bodies if each and each in accepted), "")
        headers = {"etag": f'"{file.tag}{encoding}"', "cache-control": file.cache}
        if file.policy:
            headers["content-security-policy"] = file.policy
        if len(file.bodies) > 1:
            headers["vary"] = "accept-encoding"
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if encoding:
            headers["content-encoding"] = encoding
        return Response(file.bodies[encoding], media_type=file.media_type, headers=headers)


def _files(folder: Path) -> dict[str, _File]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in (".br", ".gz"):
            continue
        name = path.relative_to(folder).as_posix()
        body = path.read_bytes()
        bodies = {
            encoding: beside.read_bytes()
            for encoding, suffix in _ENCODINGS
            if (beside := path.with_name(path.name + suffix)).is_file()
        }
        found[name] = _File(
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            bodies={**bodies, "": body},
            tag=hashlib.sha256(body).hexdigest()[:20],
            cache=_FOREVER if "/immutable/" in name else "no-cache",
            policy=_frame_policy(body) if name == _FRAME else None,
        )
    return found


def _frame_policy(body: bytes) -> str:
    script = _SCRIPT.search(body)
    digest = hashlib.sha256(script.group(1) if script else b"").digest()
    return _FRAME_POLICY.format(digest=base64.b64encode(digest).decode())
