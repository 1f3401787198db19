"""What a block costs with more transfers in it, and with more watches in the database.

``python -m bench.scaling [--blocks 40] [--rounds 3] [--largest 1000000] [--json]``: the whole
pipeline on PostgreSQL, in milliseconds of our process's CPU per block. Transfers grow from 1 to 8
times a block's usual ones; the exponent is that of a power law through the four sizes, 1 is linear.
"""

from __future__ import annotations

import argparse
import math
import sys
from contextlib import ExitStack
from statistics import linear_regression, median
from typing import TYPE_CHECKING

from bench.crowd import filled
from bench.ground import Run, Span, postgres_url, running_node
from bench.racers import on_database
from bench.report import Promise, print_report
from data.logging import set_up_logging
from tests.servers.valkey import running_valkey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES = (1, 2, 4, 8)
USUAL = 100
FEWEST = 1_000


def main() -> int:
    """Interleaved rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    counts = [FEWEST]
    while counts[-1] * 10 <= chosen.largest:
        counts.append(counts[-1] * 10)
    with ExitStack() as stack:
        valkey = stack.enter_context(running_valkey())
        spans = {
            size: stack.enter_context(running_node(chosen.blocks, USUAL * size)) for size in SIZES
        }
        urls = {count: filled(stack.enter_context(postgres_url()), count) for count in counts}
        by_size: dict[int, list[Run]] = {size: [] for size in SIZES}
        by_count: dict[int, list[Run]] = {count: [] for count in counts}
        for _ in range(chosen.rounds):
            for size, span in spans.items():
                by_size[size].append(on_database(urls[counts[0]], valkey, span))
            for count, url in urls.items():
                by_count[count].append(on_database(url, valkey, spans[2]))
    _print(by_size, by_count, spans, as_json=chosen.json)
    return 0


def _print(
    by_size: Mapping[int, Sequence[Run]],
    by_count: Mapping[int, Sequence[Run]],
    spans: Mapping[int, Span],
    *,
    as_json: bool,
) -> None:
    blocks = spans[1].blocks
    sizes = [
        (sum(runs[0].transfers) / blocks, 1000 * median(one.cpu for one in runs) / blocks)
        for runs in by_size.values()
    ]
    counts = {
        count: 1000 * median(one.cpu for one in runs) / blocks for count, runs in by_count.items()
    }
    logs = [(math.log(transfers), math.log(cpu)) for transfers, cpu in sizes]
    exponent = linear_regression(*zip(*logs, strict=True)).slope
    growth = counts[max(counts)] / counts[min(counts)]
    lines = [f"{'transfers/block':>16}  {'CPU ms/block':>12}"]
    lines += [f"{transfers:>16,.0f}  {cpu:>12.2f}" for transfers, cpu in sizes]
    lines.append(f"{'watches':>16}  {'CPU ms/block':>12}")
    lines += [f"{count:>16,}  {cpu:>12.2f}" for count, cpu in counts.items()]
    promises = [
        Promise("exponent of CPU in transfers", exponent, at_most=1.05),
        Promise(f"CPU at {max(counts):,} watches × {min(counts):,}", growth, at_most=1.35),
    ]
    figures = {"cpu_ms_by_transfers": sizes, "cpu_ms_by_watches": counts}
    print_report("scaling", promises, lines, figures, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
