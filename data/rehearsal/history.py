"""How much of the last day the chains were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from data.queries import cursors, gaps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chain, CoverageGap

DAY = timedelta(hours=24)
WORTH_SAYING = timedelta(minutes=2)
"""What is missing of less goes without saying: a chain's newest block is always a little old."""
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class History:
    """There is a history of so long, at most a day; of the chain of which most is missing, so much
    of it is. Where no chain has been read yet, ``long`` is nothing."""

    long: timedelta
    missing: timedelta = _NOTHING
    chain: Chain | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A chain was read from then on, up to a block and its time, but for the gaps."""

    chain: Chain
    begun_at: datetime
    number: int
    time: datetime
    gaps: Sequence[CoverageGap]


async def history(connection: AsyncConnection, chains: Sequence[Chain], now: datetime) -> History:
    """What there is of the last day."""
    followed = await cursors.followed(connection)
    readings = []
    for chain in chains:
        if chain.name in followed:
            left_out = await gaps.still_open(connection, chain.name)
            readings.append(Reading(chain, *followed[chain.name], left_out))
    unread = [chain for chain in chains if chain.name not in followed]
    return of_readings(readings, unread, now)


def of_readings(readings: Sequence[Reading], unread: Sequence[Chain], now: datetime) -> History:
    """The same of what was read; pure."""
    long = {one.chain.name: min(DAY, max(_NOTHING, now - one.begun_at)) for one in readings}
    longest = max(long.values(), default=_NOTHING)
    missing = [(longest, chain) for chain in unread]
    for one in readings:
        late = longest - long[one.chain.name]
        missing.append((late + _not_read(one, now - long[one.chain.name], now), one.chain))
    if not missing:
        return History(_NOTHING)
    most, chain = max(missing, key=lambda pair: pair[0])
    return History(longest, min(most, longest), chain if most >= WORTH_SAYING else None)


def _not_read(reading: Reading, since: datetime, now: datetime) -> timedelta:
    """Blocks are told by their numbers, so that the time is as exact as the chain's block time."""
    block_time = timedelta(seconds=reading.chain.block_time)
    first = reading.number - max(_NOTHING, reading.time - since) // block_time
    blocks = sum(
        max(0, gap.last - max(gap.next, first) + 1) for gap in reading.gaps if not gap.partial
    )
    behind = now - reading.time
    return blocks * block_time + (behind if behind >= WORTH_SAYING else _NOTHING)
