"""Tries what a taken-over reader would try, inside the walls, and prints what came of each.

Run by `test_walls.py` as a program; the numbers are those of the kernel, for libraries could
refuse before it does.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import socket
import sys
from collections.abc import Callable

from argo.extraction.sandbox import layers, preload
from argo.extraction.types import ExtractionSettings


def attempts() -> dict[str, Callable[[], object]]:
    libc = ctypes.CDLL(None, use_errno=True)

    def call(number: int, *arguments: object) -> None:
        if libc.syscall(number, *arguments) == -1:
            raise OSError(ctypes.get_errno(), "")

    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return {
        "open a file": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "open the root": lambda: os.open("/", os.O_RDONLY),
        "write a file": lambda: os.open("/tmp/x", os.O_CREAT | os.O_WRONLY),
        "make a folder": lambda: os.mkdir("/tmp/y"),
        "internet socket": lambda: socket.socket(socket.AF_INET),
        "local socket": lambda: socket.socket(socket.AF_UNIX),
        "kernel socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "send to a name": lambda: pair[0].sendto(b"x", "/run/x"),
        "start a program": lambda: os.execve("/bin/true", ["true"], {}),
        "make a process": os.fork,
        "kill": lambda: os.kill(os.getppid(), 0),
        "trace": lambda: call(101, 16, os.getppid(), 0, 0),
        "read another's memory": lambda: call(310, os.getppid(), 0, 0, 0, 0, 0),
        "executable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
        "new namespace": lambda: call(272, 0x10000000),
        "mount": lambda: call(165, 0, 0, 0, 0, 0),
        "memory file": lambda: os.memfd_create("x"),
        "io_uring": lambda: call(425, 1, 0),
        "bpf": lambda: call(321, 0, 0, 0),
        "raise a limit": lambda: call(302, 0, 7, (ctypes.c_ulong * 2)(9, 9), 0),
    }


def main() -> None:
    preload.load_all()
    tried = attempts()
    settings = ExtractionSettings()
    ocr = sys.argv[1] == "ocr"
    # Any folder will do for tesseract's letters.
    held = layers.confine_nursery("/usr/share" if ocr else None)
    process = os.fork()
    if process == 0:
        layers.confine_child(settings, letters=held.ocr)
        outcomes: dict[str, object] = {"user": os.getuid(), "own root": held.own_root}
        for name, attempt in tried.items():
            try:
                attempt()
                outcomes[name] = "done"
            except OSError as error:
                outcomes[name] = error.errno
        os.write(1, json.dumps({"outcomes": outcomes}).encode())
        os._exit(0)
    os.waitpid(process, 0)


main()
