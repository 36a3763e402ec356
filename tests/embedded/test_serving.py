"""`argo serve` as a person runs it: ready, watched, reloaded, stopped, killed."""

from __future__ import annotations

import importlib.util
import json
import os
import pty
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from argo.clock import Clock
from argo.embedded.attach import attached
from tests.embedded.families import ARGO, alive, descendants, soon
from tests.support.charter import accept_by_link

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("argo.app") is None, reason="there is no application to serve yet"
)


@dataclass
class Serve:
    """A running `argo serve` and the address it printed."""

    process: subprocess.Popen[str]
    url: str
    lines: Path

    def workers(self) -> set[int]:
        """Return the worker processes."""
        return {pid for pid in descendants(self.process.pid) if "argo.cli.worker" in _words(pid)}

    def answers(self) -> bool:
        """Return whether `/health/live` says 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/health/live", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def said(self) -> str:
        """Return what it wrote on standard error so far."""
        return self.lines.read_text()


@contextmanager
def serving(data: Path, folder: Path, *options: str) -> Iterator[Serve]:
    """Run `argo serve` on a free port in `folder` until the block ends."""
    lines = folder / "stderr.txt"
    with lines.open("w") as stderr:
        process = subprocess.Popen(
            [*ARGO, "serve", "--data", str(data), "--port", "0", "--workers", "2", *options],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=folder,
        )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        found = re.fullmatch(r"ARGO ready: (http://127\.0\.0\.1:\d+)\n", first)
        assert found, f"{first!r} {lines.read_text()}"
        yield Serve(process, found[1], lines)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(40)
        process.stdout.close()


def test_it_is_ready_when_it_says_so_and_offers_the_first_link(fresh: Path, tmp_path: Path) -> None:
    with serving(fresh, tmp_path) as serve:
        assert serve.answers()
        assert len(serve.workers()) == 2
        assert serve.process.stdout is not None
        link = serve.process.stdout.readline()
    assert re.fullmatch(rf"Sign in: {re.escape(serve.url)}/sign-in/\S+\n", link)
    assert "experimental" not in serve.said()


def test_a_second_start_is_ready_within_seconds(fresh: Path, tmp_path: Path) -> None:
    with serving(fresh, tmp_path):
        pass
    began = time.monotonic()
    with serving(fresh, tmp_path):
        # 5 s is the promise on a quiet machine.
        assert time.monotonic() - began < 10


def test_ctrl_c_ends_everything_and_exits_130(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        members = descendants(serve.process.pid)
        serve.process.send_signal(signal.SIGINT)
        assert serve.process.wait(10) == 130
    assert not alive(members)
    assert "Traceback" not in serve.said()


def test_ctrl_c_while_the_database_is_made_ends_at_once(fresh: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*ARGO, "serve", "--data", str(fresh), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    )
    assert soon((fresh / "postgres.new").exists, 10)
    members = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said == ""
    assert soon(lambda: not alive(members), 1)


def test_it_ends_with_the_terminal_it_was_started_in(data: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(ARGO[0], [*ARGO, "serve", "--data", str(data), "--port", "0"])
    said = b""
    while b"ARGO ready" not in said:
        said += os.read(terminal, 4096)
    members = descendants(pid)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert not alive(members)


def test_sigterm_ends_everything_and_exits_0(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        members = descendants(serve.process.pid)
        serve.process.terminate()
        assert serve.process.wait(10) == 0
    assert not alive(members)
    assert serve.said() == ""


def test_a_killed_service_leaves_nothing_and_starts_again_at_once(
    data: Path, tmp_path: Path
) -> None:
    with serving(data, tmp_path) as serve:
        members = {serve.process.pid} | descendants(serve.process.pid)
        serve.process.kill()
        assert soon(lambda: not alive(members), seconds=2), f"left: {alive(members)}"
    port = serve.url.rsplit(":", 1)[1]
    with serving(data, tmp_path, "--port", port) as again:
        assert again.answers()


def test_a_killed_worker_is_replaced_and_the_others_go_on(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        before = serve.workers()
        os.kill(min(before), signal.SIGKILL)
        assert soon(lambda: len(serve.workers()) == 2 and min(before) not in alive(before), 10)
        assert soon(serve.answers, 10)
        assert "Worker" in serve.said()


def test_a_mistake_in_new_settings_leaves_the_old_ones(data: Path, tmp_path: Path) -> None:
    settings = tmp_path / "argo.toml"
    settings.write_text("[quotas]\nrequests_per_minute = 20\n")
    with serving(data, tmp_path) as serve:
        settings.write_text("[quotas]\nrequests_per_minute = 'many'\n")
        serve.process.send_signal(signal.SIGHUP)
        assert soon(lambda: "stay as they were" in serve.said(), 5)
        settings.write_text("[quotas]\nrequests_per_minute = 30\n")
        serve.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert serve.answers()
        assert len(serve.workers()) == 2


def test_a_second_service_on_the_folder_exits_2(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        command = [*ARGO, "serve", "--data", str(data), "--port", "0"]
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert serve.answers()
    assert second.returncode == 2
    assert f"process {serve.process.pid}" in second.stderr


def test_answers_under_way_end_before_the_service_does(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        accept_by_link(command("user", "add", "ada@institute.example", data=data))
        key = command("key", "create", "--user", "ada@institute.example", "--name", "t", data=data)
        assert soon(lambda: _models(serve.url, key) != [], 20)
        body = {
            "model": _models(serve.url, key)[0],
            "messages": [{"role": "user", "content": "Tell me a very long story of a ship."}],
            "max_tokens": 250,
            "stream": True,
        }
        with _post(f"{serve.url}/v1/chat/completions", key, body) as answer:
            while b'"content":"' not in answer.readline():
                pass
            serve.process.terminate()
            # Nobody new is let in while the answer goes on.
            assert soon(lambda: not serve.answers(), 5)
            rest = answer.read()
        assert rest.rstrip().endswith(b"data: [DONE]")
        assert b'"finish_reason":' in rest
        assert serve.process.wait(10) == 0


async def test_a_command_learns_where_the_service_is_reached(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        async with attached(data, print, Clock()) as found:
            assert found.url == serve.url


def test_no_command_line_shows_a_secret(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path) as serve:
        words = " ".join(" ".join(_words(pid)) for pid in descendants(serve.process.pid))
        passwords = re.findall(r'"([\w-]{20,})"', (data / "secrets" / "database.json").read_text())
    assert len(passwords) == 2
    assert not [password for password in passwords if password in words]


def command(*words: str, data: Path) -> str:
    """Run a command on the data folder and return what it printed."""
    done = subprocess.run(
        [*ARGO, *words, "--data", str(data)], capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.strip()


def _models(url: str, key: str) -> list[str]:
    request = urllib.request.Request(f"{url}/v1/models", headers={"authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return [model["id"] for model in json.load(answer)["data"]]


def _post(url: str, key: str, body: object) -> Any:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    return urllib.request.urlopen(request, timeout=60)


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def test_an_engine_named_in_the_settings_replaces_the_embedded_one(
    data: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "argo.toml"
    with serving(data, tmp_path) as serve:
        assert any("argo.embedded.llama" in _words(pid) for pid in descendants(serve.process.pid))
    settings.write_text(
        '[[models]]\nid = "elsewhere"\n[[models.replicas]]\nurl = "http://127.0.0.1:9/v1"\n'
    )
    with serving(data, tmp_path) as serve:
        assert serve.answers()
        started = [_words(pid) for pid in descendants(serve.process.pid)]
    assert not [words for words in started if "argo.embedded.llama" in words]
