"""What one chat is to be told: read in one short transaction, nothing decided yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.delivery.verdict import movement_ids, watch_ids
from bot.paging import page_length
from data.queries import alerts, chats, messages, movements, names, watches
from data.queries.alerts import listed
from data.queries.alerts.listed import Summary, by_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert, Chat, Message, Movement, Occasion, Watch
    from data.queries.alerts.listed import Gist

AT_ONCE = 5_000
"""Alerts looked at in one go, and so the most that one list can tell of."""


@dataclass(frozen=True, slots=True)
class Story:
    """Alerts with all that is needed to tell of them; ``watches`` are those that still exist.

    ``names`` are what the chat calls their addresses, by chain (empty for all) and address. Where
    the message has more alerts than these, ``summary`` is of all of them and ``page`` is which of
    its pages this is, from 0. ``is_digest``: they are told long after they happened; ``occasion``:
    the chat wants it so. ``pictured``: they are told below a picture, where there is less room.
    """

    alerts: Sequence[Alert]
    movements: Mapping[int, Movement]
    watches: Mapping[int, Watch]
    names: Mapping[tuple[str, bytes], str]
    summary: Summary | None = None
    page: int = 0
    is_digest: bool = False
    occasion: Occasion | None = None
    pictured: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chat's pending alerts, oldest first, and its messages that are out of date.

    ``next_digest`` is when the next one is due, None where nothing is deferred; ``digest`` are its
    alerts, oldest first, if it is due by now. ``gists`` are those of all these alerts, by id;
    ``watches`` those that they hit and that still exist.
    """

    chat: Chat
    alerts: Sequence[Alert]
    digest: Sequence[Alert]
    next_digest: datetime | None
    gists: Mapping[int, Gist]
    watches: Mapping[int, Watch]
    stale: Sequence[Message]


async def read(
    connection: AsyncConnection, chat_id: int, old_before: datetime, now: datetime
) -> Waiting | None:
    """All that waits for the chat; None if there is no such chat.

    Where that is more than can be looked at in one go, what is of blocks since ``old_before`` is
    among it all the same.
    """
    chat = await chats.get(connection, chat_id)
    if chat is None:
        return None
    found = await alerts.pending(connection, chat_id, AT_ONCE)
    if len(found) == AT_ONCE:
        fresh = await alerts.pending(connection, chat_id, AT_ONCE, since=old_before)
        found = list({alert.id: alert for alert in [*found, *fresh]}.values())
    due, digest = await alerts.next_digest(connection, chat_id), []
    if due is not None and due <= now:
        digest = await alerts.of_digest(connection, chat_id, due, AT_ONCE)
    both = [*found, *digest]
    of_watches = {one for alert in both for one in watch_ids(alert)}
    return Waiting(
        chat,
        found,
        digest,
        due,
        await listed.gists(connection, both),
        await watches.by_ids(connection, of_watches) if both else {},
        await messages.to_edit(connection, chat_id),
    )


async def read_told(
    connection: AsyncConnection,
    told: Sequence[Alert],
    gists: Mapping[int, Gist],
    old_before: datetime,
    occasion: Occasion | None = None,
) -> Story:
    """The first page of a message that will tell of these alerts, one or more."""
    summary = Summary.of(told, gists)
    shown = by_value(told, gists)[: page_length(len(told))]
    is_digest = occasion is None and summary.last < old_before
    story = await _story(connection, shown, summary)
    return replace(story, is_digest=is_digest, occasion=occasion)


async def read_message(
    connection: AsyncConnection, message: Message, digest_after: timedelta, page: int = 0
) -> Story:
    """A page of the alerts that a message shows, as they stand now; the last one where there are
    not so many. Without any, nothing is remembered of them."""
    summary = await listed.summary_of_message(connection, message.id)
    if summary is None:
        return Story((), {}, {}, {})
    length = page_length(summary.total)
    page = min(page, (summary.total - 1) // length)
    shown = await listed.page_of_message(connection, message.id, page * length, length)
    is_digest = message.occasion is None and summary.last < message.sent_at - digest_after
    return replace(
        await _story(connection, shown, summary, page),
        is_digest=is_digest,
        occasion=message.occasion,
        pictured=message.pictured,
    )


async def read_alerts(connection: AsyncConnection, found: Sequence[Alert]) -> Story:
    """Alerts of one chat with all that belongs to them."""
    return await _story(connection, found)


async def _story(
    connection: AsyncConnection,
    found: Sequence[Alert],
    summary: Summary | None = None,
    page: int = 0,
) -> Story:
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
        summary,
        page,
    )


def _parties(moved: Iterable[Movement]) -> set[bytes]:
    sides = (side for one in moved for side in (one.address, one.counterparty))
    return {side for side in sides if side is not None}
