"""Our process's resident memory over many blocks, with a million watches in PostgreSQL.

``python -m bench.memory [--blocks 100000] [--watches 1000000] [--json]``. The blocks are small (one
transaction each), so that there are many of them; the node mines them while they are read. The
drift is between the first tenth, which warms up, and the last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median

import psutil

from bench.crowd import filled
from bench.ground import postgres_url, running_node
from bench.report import Promise, print_report
from data.logging import set_up_logging
from tests.servers.valkey import running_valkey

MB = 1024 * 1024


def main() -> int:
    """Start the reader in a process of its own, and watch it from outside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--watches", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    with ExitStack() as stack:
        valkey = stack.enter_context(running_valkey())
        url = filled(stack.enter_context(postgres_url()), chosen.watches)
        span = stack.enter_context(running_node(chosen.blocks, transactions=1, ready=500))
        command = [sys.executable, "-m", "bench.reader", url, valkey, json.dumps(asdict(span))]
        reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            samples = asyncio.run(_watch(reader, chosen.blocks))
        finally:
            reader.terminate()
            reader.wait()
    if samples[-1][0] < chosen.blocks:
        print("the reader ended early", file=sys.stderr)
        return 1
    settled = [rss for blocks, rss in samples if blocks >= chosen.blocks / 10]
    tenth = max(1, len(settled) // 10)
    drift = median(settled[-tenth:]) / median(settled[:tenth]) - 1
    promises = [
        Promise("largest resident memory in MB", max(rss for _, rss in samples), at_most=250),
        Promise("drift in %", 100 * drift, at_most=5),
    ]
    every = max(1, len(samples) // 12)
    lines = [f"{blocks:>9,} blocks  {rss:>7.1f} MB" for blocks, rss in samples[::every]]
    print_report("memory", promises, lines, {"samples": samples}, as_json=chosen.json)
    return 0


async def _watch(reader: subprocess.Popen[str], blocks: int) -> list[tuple[int, float]]:
    """Blocks read so far and MB held, as the reader tells of its progress."""
    process = psutil.Process(reader.pid)
    samples: list[tuple[int, float]] = []
    while reader.stdout is not None:
        line = await asyncio.to_thread(reader.stdout.readline)
        if not line:
            break
        read = json.loads(line)["blocks"]
        samples.append((read, process.memory_info().rss / MB))
        if read >= blocks:
            break
    return samples or [(0, 0.0)]


if __name__ == "__main__":
    sys.exit(main())
