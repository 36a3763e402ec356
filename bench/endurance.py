"""What must hold for hours, in minutes that are a parameter: kills, a soak, a crowd that only sits.

    python bench/endurance.py kills --kills 200          # about fifteen minutes on two cores
    python bench/endurance.py soak --seconds 3600        # memory of the workers, every minute
    python bench/endurance.py idle --connections 10000   # and slow ones, while 50 people read pages

Each runs a whole `argo serve` with two workers over simulated engines in a folder of its own,
prints what it measured and exits 1 when a promise is not held.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.house import Crowd, House, Writer, at_rest, house, kill_at_random

PAGES = ("/", "/health/ready", "/api/me")
SLOWEST_PAGE_SECONDS = 1.0
MOST_GROWTH = 1.10


def main() -> int:
    """Run one of the three; 0 when it holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("kills", "soak", "idle"))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds between kills")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=16)
    args = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="argo-endurance-") as folder:
        engines = 1 if args.what == "idle" else 2
        with house(Path(folder), engines=engines, people=args.people) as running:
            broken = asyncio.run(
                {"kills": kills, "soak": soak, "idle": idle}[args.what](running, args)
            )
    print("\n".join(f"NOT HELD: {each}" for each in broken) or "everything holds")
    return 1 if broken else 0


async def kills(running: House, args: argparse.Namespace) -> list[str]:
    """Kill workers and engines under load: nothing hangs, nothing acknowledged is lost."""
    writer, stop = Writer(running), asyncio.Event()
    await writer.sign_in()
    writing = asyncio.create_task(writer.write(stop))
    began = time.monotonic()
    async with Crowd(running).asking() as crowd:
        killed = await kill_at_random(running, args.kills, args.pause)
    stop.set()
    broken = []
    try:
        await asyncio.wait_for(writing, 180)
    except (AssertionError, TimeoutError) as fault:
        broken.append(f"the page's conversation: {fault or 'it never came to rest'}")
    print(f"{sum(killed.values())} kills {dict(killed)} in {time.monotonic() - began:.0f} s")
    print(f"questions: {dict(crowd.ends)}, the longest took {crowd.longest_seconds:.1f} s")
    print(f"messages acknowledged on the page and found again, once: {len(writer.acknowledged)}")
    if crowd.ends["hung"]:
        broken.append("a question hung")
    if crowd.ends["half"]:
        broken.append("an answer broke off and did not say so")
    if not await at_rest(running):
        broken.append("places were not given back")
    return broken


async def soak(running: House, args: argparse.Namespace) -> list[str]:
    """Ask all the time and watch the workers' memory: after a warm-up it stays flat."""
    sizes: list[tuple[float, float]] = []
    began = time.monotonic()
    every = min(60.0, args.seconds / 20)
    async with Crowd(running).asking() as crowd:
        while (passed := time.monotonic() - began) < args.seconds:
            await asyncio.sleep(every)
            sizes.append((passed, sum(map(_resident_bytes, running.workers()))))
            print(f"{passed:6.0f} s  {sizes[-1][1] / 1e6:7.1f} MB  {dict(crowd.ends)}", flush=True)
    warm = [size for _, size in sizes[len(sizes) // 4 : len(sizes) // 2]]
    last = [size for _, size in sizes[-len(sizes) // 4 :]]
    growth = (sum(last) / len(last)) / (sum(warm) / len(warm))
    print(f"memory at the end / after the warm-up: {growth:.3f}")
    broken = [f"memory grew to {growth:.2f}"] if growth > MOST_GROWTH else []
    if set(crowd.ends) != {"answered"}:
        broken.append(f"not all were answered: {dict(crowd.ends)}")
    return broken


async def idle(running: House, args: argparse.Namespace) -> list[str]:
    """Hold idle and slow connections while fifty people read pages."""
    host, _, port = running.url.removeprefix("http://").partition(":")
    request = f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host}:{port}\r\n"
    body = f"{request}authorization: Bearer {running.keys[0]}\r\ncontent-length: 100000\r\n\r\n{{"
    kinds = cycle((b"", b"", b"", b"", b"", b"", b"", request.encode(), body.encode(), b"read"))
    writers: list[asyncio.StreamWriter] = []
    began = time.monotonic()

    async def sit(kind: bytes) -> None:
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**12)
        writers.append(writer)
        if kind == b"read":
            writer.write(f"GET / HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n".encode())
            await reader.read(16)
        elif kind:
            writer.write(kind)

    for first in range(0, args.connections, 200):
        count = min(200, args.connections - first)
        await asyncio.gather(*(sit(next(kinds)) for _ in range(count)))
    print(
        f"{len(writers):,} connections sit there after {time.monotonic() - began:.1f} s", flush=True
    )
    seconds: list[float] = []
    failures = 0

    async def person(http: aiohttp.ClientSession) -> None:
        nonlocal failures
        until = time.monotonic() + args.seconds
        while time.monotonic() < until:
            for page in PAGES:
                at = time.monotonic()
                async with http.get(page) as answer:
                    await answer.read()
                    failures += answer.status >= 500
                seconds.append(time.monotonic() - at)
            await asyncio.sleep(1.0)

    async with aiohttp.ClientSession(running.url) as http:
        await asyncio.gather(*(person(http) for _ in range(50)))
    seconds.sort()
    p50, p99 = seconds[len(seconds) // 2], seconds[int(0.99 * len(seconds))]
    memory = sum(map(_resident_bytes, running.workers())) / 1e6
    print(
        f"{len(seconds):,} pages: p50 {p50:.3f} s, p99 {p99:.3f} s; the workers hold {memory:.0f} MB"
    )
    for writer in writers:
        writer.transport.abort()
    broken = [f"pages: p99 {p99:.2f} s"] if p99 > SLOWEST_PAGE_SECONDS else []
    return [*broken, *(["pages failed"] if failures else [])]


def _resident_bytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024.0 for line in text.splitlines() if line[:4] == "Pss:")


if __name__ == "__main__":
    sys.exit(main())
