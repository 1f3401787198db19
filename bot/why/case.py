"""Everything that is known about a transaction that a chat asks about, read at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.verdict import movement_ids
from bot.discretion import open_to_chat
from bot.naming import as_named
from data.queries import alerts, cursors, dealings, gaps, movements, watches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.labels import Labels
    from data.model import Alert, BlockRef, Chain, Chat, CoverageGap, Movement, Watch
    from data.queries.dealings import Known

_GAPS_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of the transaction on one chain. ``known``: whom its parties look like."""

    chain: Chain
    movements: Sequence[Movement]
    alerts: Sequence[Alert]
    known: Known


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a chain was read: its cursor, and what was left out lately."""

    chain: Chain
    cursor: BlockRef | None
    gaps: Sequence[CoverageGap]


@dataclass(frozen=True, slots=True)
class Case:
    """A transaction, as far as the chat may know. ``seen`` is empty where nothing is kept of it."""

    tx_hash: bytes
    chat: Chat
    watches: Mapping[int, Watch]
    seen: Sequence[Seen]
    reach: Sequence[Reach]
    labels: Labels


async def read_case(
    connection: AsyncConnection,
    context: Context,
    chat: Chat,
    tx_hash: bytes,
    chains: Sequence[Chain],
) -> Case:
    """What is known about a transaction on any of the chains."""
    named = await as_named(connection, chat, await watches.of_chat(connection, chat.id))
    mine = {watch.id: watch for watch in named}
    told = await alerts.of_transaction(
        connection, chat.id, [chain.name for chain in chains], tx_hash
    )
    seen, reach = [], []
    for chain in chains:
        moved = await movements.stored_in(connection, chain.name, [tx_hash])
        of_chain = [alert for alert in told if alert.chain == chain.name]
        ids = {one for alert in of_chain for one in movement_ids(alert)}
        kept_from = context.settings.keep_movements_from_usd
        moved = open_to_chat(moved, mine.values(), kept_from, ids)
        if moved or of_chain:
            meetings = {
                (chat.id, one.address, one.counterparty) for one in moved if one.counterparty
            }
            known = await dealings.known_like(connection, chain.name, meetings)
            seen.append(Seen(chain, moved, of_chain, known))
    if not seen:
        since = context.clock() - _GAPS_WITHIN
        for chain in chains:
            cursor = await cursors.get(connection, chain.name)
            left_out = await gaps.open_or_closed_since(connection, chain.name, since, limit=3)
            reach.append(Reach(chain, cursor, left_out))
    return Case(tx_hash, chat, mine, tuple(seen), tuple(reach), context.labels)
