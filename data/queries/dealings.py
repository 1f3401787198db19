"""Whom a chat and the addresses that it watches know, for addresses that look like one of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from data.lookalike import DUST_USD, looks_alike, neighbourhood
from data.queries import among, batches
from data.queries.names import EVERYWHERE
from data.tables import chat_names, movements, watches

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncConnection

Meeting = tuple[int, bytes, bytes]
"""A chat, an address that it watches, and whom that one met."""
Known = dict[Meeting, bytes]
"""The address that is known to the chat, or to the address, and that the one met looks like."""

_AT_ONCE = 100


async def known_like(
    connection: AsyncConnection, chain: str, meetings: Collection[Meeting]
) -> Known:
    """Which of those that were met look like an address that the chat watches or has named, or
    like one with which the watched address has dealt on the chain, as far back as movements are
    kept.

    Each address's neighbourhood is a short range of an index: the cost does not grow with what an
    address has dealt with.
    """
    dealt = await _dealt_with(connection, chain, {(own, other) for _, own, other in meetings})
    familiar = await _familiar(connection, chain, {(chat, other) for chat, _, other in meetings})
    known: Known = {}
    for chat_id, own, other in meetings:
        like = familiar.get((chat_id, other)) or dealt.get((own, other))
        # whom the chat knows itself is no stranger: people make addresses of theirs alike, too
        if like is not None and like != other:
            known[chat_id, own, other] = like
    return known


async def _dealt_with(
    connection: AsyncConnection, chain: str, pairs: Collection[tuple[bytes, bytes]]
) -> dict[tuple[bytes, bytes], bytes]:
    """By an address and whom it met: the one with which it dealt that the latter looks like."""
    columns = movements.c
    dealt: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for some in batches(pairs, _AT_ONCE):
        near = [
            and_(columns.address == own, columns.counterparty.between(*neighbourhood(other)))
            for own, other in some
        ]
        statement = select(columns.address, columns.counterparty).where(
            or_(*near),
            columns.chain == chain,
            columns.marks.is_(None),
            # nobody has dealt with who sent dust
            or_(columns.signed, columns.usd >= DUST_USD),
        )
        for row in await connection.execute(statement.distinct()):
            dealt[row.address].add(row.counterparty)
    return {
        (own, other): like
        for own, other in pairs
        for like in sorted(dealt[own])
        if looks_alike(other, like)
    }


async def _familiar(
    connection: AsyncConnection, chain: str, pairs: Collection[tuple[int, bytes]]
) -> dict[tuple[int, bytes], bytes]:
    """By a chat and whom an address of its met: the address it watches or has named that the latter
    looks like, or the one met itself if the chat watches or has named that.

    First what anybody watches or has named, for hardly ever is there any that looks like it.
    """
    watched = select(watches.c.chat_id, watches.c.address)
    named = select(chat_names.c.chat_id, chat_names.c.address).where(
        chat_names.c.chain.in_([EVERYWHERE, chain])
    )
    sources = [(watched, watches.c), (named, chat_names.c)]
    near: set[bytes] = set()
    met = {other for _, other in pairs}
    for some in batches(met, _AT_ONCE):
        for source, columns in sources:
            ranges = [columns.address.between(*neighbourhood(other)) for other in some]
            rows = await connection.execute(
                source.with_only_columns(columns.address).where(or_(*ranges)).distinct()
            )
            near.update(row.address for row in rows)
    known: dict[tuple[int, bytes], bytes] = {}
    for other in met if near else ():
        alike = [one for one in near if one == other or looks_alike(other, one)]
        asking = [chat for chat, met_one in pairs if met_one == other]
        for some_chats in batches(asking) if alike else ():
            for source, columns in sources:
                statement = source.where(
                    among(connection, columns.chat_id, some_chats), columns.address.in_(alike)
                )
                for row in await connection.execute(statement.order_by(columns.address)):
                    if known.get((row.chat_id, other)) != other:
                        known[row.chat_id, other] = row.address
    return known
