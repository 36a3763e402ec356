"""Writes a compound file, as Outlook's messages and the old Office formats are."""

from __future__ import annotations

import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, MINI = 512, 64


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with small streams: all of them stand in the root's mini stream."""
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    mini = b""
    mini_fat: list[int] = []
    starts: dict[str, int] = {}
    for name in names:
        content = streams[name]
        count = -(-len(content) // MINI)
        starts[name] = len(mini_fat) if count else END
        first = len(mini_fat)
        mini_fat += [first + at + 1 for at in range(count - 1)] + ([END] if count else [])
        mini += content.ljust(count * MINI, b"\0")
    entries = [entry("Root Entry", 5, child=1 if names else FREE, start=0, size=len(mini))]
    for at, name in enumerate(names, 1):
        right = at + 1 if at < len(names) else FREE
        entries.append(entry(name, 2, right=right, start=starts[name], size=len(streams[name])))
    while len(entries) % 4:
        entries.append(entry("", 0))
    mini_sectors = -(-len(mini) // SECTOR)
    directory_sectors = len(entries) // 4
    mini_fat_sectors = -(-len(mini_fat) * 4 // SECTOR)
    chains: list[int] = []
    for count in (mini_sectors, directory_sectors, mini_fat_sectors):
        chains += [len(chains) + at + 1 for at in range(count - 1)] + [END]
    fat_at = len(chains)
    chains.append(FAT)
    header = struct.pack(
        "<8s16s6H10I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0,
        0, 0, 1, mini_sectors, 0, 4096,
        mini_sectors + directory_sectors, mini_fat_sectors, END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", fat_at, *[FREE] * 108)
    body = mini.ljust(mini_sectors * SECTOR, b"\0") + b"".join(entries)
    body += numbers(mini_fat, mini_fat_sectors)
    return header + body + numbers(chains, 1)


def numbers(values: list[int], sectors: int) -> bytes:
    filled = values + [FREE] * (sectors * SECTOR // 4 - len(values))
    return struct.pack(f"<{len(filled)}I", *filled)


def entry(
    name: str, kind: int, *, right: int = FREE, child: int = FREE, start: int = 0, size: int = 0
) -> bytes:
    said = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBB3I16sI8s8sIQ",
        said, len(said) + 2 if name else 0, kind, 1, FREE, right, child, b"", 0, b"", b"",
        start, size,
    )  # fmt: skip


def message(subject: str, sender: str, body: str) -> bytes:
    """A message of Outlook."""
    return compound(
        {
            "__properties_version1.0": bytes(32),
            "__substg1.0_001A001F": "IPM.Note".encode("utf-16-le"),
            "__substg1.0_0037001F": subject.encode("utf-16-le"),
            "__substg1.0_0C1A001F": sender.encode("utf-16-le"),
            "__substg1.0_1000001F": body.encode("utf-16-le"),
        }
    )
