"""The simulated engine at a steady rate: engine.py PORT TOKENS_A_SECOND TOKENS."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

import uvloop

from argo.simulation.engine import SimulatedEngine
from argo.simulation.types import FAST


async def main(port: int, rate: float, tokens: int) -> None:
    profile = replace(
        FAST,
        total_tokens_per_second=1e9,
        stream_tokens_per_second=rate,
        running_sequences=100_000,
        answer_tokens=tokens,
    )
    await SimulatedEngine(profile).start(port=port)
    await asyncio.Event().wait()


uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
