"""From a node to the outbox, beside web3.py's fetch and decode of the same blocks.

``python -m bench.pipeline [--blocks 300] [--rounds 5] [--watches 1000000] [--json]``. Ours does
everything: fetch, check, decode, enrich, match, and commit. The peers only fetch and decode. Rounds
are interleaved, after one that does not count, and all must find the same transfers; web3.py, being
slow, gets a part of the blocks. A figure that misses its bound is printed as such and makes no
failure: the machine may be busy.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from bench import crowd
from bench.ground import Run, Span, postgres_url, run, running_node, sqlite_url
from bench.racers import KEEP_FROM_USD, NOTHING_KEPT, floor, in_memory, on_database
from bench.report import Promise, Row, print_report
from bench.rivals import HAS_ETH_DEFI, read_events, web3py
from data.database import Database
from data.logging import set_up_logging
from tests.servers.valkey import running_valkey

SQLITE_WATCHES = 10_000
OURS = "spyhop, PostgreSQL"
SMALL = "spyhop, SQLite"
BARE = "spyhop, no checks, no database"
KEPT = "spyhop, no checks, nothing written"
FLOOR = "fetch and typed decode"
WEB3 = "web3.py"
ETH_DEFI = "web3-ethereum-defi read_events"


@dataclass(frozen=True, slots=True)
class Contender:
    """How it runs, and over which blocks."""

    take: Callable[[], Run]
    span: Span


def main() -> int:
    """Interleaved rounds of all; 1 when they did not find the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=300)
    parser.add_argument("--peer-blocks", type=int, default=20, help="web3.py's part of them")
    parser.add_argument("--transactions", type=int, default=200)
    parser.add_argument("--watches", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", help="contenders whose name contains one of these")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")  # to stderr: what is printed is for programs, too
    with ExitStack() as stack:
        span = stack.enter_context(running_node(chosen.blocks, chosen.transactions))
        contenders = _contenders(stack, span, chosen)
        for contender in contenders.values():
            contender.take()  # so that the node has all answers ready, and the databases are warm
        runs: dict[str, list[Run]] = {name: [] for name in contenders}
        for _ in range(chosen.rounds):
            for name, contender in contenders.items():
                runs[name].append(contender.take())
        rows = {
            name: Row(name, tuple(runs[name]), contenders[name].span.blocks) for name in contenders
        }
        if not _agree(rows):
            return 1
    _print(rows, as_json=chosen.json)
    return 0


def _contenders(stack: ExitStack, span: Span, chosen: Any) -> dict[str, Contender]:
    part = replace(span, last=span.first + min(chosen.peer_blocks, span.blocks) - 1)
    valkey = stack.enter_context(running_valkey())
    contenders: dict[str, Contender] = {}

    def add(name: str, blocks: Span, make: Callable[[], Callable[[], Run]]) -> None:
        if chosen.only is None or any(text in name for text in chosen.only):
            contenders[name] = Contender(make(), blocks)

    def with_database(url: str, watches: int) -> Callable[[], Run]:
        crowd.filled(url, watches)
        return lambda: on_database(url, valkey, span)

    def bare(keep_from_usd: Decimal) -> Callable[[], Run]:
        watched = frozenset(crowd.watched_addresses(chosen.watches))
        url = stack.enter_context(sqlite_url())
        return lambda: run(_in_memory(url, span, watched, keep_from_usd))

    add(OURS, span, lambda: with_database(stack.enter_context(postgres_url()), chosen.watches))
    add(SMALL, span, lambda: with_database(stack.enter_context(sqlite_url()), SQLITE_WATCHES))
    add(BARE, span, lambda: bare(NOTHING_KEPT))
    add(KEPT, span, lambda: bare(KEEP_FROM_USD))
    add(FLOOR, span, lambda: lambda: run(floor(span)))
    add(WEB3, part, lambda: lambda: web3py(part))
    if HAS_ETH_DEFI:
        add(ETH_DEFI, span, lambda: lambda: read_events(span))
    else:
        print("web3-ethereum-defi is not installed: it does not run", file=sys.stderr)
    return contenders


async def _in_memory(
    url: str, span: Span, watched: frozenset[bytes], keep_from_usd: Decimal
) -> Run:
    database = Database(url)
    try:
        return await in_memory(database, span, watched, keep_from_usd)
    finally:
        await database.close()


def _agree(rows: Mapping[str, Row]) -> bool:
    """Whether all found the same transfers in the blocks that they read in common. The floor looks
    for none, and ``read_events`` does not see those of native coin.
    """
    counted = {name: row.runs for name, row in rows.items() if name not in (FLOOR, ETH_DEFI)}
    common = min((len(runs[0].transfers) for runs in counted.values()), default=0)
    found = {one.transfers[:common] for runs in counted.values() for one in runs}
    if len(found) > 1:
        print(f"they found different transfers: {sorted(map(sum, found))}", file=sys.stderr)
    return len(found) <= 1


def _promises(rows: Mapping[str, Row]) -> list[Promise]:
    bounds = [
        ("whole pipeline, 1,000,000 watches, × web3.py", OURS, WEB3, 20),
        ("whole pipeline × web3-ethereum-defi's read_events", OURS, ETH_DEFI, 1),
        ("integrity and database off, × web3.py", BARE, WEB3, 60),
        ("SQLite with 10,000 watches, × web3.py", SMALL, WEB3, 15),
    ]
    promises = [
        Promise(what, rows[ours].times(rows[theirs]), at_least=bound)
        for what, ours, theirs, bound in bounds
        if ours in rows and theirs in rows
    ]
    if OURS in rows and FLOOR in rows:
        times = rows[FLOOR].times(rows[OURS], lambda one: one.cpu)
        promises.append(Promise("our CPU per block × the floor's", times, at_most=4))
    return promises


def _print(rows: Mapping[str, Row], *, as_json: bool) -> None:
    base = rows.get(WEB3)
    width = max(map(len, rows))
    lines = [f"{'':<{width}}  {'blocks/s':>9}  {'CPU ms/block':>12}  {'× web3.py':>10}"]
    table = []
    for name, row in rows.items():
        ratio = row.times(base) if base else float("nan")
        lines.append(
            f"{name:<{width}}  {row.blocks_per_second:>9.1f}  {row.cpu_ms:>12.2f}  {ratio:>9.1f}×"
        )
        table.append(
            {
                "name": name,
                "blocks": row.blocks,
                "blocks_per_second": row.blocks_per_second,
                "cpu_ms_per_block": row.cpu_ms,
                "times_web3": ratio if base else None,
                "runs": [asdict(one) for one in row.runs],
            }
        )
    alerts = next((row.runs[0].alerts for name, row in rows.items() if name == OURS), 0)
    lines.append(f"{alerts:,} alerts written in each run on PostgreSQL")
    print_report("pipeline", _promises(rows), lines, {"rows": table}, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
