"""What alerts moved, in and out, as a chart has it: without reading the movements as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from data.model import MovementKind
from data.queries import batches
from data.tables import alerts, movements

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

_INTO = {
    MovementKind.RECEIVE,
    MovementKind.MINT,
    MovementKind.WITHDRAW,
    MovementKind.BORROW,
}
_OUT_OF = {MovementKind.SEND, MovementKind.BURN, MovementKind.DEPOSIT, MovementKind.REPAY}


@dataclass(frozen=True, slots=True)
class Flow:
    """So much went in, out, or (a swap, a wrap) both; ``time`` is the block's."""

    time: datetime
    usd: Decimal
    into: bool
    out_of: bool


async def flows(connection: AsyncConnection, ids: Collection[int]) -> list[Flow]:
    """Of alerts, by their ids, as far as there is a price."""
    found: list[Flow] = []
    for some in batches(ids):
        statement = (
            select(movements.c.block_time, movements.c.usd, movements.c.kind)
            .join(alerts, alerts.c.movement_id == movements.c.id)
            .where(alerts.c.id.in_(some), movements.c.usd.is_not(None))
        )
        for time, usd, kind in await connection.execute(statement):
            into, out_of = kind in _INTO, kind in _OUT_OF
            found.append(Flow(time, usd, into or not out_of, out_of or not into))
    return found
