"""Prices from Chainlink's feeds, read on the chain at a block.

https://docs.chain.link/data-feeds/api-reference: ``latestRoundData`` answers with (round,
answer, started, updated, answered in). A round that is stale, empty or not above zero is no
price.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from data.model import Price
from watcher.evm.metadata import DECIMALS, decimals_in
from watcher.evm.multicall import read_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Feed
    from watcher.rpc.pool import Pool

LATEST_ROUND_DATA = bytes.fromhex("feaf968c")
SOURCE = "chainlink"
GRACE = timedelta(minutes=10)
"""How late a round may be beyond its heartbeat: the transaction has to get into a block."""
HIGHEST = 10**12
"""Dollars for one unit: whoever tells of more lies, and the values would leave their columns."""
LONGEST_HEARTBEAT = timedelta(days=1)
"""For feeds whose heartbeat nobody published: no feed in the tables has a longer one."""


async def read_feeds(
    pool: Pool,
    multicall3: bytes,
    feeds: Sequence[Feed],
    block: str,
    asked_at: datetime,
    *,
    within: float,
) -> dict[str, Price]:
    """The price of each pair whose feed has a believable round at the block.

    A feed whose decimals are not the table's is left out. Raises RpcError when nobody answers.
    """
    reads = [(feed.proxy, selector) for feed in feeds for selector in (LATEST_ROUND_DATA, DECIMALS)]
    results = await read_all(pool, multicall3, reads, block, within=within)
    prices: dict[str, Price] = {}
    for position, feed in enumerate(feeds):
        round_data, decimals = results[2 * position], results[2 * position + 1]
        if decimals_in(decimals) != feed.decimals:
            continue
        price = price_in(round_data, feed, asked_at)
        if price is not None:
            prices[feed.pair] = price
    return prices


def price_in(data: bytes | None, feed: Feed, asked_at: datetime) -> Price | None:
    """The price that a round tells, None if it is not to be believed at ``asked_at``."""
    if data is None or len(data) != 5 * 32:
        return None
    answer = int.from_bytes(data[32:64], signed=True)
    updated = int.from_bytes(data[96:128])
    usd = Decimal(answer).scaleb(-feed.decimals)
    if not 0 < usd < HIGHEST or not 0 < updated < 2**35:
        return None
    as_of = datetime.fromtimestamp(updated, UTC)
    heartbeat = timedelta(seconds=feed.heartbeat) if feed.heartbeat else LONGEST_HEARTBEAT
    if asked_at - as_of > heartbeat + GRACE:
        return None
    return Price(usd, SOURCE, as_of)
