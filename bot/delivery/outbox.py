"""What one chat is to be told: read in one short transaction, nothing decided yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.verdict import movement_ids, watch_ids
from data.queries import alerts, chats, messages, movements, names, watches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert, Chat, Message, Movement, Watch

AT_ONCE = 300
"""Alerts looked at in one go, and so the most that one list can tell of."""


@dataclass(frozen=True, slots=True)
class Story:
    """Alerts with all that is needed to tell of them; ``watches`` are those that still exist.

    ``names`` are what the chat calls their addresses, by chain (empty for all) and address.
    """

    alerts: Sequence[Alert]
    movements: Mapping[int, Movement]
    watches: Mapping[int, Watch]
    names: Mapping[tuple[str, bytes], str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chat's pending alerts, oldest first, and its messages that are out of date."""

    chat: Chat
    story: Story
    stale: Sequence[Message]


async def read(connection: AsyncConnection, chat_id: int) -> Waiting | None:
    """All that waits for the chat; None if there is no such chat."""
    chat = await chats.get(connection, chat_id)
    if chat is None:
        return None
    pending = await alerts.pending(connection, chat_id, AT_ONCE)
    stale = await messages.to_edit(connection, chat_id)
    return Waiting(chat, await _story(connection, pending), stale)


async def read_message(connection: AsyncConnection, message: Message) -> Story:
    """The alerts that a message shows, as they stand now."""
    return await _story(connection, await alerts.of_message(connection, message.id))


async def read_alerts(connection: AsyncConnection, found: Sequence[Alert]) -> Story:
    """Alerts of one chat with all that belongs to them."""
    return await _story(connection, found)


async def _story(connection: AsyncConnection, found: Sequence[Alert]) -> Story:
    if not found:
        return Story((), {}, {}, {})
    of_movements = {one for alert in found for one in movement_ids(alert)}
    of_watches = {one for alert in found for one in watch_ids(alert)}
    moved = await movements.load(connection, of_movements)
    return Story(
        found,
        moved,
        await watches.by_ids(connection, of_watches),
        await names.called(connection, found[0].chat_id, _parties(moved.values())),
    )


def _parties(moved: Iterable[Movement]) -> set[bytes]:
    sides = (side for one in moved for side in (one.address, one.counterparty))
    return {side for side in sides if side is not None}
