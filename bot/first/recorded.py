"""A transaction that everybody can look up, for as long as there is no history of our own.

Ethereum's block 18,000,000 and in it the transaction 0x8bd66e08…, as ``eth_getBlockByNumber`` tells
them (recorded in subsquid/squid-sdk, fixtures of evm-rpc; its header's hash was recomputed).
No price was recorded with it, so it has none here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from data.model import BlockRef, Leg, Movement, MovementKind

RECORDED = Movement(
    block=BlockRef(
        "ethereum",
        18_000_000,
        bytes.fromhex("95b198e154acbfc64109dfd22d8224fe927fd8dfdedfae01587674482ba4baf3"),
        bytes.fromhex("198723e0ddf20153951c6304093cbd97fd306c5db03287c5586c0430a986080d"),
        datetime.fromtimestamp(0x64EA268F, UTC),
    ),
    tx_hash=bytes.fromhex("8bd66e08dbe4a169dc82834cc382976ee80f39012e028195aa7f092929d96af5"),
    tx_index=11,
    address=bytes.fromhex("0d0707963952f2fba59dd06f2b425ace40b492fe"),
    kind=MovementKind.SEND,
    legs=(Leg(None, "ETH", 18, -29_998_200_000_000_000_000),),
    counterparty=bytes.fromhex("7dcb03387e7b5f0d1bc984984622d50f9ca16bc5"),
    signed=True,
    id=0,
)
