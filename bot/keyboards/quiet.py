"""Keyboards of quiet hours, digests and the time zone that both live by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.buttons.quiet import (
    A_DAY,
    MORNINGS,
    NIGHTS,
    TIMES_PRESETS,
    DigestAct,
    DigestButton,
    QuietAct,
    QuietButton,
    Screen,
    ZoneButton,
)
from bot.hours.schedule import DEFAULT_DIGEST_AT
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.parse.zone import UTC_ZONE
from bot.texts import buttons as captions
from bot.texts.quiet import minute_words, zone_button
from data.model import DigestEvery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    from data.model import Chat

ZONES = (
    "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Europe/London",
    "Europe/Berlin", "Europe/Kyiv", "Europe/Moscow", "Asia/Dubai", "Asia/Kolkata",
    "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo",
)  # fmt: skip
_TICK = " ✓"


def quiet(chat: Chat) -> InlineKeyboardMarkup:
    """Hours to choose from, what comes through them, and the zone; what holds is ticked."""
    hours = None if chat.quiet is None else (chat.quiet.begins, chat.quiet.ends)
    nights = [
        button(
            f"{minute_words(begins)}–{minute_words(ends)}" + _TICK * (hours == (begins, ends)),
            QuietButton(act=QuietAct.HOURS, value=begins * A_DAY + ends),
        )
        for begins, ends in NIGHTS
    ]
    nights.append(button(_(captions.OTHER_HOURS), QuietButton(act=QuietAct.ASK)))
    if chat.quiet is None:
        return rows_of(nights[:2], nights[2:], [_zone(Screen.QUIET)])
    off = button(_(captions.QUIET_OFF), QuietButton(act=QuietAct.OFF))
    through = [
        button(_times(times, chat.quiet.times), QuietButton(act=QuietAct.TIMES, value=times))
        for times in TIMES_PRESETS
    ]
    return rows_of(nights[:2], nights[2:], through, [off], [_zone(Screen.QUIET)])


def digest(chat: Chat) -> InlineKeyboardMarkup:
    """How often, at what time, what comes between, and the zone; what holds is ticked."""
    every = chat.digest
    hourly = button(
        _(captions.EVERY_HOUR) + _TICK * (every is DigestEvery.HOUR),
        DigestButton(act=DigestAct.HOURLY),
    )
    at = DEFAULT_DIGEST_AT if chat.digest_at is None else chat.digest_at
    holds = at if every is DigestEvery.DAY else None
    daily = [
        button(
            captions.every_day_at(minute_words(minute)) + _TICK * (holds == minute),
            DigestButton(act=DigestAct.DAILY, value=minute),
        )
        for minute in MORNINGS
    ]
    other = button(_(captions.OTHER_TIME), DigestButton(act=DigestAct.ASK))
    rows = [daily[:2], daily[2:], [other, hourly]]
    if every is not DigestEvery.OFF:
        through = {times: DigestButton(act=DigestAct.TIMES, value=times) for times in TIMES_PRESETS}
        rows.append(
            [button(_times(times, chat.digest_times), data) for times, data in through.items()]
        )
        rows.append([button(_(captions.DIGEST_OFF), DigestButton(act=DigestAct.OFF))])
    return rows_of(*rows, [_zone(Screen.DIGEST)])


def zones(back: Screen, now: datetime, called: Sequence[str] = ZONES) -> InlineKeyboardMarkup:
    """Zones to choose from, each with the time that it is there: that is how people know theirs."""
    buttons = [
        button(zone_button(zone, now), ZoneButton(back=back, zone=zone))
        for zone in dict.fromkeys((*called, UTC_ZONE) if called is ZONES else called)
    ]
    rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    home = {
        Screen.QUIET: QuietButton(act=QuietAct.SHOW),
        Screen.DIGEST: DigestButton(act=DigestAct.SHOW),
    }
    another = button(_(captions.ANOTHER_ZONE), ZoneButton(back=back, zone="?"))
    return rows_of(*rows, [another], [button(_(captions.BACK), home[back])])


def _zone(back: Screen) -> InlineKeyboardButton:
    return button(_(captions.TIME_ZONE), ZoneButton(back=back))


def _times(times: int, holds: int | None) -> str:
    caption = captions.at_once_from(times) if times else _(captions.KEEP_ALL)
    return caption + _TICK * ((times or None) == holds)
