"""The system calls that reading a document needs; every other is refused by the kernel.

No socket, no file opened, no program started, no process made, no code mapped: a reader that is
taken over computes, and writes its answer. The filters are written out here (classic BPF through
prctl) because the libraries that write them need libseccomp from the system.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2

_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000  # SECCOMP_RET_ERRNO
_EPERM, _EEXIST, _ENOSYS = 1, 17, 38

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_BIT = 0x40000000

_CLONE_THREAD = 0x00010000
_PROT_EXEC = 4
_WRITING = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and what O_TMPFILE adds."""

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""The kernel's name of each, and its column below."""

_NONE = -1

# What an interpreter and the readers' thread pools need: memory, threads, time, and the
# descriptors they already hold.
_READING = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "poll": (7, _NONE),
    "lseek": (8, 62), "munmap": (11, 215), "brk": (12, 214),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124),
    "mremap": (25, 216), "madvise": (28, 233), "dup": (32, 23), "nanosleep": (35, 101),
    "getpid": (39, 172), "recvfrom": (45, 207), "exit": (60, 93), "uname": (63, 160),
    "fcntl": (72, 25), "gettimeofday": (96, 169), "getrusage": (98, 165), "sysinfo": (99, 179),
    "times": (100, 153), "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175),
    "getegid": (108, 177), "getppid": (110, 173), "sigaltstack": (131, 132), "gettid": (186, 178),
    "futex": (202, 98), "sched_getaffinity": (204, 123), "set_tid_address": (218, 96),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "epoll_wait": (232, _NONE),
    "epoll_ctl": (233, 21), "ppoll": (271, 73), "set_robust_list": (273, 99),
    "epoll_pwait": (281, 22), "eventfd2": (290, 19), "epoll_create1": (291, 20),
    "pipe2": (293, 59), "getcpu": (309, 168), "getrandom": (318, 278), "membarrier": (324, 283),
    "rseq": (334, 293), "socketpair": (53, 199),
}  # fmt: skip

# What the nursery does besides, and its children cannot: fork, end them, close them in further.
_NURSERY = {
    "clone": (56, 220), "wait4": (61, 260), "kill": (62, 129), "recvmsg": (47, 212),
    "sendto": (44, 206), "mmap": (9, 222), "mprotect": (10, 226),
    "getpriority": (140, 141), "setpriority": (141, 140), "dup2": (33, _NONE),
    "dup3": (292, 24), "close_range": (436, 436), "prctl": (157, 167), "prlimit64": (302, 261),
    "rt_sigtimedwait": (128, 137), "tgkill": (234, 131),
}  # fmt: skip

# What OCR does besides: tesseract opens its letters itself, to read only.
_LETTERS = {
    "stat": (4, _NONE), "lstat": (6, _NONE), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, _NONE), "faccessat": (269, 48),
    "faccessat2": (439, 439), "getdents64": (217, 61), "readlink": (89, _NONE),
    "readlinkat": (267, 78),
}  # fmt: skip

_CONDITIONS = {
    "clone": (56, 220), "sendto": (44, 206), "mmap": (9, 222), "mprotect": (10, 226),
    "prlimit64": (302, 261), "openat": (257, 56), "mkdir": (83, _NONE), "mkdirat": (258, 34),
}  # fmt: skip
_LETTERS_CONDITIONS = ("openat", "mkdir", "mkdirat")

_CLONE3 = 435

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def allow_nursery(*, letters: bool) -> None:
    """Refuse this process everything but reading and looking after children.

    With `letters`, its children for OCR may open files to read them: those that are shown.
    """
    allowed = {**_READING, **_NURSERY, **(_LETTERS if letters else {})}
    _install(_filter(allowed, _LETTERS_CONDITIONS if letters else ()))


def allow_reading(*, letters: bool) -> None:
    """Refuse this process everything but computing on what it holds. Cannot be undone.

    With `letters` it may also open files to read them: OCR alone.
    """
    allowed = {**_READING, **(_LETTERS if letters else {})}
    conditions = tuple(name for name in _CONDITIONS if letters or name not in _LETTERS_CONDITIONS)
    _install(_filter(allowed, conditions))


def _install(program: bytes) -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, 0)
    held = _Program(len(program) // 8, program)
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(held))


def _prctl(option: int, first: int, second: int) -> None:
    longs = (ctypes.c_ulong(value) for value in (first, second, 0, 0))
    if _libc.prctl(option, *longs) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def _filter(allowed: dict[str, tuple[int, int]], conditions: tuple[str, ...]) -> bytes:
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(_ENOSYS, f"no list of system calls for {machine}")
    arch, column = _ARCHITECTURES[machine]
    lines = [
        _line(_LOAD, _ARCH_AT),
        _line(_EQUAL, arch, 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER_AT),
        _line(_AT_LEAST, _X32_BIT, 0, 1),
        _line(_RETURN, _KILL),
        # glibc then uses clone, whose flags a filter can see.
        _line(_EQUAL, _CLONE3, 0, 1),
        _line(_RETURN, _REFUSE | _ENOSYS),
    ]
    for numbers in allowed.values():
        if numbers[column] != _NONE:
            lines += [_line(_EQUAL, numbers[column], 0, 1), _line(_RETURN, _ALLOW)]
    for name in conditions:
        if _CONDITIONS[name][column] == _NONE:
            continue
        when = _condition(name)
        lines += [_line(_EQUAL, _CONDITIONS[name][column], 0, len(when)), *when]
    lines.append(_line(_RETURN, _REFUSE | _EPERM))
    return b"".join(lines)


def _condition(name: str) -> list[bytes]:
    """Return the lines that allow a call by its arguments and refuse it otherwise."""
    allow, refuse = _line(_RETURN, _ALLOW), _line(_RETURN, _REFUSE | _EPERM)
    if name == "clone":
        # Threads only: a new process would outlive the one that is watched.
        return [_argument(0), _line(_ANY_BIT, _CLONE_THREAD, 0, 1), allow, refuse]
    if name in {"mmap", "mprotect"}:
        return [_argument(2), _line(_ANY_BIT, _PROT_EXEC, 1, 0), allow, refuse]
    if name in {"mkdir", "mkdirat"}:
        # Kreuzberg wants a folder for a cache that it is told not to use: the empty /ocr is there.
        return [_line(_RETURN, _REFUSE | _EEXIST)]
    if name == "openat":
        return [_argument(2), _line(_ANY_BIT, _WRITING, 1, 0), allow, refuse]
    # Both halves of a 64-bit argument are to be nothing: no address to send to, no new limit.
    absent = 4 if name == "sendto" else 2
    return [
        _argument(absent),
        _line(_EQUAL, 0, 0, 3),
        _argument(absent, half=1),
        _line(_EQUAL, 0, 0, 1),
        allow,
        refuse,
    ]


def _argument(position: int, half: int = 0) -> bytes:
    return _line(_LOAD, _ARGUMENTS_AT + 8 * position + 4 * half)


def _line(code: int, value: int, when: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when, otherwise, value)
