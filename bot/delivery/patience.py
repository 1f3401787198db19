"""What a chat is told later: it is quiet there, or it gets digests.

What is put off is deferred in the database until its time, and is no part of the chat's queue
meanwhile: nobody looks at it, and nothing that may go at once waits behind it. Edits go at once,
also by night, because they ring no bell; and so that nothing but edits is held up for what a reorg
took, an answer to it goes without a sound.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.title import multiple
from bot.hours.clock import zone_of
from bot.hours.schedule import is_quiet, quiet_until, told_at
from data.model import DigestEvery, Occasion
from data.queries import alerts, chats, movements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from data.model import Alert, Chat, Movement, Watch

LONGEST_MUTE = timedelta(days=1)
"""Digests wait for the end of a mute that ends so soon; what is due in a longer one is dropped."""
_OCCASIONS = {
    DigestEvery.OFF: Occasion.QUIET,
    DigestEvery.HOUR: Occasion.HOUR,
    DigestEvery.DAY: Occasion.DAY,
}


def occasion_of(chat: Chat) -> Occasion:
    """Why the chat is told of something later than it came."""
    return _OCCASIONS[chat.digest]


def put_off_until(chat: Chat, now: datetime) -> datetime | None:
    """Until when a digest has to wait that is due; None where it may go."""
    until = quiet_until(chat.quiet, zone_of(chat.time_zone), now) if chat.quiet else None
    muted = chat.muted_until
    if muted is not None and now < muted <= now + LONGEST_MUTE:
        until = muted if until is None else max(until, muted)
    return until


async def put_off(means: Means, chat: Chat, until: datetime) -> None:
    """All that is deferred in the chat waits until then."""
    async with means.database.write() as connection:
        await chats.look_at(connection, chat.id, until)
        await alerts.put_off(connection, chat.id, until)
        await chats.look_again(connection, chat.id, until)


async def hold_back(
    means: Means,
    chat: Chat,
    wanted: Sequence[Alert],
    watches: Mapping[int, Watch],
    now: datetime,
) -> Sequence[Alert]:
    """Defer what the chat is told later; the others, to be told now."""
    until = told_at(chat, now)
    if until is None or not wanted:
        return wanted
    through = await _through(means, chat, wanted, watches, now)
    later = [alert.id for alert in wanted if alert.id not in through]
    if not later:
        return wanted
    async with means.database.write() as connection:
        as_it_is = await chats.look_at(connection, chat.id, until)
        if told_at(as_it_is, now) != until:
            return ()  # somebody has just changed it: the chat is read again
        await alerts.defer(connection, later, until)
    means.tell(DeliveryEvent(EventKind.DEFERRED, chat.id, len(later), occasion_of(chat).value))
    return [alert for alert in wanted if alert.id in through]


async def _through(
    means: Means,
    chat: Chat,
    wanted: Sequence[Alert],
    watches: Mapping[int, Watch],
    now: datetime,
) -> set[int]:
    """Those that are large enough to be told at once all the same."""
    times = at_once_from(chat, now)
    if times is None:
        return set()
    async with means.database.read() as connection:
        matched = {movement for alert in wanted for _, movement in _matches(alert)}
        moved = await movements.load(connection, matched)
    return {alert.id for alert in wanted if reaches(times, alert, chat, watches, moved, now)}


def at_once_from(chat: Chat, now: datetime) -> int | None:
    """What is how many times its threshold is told at once; None where nothing is."""
    by_night = chat.quiet.times if chat.quiet is not None and is_quiet(chat, now) else 0
    by_digest = chat.digest_times if chat.digest is not DigestEvery.OFF else 0
    return None if by_night is None or by_digest is None else max(by_night, by_digest)


def reaches(
    times: int,
    alert: Alert,
    chat: Chat,
    watches: Mapping[int, Watch],
    moved: Mapping[int, Movement],
    now: datetime,
) -> bool:
    """Whether a match of the alert is so many times what its watch, which is not muted, asks
    for."""
    for watch_id, movement_id in _matches(alert):
        watch, movement = watches.get(watch_id), moved.get(movement_id)
        if watch is None or movement is None:
            continue
        if watch.muted_until is not None and watch.muted_until > now:
            continue
        found = multiple(movement, watch, chat)
        if found is not None and found >= times:
            return True
    return False


def _matches(alert: Alert) -> list[tuple[int, int]]:
    return [(alert.watch_id, alert.movement_id), *alert.others]
