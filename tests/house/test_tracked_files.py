"""What git holds: no registry's address, whole locks, scripts that stop at the first failure."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, Finding, Source, none_in, tracked

HOSTS = re.compile(
    r"\b(?:pypi[.]org|pythonhosted[.]org|(?:npmjs|yarnpkg|npmmirror)[.](?:org|com)|jsr[.]io"
    r"|crates[.]io|proxy[.]golang[.]org|(?:deb|security)[.]debian[.]org|ghcr[.]io"
    r"|docker[.]io|quay[.]io)\b"
)
"""Where packages come from is the place's own business: a mirror, a folder, no network at all."""

ADDRESS_OPTIONS = re.compile(r"--(?:extra-)?index-url|--find-links|^\s*registry\s*=", re.MULTILINE)

LARGE_BYTES = 1_000_000


def registries(source: Source) -> Iterator[Finding]:
    """Refuse the address of a package registry."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if HOSTS.search(line):
            yield Finding(source.path, f"line {number} names a registry")
    if source.path.startswith("requirements/") or source.path.endswith(".npmrc"):
        for option in ADDRESS_OPTIONS.findall(source.text):
            yield Finding(source.path, f"sets {option}")


def loose_pins(source: Source) -> Iterator[Finding]:
    """Refuse a line of a lock file that is not `name==version` with its hashes."""
    for entry in re.split(r"\n(?=\S)", source.text.strip()):
        pinned = re.match(r"[A-Za-z0-9._-]+(?:\[[\w,-]+\])?==[^\s;]+(?: ;[^\\]*)? \\\n", entry)
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)
        if not pinned or not hashes:
            yield Finding(source.path, f"not pinned by version and hash: {entry.splitlines()[0]}")


def loose_packages(source: Source) -> Iterator[Finding]:
    """Refuse an entry of npm's lock without version and hash, or with an address."""
    for name, package in json.loads(source.text)["packages"].items():
        if name and not (package.get("version") and package.get("integrity")):
            yield Finding(source.path, f"{name} is not pinned by version and hash")
        if "resolved" in package:
            yield Finding(source.path, f"{name} says where it was fetched")


def careless_scripts(source: Source) -> Iterator[Finding]:
    """Refuse a script that goes on after a failure, or does not say what it does."""
    lines = source.text.splitlines()
    if lines[:1] != ["#!/usr/bin/env bash"]:
        yield Finding(source.path, "does not begin as the others do")
    if not lines[1:2] or not lines[1].startswith("# "):
        yield Finding(source.path, "does not say what it does in its second line")
    if "set -euo pipefail" not in lines:
        yield Finding(source.path, "goes on after a failure")


def texts() -> Iterator[Source]:
    """Yield every tracked file that is text."""
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8000]:
            yield Source(path, content.decode())


def scripts() -> list[Source]:
    """Return the scripts people and CI call."""
    return [each for each in texts() if each.path.startswith("scripts/") or each.path == ".ci/run"]


def test_no_file_names_a_registry() -> None:
    none_in((found for each in texts() for found in registries(each)), {})


def test_locks_are_whole() -> None:
    locks = [each for each in texts() if re.fullmatch(r"requirements/\w+[.]txt", each.path)]
    assert {each.name for each in locks} == {"runtime", "dev", "node", "weights"}
    none_in((found for each in locks for found in loose_pins(each)), {})
    lock = Source("web/package-lock.json", (ROOT / "web/package-lock.json").read_text())
    none_in(loose_packages(lock), {})


def test_scripts_are_careful() -> None:
    assert len(scripts()) > 5
    none_in((found for each in scripts() for found in careless_scripts(each)), {})
    for script in scripts():
        assert os.access(ROOT / script.path, os.X_OK), script.path
        subprocess.run(["bash", "-n", str(ROOT / script.path)], check=True)


def test_nothing_large_is_kept() -> None:
    sizes = ((path, (ROOT / path).stat().st_size) for path in tracked())
    none_in((Finding(path, f"{size} bytes") for path, size in sizes if size > LARGE_BYTES), {})


@pytest.mark.parametrize(
    "host", [("pypi", "org"), ("registry.npmjs", "org"), ("deb.debian", "org")]
)
def test_a_registry_is_seen(host: tuple[str, str]) -> None:
    assert list(registries(Source("README.md", f"see https://{'.'.join(host)}/simple")))
    assert not list(registries(Source("README.md", "see https://argo.example.org")))


def test_an_option_with_an_address_is_seen() -> None:
    assert list(registries(Source("requirements/dev.txt", "--index-url x\n")))
    assert list(registries(Source("web/.npmrc", "registry = x\n")))


def test_a_loose_pin_is_seen() -> None:
    digest = "0" * 64
    good = f"orjson==3.13.0 ; sys_platform != 'win32' \\\n    --hash=sha256:{digest}\n"
    assert not list(loose_pins(Source("requirements/dev.txt", good * 2)))
    for bad in ("orjson\n", "orjson>=3 \\\n    --hash=sha256:" + digest, "orjson==3.13.0\n"):
        assert list(loose_pins(Source("requirements/dev.txt", good + bad)))


def test_a_loose_package_is_seen() -> None:
    whole = {"version": "1.0.0", "integrity": "sha512-x"}
    for package, faults in (
        (whole, 0),
        ({**whole, "resolved": "x"}, 1),
        ({"version": "1.0.0"}, 1),
    ):
        lock = json.dumps({"packages": {"": {}, "node_modules/svelte": package}})
        assert len(list(loose_packages(Source("lock", lock)))) == faults


def test_a_careless_script_is_seen() -> None:
    good = "#!/usr/bin/env bash\n# Serves.\nset -euo pipefail\n"
    assert not list(careless_scripts(Source("scripts/x", good)))
    for bad in (
        good.replace("-e", "-"),
        good.replace("# Serves.\n", ""),
        good.replace("env bash", "env sh"),
    ):
        assert list(careless_scripts(Source("scripts/x", bad)))
