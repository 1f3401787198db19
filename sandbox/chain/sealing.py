"""Makes blocks: orders transactions, prices gas, and fills the header as the chain's consensus
does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from random import Random
from typing import Literal, TypeAlias

from eth_hash.auto import keccak

from sandbox.chain.block import Block, Header, receipts_of, receipts_root
from sandbox.chain.events import with_native_logs
from sandbox.chain.hexes import address
from sandbox.chain.recorded import RecordedBlock
from sandbox.chain.spec import ChainSpec
from sandbox.chain.system import SystemTransactions
from sandbox.chain.transaction import GWEI, Transaction
from sandbox.chain.trie import ordered_root

Untrue: TypeAlias = Literal["logs_bloom", "receipts_root"]

_PRODUCERS = 21
_NAMED = {
    "op": address("0x4200000000000000000000000000000000000011"),
    "nitro": address("0xa4b000000000000000000073657175656e636572"),
    "bor": bytes(20),
    "avalanche": address("0x0100000000000000000000000000000000000000"),
}
_STAMPS = {"base": "timestampMs", "bsc": "milliTimestamp"}
"""What a header calls its milliseconds, where blocks come faster than seconds."""
_LOWEST_BASE_FEE, _HIGHEST_BASE_FEE = GWEI // 10, 200 * GWEI


def seal(
    spec: ChainSpec,
    parent: Block | RecordedBlock | None,
    transactions: Sequence[Transaction],
    timestamp_ms: int,
    rng: Random,
    *,
    system: SystemTransactions | None = None,
    untrue: Collection[Untrue] = (),
) -> Block:
    """The next block after `parent` (None: the chain's first).

    `system` adds what the chain puts in by itself; without it all of that is among `transactions`.
    `untrue` names the parts of the header that do not cover the last logs: as on Polygon, where
    those of the state sync lay outside bloom and receipts root.
    """
    number = parent.number + 1 if parent else spec.start_number
    ordered = _by_nonce(transactions)
    if system is not None:
        ordered = [*system.first(number, rng), *ordered, *system.last(number, rng)]
    if spec.native_logs:
        ordered = [one.with_logs(with_native_logs(one)) for one in ordered]
    receipts = receipts_of(ordered)
    gas_used = receipts[-1].cumulative_gas if receipts else 0
    covered = [receipt.logs_bloom for receipt in receipts if receipt.logs_bloom]
    logs_bloom = 0
    for one in covered[:-1] if "logs_bloom" in untrue else covered:
        logs_bloom |= one
    last = -1 if "receipts_root" in untrue and covered else None
    beacon = spec.consensus in ("beacon", "op")
    header = Header(
        parent_hash=parent.hash if parent else rng.randbytes(32),
        miner=producer(spec, number, rng),
        state_root=rng.randbytes(32),
        transactions_root=ordered_root([transaction.raw for transaction in ordered]),
        receipts_root=receipts_root(ordered[:last], receipts[:last]),
        logs_bloom=logs_bloom,
        difficulty=0 if beacon else 2,
        number=number,
        gas_limit=max(spec.gas_limit, gas_used),
        gas_used=gas_used,
        timestamp=timestamp_ms // 1000,
        extra_data=b"spyhop sandbox"
        if beacon
        else b"spyhop sandbox".ljust(32, b"\0") + rng.randbytes(65),
        mix_hash=rng.randbytes(32) if beacon else (timestamp_ms % 1000).to_bytes(32, "big"),
        base_fee=next_base_fee(spec, parent),
        parent_beacon_root=rng.randbytes(32) if beacon else bytes(32),
    )
    return Block(
        header, header.hash(), tuple(ordered), receipts, timestamp_ms, _STAMPS.get(spec.name)
    )


def next_base_fee(spec: ChainSpec, parent: Block | RecordedBlock | None) -> int:
    """EIP-1559's rule, kept between 0.1 and 200 gwei so that long empty or full stretches stay
    plausible.
    """
    if not spec.base_fee or parent is None:
        return spec.base_fee
    target = parent.gas_limit // 2
    change = parent.base_fee * (parent.gas_used - target) // target // 8
    return min(max(parent.base_fee + change, _LOWEST_BASE_FEE), _HIGHEST_BASE_FEE)


def producer(spec: ChainSpec, number: int, rng: Random) -> bytes:
    """Who makes a block: anybody on the beacon chain, validators by turns of eight on BSC; where
    the header names somebody else, that one.
    """
    if spec.consensus in _NAMED:
        return _NAMED[spec.consensus]
    turn = rng.randrange(_PRODUCERS) if spec.consensus == "beacon" else number // 8 % _PRODUCERS
    return keccak(f"sandbox producer {spec.chain_id} {turn}".encode())[12:]


def _by_nonce(transactions: Sequence[Transaction]) -> list[Transaction]:
    """The same order, but with each sender's transactions among their own places by nonce."""
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, transaction in enumerate(transactions):
        places[transaction.draft.sender].append(place)
    ordered = list(transactions)
    for mine in places.values():
        if len(mine) > 1:
            by_nonce = sorted((transactions[place] for place in mine), key=lambda t: t.nonce)
            for place, transaction in zip(mine, by_nonce, strict=True):
                ordered[place] = transaction
    return ordered
