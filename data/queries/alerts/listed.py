"""Alerts as a list has them: by value, with what is said of all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from data.model import AlertState
from data.queries import batches
from data.queries.alerts.outbox import alert_of
from data.tables import alerts, movements

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert


@dataclass(frozen=True, slots=True)
class Gist:
    """What a list has to know of an alert before it shows it: the value and when its block was."""

    usd: Decimal | None
    time: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a list's alerts together; ``first`` and ``last`` are times of blocks."""

    total: int
    chains: frozenset[str]
    first: datetime
    last: datetime
    taken_back: bool

    @classmethod
    def of(cls, told: Collection[Alert], gists: Mapping[int, Gist]) -> Summary:
        """Of alerts that are at hand, one or more; ``gists`` by their ids."""
        times = [gists[alert.id].time for alert in told]
        return cls(
            len(told),
            frozenset(alert.chain for alert in told),
            min(times),
            max(times),
            any(alert.state is AlertState.RETRACTED for alert in told),
        )


def by_value(told: Collection[Alert], gists: Mapping[int, Gist]) -> list[Alert]:
    """The largest first, those without a value last: the order in which the database has them."""

    def key(alert: Alert) -> tuple[bool, Decimal | int, int]:
        usd = gists[alert.id].usd
        return usd is None, 0 if usd is None else -usd, alert.id

    return sorted(told, key=key)


async def gists(connection: AsyncConnection, told: Collection[Alert]) -> dict[int, Gist]:
    """What a list has to know of alerts, by their ids."""
    found: dict[int, Gist] = {}
    for ids in batches([alert.id for alert in told]):
        statement = (
            select(alerts.c.id, movements.c.usd, movements.c.block_time)
            .join(movements, movements.c.id == alerts.c.movement_id)
            .where(alerts.c.id.in_(ids))
        )
        rows = await connection.execute(statement)
        found |= {row.id: Gist(row.usd, row.block_time) for row in rows}
    return found


async def page_of_message(
    connection: AsyncConnection, message_id: int, offset: int, limit: int
) -> Sequence[Alert]:
    """Some of a message's alerts, counted from the largest."""
    statement = (
        select(alerts)
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(alerts.c.message_id == message_id)
        .order_by(movements.c.usd.desc().nulls_last(), alerts.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [alert_of(row) for row in await connection.execute(statement)]


async def summary_of_message(connection: AsyncConnection, message_id: int) -> Summary | None:
    """What its alerts are together; None when nothing is remembered of them."""
    retracted = case((alerts.c.state == AlertState.RETRACTED, 1), else_=0)
    statement = (
        select(
            alerts.c.chain,
            func.count().label("total"),
            func.min(movements.c.block_time).label("first"),
            func.max(movements.c.block_time).label("last"),
            func.max(retracted).label("retracted"),
        )
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(alerts.c.message_id == message_id)
        .group_by(alerts.c.chain)
    )
    rows = (await connection.execute(statement)).all()
    if not rows:
        return None
    return Summary(
        sum(row.total for row in rows),
        frozenset(row.chain for row in rows),
        min(row.first for row in rows),
        max(row.last for row in rows),
        any(row.retracted for row in rows),
    )
