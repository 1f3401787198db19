"""Movements: stored, orphaned by a reorg, brought back, and read again for the screen."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, true, update

from data.model import BlockRef, Leg, Mark, Movement, MovementKind, Price, PriceState, Standard
from data.queries import among, among_given, batches
from data.queries.bulk import insert_all
from data.tables import legs, movements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Delete, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Interest

_Key = tuple[bytes, bytes]
_Values = dict[str, Any]
_LATELY = 2_000
"""Movements among which the largest is looked for: the newest of an hour or so."""
_WITH_ID = movements.c.id, movements.c.tx_hash, movements.c.address


# made once: they are part of every step
_OF_CHAIN = select(movements.c.id).where(movements.c.chain == bindparam("of"))
_ANY_ORPHAN = _OF_CHAIN.where(movements.c.orphaned_until.is_not(None)).limit(1)
_ORPHANED_FOR_GOOD = _OF_CHAIN.where(
    movements.c.orphaned_until.between(bindparam("since"), bindparam("height"))
)


def _leg(row: Any) -> Leg:
    price = None
    if row.price_usd is not None:
        price = Price(
            Decimal(row.price_usd),
            row.price_source,
            row.price_as_of,
            PriceState(row.price_state),
            None if row.price_at_most is None else Decimal(row.price_at_most),
        )
    amount = row.amount if row.received else -row.amount
    standard = Standard(row.standard)
    return Leg(row.token, row.symbol, row.decimals, amount, price, standard, row.token_id)


def _leg_values(movement_id: int, position: int, leg: Leg) -> dict[str, Any]:
    return {
        "movement_id": movement_id,
        "position": position,
        "token": leg.token,
        "symbol": leg.symbol,
        "decimals": leg.decimals,
        "received": leg.amount > 0,
        "amount": abs(leg.amount),
        "price_usd": str(leg.price.usd) if leg.price else None,
        "price_source": leg.price.source if leg.price else None,
        "price_as_of": leg.price.as_of if leg.price else None,
        "price_state": leg.price.state if leg.price else None,
        "price_at_most": _text(leg.price.at_most) if leg.price else None,
        "standard": leg.standard,
        "token_id": leg.token_id,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _movement(row: Any, its_legs: tuple[Leg, ...]) -> Movement:
    return Movement(
        block=BlockRef(
            row.chain, row.block_number, row.block_hash, row.block_parent_hash, row.block_time
        ),
        tx_hash=row.tx_hash,
        tx_index=row.tx_index,
        address=row.address,
        kind=MovementKind(row.kind),
        legs=its_legs,
        counterparty=row.counterparty,
        signed=row.signed,
        orphaned=row.orphaned_until is not None,
        id=row.id,
        venue=row.venue,
        marks=frozenset(map(Mark, row.marks.split(","))) if row.marks else frozenset(),
        is_contract=row.is_contract,
        counterparty_is_contract=row.counterparty_is_contract,
        left_out=row.left_out,
    )


async def load(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Movement]:
    """The movements with their legs, by id."""
    loaded: dict[int, Movement] = {}
    for some in batches(ids):
        statement = select(movements).where(movements.c.id.in_(some))
        rows = (await connection.execute(statement)).all()
        found = await _legs_of(connection, [row.id for row in rows])
        loaded |= {row.id: _movement(row, found[row.id]) for row in rows}
    return loaded


async def store(
    connection: AsyncConnection,
    batch: Sequence[Movement],
    shown: Mapping[_Key, Interest] | None = None,
) -> list[Movement]:
    """Store movements of one chain; each comes back with its id, in the same order.

    One that is there already, because a reorg took its transaction away and brought it back,
    keeps its id and takes the new block and legs. ``shown`` are those that feeds show of their
    transactions, by transaction and address, and what they are to them.
    """
    stored: list[Movement] = []
    for some in batches(batch):
        stored += await _store_some(connection, some, shown or {})
    return stored


async def _store_some(
    connection: AsyncConnection, batch: Sequence[Movement], shown: Mapping[_Key, Interest]
) -> list[Movement]:
    rows = {key: _values(one, shown.get(key)) for one in batch for key in [_key(one)]}
    ids = await _put(connection, rows)
    stored = [movement.stored_as(ids[_key(movement)]) for movement in batch]
    forget = _forget_legs(connection.dialect.name)
    await connection.execute(forget, {"ids": list(ids.values())})
    await insert_all(
        connection,
        legs,
        [
            _leg_values(movement_id, position, leg)
            for movement_id, its_legs in {m.id: m.legs for m in stored}.items()
            if movement_id is not None
            for position, leg in enumerate(its_legs)
        ],
    )
    return stored


@cache
def _forget_legs(dialect: str) -> Delete:
    return delete(legs).where(among_given(dialect, legs.c.movement_id, "ids"))


async def _put(connection: AsyncConnection, rows: Mapping[_Key, _Values]) -> dict[_Key, int]:
    """Put the movements into their table; the id of each."""
    if connection.dialect.name == "postgresql":
        taken = await insert_all(connection, movements, list(rows.values()), _or_again_with_id)
        return {(row.tx_hash, row.address): row.id for row in taken}
    # SQLite returns nothing of many rows
    await insert_all(connection, movements, list(rows.values()), _or_again)
    here = movements.c.chain == next(iter(rows.values()))["chain"]
    told = among(connection, movements.c.tx_hash, {tx_hash for tx_hash, _ in rows})
    found = await connection.execute(select(*_WITH_ID).where(here, told))
    return {(row.tx_hash, row.address): row.id for row in found}


def _or_again(statement: Any) -> Any:
    """One that is there already takes what is new, and keeps its id."""
    new = statement.excluded
    kept = {"id", "chain", "tx_hash", "address", "orphaned_until"}
    taken = {one.name: new[one.name] for one in movements.c if one.name not in kept}
    return statement.on_conflict_do_update(
        index_elements=["chain", "tx_hash", "address"], set_=taken | {"orphaned_until": None}
    )


def _or_again_with_id(statement: Any) -> Any:
    return _or_again(statement).returning(*_WITH_ID)


async def has_orphans(connection: AsyncConnection, chain: str) -> bool:
    """Whether any movement of the chain waits for its transaction to come back."""
    return (await connection.execute(_ANY_ORPHAN, {"of": chain})).first() is not None


async def orphaned_in(
    connection: AsyncConnection, chain: str, tx_hashes: Collection[bytes]
) -> list[Movement]:
    """The orphaned movements of these transactions, as they were before the reorg."""
    return await _stored_in(connection, chain, tx_hashes, movements.c.orphaned_until.is_not(None))


async def stored_in(
    connection: AsyncConnection, chain: str, tx_hashes: Collection[bytes]
) -> list[Movement]:
    """The movements of these transactions that are stored, as they were seen before."""
    return await _stored_in(connection, chain, tx_hashes, true())


async def _stored_in(
    connection: AsyncConnection,
    chain: str,
    tx_hashes: Collection[bytes],
    which: ColumnElement[bool],
) -> list[Movement]:
    stored: list[Movement] = []
    for some in batches(tx_hashes):
        statement = select(movements).where(
            movements.c.chain == chain, among(connection, movements.c.tx_hash, some), which
        )
        rows = (await connection.execute(statement)).all()
        found = await _legs_of(connection, [row.id for row in rows])
        stored += [_movement(row, found[row.id]) for row in rows]
    return stored


async def largest_lately(
    connection: AsyncConnection, chains: Collection[str], kept_from: Decimal
) -> Movement | None:
    """The most valuable of the newest movements on these chains that are kept of everybody; None
    where there is none yet."""
    newest = (
        select(movements)
        .where(movements.c.chain.in_(chains), movements.c.orphaned_until.is_(None))
        .order_by(movements.c.id.desc())
        .limit(_LATELY)
        .subquery()
    )
    largest = (
        select(newest)
        .where(newest.c.usd >= kept_from, newest.c.marks.is_(None))
        .order_by(newest.c.usd.desc(), newest.c.id.desc())
        .limit(1)
    )
    return next(iter(await _with_legs(connection, largest)), None)


async def latest_of(
    connection: AsyncConnection,
    chains: Collection[str],
    address: bytes,
    kept_from: Decimal | None,
    count: int,
) -> list[Movement]:
    """An address's last movements on these chains, the newest first; of those from a value on, or
    with None of all that are stored. What is suspicious is left out."""
    statement = select(movements).where(
        movements.c.address == address,
        movements.c.chain.in_(chains),
        # as in the index
        movements.c.marks.is_(None),
        movements.c.orphaned_until.is_(None),
    )
    if kept_from is not None:
        statement = statement.where(movements.c.usd >= kept_from)
    newest = movements.c.block_time.desc(), movements.c.id.desc()
    return await _with_legs(connection, statement.order_by(*newest).limit(count))


async def _with_legs(connection: AsyncConnection, statement: Select[Any]) -> list[Movement]:
    rows = (await connection.execute(statement)).all()
    found = await _legs_of(connection, [row.id for row in rows])
    return [_movement(row, found[row.id]) for row in rows]


async def are_others_now(connection: AsyncConnection, seen: Iterable[Movement]) -> bool:
    """Whether a reorg has put one of these movements into another block since they were read."""
    blocks = {one.id: one.block.hash for one in seen if one.id is not None}
    for ids in batches(blocks):
        which = among(connection, movements.c.id, ids)
        statement = select(movements.c.id, movements.c.block_hash).where(which)
        for row in await connection.execute(statement):
            if row.block_hash != blocks[row.id]:
                return True
    return False


async def orphan_above(connection: AsyncConnection, chain: str, number: int, until: int) -> None:
    """A reorg took every block above ``number`` away: wait for the transactions until a height."""
    await connection.execute(
        update(movements)
        .where(
            movements.c.chain == chain,
            movements.c.block_number > number,
            movements.c.orphaned_until.is_(None),
        )
        .values(orphaned_until=until)
    )


async def orphaned_for_good(
    connection: AsyncConnection, chain: str, height: int, *, since: int
) -> list[int]:
    """Ids of the movements that no block up to ``height`` has brought back in time.

    Those whose time was over below the height ``since`` are not told again.
    """
    over = {"of": chain, "since": since, "height": height}
    return [row.id for row in await connection.execute(_ORPHANED_FOR_GOOD, over)]


async def _legs_of(connection: AsyncConnection, ids: Collection[int]) -> dict[int, tuple[Leg, ...]]:
    found: defaultdict[int, list[Leg]] = defaultdict(list)
    for some in batches(ids):
        statement = (
            select(legs)
            .where(legs.c.movement_id.in_(some))
            .order_by(legs.c.movement_id, legs.c.position)
        )
        for row in await connection.execute(statement):
            found[row.movement_id].append(_leg(row))
    return defaultdict(tuple, {key: tuple(value) for key, value in found.items()})


def _key(movement: Movement) -> tuple[bytes, bytes]:
    return movement.tx_hash, movement.address


def _values(movement: Movement, shown_as: Interest | None) -> dict[str, Any]:
    return {
        "chain": movement.block.chain,
        "tx_hash": movement.tx_hash,
        "address": movement.address,
        "tx_index": movement.tx_index,
        "block_number": movement.block.number,
        "block_hash": movement.block.hash,
        "block_parent_hash": movement.block.parent_hash,
        "block_time": movement.block.time,
        "kind": movement.kind,
        "counterparty": movement.counterparty,
        "signed": movement.signed,
        "usd": movement.usd,
        "venue": movement.venue,
        "marks": ",".join(sorted(movement.marks)) or None,
        "is_contract": movement.is_contract,
        "counterparty_is_contract": movement.counterparty_is_contract,
        "left_out": movement.left_out,
        "shown_as": None if shown_as is None else int(shown_as),
    }
