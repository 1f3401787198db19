"""Watches, one by one, and which of them a batch of addresses concerns."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, null, or_, select, update

from data.model import (
    EVERYTHING,
    Asset,
    ChatState,
    Direction,
    Interest,
    Scope,
    Threshold,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
    Watch,
)
from data.queries import among_given, batches, watchlists
from data.queries.packed import ADDRESS, among_packed, pack
from data.tables import chats, watches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection


# to look one up is cheaper than to call the enum, and a popular address has thousands of watches
_DIRECTIONS = {one.value: one for one in Direction}
_UNPRICED = {one.value: one for one in Unpriced}


def _stored(threshold: Threshold | None) -> dict[str, Any]:
    if isinstance(threshold, UnitThreshold):
        units = {
            "quantity": str(threshold.quantity),
            "symbol": threshold.symbol,
            "amounts": [
                [chain, token.hex() if token else None, str(amount)]
                for (chain, token), amount in threshold.amounts.items()
            ],
        }
        return {"threshold_usd": None, "threshold_units": units}
    return {"threshold_usd": threshold.usd if threshold else None, "threshold_units": None}


def _threshold(usd: Decimal | None, units: Any) -> Threshold | None:
    if units is not None:
        amounts = {
            (chain, bytes.fromhex(token) if token else None): int(amount)
            for chain, token, amount in units["amounts"]
        }
        return UnitThreshold(Decimal(units["quantity"]), units["symbol"], amounts)
    return None if usd is None else UsdThreshold(usd)


def _scope(row: Any) -> Scope:
    if row.interests is row.only_assets is row.without_assets is row.not_on is None:
        return EVERYTHING
    return Scope(
        None if row.interests is None else Interest(row.interests),
        _assets(row.only_assets),
        _assets(row.without_assets),
        frozenset(row.not_on.split(",")) if row.not_on else frozenset(),
    )


def _assets(stored: Any) -> frozenset[Asset]:
    return frozenset(
        (chain, bytes.fromhex(token) if token else None) for chain, token in stored or ()
    )


def _stored_scope(scope: Scope) -> dict[str, Any]:
    def listed(assets: Collection[Asset]) -> list[list[str | None]] | None:
        return (
            sorted(([chain, token.hex() if token else None] for chain, token in assets), key=str)
            or None
        )

    return {
        "interests": None if scope.interests is None else int(scope.interests),
        "only_assets": listed(scope.only),
        "without_assets": listed(scope.without),
        "not_on": ",".join(sorted(scope.not_on)) or None,
    }


def stored(watch: Watch) -> dict[str, Any]:
    """Every column of a watch but its id."""
    return {
        "chat_id": watch.chat_id,
        "number": watch.number,
        "topic_id": watch.topic_id,
        "chain": watch.chain,
        "address": watch.address,
        "direction": watch.direction,
        "label": watch.label,
        "muted_until": watch.muted_until,
        "created_at": watch.created_at,
        "unpriced": watch.unpriced,
        **_stored(watch.threshold),
        **_stored_scope(watch.scope),
    }


def restored(columns: Mapping[str, Any]) -> Watch:
    """The watch that all of these columns are of."""
    return watch_of(SimpleNamespace(**columns))


def watch_of(row: Any, default: Decimal | None = None) -> Watch:
    """A row of the table as the noun; ``default`` stands in for a threshold that it has not."""
    usd, units = row.threshold_usd, row.threshold_units
    if usd is None and units is None:
        usd = default
    return Watch(
        id=row.id,
        number=row.number,
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        chain=row.chain,
        address=row.address,
        threshold=_threshold(usd, units),
        direction=_DIRECTIONS[row.direction],
        label=row.label,
        muted_until=row.muted_until,
        created_at=row.created_at,
        unpriced=_UNPRICED[row.unpriced],
        scope=_scope(row),
    )


async def add(
    connection: AsyncConnection,
    chat_id: int,
    *,
    now: datetime,
    topic_id: int = 0,
    chain: str | None = None,
    address: bytes | None = None,
    threshold: Threshold | None = None,
    direction: Direction = Direction.BOTH,
    label: str | None = None,
    scope: Scope = EVERYTHING,
) -> Watch:
    """Add a watch, numbered one above the chat's highest."""
    await watchlists.hold(connection, chat_id)
    statement = (
        watches.insert()
        .values(
            chat_id=chat_id,
            number=await watchlists.next_number(connection, chat_id),
            topic_id=topic_id,
            chain=chain,
            address=address,
            direction=direction,
            label=label,
            created_at=now,
            **_stored(threshold),
            **_stored_scope(scope),
        )
        .returning(watches)
    )
    return watch_of((await connection.execute(statement)).one())


async def above(connection: AsyncConnection, chat_id: int, number: int, most: int) -> list[Watch]:
    """So many of the chat's watches with higher numbers, as ``of_chat`` has them."""
    statement = (
        select(watches)
        .where(watches.c.chat_id == chat_id, watches.c.number > number)
        .order_by(watches.c.number)
        .limit(most)
    )
    return [watch_of(row) for row in await connection.execute(statement)]


async def of_chat(connection: AsyncConnection, chat_id: int) -> list[Watch]:
    """The chat's watchlist by number; a threshold of None stands for the chat's default."""
    statement = select(watches).where(watches.c.chat_id == chat_id).order_by(watches.c.number)
    return [watch_of(row) for row in await connection.execute(statement)]


async def by_ids(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Watch]:
    """Those of the watches that still exist."""
    found: dict[int, Watch] = {}
    for some in batches(ids):
        rows = await connection.execute(select(watches).where(watches.c.id.in_(some)))
        found |= {row.id: watch_of(row) for row in rows}
    return found


async def remove(connection: AsyncConnection, watch_id: int) -> bool:
    """Delete a watch; False if it was gone already."""
    result = await connection.execute(delete(watches).where(watches.c.id == watch_id))
    return result.rowcount > 0


async def set_threshold(
    connection: AsyncConnection, watch_id: int, threshold: Threshold | None
) -> None:
    """Change what counts as big enough; None takes the chat's default."""
    await connection.execute(
        update(watches).where(watches.c.id == watch_id).values(**_stored(threshold))
    )


async def set_scope(connection: AsyncConnection, watch_id: int, scope: Scope) -> None:
    """Change what the watch is about."""
    await connection.execute(
        update(watches).where(watches.c.id == watch_id).values(**_stored_scope(scope))
    )


async def set_direction(connection: AsyncConnection, watch_id: int, direction: Direction) -> None:
    """Change which side of the address counts."""
    await connection.execute(
        update(watches).where(watches.c.id == watch_id).values(direction=direction)
    )


async def set_topic(connection: AsyncConnection, watch_id: int, topic_id: int) -> None:
    """Change in which of the chat's topics its alerts appear; 0 is none, or the general one."""
    await connection.execute(
        update(watches).where(watches.c.id == watch_id).values(topic_id=topic_id)
    )


async def set_unpriced(
    connection: AsyncConnection, chat_id: int, number: int, unpriced: Unpriced
) -> Watch | None:
    """Change what the chat's watch of that number does about movements that have no price; the
    watch as it is then, None if there is none. A feed has no use for it: it never tells of them."""
    statement = (
        update(watches)
        .where(watches.c.chat_id == chat_id, watches.c.number == number)
        .values(unpriced=unpriced)
        .returning(watches)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else watch_of(row)


async def set_label(connection: AsyncConnection, watch_id: int, label: str | None) -> None:
    """Change what the chat calls it."""
    await connection.execute(update(watches).where(watches.c.id == watch_id).values(label=label))


async def mute(connection: AsyncConnection, watch_id: int, until: datetime | None) -> None:
    """Drop a watch's alerts until then; None ends it."""
    await connection.execute(
        update(watches).where(watches.c.id == watch_id).values(muted_until=until)
    )


async def count(connection: AsyncConnection) -> int:
    """How many watches there are."""
    return int((await connection.execute(select(func.count()).select_from(watches))).scalar_one())


async def on_addresses(
    connection: AsyncConnection, chain: str, addresses: Sequence[bytes]
) -> list[Watch]:
    """The watches of active chats on any of the addresses, thresholds filled in.

    An indexed look-up for each address: the cost does not grow with the number of watches.
    """
    if not addresses:
        return []
    asked = {"chain": chain, "addresses": pack(addresses, ADDRESS)}
    rows = (await connection.execute(_on_addresses(connection.dialect.name), asked)).all()
    # not joined, or PostgreSQL would go through all chats as soon as a few are wanted
    defaults: dict[int, Decimal] = {}
    active = _active(connection.dialect.name)
    for ids in batches({row.chat_id for row in rows}):
        found = await connection.execute(active, {"ids": ids})
        defaults |= {row.id: row.default_threshold_usd for row in found}
    return [watch_of(row, defaults[row.chat_id]) for row in rows if row.chat_id in defaults]


async def watched(
    connection: AsyncConnection, chain: str, addresses: Sequence[bytes]
) -> set[bytes]:
    """Those of the addresses that any chat watches, be it active or not."""
    if not addresses:
        return set()
    asked = {"chain": chain, "addresses": pack(addresses, ADDRESS)}
    return set(await connection.scalars(_watched(connection.dialect.name), asked))


@cache
def _watched(dialect: str) -> Select[tuple[bytes | None]]:
    return _on_addresses(dialect).with_only_columns(watches.c.address).distinct()


@cache
def _on_addresses(dialect: str) -> Select[Any]:
    here = or_(watches.c.chain.is_(None), watches.c.chain == bindparam("chain"))
    on_them = among_packed(dialect, watches.c.address, "addresses", ADDRESS)
    return select(watches).where(here, on_them)


@cache
def _active(dialect: str) -> Select[tuple[int, Decimal]]:
    return select(chats.c.id, chats.c.default_threshold_usd).where(
        chats.c.state == ChatState.ACTIVE, among_given(dialect, chats.c.id, "ids")
    )


async def lowest_feed_threshold(connection: AsyncConnection, chain: str) -> Decimal | None:
    """The least value in USD that any feed on the chain asks for; None if there is no such feed."""
    row = (await connection.execute(_LOWEST_FEED, {"of": chain})).one()
    return min((value for value in row if value is not None), default=None)


async def picky_feeds(connection: AsyncConnection, chain: str) -> list[Watch]:
    """The feeds of active chats on the chain that count units of an asset, or some assets only;
    thresholds are filled in."""
    rows = await connection.execute(_PICKY_FEEDS, {"of": chain})
    return [watch_of(row, row.default_threshold_usd) for row in rows]


def _lowest_feed() -> Select[Any]:
    lowest = [
        select(func.min(watches.c.threshold_usd)).where(watches.c.address.is_(None), where)
        for where in (watches.c.chain == bindparam("of"), watches.c.chain.is_(None))
    ]
    lowest.append(
        select(func.min(chats.c.default_threshold_usd))
        .join(watches, watches.c.chat_id == chats.c.id)
        .where(
            watches.c.address.is_(None),
            watches.c.threshold_usd.is_(None),
            watches.c.threshold_units.is_(null()),
            or_(watches.c.chain == bindparam("of"), watches.c.chain.is_(None)),
        )
    )
    return select(*[one.scalar_subquery() for one in lowest])


# made once: they are part of every step
_LOWEST_FEED = _lowest_feed()
_PICKY_FEEDS = (
    select(watches, chats.c.default_threshold_usd)
    .join(chats, chats.c.id == watches.c.chat_id)
    .where(
        chats.c.state == ChatState.ACTIVE,
        watches.c.address.is_(None),
        or_(
            watches.c.threshold_units.is_not(null()),
            watches.c.only_assets.is_not(null()),
            watches.c.without_assets.is_not(null()),
        ),
        or_(watches.c.chain == bindparam("of"), watches.c.chain.is_(None)),
    )
)
