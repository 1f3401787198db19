"""What is stored of the last day, as a watch or a feed would look at it.

Values are compared in the database, from an index; movements are loaded only where that is not
enough, and then no more than ``MOST``, the largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select

from data.queries.movements import load
from data.tables import legs, movements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Asset, Interest, Movement

MOST = 500
"""Movements that are loaded at most."""
WIDEST = 5_000
"""The largest movements among which some assets are looked for."""


@dataclass(frozen=True, slots=True)
class Past:
    """Movements of some chains since then: of an address, or without one what feeds would have
    shown. ``at_least`` in USD; ``about`` is of what feeds show alone."""

    chains: Sequence[str]
    since: datetime
    address: bytes | None = None
    at_least: Decimal | None = None
    about: Interest | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Movements with their legs, the largest first. ``all_above`` None where these are all; else
    there may be more that are worth no more than that."""

    movements: Sequence[Movement]
    all_above: Decimal | None = None


async def counted(
    connection: AsyncConnection, past: Past, values: Sequence[Decimal], *, honest: bool = False
) -> tuple[list[int], Decimal | None]:
    """How many are worth each of these values or more, and the largest value; ``honest``: only of
    those that bear no mark, as it is of an address anyway."""
    columns = [func.count(case((movements.c.usd >= value, 1))) for value in values]
    # of an address the index holds those without a mark; of what feeds show it holds all
    marked = past.address is None and not honest
    where = _where(past) if marked else _where(past, movements.c.marks.is_(None))
    row = (await connection.execute(select(*columns, func.max(movements.c.usd)).where(where))).one()
    *counts, largest = row
    return [int(count) for count in counts], largest


async def suspected(connection: AsyncConnection, past: Past) -> Found:
    """Those that bear a mark; there are few."""
    return await _found(connection, past, movements.c.marks.is_not(None))


async def those_with(
    connection: AsyncConnection,
    past: Past,
    assets: Collection[Asset] = (),
    amounts: Mapping[Asset, int] | None = None,
) -> Found:
    """Those in which one of the assets moved, any where there are none; of those in ``amounts`` so
    much at least in one leg."""
    if assets or amounts:
        return await _among_largest(connection, past, list(_legs(assets, amounts or {})))
    return await _found(connection, past)


async def _found(connection: AsyncConnection, past: Past, *more: ColumnElement[bool]) -> Found:
    columns = select(movements.c.id, movements.c.usd).where(_where(past, *more))
    largest = columns.order_by(movements.c.usd.desc().nulls_last(), movements.c.id).limit(MOST)
    rows = (await connection.execute(largest)).all()
    return await _loaded(connection, rows, is_cut=len(rows) == MOST)


async def _among_largest(
    connection: AsyncConnection, past: Past, wanted: Sequence[tuple[str, ColumnElement[bool]]]
) -> Found:
    """The largest are looked through; whether a leg is of the asset is a look-up for each."""
    every = select(movements.c.id, movements.c.chain, movements.c.usd).where(_where(past))
    if past.address is None:
        # from the end of an index; what has no value stands in no order there
        every = every.where(movements.c.usd.is_not(None)).order_by(movements.c.usd.desc())
    else:
        every = every.order_by(movements.c.usd.desc().nulls_last())
    widest = every.limit(WIDEST).cte("widest")
    looked_at = select(func.count(), func.min(widest.c.usd)).select_from(widest)
    number, least = (await connection.execute(looked_at)).one()
    fits = exists(
        select(1).where(
            legs.c.movement_id == widest.c.id,
            or_(*[and_(widest.c.chain == chain, leg) for chain, leg in wanted]),
        )
    )
    some = select(widest.c.id, widest.c.usd).where(fits)
    some = some.order_by(widest.c.usd.desc().nulls_last(), widest.c.id).limit(MOST)
    rows = (await connection.execute(some)).all()
    found = await _loaded(connection, rows, is_cut=len(rows) == MOST)
    if found.all_above is None and number == WIDEST:
        return Found(found.movements, least or Decimal(0))
    return found


async def _loaded(connection: AsyncConnection, rows: Sequence[Any], *, is_cut: bool) -> Found:
    by_id = await load(connection, [row.id for row in rows])
    above = (rows[-1].usd or Decimal(0)) if is_cut else None
    return Found([by_id[row.id] for row in rows if row.id in by_id], above)


def _legs(
    assets: Collection[Asset], amounts: Mapping[Asset, int]
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """For each chain, which legs."""
    for chain in sorted({chain for chain, _ in [*assets, *amounts]}):
        tokens = [token for name, token in assets if name == chain]
        if tokens:
            yield (
                chain,
                or_(
                    legs.c.token.in_([token for token in tokens if token is not None]),
                    *([legs.c.token.is_(None)] if None in tokens else []),
                ),
            )
    for (chain, token), amount in amounts.items():
        same = legs.c.token.is_(None) if token is None else legs.c.token == token
        yield chain, and_(same, legs.c.amount >= amount)


def _where(past: Past, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    columns = movements.c
    wanted = [
        columns.chain.in_(past.chains),
        columns.block_time >= past.since,
        columns.orphaned_until.is_(None),
        *more,
    ]
    if past.address is None:
        wanted.append(columns.shown_as.is_not(None))
        if past.about is not None:
            wanted.append(columns.shown_as.bitwise_and(int(past.about)) != 0)
    else:
        wanted.append(columns.address == past.address)
    if past.at_least is not None:
        wanted.append(columns.usd >= past.at_least)
    return and_(*wanted)
