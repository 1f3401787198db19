"""Coverage gaps: blocks that were not seen, each gap with a cursor of its own; and blocks that no
check could verify."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, select, update

from data.columns import UtcTime
from data.model import CoverageGap
from data.queries import insert
from data.tables import coverage_gaps, unverified_blocks

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import UnverifiedBlock


async def open_gap(connection: AsyncConnection, gap: CoverageGap) -> CoverageGap:
    """Record blocks that were not seen."""
    row = await connection.execute(
        coverage_gaps.insert()
        .values(
            chain=gap.chain,
            first=gap.first,
            last=gap.last,
            reason=gap.reason,
            opened_at=gap.opened_at,
            next=gap.next,
            partial=gap.partial,
        )
        .returning(coverage_gaps)
    )
    return _gap(row.one())


async def extend(connection: AsyncConnection, gap_id: int, last: int) -> None:
    """The blocks up to ``last`` were not seen either."""
    await connection.execute(
        update(coverage_gaps)
        .where(coverage_gaps.c.id == gap_id, coverage_gaps.c.last < last)
        .values(last=last)
    )


async def record(connection: AsyncConnection, gap: CoverageGap) -> CoverageGap:
    """Record blocks that were not seen: in an open gap of the same kind that they adjoin or
    overlap, else in one of their own."""
    adjoining = (
        select(coverage_gaps)
        .where(
            coverage_gaps.c.chain == gap.chain,
            coverage_gaps.c.closed_at.is_(None),
            coverage_gaps.c.partial == gap.partial,
            coverage_gaps.c.next <= gap.first,
            coverage_gaps.c.last >= gap.first - 1,
        )
        .order_by(coverage_gaps.c.id)
        .limit(1)
        .with_for_update()  # what fills it in must not close it meanwhile
    )
    row = (await connection.execute(adjoining)).one_or_none()
    if row is None:
        return await open_gap(connection, gap)
    found = _gap(row)
    await extend(connection, row.id, gap.last)
    return replace(found, last=max(found.last, gap.last))


async def cover(
    connection: AsyncConnection, chain: str, first: int, last: int, now: datetime
) -> None:
    """The blocks ``first`` to ``last`` were seen after all, whole: what is open of them ends."""
    overlapping = (
        select(coverage_gaps)
        .where(
            coverage_gaps.c.chain == chain,
            coverage_gaps.c.closed_at.is_(None),
            coverage_gaps.c.next <= last,
            coverage_gaps.c.last >= first,
        )
        .with_for_update()
    )
    for row in (await connection.execute(overlapping)).all():
        gap = _gap(row)
        if gap.next >= first:
            await advance(connection, gap, min(last, gap.last) + 1, now)
            continue
        cut = update(coverage_gaps).where(coverage_gaps.c.id == gap.id).values(last=first - 1)
        await connection.execute(cut)
        if gap.last > last:
            await open_gap(connection, replace(gap, first=last + 1, next=last + 1))


async def end_above(connection: AsyncConnection, chain: str, number: int, now: datetime) -> None:
    """No block above ``number`` is missing: the head is followed there, whatever was told of it."""
    await connection.execute(
        update(coverage_gaps)
        .where(
            coverage_gaps.c.chain == chain,
            coverage_gaps.c.closed_at.is_(None),
            coverage_gaps.c.last > number,
        )
        .values(last=number, closed_at=case((coverage_gaps.c.next > number, now)))
    )


async def split(connection: AsyncConnection, gap: CoverageGap, at: int) -> None:
    """Make two of a gap, the second from block ``at`` on, so that it can be filled first."""
    cut = await connection.execute(
        update(coverage_gaps)
        .where(
            coverage_gaps.c.id == gap.id,
            coverage_gaps.c.next == gap.next,
            coverage_gaps.c.last == gap.last,
            coverage_gaps.c.closed_at.is_(None),
        )
        .values(last=at - 1)
    )
    if cut.rowcount == 1:
        await open_gap(connection, replace(gap, first=at, next=at))


async def latest(connection: AsyncConnection, chain: str, limit: int = 20) -> list[CoverageGap]:
    """A chain's latest gaps, newest first; a closed one was filled later."""
    statement = (
        select(coverage_gaps)
        .where(coverage_gaps.c.chain == chain)
        .order_by(coverage_gaps.c.opened_at.desc(), coverage_gaps.c.id.desc())
        .limit(limit)
    )
    return [_gap(row) for row in await connection.execute(statement)]


async def still_open(connection: AsyncConnection, chain: str) -> list[CoverageGap]:
    """A chain's open gaps, oldest first."""
    statement = (
        select(coverage_gaps)
        .where(coverage_gaps.c.chain == chain, coverage_gaps.c.closed_at.is_(None))
        .order_by(coverage_gaps.c.id)
    )
    return [_gap(row) for row in await connection.execute(statement)]


async def open_or_closed_since(
    connection: AsyncConnection, chain: str, since: datetime, limit: int = 20
) -> list[CoverageGap]:
    """A chain's open gaps, oldest first, and after them the last ones that were closed since."""
    statement = (
        select(coverage_gaps)
        .where(coverage_gaps.c.chain == chain, coverage_gaps.c.closed_at >= since)
        .order_by(coverage_gaps.c.closed_at.desc(), coverage_gaps.c.id.desc())
        .limit(limit)
    )
    closed = [_gap(row) for row in await connection.execute(statement)]
    return await still_open(connection, chain) + closed


async def advance(connection: AsyncConnection, gap: CoverageGap, to: int, now: datetime) -> bool:
    """Move a gap's cursor to block ``to``, the next to be filled in; past the end it is closed.

    False when another watcher has moved it: the transaction must not commit.
    """
    moved = await connection.execute(
        update(coverage_gaps)
        .where(
            coverage_gaps.c.id == gap.id,
            coverage_gaps.c.next == gap.next,
            coverage_gaps.c.closed_at.is_(None),
        )
        # it may have grown since it was read
        .values(next=to, closed_at=case((coverage_gaps.c.last < to, literal(now, UtcTime))))
    )
    return moved.rowcount == 1


async def note_unverified(connection: AsyncConnection, block: UnverifiedBlock) -> None:
    """Record a block that was accepted although a check fails; once is enough."""
    await connection.execute(
        insert(connection, unverified_blocks)
        .values(
            chain=block.chain,
            hash=block.hash,
            number=block.number,
            reason=block.reason,
            seen_at=block.seen_at,
        )
        .on_conflict_do_nothing()
    )


async def count_unverified(connection: AsyncConnection, chain: str, since: datetime) -> int:
    """How many blocks of the chain were accepted unverified since then."""
    statement = (
        select(func.count())
        .select_from(unverified_blocks)
        .where(unverified_blocks.c.chain == chain, unverified_blocks.c.seen_at >= since)
    )
    return int((await connection.execute(statement)).scalar_one())


def _gap(row: Any) -> CoverageGap:
    return CoverageGap(
        chain=row.chain,
        first=row.first,
        last=row.last,
        reason=row.reason,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        next=row.next,
        partial=row.partial,
        id=row.id,
    )
