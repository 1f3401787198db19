"""What it costs to tell what moved and what it was worth, beside reading the same bytes.

``python -m bench.enrich [--blocks 60] [--transactions 200] [--rounds 5] [--watches 1000000]
[--json]``. Simulated Ethereum blocks, in milliseconds of CPU per block, interleaved: the typed
decoding of block and receipts; that with what the watcher makes of them, which is a glance, and
transfers, movements and prices of what concerns a watch or is worth keeping; the same for every
transaction, though nobody asked; and what is done beside the glance where nobody is concerned: its
parties are looked for among the watches' addresses, and nothing is enriched.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from bench.crowd import watched_addresses
from bench.ground import run
from bench.node import SEED, populated
from bench.racers import KEEP_FROM_USD, watch_on
from bench.report import Promise, print_report
from data.chains import known_chains
from data.model import Price
from data.queries.tokens import TokenRow
from sandbox.chain import Chain as SimulatedChain
from sandbox.chain.rendering import Rendering
from watcher.concern import Asked, concerns, parties_of
from watcher.decode import decode
from watcher.enrich import enrich
from watcher.evm.block import EvmBlock, ref_of
from watcher.evm.transfers import customs_of
from watcher.evm.wire import RpcBlock, RpcReceipt
from watcher.weigh import WeighedBlock, weighed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHAIN = known_chains()["ethereum"]
_NOBODY_KEEPS = Decimal(10) ** 15
_read_block = msgspec.json.Decoder(RpcBlock).decode
_read_receipts = msgspec.json.Decoder(list[RpcReceipt]).decode


@dataclass(frozen=True, slots=True)
class Bytes:
    """One block as a node sends it."""

    body: bytes
    receipts: bytes

    def typed(self) -> EvmBlock:
        """Read into types, and no further."""
        body = _read_block(self.body)
        receipts = _read_receipts(self.receipts)
        ref = ref_of(CHAIN.name, body)
        return EvmBlock(ref, customs_of(CHAIN, ref.number), body, receipts)


def main() -> int:
    """Interleaved rounds over the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=60)
    parser.add_argument("--transactions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--watches", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    blocks, prices = _made(chosen.blocks, chosen.transactions)
    names = {
        one.address: TokenRow(one.address, one.symbol, one.name, one.decimals)
        for one in CHAIN.tokens.values()
    }
    known = set(watched_addresses(chosen.watches))
    # those on the chain are left out: nothing is to match
    strangers = known - _parties(blocks)
    ready = [run(_weighed(one, names, prices)) for one in blocks]
    made = {"asked": 0, "all": 0}

    async def typed() -> None:
        for one in blocks:
            one.typed()

    async def asked() -> None:
        for one in blocks:
            made["asked"] += await _concerned(one, names, prices, known)

    async def everything() -> None:
        for one in blocks:
            block = one.typed()
            found = enrich(CHAIN, block.ref, list(decode(block)), names, prices)
            made["all"] += sum(map(len, found))

    ways: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "typed": typed,
        "asked": asked,
        "all": everything,
        "nobody": lambda: _unconcerned(ready, names, strangers),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}

    async def rounds() -> None:
        for _ in range(chosen.rounds):
            for name, way in ways.items():
                taken[name].append(await _cpu_ms(way) / len(blocks))

    run(rounds())
    told = {name: count / chosen.rounds / len(blocks) for name, count in made.items()}
    _print(taken, told, len(strangers), as_json=chosen.json)
    return 0


def _made(count: int, transactions: int) -> tuple[list[Bytes], Mapping[bytes | None, Price]]:
    """Blocks, and what everything was worth in them."""
    chain = SimulatedChain(populated(), seed=SEED, start_time=1_760_000_000, history=1)
    found = []
    for head in chain.mine(count, transactions=transactions):
        block = chain.ledger.at(head.number)
        if block is None:
            raise RuntimeError("the chain forgot a block that it has just mined")
        rendering = Rendering(block)
        found.append(Bytes(bytes(rendering.full), bytes(rendering.all_receipts)))
    now = chain.head.timestamp
    as_of = datetime.fromtimestamp(now, UTC)
    prices: dict[bytes | None, Price] = {}
    for address, symbol in [(None, CHAIN.native_symbol), *_symbols()]:
        usd = chain.market.usd(symbol, now)
        if usd is not None:
            prices[address] = Price(usd, "bench", as_of)
    return found, prices


def _symbols() -> list[tuple[bytes, str]]:
    return [(token.address, token.symbol) for token in CHAIN.tokens.values()]


def _parties(blocks: Sequence[Bytes]) -> set[bytes]:
    return {
        party
        for one in blocks
        for transaction in decode(one.typed())
        for transfer in transaction.transfers
        for party in (transfer.sender, transfer.recipient)
    }


async def _weighed(
    one: Bytes, names: Mapping[bytes, TokenRow], prices: Mapping[bytes | None, Price]
) -> WeighedBlock:
    block = one.typed()
    glance = await block.glance()
    # as the product asks for them: of the native coin and of what moved
    of_it = {token: prices[token] for token in {None, *glance.tokens} if token in prices}
    return weighed(CHAIN, block, glance, names, of_it, block.ref.time)


async def _concerned(
    one: Bytes,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
    watched: set[bytes],
) -> int:
    """What the watcher makes of a block; how many movements it keeps or alerts of."""
    block = await _weighed(one, names, prices)
    hit = [watch_on(address) for address in await parties_of([block]) & watched]
    wanted = await concerns(CHAIN, [block], names, Asked(hit, None, (), KEEP_FROM_USD, {}))
    return len(wanted.keep)


async def _unconcerned(
    blocks: Sequence[WeighedBlock], names: Mapping[bytes, TokenRow], watched: set[bytes]
) -> None:
    """Each block by itself, as at the head."""
    for block in blocks:
        if await parties_of([block]) & watched:
            raise RuntimeError("nothing was to match")
        asked = Asked((), None, (), _NOBODY_KEEPS, {})
        wanted = await concerns(CHAIN, [block], names, asked)
        if wanted.alerts or wanted.keep:
            raise RuntimeError("nothing was to be told")


async def _cpu_ms(way: Callable[[], Coroutine[Any, Any, None]]) -> float:
    begun = time.process_time()
    await way()
    return 1000 * (time.process_time() - begun)


def _print(
    taken: Mapping[str, Sequence[float]],
    told: Mapping[str, float],
    watches: int,
    *,
    as_json: bool,
) -> None:
    what = {
        "typed": "typed decoding",
        "asked": f"and {told['asked']:,.1f} movements that somebody asked for",
        "all": f"and all {told['all']:,.0f} movements, though nobody did",
        "nobody": f"nobody concerned of {watches:,} watches",
    }
    lines = [f"{'':<50}  {'CPU ms/block':>12}"]
    lines += [f"{what[name]:<50}  {median(runs):>12.2f}" for name, runs in taken.items()]
    pairs = zip(taken["asked"], taken["typed"], strict=True)
    times = median(one / other for one, other in pairs)
    unconcerned = median(taken["nobody"])
    promises = [
        Promise("decode, movements and prices × the typed decoding", times, at_most=3),
        Promise("ms of CPU a block where nothing matches", unconcerned, at_most=1),
    ]
    print_report("enrich", promises, lines, {"cpu_ms": dict(taken)}, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
