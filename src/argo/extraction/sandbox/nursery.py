"""The process that children are forked from: it has loaded every reader and sees no document.

Started by `children.py` with one end of a socket as descriptor 0. It confines itself, says which
layers hold, and then forks a child for each descriptor that comes. A child reads its file from
that descriptor, writes the answer to it and ends: nothing of one person's document is left for
another's. The end of a child is told to the parent; the end of the parent is the end of all.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from dataclasses import asdict

import orjson

from argo.errors import ArgoError
from argo.extraction import ocr
from argo.extraction.reading import reader
from argo.extraction.sandbox import layers, preload, wire
from argo.extraction.types import ExtractionSettings

_MEMORY, _UNCONFINED = 12, 13
_LONGEST_ORDER = 4096


def main() -> None:
    """Confine this process, then fork children until the parent is gone."""
    control = socket.socket(fileno=0)
    settings = ExtractionSettings(**orjson.loads(control.recv(_LONGEST_ORDER)))
    layers.die_with_parent()
    preload.load_all()
    # What is loaded now is shared by all children, and none of them scans it again.
    gc.freeze()
    wake = _woken_by_ends()
    try:
        held = layers.confine_nursery(ocr.letters_folder(settings))
    except OSError as error:
        control.send(orjson.dumps({"unfit": error.strerror or "the kernel refuses"}))
        return
    # The kernel forgets this when the user changes: asked again.
    layers.die_with_parent()
    control.send(orjson.dumps({"layers": asdict(held)}))
    _look_after(control, wake, settings)


def _woken_by_ends() -> int:
    """Return a descriptor that is readable when a child has ended."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return wake


def _look_after(control: socket.socket, wake: int, settings: ExtractionSettings) -> None:
    running: dict[int, int] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if wake in ready:
            os.read(wake, 512)
            _tell_ended(control, running)
        if control.fileno() in ready and not _obey(control, running, settings):
            return


def _tell_ended(control: socket.socket, running: dict[int, int]) -> None:
    while running:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == 0:
            return
        number = running.pop(process)
        control.send(orjson.dumps({"ended": number, "status": os.waitstatus_to_exitcode(status)}))


def _obey(control: socket.socket, running: dict[int, int], settings: ExtractionSettings) -> bool:
    """Do what the parent asks; False when it is gone."""
    message, descriptors, _, _ = socket.recv_fds(control, _LONGEST_ORDER, 1)
    if not message:
        for process in running:
            os.kill(process, signal.SIGKILL)
        return False
    order = orjson.loads(message)
    if "end" in order:
        for process, number in running.items():
            if number == order["end"]:
                os.kill(process, signal.SIGKILL)
        return True
    nursery = os.getpid()
    process = os.fork()
    if process == 0:
        layers.die_with_parent()
        if os.getppid() != nursery:
            os._exit(1)
        control.close()
        _read_one(descriptors[0], settings, scan=order["ocr"])
    running[process] = order["start"]
    os.close(descriptors[0])
    return True


def _read_one(descriptor: int, settings: ExtractionSettings, *, scan: bool) -> None:
    """Read one document, answer, and end; what no reader foresaw ends it by itself."""
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    os.dup2(descriptor, 0)
    os.closerange(1, 256)
    try:
        layers.confine_child(settings, letters=scan)
    except (OSError, ValueError):
        os._exit(_UNCONFINED)
    try:
        _answer(0, settings, scan=scan)
    except MemoryError:
        os._exit(_MEMORY)
    except RecursionError:
        os._exit(1)
    os._exit(0)


def _answer(descriptor: int, settings: ExtractionSettings, *, scan: bool) -> None:
    length = wire.length_of(bytes(wire.read_exactly(descriptor, 4)))
    asked = wire.message_of(bytes(wire.read_exactly(descriptor, length)))
    content = bytes(wire.read_exactly(descriptor, asked["bytes"]))
    try:
        reading = reader.read(content, asked["name"], asked["password"], settings, scan=scan)
    except ArgoError as error:
        wire.write_all(descriptor, wire.frame({"failed": error.code, "facts": error.facts}))
        return
    for each in wire.frames_of(reading.blocks):
        wire.write_all(descriptor, each)
    done = {
        "done": reading.kind,
        "pages": reading.pages,
        "read_by": reading.read_by,
        "remarks": [[code, facts] for code, facts in reading.remarks],
    }
    wire.write_all(descriptor, wire.frame(done))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
