"""The seed's load table against the bare simulated engine: measured, beside the seed's, and CPU.

    python bench/seed_table.py                       # the whole table: about eleven minutes
    python bench/seed_table.py --questions 500       # one row: about a minute

Starts `argo engine simulate --profile seed-2026` on a free loopback port, runs `argo loadtest`
against it, and exits 1 when a row lies further than a fifth from the seed's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argo.simulation.load import Row
from argo.simulation.table import SEED_ROWS, load_table, seed_comparison

ARGO = [sys.executable, "-c", "import sys; from argo.cli import main; sys.exit(main())"]
A_FIFTH = 0.2


def main() -> int:
    """Run, print, and judge; 0 when every row is within a fifth of the seed's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", default=",".join(str(seed.questions) for seed in SEED_ROWS))
    parser.add_argument("--json", metavar="FILE", help="also write the record here")
    args = parser.parse_args()
    with simulated_engine() as (url, engine):
        command = [*ARGO, "loadtest", url, "--questions", args.questions, "--json"]
        before = os.times()
        measured = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        after = os.times()
        generator_seconds = (after.children_user - before.children_user) + (
            after.children_system - before.children_system
        )
        engine_seconds = cpu_seconds(engine)
    record = json.loads(measured.stdout)
    if args.json:
        Path(args.json).write_bytes(measured.stdout)
    rows = [row_from(entry) for entry in record["rows"]]
    tokens = sum(row.total_tokens for row in rows)
    print(load_table(rows), seed_comparison(rows), sep="\n\n")
    print(
        f"\nCPU a token, everything counted: engine {1e6 * engine_seconds / tokens:.1f} µs, "
        f"load generator {1e6 * generator_seconds / tokens:.1f} µs "
        f"({tokens:,} tokens, {sum(row.questions for row in rows):,} questions)"
    )
    return 0 if all(within_a_fifth(row) for row in rows) else 1


@contextmanager
def simulated_engine() -> Iterator[tuple[str, int]]:
    """Run the bare simulator; give its address and its process id."""
    command = [*ARGO, "engine", "simulate", "--profile", "seed-2026", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as engine:
        try:
            assert engine.stdout is not None
            yield engine.stdout.readline().rpartition(" ")[2].strip(), engine.pid
        finally:
            engine.terminate()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time a process has used so far (proc(5), fields 14 and 15 of `stat`)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row_from(entry: dict[str, object]) -> Row:
    """Return the row that a JSON entry was made of."""
    derived = ("answered_percent", "total_tokens_per_second")
    return Row(**{key: value for key, value in entry.items() if key not in derived})  # type: ignore[arg-type]


def within_a_fifth(row: Row) -> bool:
    """Tell whether a row's tokens a second are within a fifth of the seed's."""
    seed = next((seed for seed in SEED_ROWS if seed.questions == row.questions), None)
    if seed is None:
        return True
    ratios = (
        row.answered_percent / seed.answered_percent,
        row.total_tokens_per_second / seed.total_tokens_per_second,
        row.each_over_time / seed.each_tokens_per_second,
    )
    return all(abs(ratio - 1) <= A_FIFTH for ratio in ratios)


if __name__ == "__main__":
    sys.exit(main())
