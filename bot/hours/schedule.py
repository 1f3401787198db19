"""When a chat may be woken, and when its digests come, by its own clocks. Pure.

Clocks are put forward and back. A time that they skip is the moment at which they do; of a time
that they show twice quiet hours begin at the first and end at the second, so that they are never
shorter than they were written, and a digest comes at the first, once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.hours.clock import zone_of
from data.model import DigestEvery

if TYPE_CHECKING:
    from datetime import tzinfo

    from data.model import Chat, Quiet

_A_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_QUARTER = timedelta(minutes=15)
DEFAULT_DIGEST_AT = 8 * 60
"""The minute of the day of a daily digest for which nobody named one."""


def told_at(chat: Chat, now: datetime) -> datetime | None:
    """When the chat is told of what happens now; None where it is told at once."""
    zone = zone_of(chat.time_zone)
    if chat.digest is DigestEvery.OFF:
        return None if chat.quiet is None else quiet_until(chat.quiet, zone, now)
    if chat.digest is DigestEvery.HOUR:
        due = next_hour(zone, now)
    else:
        at = DEFAULT_DIGEST_AT if chat.digest_at is None else chat.digest_at
        due = next_time(at, zone, now)
    if chat.quiet is None:
        return due
    return quiet_until(chat.quiet, zone, due) or due


def is_quiet(chat: Chat, now: datetime) -> bool:
    """Whether the chat is not to be woken now."""
    if chat.quiet is None:
        return False
    return quiet_until(chat.quiet, zone_of(chat.time_zone), now) is not None


def quiet_until(quiet: Quiet, zone: tzinfo, now: datetime) -> datetime | None:
    """When the quiet hours end in which ``now`` lies; None where it lies in none."""
    today = now.astimezone(zone).date()
    nights = 1 if quiet.ends <= quiet.begins else 0
    for day in (today - _A_DAY, today):
        begin = moment_of(day, quiet.begins, zone)
        end = moment_of(day + nights * _A_DAY, quiet.ends, zone, second=True)
        if begin <= now < end:
            return end
    return None


def next_time(minute: int, zone: tzinfo, now: datetime) -> datetime:
    """When it is that minute of the day next, later than now."""
    today = now.astimezone(zone).date()
    moments = (moment_of(today + days * _A_DAY, minute, zone) for days in range(-1, 3))
    return next(moment for moment in moments if moment > now)


def next_hour(zone: tzinfo, now: datetime) -> datetime:
    """When the chat's clocks show a full hour next, later than now."""
    # no zone is off by anything but quarters of an hour, also not one whose clocks change
    moment = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + _QUARTER
    while moment.astimezone(zone).minute:
        moment += _QUARTER
    return moment


def moment_of(day: date, minute: int, zone: tzinfo, *, second: bool = False) -> datetime:
    """When the clocks show that minute of the day, in UTC."""
    shown = datetime.combine(day, time(*divmod(minute, 60)), zone)
    early = shown.replace(fold=0).astimezone(UTC)
    late = shown.replace(fold=1).astimezone(UTC)
    if early <= late:
        return late if second else early
    # skipped: before the clocks are put forward it would be later than after
    return _change_between(late, early, zone)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between the two at which the clocks are put forward."""
    old = (before).astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
