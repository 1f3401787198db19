"""What transactions cost on each chain, as the watcher publishes it with the newest block.

Key: ``published:gas:{chain}`` → JSON of GasStatus. Nothing expires: its times tell how old it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from redis.asyncio import Redis

PERCENTILES = (10, 50, 90)


class GasStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Prices are in wei, amounts of gas are counts; all are of the newest ``blocks`` blocks, but
    for the base fee, which is the newest block's.

    ``base_fee`` is None where the chain has none. ``prices`` are what transactions paid for one
    gas in all, ``tips`` what of it was above their block's base fee, each at the PERCENTILES of
    the ``transactions``; None where there were none. ``swap_gas`` is the median of ``swaps`` swaps.
    ``l1_fee`` (wei) and ``l1_gas`` are medians of what a rollup takes for the data besides, or as a
    part of the gas. ``native_usd`` is what one coin is worth, exact decimal text.
    """

    chain: str
    block: int
    block_time: datetime
    written_at: datetime
    blocks: int
    transactions: int
    base_fee: int | None = None
    prices: tuple[int, int, int] | None = None
    tips: tuple[int, int, int] | None = None
    swap_gas: int | None = None
    swaps: int = 0
    l1_fee: int | None = None
    l1_gas: int | None = None
    native_usd: str | None = None


def _key(chain: str) -> str:
    return f"published:gas:{chain}"


async def publish_gas(redis: Redis, status: GasStatus) -> None:
    """Replace what is published of a chain."""
    await redis.set(_key(status.chain), msgspec.json.encode(status).decode())


async def gas_status(redis: Redis, chain: str) -> GasStatus | None:
    """What was last published of a chain; None if nothing ever was, or nothing legible."""
    text = await redis.get(_key(chain))
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=GasStatus)
    except msgspec.MsgspecError:
        return None
