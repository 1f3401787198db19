"""What it costs to tell what moved and what it was worth, beside reading the same bytes.

``python -m bench.enrich [--blocks 60] [--transactions 200] [--rounds 5] [--watches 1000000]
[--json]``. Simulated Ethereum blocks, in milliseconds of CPU per block, interleaved: the typed
decoding of block and receipts; that with every transfer decoded and every movement made and
priced, though nobody asked for them; and what is done beside it where nobody is concerned: a glance
is weighed, its parties are looked for among the watches' addresses, and nothing is enriched.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from bench.crowd import watched_addresses
from bench.report import Promise, print_report
from data.chains import known_chains
from data.model import Price
from data.queries.tokens import TokenRow
from sandbox.chain import Chain as SimulatedChain
from sandbox.chain import chain_spec
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
    # those on the chain are left out: nothing is to match
    watched = set(watched_addresses(chosen.watches + _ON_CHAIN)) - _parties(blocks)
    moved = [0]

    def enriched(one: Bytes) -> None:
        block = one.typed()
        made = enrich(CHAIN, block.ref, list(decode(block)), names, prices)
        moved[0] += sum(map(len, made))

    ready = [asyncio.run(_weighed(one, names, prices)) for one in blocks]
    taken: dict[str, list[float]] = {"typed": [], "enriched": [], "unconcerned": []}
    for _ in range(chosen.rounds):
        taken["typed"].append(_cpu_ms(lambda: [one.typed() for one in blocks]) / len(blocks))
        moved[0] = 0
        taken["enriched"].append(_cpu_ms(lambda: [enriched(one) for one in blocks]) / len(blocks))
        taken["unconcerned"].append(
            _cpu_ms(lambda: asyncio.run(_unconcerned(ready, names, watched))) / len(blocks)
        )
    _print(taken, moved[0] / len(blocks), len(watched), as_json=chosen.json)
    return 0


_ON_CHAIN = 5_000
"""More than the watches that the crowd has on addresses of the chain."""


def _made(count: int, transactions: int) -> tuple[list[Bytes], Mapping[bytes | None, Price]]:
    """Blocks, and what everything was worth in them."""
    chain = SimulatedChain(chain_spec(CHAIN.name), seed=11, start_time=1_760_000_000, history=1)
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
    return weighed(CHAIN, block, await block.glance(), names, prices, block.ref.time)


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


def _cpu_ms(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def _print(
    taken: Mapping[str, Sequence[float]], moved: float, watches: int, *, as_json: bool
) -> None:
    typed, enriched, unconcerned = (median(taken[name]) for name in taken)
    times = median(
        one / other for one, other in zip(taken["enriched"], taken["typed"], strict=True)
    )
    lines = [
        f"{'':<44}  {'CPU ms/block':>12}",
        f"{'typed decoding':<44}  {typed:>12.2f}",
        f"{f'and {moved:,.0f} movements, named and priced':<44}  {enriched:>12.2f}",
        f"{f'nobody concerned of {watches:,} watches':<44}  {unconcerned:>12.2f}",
    ]
    promises = [
        Promise("decode, movements and prices × the typed decoding", times, at_most=3),
        Promise("ms of CPU a block where nothing matches", unconcerned, at_most=1),
    ]
    print_report("enrich", promises, lines, {"cpu_ms": dict(taken)}, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
