"""Which rounds of Chainlink's feeds are prices, and which are not to be believed. Pure.

https://docs.chain.link/data-feeds/api-reference: ``latestRoundData`` answers with (round,
answer, started, updated, answered in). A round that is stale, empty, not above zero, or that
stands at the lowest or highest answer its feed can give is no price.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from data.model import Price
from watcher.assets.depth import HIGHEST
from watcher.evm.bounds import UNKNOWN

if TYPE_CHECKING:
    from data.model import Feed
    from watcher.evm.bounds import Bounds

LATEST_ROUND_DATA = bytes.fromhex("feaf968c")
SOURCE = "chainlink"
GRACE = timedelta(minutes=10)
"""How late a round may be beyond its heartbeat: the transaction has to get into a block."""
LONGEST_HEARTBEAT = timedelta(days=1)
"""For feeds whose heartbeat nobody published: no feed in the tables has a longer one."""
_PHASE_AT = 64


def price_in(
    data: bytes | None, feed: Feed, asked_at: datetime, bounds: Bounds = UNKNOWN
) -> Price | None:
    """The price that a round tells, None if it is not to be believed at ``asked_at``."""
    if data is None or len(data) != 5 * 32:
        return None
    answer = int.from_bytes(data[32:64], signed=True)
    updated = int.from_bytes(data[96:128])
    usd = Decimal(answer).scaleb(-feed.decimals)
    if not 0 < usd < HIGHEST or not 0 < updated < 2**35 or bounds.are_reached(answer):
        return None
    as_of = datetime.fromtimestamp(updated, UTC)
    heartbeat = timedelta(seconds=feed.heartbeat) if feed.heartbeat else LONGEST_HEARTBEAT
    if asked_at - as_of > heartbeat + GRACE:
        return None
    return Price(usd, SOURCE, as_of)


def phase_in(data: bytes | None) -> int | None:
    """The phase of a round: which of its aggregators the proxy had it from."""
    if data is None or len(data) != 5 * 32:
        return None
    return int.from_bytes(data[:32]) >> _PHASE_AT
