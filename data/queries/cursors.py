"""Cursors: how far a chain's alerts are in the database, its recent hashes, and what is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select, update

from data.columns import DatabaseNow
from data.model import BlockRef, Settled
from data.queries import among, batches, insert, leases
from data.tables import blocks, cursors

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


# made once: they are part of every step
_MOVE = (
    update(cursors)
    .where(cursors.c.chain == bindparam("of"), cursors.c.block_hash == bindparam("from"))
    .values(updated_at=DatabaseNow())
)
_FORGET = delete(blocks).where(blocks.c.chain == bindparam("of"))
_FORGET_ABOVE = _FORGET.where(blocks.c.number > bindparam("at"))
_FORGET_UP_TO = _FORGET.where(blocks.c.number <= bindparam("at"))


async def get(connection: AsyncConnection, chain: str) -> BlockRef | None:
    """The last block whose alerts are in the database; None before the first start."""
    statement = (
        select(blocks)
        .join(
            cursors,
            (cursors.c.chain == blocks.c.chain) & (cursors.c.block_number == blocks.c.number),
        )
        .where(cursors.c.chain == chain)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else BlockRef(*row)


async def updated_at(connection: AsyncConnection) -> dict[str, tuple[int, datetime, datetime]]:
    """Per chain: the cursor's height, its block's time, and when the watcher last moved it."""
    statement = select(
        cursors.c.chain, cursors.c.block_number, cursors.c.block_time, cursors.c.updated_at
    )
    return {
        row.chain: (row.block_number, row.block_time, row.updated_at)
        for row in await connection.execute(statement)
    }


async def followed(connection: AsyncConnection) -> dict[str, tuple[datetime, int, datetime]]:
    """Per chain: the time of the block at which it was begun, and the cursor's height and time."""
    statement = select(
        cursors.c.chain, cursors.c.begun_at, cursors.c.block_number, cursors.c.block_time
    )
    return {
        row.chain: (row.begun_at, row.block_number, row.block_time)
        for row in await connection.execute(statement)
    }


async def begin(connection: AsyncConnection, start: BlockRef) -> None:
    """Put a chain's first cursor; one that is there already stays."""
    put = await connection.execute(
        insert(connection, cursors)
        .values(
            chain=start.chain,
            block_number=start.number,
            block_hash=start.hash,
            block_time=start.time,
            updated_at=DatabaseNow(),
            begun_at=start.time,
        )
        .on_conflict_do_nothing()
    )
    if put.rowcount == 1:
        await remember(connection, [start], keep=1)


async def move(connection: AsyncConnection, before: BlockRef, after: BlockRef, epoch: int) -> bool:
    """Move the cursor from one block to another, if nobody else has and the lease is ours.

    False means that another watcher follows the chain: the transaction must not commit.
    """
    if not await leases.holds(connection, before.chain, epoch):
        return False
    moved = await connection.execute(
        _MOVE,
        {
            "of": before.chain,
            "from": before.hash,
            "block_number": after.number,
            "block_hash": after.hash,
            "block_time": after.time,
        },
    )
    return moved.rowcount == 1


async def recent(connection: AsyncConnection, chain: str) -> list[BlockRef]:
    """The remembered blocks up to the cursor, newest first."""
    statement = select(blocks).where(blocks.c.chain == chain).order_by(blocks.c.number.desc())
    return [BlockRef(*row) for row in await connection.execute(statement)]


async def lowest(connection: AsyncConnection, chain: str) -> int | None:
    """The lowest block that is remembered."""
    statement = select(func.min(blocks.c.number)).where(blocks.c.chain == chain)
    number: int | None = (await connection.execute(statement)).scalar_one()
    return number


async def hashes(
    connection: AsyncConnection, chain: str, numbers: Collection[int]
) -> dict[int, bytes]:
    """Of those of these blocks that are remembered, by number."""
    found: dict[int, bytes] = {}
    for some in batches(numbers):
        statement = select(blocks.c.number, blocks.c.hash).where(
            blocks.c.chain == chain, among(connection, blocks.c.number, some)
        )
        found |= {row.number: row.hash for row in await connection.execute(statement)}
    return found


async def remember(
    connection: AsyncConnection,
    branch: Sequence[BlockRef],
    keep: int,
    *,
    above: int | None = None,
) -> None:
    """Append a branch: what stood at its heights and above is forgotten, and all but ``keep``.

    ``above`` is the height that the branch follows on, where there is a gap between them.
    """
    chain, last = branch[0].chain, branch[-1].number
    stays = branch[0].number - 1 if above is None else above
    # two ranges in two statements: as one, SQLite reads every remembered block of the chain
    for forget, number in ((_FORGET_ABOVE, stays), (_FORGET_UP_TO, last - keep)):
        await connection.execute(forget, {"of": chain, "at": number})
    await connection.execute(
        blocks.insert(),
        [
            {
                "chain": ref.chain,
                "number": ref.number,
                "hash": ref.hash,
                "parent_hash": ref.parent_hash,
                "time": ref.time,
            }
            for ref in branch[-keep:]
        ],
    )


async def settle(connection: AsyncConnection, chain: str, settled: Settled) -> None:
    """Note how far the chain is safe and finalized; neither goes back, None changes nothing."""
    for column, height in (
        (cursors.c.safe_number, settled.safe),
        (cursors.c.finalized_number, settled.finalized),
    ):
        if height is not None:
            higher = (column < height) | column.is_(None)
            statement = update(cursors).where(cursors.c.chain == chain, higher)
            await connection.execute(statement.values({column.name: height}))


async def unlatch(connection: AsyncConnection, chain: str) -> bool:
    """Hold nothing for final any more: whatever the nodes say next is followed. False without a
    cursor."""
    statement = update(cursors).where(cursors.c.chain == chain)
    forgotten = await connection.execute(statement.values(safe_number=None, finalized_number=None))
    return forgotten.rowcount == 1


async def all_settled(connection: AsyncConnection) -> dict[str, Settled]:
    """How far each chain was last known to be safe and finalized."""
    statement = select(cursors.c.chain, cursors.c.safe_number, cursors.c.finalized_number)
    return {
        chain: Settled(safe, finalized)
        for chain, safe, finalized in await connection.execute(statement)
    }


async def settled(connection: AsyncConnection, chain: str) -> Settled:
    """How far the chain was last known to be safe and finalized."""
    statement = select(cursors.c.safe_number, cursors.c.finalized_number).where(
        cursors.c.chain == chain
    )
    row = (await connection.execute(statement)).one_or_none()
    return Settled(None, None) if row is None else Settled(*row)
