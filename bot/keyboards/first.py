"""Keyboards of the first minute: each step may be left out, and gone back to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons.first import FIRST_PRESETS, FirstAct, FirstButton
from bot.buttons.start import Topic, TopicButton
from bot.buttons.watch import PageButton
from bot.first.hours import HOURS
from bot.first.known import WELL_KNOWN
from bot.keyboards.quiet import ZONES
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.numbers import short_usd
from bot.texts import buttons as captions
from bot.texts.quiet import minute_words, zone_button

if TYPE_CHECKING:
    from datetime import datetime

    from bot.first.choices import Choices
    from data.model import Chat, Quiet

EVERYTHING = "everything"
_TICK = "✓ "


def sources(chosen: Choices) -> InlineKeyboardMarkup:
    """What to watch: several may be ticked."""
    exchanges = [_switch(name, name, is_on=name in chosen.exchanges) for name in WELL_KNOWN]
    onwards = _("Skip ›") if chosen.is_empty else _(captions.NEXT)
    return rows_of(
        *_in_twos(exchanges),
        [_switch(_("🐋 Everything big"), EVERYTHING, is_on=chosen.feed is not None)],
        [button(_("✍️ Paste an address"), FirstButton(act=FirstAct.PASTE))],
        [button(onwards, FirstButton(act=FirstAct.VALUES))],
    )


def back_to_sources() -> InlineKeyboardMarkup:
    """While an address is awaited."""
    return rows_of([button(_(captions.BACK), FirstButton(act=FirstAct.SOURCES))])


def values(chat: Chat) -> InlineKeyboardMarkup:
    """From what value on."""
    presets = [
        button(
            _TICK * (usd == chat.default_threshold_usd) + short_usd(Decimal(usd)),
            FirstButton(act=FirstAct.FROM, value=str(usd)),
        )
        for usd in FIRST_PRESETS
    ]
    return rows_of(
        *_in_twos(presets),
        [
            button(_(captions.BACK), FirstButton(act=FirstAct.SOURCES)),
            button(_("Keep it ›"), FirstButton(act=FirstAct.HOURS)),
        ],
    )


def hours(quiet: Quiet | None) -> InlineKeyboardMarkup:
    """When not to disturb."""
    now = None if quiet is None else (quiet.begins, quiet.ends)
    offered = [
        button(
            _TICK * (span == now) + "–".join(map(minute_words, span)),
            FirstButton(act=FirstAct.QUIET, value=name),
        )
        for name, span in HOURS.items()
    ]
    return rows_of(
        offered,
        [button(_("Tell me at any time"), FirstButton(act=FirstAct.QUIET))],
        [
            button(_(captions.BACK), FirstButton(act=FirstAct.VALUES)),
            button(_("Skip ›"), FirstButton(act=FirstAct.END)),
        ],
    )


def zones(name: str, now: datetime, guess: str) -> InlineKeyboardMarkup:
    """What time is it there? The likeliest place first."""
    ordered = [guess, *(zone for zone in ZONES if zone != guess)]
    offered = [
        button(
            zone_button(zone, now),
            FirstButton(act=FirstAct.ZONE, value=f"{name}/{zone}"),
        )
        for zone in ordered
    ]
    back = [button(_(captions.BACK), FirstButton(act=FirstAct.HOURS))]
    return rows_of(offered[:1], *_in_twos(offered[1:]), back)


def end() -> InlineKeyboardMarkup:
    """When all is said; and for who has been here before."""
    return rows_of(
        [
            button(_("My watches"), PageButton(page=0)),
            button(_("Add more"), FirstButton(act=FirstAct.SOURCES)),
        ],
        [button(_(captions.HELP), TopicButton(topic=Topic.HELP))],
    )


def _switch(caption: str, value: str, *, is_on: bool) -> InlineKeyboardButton:
    """It says what is to be, not to turn it round: tapped twice is tapped once."""
    act = FirstAct.LEAVE if is_on else FirstAct.WATCH
    return button(_TICK * is_on + caption, FirstButton(act=act, value=value))


def _in_twos(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
